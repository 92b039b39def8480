"""The residential terminal: what is there, what it is called, and that nothing unread looks good."""

import pytest

from meterwire.errors import UsageError
from meterwire.models import Ied, OptFlds, TrgOps, parse_reference
from meterwire.models.terminals import MeterConfig, residential_terminal
from meterwire.models.terminals.residential import MAX_METERS, MAX_RATES
from meterwire.models.terminals.status_words import FIELDS, FLAGS
from meterwire.protocols.dlt645.items import lookup
from meterwire.reading import Quality, Timestamp

FIRST = "003411001043"
SECOND = "000000063295"


@pytest.fixture
def ied() -> Ied:
    return residential_terminal(
        meters=[MeterConfig(address=FIRST), MeterConfig(address=SECOND, phases=1, rates=2)],
        started=Timestamp(1_700_000_000),
    )


NODES = {
    "HOMEMET": "LLN0 LPHD1 MMTR1 Rt1MMTR1 Rt2MMTR1 Rt3MMTR1 Rt4MMTR1 MMXU1 DmdMMXU1 XSWI1 "
    "GGIO1 GGIO2 GGIO3 GGIO4 GGIO5 GGIO6 GGIO7 LTMS1 LCCH1 GSAL1",
    "HOMEMET2": "LLN0 LPHD1 MMTR1 Rt1MMTR1 Rt2MMTR1 MMXU1 DmdMMXU1 XSWI1 GGIO1 GGIO2 GGIO3 GGIO4 GGIO7 LTMS1 LCCH1",
}

VALUES = {
    "HOMEMET/LPHD1.Proxy.stVal": True,
    "HOMEMET/LPHD1.PhyNam.serNum": FIRST,
    "HOMEMET2/LPHD1.PhyNam.serNum": SECOND,
    "HOMEMET/LLN0.NamPlt.ldNs": "IEC 61850-7-4:2007B5",
    "HOMEMET/LLN0.Mod.stVal": 1,
    "HOMEMET/LLN0.Mod.ctlModel": 0,
    "HOMEMET/MMTR1.DmdWh.pulsQty": 10.0,
    "HOMEMET/MMTR1.DmdWh.units.SIUnit": 72,
    "HOMEMET/Rt4MMTR1.SupWh.pulsQty": 10.0,
    "HOMEMET/MMXU1.PhV.phsC.units.SIUnit": 29,
    "HOMEMET/XSWI1.SwTyp.stVal": 1,
    "HOMEMET/XSWI1.Pos.ctlModel": 0,
    "HOMEMET/DmdMMXU1.ClcMth.setVal": 6,
    "HOMEMET/DmdMMXU1.ClcSrc.setSrcRef": "HOMEMET/MMXU1",
    "HOMEMET/GGIO3.Ind5.d": "relay open",
    "HOMEMET/GGIO3.Ind5.dU": "继电器状态(0通,1断)",
}


@pytest.mark.parametrize(("device", "nodes"), NODES.items())
def test_nodes(ied: Ied, device: str, nodes: str) -> None:
    assert list(ied[device].children) == nodes.split()


@pytest.mark.parametrize(("reference", "value"), VALUES.items())
def test_values(ied: Ied, reference: str, value: object) -> None:
    assert ied.find(reference).value == value


def test_single_phase_meter_has_one_phase(ied: Ied) -> None:
    assert list(ied["HOMEMET2"]["MMXU1.PhV"].children) == ["phsA"]
    assert list(ied["HOMEMET2"]["GGIO2"].children) == ["Ind1", "Ind5", "Beh"]


STATIC = {"LLN0", "Proxy", "SwTyp", "Beh", "TmSrc", "TmSrcTyp", "TmSyn", "FerCh", "OpCntRs"}


def test_nothing_that_comes_from_a_meter_is_good_before_it_is_read(ied: Ied) -> None:
    for leaf in ied.leaves():
        if leaf.name == "q":
            path = leaf.reference.partition("/")[2].split(".")
            expected = Quality.GOOD if STATIC.intersection(path) else Quality.INVALID
            assert leaf.value == expected, leaf.reference


def test_what_is_known_from_the_start_has_its_time(ied: Ied) -> None:
    for leaf in ied.leaves():
        if leaf.name == "q" and leaf.value.is_good:
            assert leaf.parent["t"].value == Timestamp(1_700_000_000), leaf.reference


def test_energy_is_an_integer_count(ied: Ied) -> None:
    counters = [leaf for leaf in ied.leaves() if leaf.name == "actVal"]
    assert len(counters) == 3 + 4 * 2 + 3 + 2 * 2
    assert {leaf.type.name for leaf in counters if leaf.type} == {"INT64"}


