"""The residential terminal: meters of a home behind one IEC 61850 server.

Every meter is a logical device of its own (``MET``, ``MET2``, …), a proxy for the meter behind it:

=============  =========================================================================================
LLN0, LPHD1    the device and the meter; data sets and report control blocks are in LLN0
MMTR1          energy totals; RtnMMTR1 the same per tariff rate (MMTR has no tariff axis)
MMXU1          voltages, currents, powers, power factor, frequency, as they are now
DmdMMXU1       maximum demand; ``t`` is the moment it occurred
XSWI1          the meter's relay; operable where the terminal may (``MeterConfig.operable``), else status only
GGIO1..GGIO7   run status words 1..7, see :mod:`.status_words`
LTMS1          the meter's clock: ``TmChSt1`` is true while it keeps within tolerance
LCCH1          the line to the meter: ``ChLiv`` alive, ``FerCh`` answers that were discarded
GSAL1          security violations of the terminal (first logical device only)
=============  =========================================================================================

Energy is a count: ``actVal`` is the register of the meter as it is, ``pulsQty`` what one count is worth (10 Wh,
as DL/T 645 registers have 0.01 kWh). Dmd is what the customer takes from the grid, Sup what he feeds into it.
Everything that comes from a meter is invalid until it has been read.

``brcbEv`` and ``brcbEn`` buffer events and energy while no client is there; they have no integrity reports, which would
push events out of the buffer. ``urcbEv``, ``urcbMx`` and ``urcbEn`` give the same, and the measurements, as they are.

Not here yet: prepayment, tariff tables.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ... import __version__
from ...errors import UsageError
from ...reading import Quality, Timestamp
from ..build import build
from ..control_blocks import OptFlds, ReportControl, TrgOps
from ..declare import LogicalNodeClass
from ..enums import (
    CalcIntervalKind,
    CalcMethodKind,
    CalcModeKind,
    ClockSourceKind,
    ClockSyncKind,
    CtlModelKind,
    MultiplierKind,
    SIUnitKind,
    SwitchFunctionKind,
)
from ..ln import GGIO, GSAL, LCCH, LLN0, LPHD, LTMS, MMTR, MMXU, XSWI
from ..reference import Reference
from ..tree import Ied, LogicalDevice, LogicalNode
from .status_words import FIELDS, FLAGS, flags_of

__all__ = ["MAX_METERS", "MAX_RATES", "PULSE_WH", "MeterConfig", "residential_terminal"]

MAX_METERS = 64
MAX_RATES = 63
"""DL/T 645 numbers tariffs 1..63."""
PULSE_WH = 10.0
"""Wh per count of a BCR: DL/T 645 energy registers count 0.01 kWh."""
NAMESPACE = "IEC 61850-7-4:2007B5"
DEMAND_PERIOD_MS = 15 * 60_000
"""Demand interval of Chinese residential meters unless a meter says otherwise."""
REPORT_INSTANCES = 3
"""Clients that can use a report control block at once."""
BUFFERED_INSTANCES = 2
"""The same for the buffered ones: each keeps a buffer of its own."""
INTEGRITY_MS = 60_000
SBO_TIMEOUT_MS, OPER_TIMEOUT_MS = 30_000, 30_000
"""How long a relay stays selected, and what it has to move: a meter may be asked only every few seconds."""
BUFFERED_TRIGGERS = {"brcbEv": TrgOps.DCHG | TrgOps.QCHG | TrgOps.GI, "brcbEn": TrgOps.DCHG | TrgOps.GI}
BUFFER_MS = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterConfig:
    """One meter of the home."""

    address: str
    """Communication address, 12 digits as printed on the meter."""
    rates: int = 4
    """Tariff rates the meter counts, 0..63."""
    phases: int = 3
    """1 or 3."""
    description: str = ""
    """Free text, ASCII."""
    operable: bool = False
    """The relay can be operated: Pos wants a selection, and has enhanced security."""

    def __post_init__(self) -> None:
        if len(self.address) != 12 or not (self.address.isascii() and self.address.isdigit()):
            msg = f"a meter address is 12 digits, not {self.address!r}"
            raise UsageError(msg)
        if not 0 <= self.rates <= MAX_RATES or self.phases not in (1, 3):
            msg = f"meter {self.address}: 0..{MAX_RATES} rates and 1 or 3 phases, not {self.rates} and {self.phases}"
            raise UsageError(msg)


def residential_terminal(
    ied_name: str = "HOME",
    meters: Sequence[MeterConfig] = (MeterConfig(address="000000000001"),),
    *,
    started: Timestamp | None = None,
) -> Ied:
    """The model of a residential terminal with these meters.

    ``started`` is the time of what is known from the start (modes, health, settings); without it their ``t``
    says that nobody knows. Raises UsageError when there is no meter, or one twice.
    """
    if not 1 <= len(meters) <= MAX_METERS or len({meter.address for meter in meters}) < len(meters):
        msg = f"a terminal has 1..{MAX_METERS} meters, each with an address of its own"
        raise UsageError(msg)
    if _NAME.fullmatch(ied_name) is None:
        msg = f"an IED name is a letter, then up to 39 letters, digits and _, not {ied_name!r}"
        raise UsageError(msg)
    since = started or Timestamp()
    ied = Ied(ied_name)
    for number, meter in enumerate(meters, 1):
        inst = "MET" if number == 1 else f"MET{number}"
        device = LogicalDevice(ied_name + inst, inst)
        device.add(*_nodes(device.name, meter, since, is_first=number == 1))
        ied.add(device)
        _declare_reports(device)
    return ied


def _nodes(device: str, meter: MeterConfig, since: Timestamp, *, is_first: bool) -> Iterator[LogicalNode]:
    yield _lln0(meter, since)
    yield _lphd(meter, since)
    yield _node(MMTR, since, values=_energy("TotWh", "DmdWh", "SupWh"))
    for rate in range(1, meter.rates + 1):
        yield _node(MMTR, since, prefix=f"Rt{rate}", values=_energy("DmdWh", "SupWh"))
    yield _measurement(meter, since)
    yield _demand(device, since)
    yield _switch(meter, since)
    for word in FLAGS:
        if flags_of(word, meter.phases):
            yield _status_word(word, meter, since)
    clock = {**_CLOCK, **_times(since, "TmSrc", "TmSrcTyp", "TmSyn")}
    yield _node(LTMS, since, known=clock, include=("TmChSt1",), values={"TmChSt1.d": "meter clock within tolerance"})
    yield _node(LCCH, since, known={"FerCh.q": Quality.GOOD, "FerCh.t": since}, include=("FerCh",))
    if is_first:
        yield build(GSAL, inst="1", values=_times(since, "Beh", "AuthFail", "AcsCtlFail", "SvcViol", "Ina", "OpCntRs"))


def _node(
    ln_class: type[LogicalNodeClass],
    since: Timestamp,
    *,
    inst: str = "1",
    known: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
    **options: Any,
) -> LogicalNode:
    """A node fed by the meter: invalid, but for what is ``known`` and its Beh."""
    known = {**_times(since, "Beh"), "Beh.q": Quality.GOOD, **(known or {})}
    return build(ln_class, inst=inst, values={**(values or {}), **known}, quality=Quality.INVALID, **options)


def _times(since: Timestamp, *names: str) -> dict[str, Any]:
    return {f"{name}.t": since for name in names}


def _units(unit: SIUnitKind, *names: str) -> dict[str, Any]:
    pairs = (("units.SIUnit", unit), ("units.multiplier", MultiplierKind.none))
    return {f"{name}.{part}": value for name in names for part, value in pairs}


def _energy(*names: str) -> dict[str, Any]:
    return {**{f"{name}.pulsQty": PULSE_WH for name in names}, **_units(SIUnitKind.Wh, *names)}


def _lln0(meter: MeterConfig, since: Timestamp) -> LogicalNode:
    plate = {"vendor": "meterwire", "swRev": __version__, "ldNs": NAMESPACE, "configRev": "1"}
    values: dict[str, Any] = {f"NamPlt.{name}": value for name, value in plate.items()}
    values["NamPlt.d"] = meter.description or f"meter {meter.address}"
    return build(LLN0, values={**values, **_times(since, "Beh", "Health", "Loc", "Mod", "LocSta")})


def _lphd(meter: MeterConfig, since: Timestamp) -> LogicalNode:
    values = {"PhyNam.vendor": "", "PhyNam.serNum": meter.address, "Proxy.stVal": True}
    known = {**_times(since, "Proxy"), "Proxy.q": Quality.GOOD}
    return build(LPHD, inst="1", values={**values, **known}, quality=Quality.INVALID)


def _measurement(meter: MeterConfig, since: Timestamp) -> LogicalNode:
    phases = ("phsA", "phsB", "phsC")[: meter.phases]

    def each(name: str) -> list[str]:
        return [f"{name}.{phase}" for phase in phases]

    values = {
        **_units(SIUnitKind.W, "TotW", *each("W")),
        **_units(SIUnitKind.VAr, "TotVAr"),
        **_units(SIUnitKind.none, "TotPF"),
        **_units(SIUnitKind.Hz, "Hz"),
        **_units(SIUnitKind.V, *each("PhV")),
        **_units(SIUnitKind.A, *each("A")),
    }
    return _node(MMXU, since, values=values)


def _demand(device: str, since: Timestamp) -> LogicalNode:
    values = {
        **_units(SIUnitKind.W, "TotW"),
        "TotW.d": "maximum demand; t is the moment it occurred",
        "ClcMth.setVal": CalcMethodKind.MAX,
        "ClcMod.setVal": CalcModeKind.SLIDING,
        "ClcIntvTyp.setVal": CalcIntervalKind.MS,
        "ClcIntvPer.setVal": DEMAND_PERIOD_MS,
        "ClcSrc.setSrcRef": f"{device}/MMXU1",
    }
    return _node(MMXU, since, prefix="Dmd", values=values, statistics=True)


def _switch(meter: MeterConfig, since: Timestamp) -> LogicalNode:
    known = {"SwTyp.stVal": SwitchFunctionKind.Load_Break, "SwTyp.q": Quality.GOOD, "SwTyp.t": since}
    values: dict[str, Any] = {"Pos.d": "relay of the meter"}
    include: tuple[str, ...] = ()
    if meter.operable:
        values |= {"Pos.ctlModel": CtlModelKind.sbo_with_enhanced_security}
        values |= {"Pos.sboTimeout": SBO_TIMEOUT_MS, "Pos.operTimeout": OPER_TIMEOUT_MS}
        include = ("Pos.origin", "Pos.ctlNum", "Pos.opRcvd", "Pos.opOk", "Pos.tOpOk")
    return _node(XSWI, since, known=known, values=values, include=include)


def _status_word(word: int, meter: MeterConfig, since: Timestamp) -> LogicalNode:
    texts = {f"Ind{bit + 1}": text for bit, text in flags_of(word, meter.phases).items()}
    texts |= {f"IntIn{bit + 1}": text for bit, text in FIELDS.get(word, {}).items()}
    values = {
        f"{name}.{part}": text for name, pair in texts.items() for part, text in zip(("d", "dU"), pair, strict=True)
    }
    return _node(GGIO, since, inst=str(word), values=values)


_CLOCK: dict[str, Any] = {
    "TmSrc.stVal": "clock of the meter",
    "TmSrc.q": Quality.GOOD,
    "TmSrcTyp.stVal": ClockSourceKind.Unknown,
    "TmSrcTyp.q": Quality.GOOD,
    "TmSyn.stVal": ClockSyncKind.InternalClock,
    "TmSyn.q": Quality.GOOD,
}


def _declare_reports(device: LogicalDevice) -> None:
    """Data sets and report control blocks of one meter, in its LLN0."""
    root = device["LLN0"]
    nodes: Iterable[LogicalNode] = device.children.values()
    members: dict[str, list[Reference]] = {"dsEv": [], "dsMx": [], "dsEnergy": []}
    for node in nodes:
        for name, fc in _reported(node):
            data_set = {"MMTR": "dsEnergy", "MMXU": "dsMx"}.get(node.ln_class, "dsEv")
            members[data_set].append(Reference(device.name, (node.name, name), fc))
    root.data_sets = {name: tuple(references) for name, references in members.items()}
    for name, data_set in (("urcbEv", "dsEv"), ("urcbMx", "dsMx"), ("urcbEn", "dsEnergy")):
        root.control_blocks[name] = ReportControl(
            name=name,
            data_set=data_set,
            buf_tm=BUFFER_MS,
            intg_pd=INTEGRITY_MS,
            instances=REPORT_INSTANCES,
        )
    for name, data_set in (("brcbEv", "dsEv"), ("brcbEn", "dsEnergy")):
        root.control_blocks[name] = ReportControl(
            name=name,
            data_set=data_set,
            buffered=True,
            trg_ops=BUFFERED_TRIGGERS[name],
            opt_flds=OptFlds.USUAL | OptFlds.BUF_OVFL | OptFlds.ENTRY_ID,
            buf_tm=BUFFER_MS,
            instances=BUFFERED_INSTANCES,
        )


_REPORTED = {
    "XSWI": ("Pos",),
    "LTMS": ("TmChSt1",),
    "LCCH": ("ChLiv",),
    "GSAL": ("AuthFail", "AcsCtlFail", "SvcViol", "Ina"),
    "LLN0": ("Health",),
}


def _reported(node: LogicalNode) -> Iterator[tuple[str, str]]:
    """Data objects of a node that are in a data set, with their functional constraint."""
    for name, data_object in node.children.items():
        if data_object.cdc in ("BCR", "MV", "WYE"):
            yield name, "ST" if data_object.cdc == "BCR" else "MX"
        elif name in _REPORTED.get(node.ln_class, ()) or (
            node.ln_class == "GGIO" and name.startswith(("Ind", "IntIn"))
        ):
            yield name, "ST"
