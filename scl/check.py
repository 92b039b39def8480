"""The check of an SCL file: three layers in one run, one kind of finding, nothing but findings as answer.

::

    from meterwire.scl import check
    report = check("station.scd")
    for finding in report.findings:
        print(finding.where, finding.rule, finding.message)

What cannot be read at all is a finding too (rules ``WF``): a check never raises for what stands in a file.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from os import PathLike
from pathlib import Path

from ..errors import UsageError
from ..models.namespaces import Namespace
from .data_model import DataModel
from .document import Element, SclDocument, SclSyntaxError, parse, read_bytes
from .findings import Finding, Severity
from .index import SclIndex
from .positions import Positions
from .rules import RULES, SEVERITIES, Rule
from .structure import SCHEMA_SETS, schema_set
from .structure_check import check_structure

__all__ = ["CheckOptions", "CheckReport", "check", "edition_of", "fingerprint", "kind_of"]

MAX_PER_RULE = 500
"""Findings kept of one rule; what is beyond is counted."""
KINDS = ("ICD", "IID", "CID", "SSD", "SCD", "SED")
Progress = Callable[[float], None]
"""Called with how much is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What to check, and how to judge it."""

    schema_set: str = ""
    """One of :data:`~meterwire.scl.structure.SCHEMA_SETS`, whatever the file says of itself; empty: what it says."""
    disable: frozenset[str] = frozenset()
    """Rules that are not said: ids, or families such as ``PRJ``."""
    severities: Mapping[str, str] = field(default_factory=dict)
    """``error``, ``warning`` or ``note`` by rule id, instead of the rule's own."""
    baseline: frozenset[str] = frozenset()
    """Fingerprints of findings that are known and accepted."""
    namespaces: tuple[Namespace, ...] = ()
    """Name spaces to compare with besides the standard's, as :func:`~meterwire.scl.nsd.load_nsd` gives them."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the check of one file found."""

    file: str
    kind: str
    """``ICD`` …; empty when nothing tells."""
    declared: str
    """What the file says of its edition, e.g. ``2007 B 4``."""
    schema_set: str
    """What it was checked against; empty when that is not known."""
    findings: tuple[Finding, ...]
    """The worst first, then in document order."""
    more: Mapping[str, int] = field(default_factory=dict)
    """Findings beyond :data:`MAX_PER_RULE` by rule: counted, not kept."""
    accepted: int = 0
    """Findings of the baseline, not listed."""
    elements: int = 0

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are, those not kept included."""
        kept = sum(finding.severity == severity for finding in self.findings)
        return kept + sum(number for rule, number in self.more.items() if self._severity(rule) == severity)

    def _severity(self, rule: str) -> Severity:
        return next((finding.severity for finding in self.findings if finding.rule == rule), Severity.ERROR)

    @property
    def is_valid(self) -> bool:
        """No errors."""
        return not self.count(Severity.ERROR)


def check(
    source: str | PathLike[str] | bytes,
    name: str = "",
    *,
    options: CheckOptions | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Check a file, or the bytes of one (which findings call ``name``).

    Raises FileError only when the file cannot be read from the disk, UsageError for wrong options.
    """
    _load_rules()
    options = options or CheckOptions()
    name = name or (str(source) if not isinstance(source, bytes) else "SCL")
    data = source if isinstance(source, bytes) else read_bytes(Path(source))
    try:
        document = parse(data, name, keep_comments=True)
    except SclSyntaxError as error:
        rule = RULES[error.rule]
        finding = Finding(
            rule.id, rule.severity, error.text, name, error.line, error.column, part=rule.part, hint=rule.hint
        )
        return CheckReport(name, kind_of(name, None), "", "", (finding,))
    return _Run(document, data, options, progress or (lambda _: None)).report()


def edition_of(root: Element) -> tuple[str, str]:
    """What a document says of its edition, and the schema set for it; the latter is empty when nobody knows one."""
    version, revision, release = root.get("version"), root.get("revision"), root.get("release")
    declared = " ".join(part for part in (version, revision, release) if part) or "none"
    if version is None and revision is None and release is None:
        return "none (2003)", "2003"
    known = {
        ("2007", "A"): "2007B",
        ("2007", "B"): "2007B4" if (release or "1") >= "4" else "2007B",
        ("2007", "C"): "2007C5",
        ("2003", "A"): "2003",
    }
    return declared, known.get((version or "", revision or "A"), "")


def kind_of(name: str, root: Element | None) -> str:
    """The kind of file: by its extension, else by what it holds."""
    suffix = Path(name).suffix[1:].upper()
    if suffix in KINDS:
        return suffix
    if root is None:
        return ""
    index = SclIndex(root)
    ieds = list(index.children(root, "IED"))
    if len(ieds) == 1 and index.child(root, "Substation") is None:
        return "ICD" if ieds[0].get("name") == "TEMPLATE" else "CID"
    if ieds:
        return "SCD"
    return "SSD" if next(index.children(root, "Substation", "Line", "Process"), None) is not None else ""


def fingerprint(finding: Finding) -> str:
    """What stays the same about a finding while other lines of the file change: for baselines."""
    text = f"{finding.rule}\0{Path(finding.file).name}\0{finding.xpath}\0{finding.message}"
    return sha256(text.encode()).hexdigest()[:24]