def test_no_control_objects_while_everything_is_status_only(ied: Ied) -> None:
    assert "CO" not in {leaf.fc for leaf in ied.leaves()}


def test_only_descriptions_are_writable(ied: Ied) -> None:
    assert {leaf.name for leaf in ied.leaves() if leaf.is_writable} == {"d", "dU"}


@pytest.mark.parametrize("device", NODES)
def test_data_sets_and_reports(ied: Ied, device: str) -> None:
    root = ied[device]["LLN0"]
    assert list(root.data_sets) == ["dsEv", "dsMx", "dsEnergy"]
    for members in root.data_sets.values():
        assert len(set(members)) == len(members) > 0
        for member in members:
            below = list(ied.find(member).leaves())
            assert any(leaf.fc == member.fc for leaf in below)
            assert parse_reference(str(member)) == member
    assert {name: control.data_set for name, control in root.control_blocks.items()} == {
        "urcbEv": "dsEv",
        "urcbMx": "dsMx",
        "urcbEn": "dsEnergy",
        "brcbEv": "dsEv",
        "brcbEn": "dsEnergy",
    }
    assert root.control_blocks["urcbMx"].instance_names == ("urcbMx01", "urcbMx02", "urcbMx03")
    buffered = {name: control for name, control in root.control_blocks.items() if control.buffered}
    assert list(buffered) == ["brcbEv", "brcbEn"]
    assert buffered["brcbEn"].instance_names == ("brcbEn01", "brcbEn02")
    # Integrity reports nobody fetches would push events out of the buffer.
    assert not any(control.trg_ops & TrgOps.INTEGRITY or control.intg_pd for control in buffered.values())
    assert all(control.trg_ops & TrgOps.DCHG and control.opt_flds & OptFlds.ENTRY_ID for control in buffered.values())


def test_energy_data_set(ied: Ied) -> None:
    names = [str(member) for member in ied["HOMEMET2"]["LLN0"].data_sets["dsEnergy"]]
    assert names == [
        f"HOMEMET2/{member} [ST]"
        for member in "MMTR1.TotWh MMTR1.SupWh MMTR1.DmdWh "
        "Rt1MMTR1.SupWh Rt1MMTR1.DmdWh Rt2MMTR1.SupWh Rt2MMTR1.DmdWh".split()
    ]


def test_status_words_are_those_of_the_protocol() -> None:
    """Positions and texts, each bit of the catalogue once."""
    for word in range(1, 8):
        bits = lookup(f"0400050{word}").bits
        assert FLAGS[word] == {b.bit: (b.name, b.name_zh) for b in bits if b.width == 1}
        assert FIELDS.get(word, {}) == {b.bit: (b.name, b.name_zh) for b in bits if b.width > 1}


def test_two_builds_are_the_same_model() -> None:
    first, second = (residential_terminal(meters=[MeterConfig(address=FIRST)]) for _ in range(2))
    assert [(leaf.reference, leaf.fc) for leaf in first.leaves()] == [
        (leaf.reference, leaf.fc) for leaf in second.leaves()
    ]


BAD = {
    "no meter": lambda: residential_terminal(meters=[]),
    "one meter twice": lambda: residential_terminal(meters=[MeterConfig(address=FIRST)] * 2),
    "too many": lambda: residential_terminal(meters=[MeterConfig(address=f"{i:012}") for i in range(MAX_METERS + 1)]),
    "name with a dot": lambda: residential_terminal("HO.ME"),
    "name too long": lambda: residential_terminal("H" * 41),
    "address of 11 digits": lambda: MeterConfig(address="00341100104"),
    "address with a letter": lambda: MeterConfig(address="00341100104A"),
    "address in other digits": lambda: MeterConfig(address="٠٠٣٤١١٠٠١٠٤٣"),
    "two phases": lambda: MeterConfig(address=FIRST, phases=2),
    "too many rates": lambda: MeterConfig(address=FIRST, rates=MAX_RATES + 1),
    "description that is not ASCII": lambda: residential_terminal(
        meters=[MeterConfig(address=FIRST, description="表")]
    ),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_refused(make: object) -> None:
    with pytest.raises(UsageError):
        make()  # type: ignore[operator]


def test_limits() -> None:
    meters = [MeterConfig(address=f"{i:012}", rates=0, phases=1) for i in range(MAX_METERS)]
    assert len(residential_terminal("H" * 40, meters).children) == MAX_METERS
    assert (
        f"Rt{MAX_RATES}MMTR1" in residential_terminal(meters=[MeterConfig(address=FIRST, rates=MAX_RATES)])["HOMEMET"]
    )
