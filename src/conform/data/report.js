const cases = [...document.querySelectorAll("details")];
const buttons = [...document.querySelectorAll(".tools button")];
const field = document.querySelector(".tools input");
let wanted = "all";

function show() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of cases) {
    const text = one.querySelector("summary").textContent.toLowerCase();
    one.hidden = !((wanted === "all" || one.classList.contains(wanted)) && words.every((word) => text.includes(word)));
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !section.querySelector("details:not([hidden])");
  }
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.verdict === wanted));
}

for (const button of buttons) button.addEventListener("click", () => { wanted = button.dataset.verdict; show(); });
field.addEventListener("input", show);
show();
