"""docs/architecture.md tells the floors that tools/house.py has and the code fills."""

import re

from house import FLOORS, ROOT, WITHIN, modules, room_of

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
BUILT = {room_of(module.name).split(".")[0] for module in modules()}
ROWS = {
    int(number): set(re.findall(r"`(\w+)`", rooms))
    for number, rooms in re.findall(r"^\| (\d+) \| (.*?) \|", TEXT, re.MULTILINE)
}


def test_every_floor_has_its_row_with_its_rooms() -> None:
    assert list(ROWS) == list(range(len(FLOORS)))
    for number, rooms in enumerate(FLOORS):
        assert {room for room in rooms if room in BUILT} <= ROWS[number] <= set(rooms)


def test_rooms_that_are_not_built_are_named() -> None:
    sentence = re.search(r"nobody has built yet \((.*?)\)", TEXT, re.DOTALL)
    assert sentence
    named = set(re.findall(r"`(\w+)`", sentence[1]))
    assert named == {room for rooms in FLOORS for room in rooms} - BUILT


def test_exceptions_between_rooms_of_one_floor_are_explained() -> None:
    _, _, reasons = TEXT.partition("## Where the house differs")
    everybody = {room for room, lower in WITHIN.items() if lower == ("errors",)}
    assert [room for room in WITHIN if room not in everybody and room.rpartition(".")[2] not in reasons] == []