class _Run:
    """One check of one document."""

    def __init__(self, document: SclDocument, data: bytes, options: CheckOptions, progress: Progress) -> None:
        self.document = document
        self.data = data
        self.options = options
        self.progress = progress
        root = document.root
        self.declared, chosen = edition_of(root)
        self.schema_set = options.schema_set or chosen
        if self.schema_set and self.schema_set not in SCHEMA_SETS:
            msg = f"no schema set {self.schema_set!r}; there are {', '.join(SCHEMA_SETS)}"
            raise UsageError(msg)
        self.kind = kind_of(document.name, root)
        self.index = SclIndex(
            root, name=document.name, kind=self.kind, schema_set=self.schema_set, namespaces=options.namespaces
        )
        self.raw: dict[tuple[str, Element, str], str] = {}
        self.held: dict[tuple[str, Element], str] = {}
        """What the schema set says of a rule that has a function of its own, which says it better."""
        self.more: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()

    def report(self) -> CheckReport:
        root = self.document.root
        self.progress(0.1)
        if self.schema_set:
            check_structure(root, schema_set(self.schema_set), self.say_structure)
        else:
            self.say("VER-06", root, f"no schema set is known for version {self.declared}")
        self.progress(0.5)
        rules = [rule for rule in RULES.values() if rule.check is not None and self.applies(rule)]
        for number, rule in enumerate(rules, 1):
            self.run(rule)
            self.progress(0.5 + 0.4 * number / len(rules))
        said = {(rule, element) for rule, element, _ in self.raw}
        for (name, element), message in self.held.items():
            if (name, element) not in said:
                self.say(name, element, message)
        return self.finish()

    def say_structure(self, rule: str, element: Element, message: str) -> None:
        if RULES[rule].check is None:
            self.say(rule, element, message)
        elif len(self.held) < MAX_PER_RULE:
            self.held.setdefault((rule, element), message)

    def applies(self, rule: Rule) -> bool:
        """Is the rule for this kind of file and edition, and wanted?"""
        if rule.kinds and self.kind not in rule.kinds:
            return False
        return not (rule.editions and self.schema_set not in rule.editions) and not self.is_disabled(rule.id)

    def is_disabled(self, rule: str) -> bool:
        disable = self.options.disable
        return bool(disable) and (rule in disable or rule.partition("-")[0] in disable)

    def run(self, rule: Rule) -> None:
        def say(element: Element, message: str, hint: str = "") -> None:
            self.say(rule.id, element, message, hint)

        assert rule.check is not None
        try:
            rule.check(self.index, say)
        except Exception as error:
            if rule.layer != "user":
                raise
            msg = f"rule {rule.id} failed: {type(error).__name__}: {error}"
            raise UsageError(msg) from error

    def say(self, rule: str, element: Element, message: str, hint: str = "") -> None:
        if self.is_disabled(rule):
            return
        if self.kept[rule] >= MAX_PER_RULE:
            self.more[rule] += 1
            return
        if (rule, element, message) not in self.raw:
            self.kept[rule] += 1
            self.raw[rule, element, message] = hint

    def finish(self) -> CheckReport:
        root = self.document.root
        places = Positions(self.data, self.document.encoding).of((element for _, element, _ in self.raw), root)
        made = []
        accepted = 0
        for (rule_id, element, message), hint in self.raw.items():
            finding = self.finding(RULES[rule_id], element, message, hint, places.get(element, (1, 1)))
            if self.options.baseline and fingerprint(finding) in self.options.baseline:
                accepted += 1
            else:
                made.append(finding)
        made.sort(key=lambda each: (-each.severity, each.line, each.column, each.rule))
        self.progress(1.0)
        elements = sum(1 for _ in root.iter("{*}*"))
        return CheckReport(
            self.document.name,
            self.kind,
            self.declared,
            self.schema_set,
            tuple(made),
            dict(self.more),
            accepted,
            elements,
        )

    def finding(self, rule: Rule, element: Element, message: str, hint: str, place: tuple[int, int]) -> Finding:
        return Finding(
            rule.id,
            self.severity(rule, element),
            message,
            self.document.name,
            *place,
            xpath=self.index.xpath(element),
            subject=self.index.subject(element),
            part=rule.part,
            hint=hint or rule.hint,
        )

    def severity(self, rule: Rule, element: Element) -> Severity:
        """What the user wants, else the rule's own; an error against a name space nobody claims is a warning."""
        wanted = self.options.severities.get(rule.id)
        if wanted:
            return SEVERITIES[wanted]
        if rule.layer == "namespaces" and rule.severity is Severity.ERROR:
            return rule.severity if self.index.once(DataModel).is_claimed(element) else Severity.WARNING
        return rule.severity


def _load_rules() -> None:
    """Have all rule modules imported; they register themselves."""
    from . import (  # noqa: F401,PLC0415  # noqa: F401,PLC0415
        attribute_rules,
        communication_rules,
        control_rules,
        control_service_rules,
        file_rules,
        namespace_rules,
        presence_rules,
        process_rules,
        reference_rules,
        structure_rules,
        subscription_rules,
        type_rules,
        unique_rules,
        value_rules,
    )
