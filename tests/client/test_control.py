"""What a client makes of LastApplError and CommandTermination, however a server writes them; and what it refuses to send."""

from typing import Any

import pytest

from meterwire.acsi.control_command import Command, Origin
from meterwire.client.control import Controls
from meterwire.client.control_result import LastApplError
from meterwire.client.control_values import ctl_num_of, encode_command, key_of, last_appl_error, zero_value
from meterwire.errors import DecodeError, UsageError
from meterwire.models.enums import ServiceNameKind
from meterwire.protocols.mms import BitString, DataTag, ObjectName, TypeSpec
from meterwire.protocols.mms.services import Access, InformationReport
from meterwire.reading import Timestamp

KEY = ("LD", "XSWI1", "Pos")
ERROR = ("LD/XSWI1$CO$Pos$Oper", 1, (3, b"me"), 7, 10)
OPER = (True, (3, b"me"), 7, Timestamp(), False, BitString(0, 2))


def report(*pairs: tuple[str | None, str, Any]) -> InformationReport:
    names = tuple(Access(ObjectName(item, domain)) for domain, item, _ in pairs)
    return InformationReport(None, names, [value for _, _, value in pairs])


def controls() -> Controls:
    return Controls(None, None, 1.0)  # type: ignore[arg-type]  # nothing is sent


@pytest.mark.parametrize(
    "text", ["LD/XSWI1$CO$Pos$Oper", "LD/XSWI1$CO$Pos$SBOw", "LD/XSWI1$CO$Pos", "LD/XSWI1.Pos", "LD/XSWI1.Pos.Oper"]
)
def test_however_the_object_is_written(text: str) -> None:
    assert key_of(text) == KEY


def test_an_error_belongs_to_its_command() -> None:
    mine = controls()
    first, second = mine.listen(KEY, 6), mine.listen(KEY, 7)
    other = mine.listen(("LD", "XSWI2", "Pos"), 7)
    mine.on_report(report((None, "LastApplError", ERROR)))
    assert (first.error, second.error, other.error) == (None, LastApplError(ERROR[0], 1, Origin(3, b"me"), 7, 10), None)
    assert second.has_ended is None
    mine.on_report(report((None, "LastApplError", ERROR), ("LD", "XSWI1$CO$Pos$Oper", OPER)))
    assert second.has_ended is False
    assert first.has_ended is None


def test_a_termination_without_error_is_a_success() -> None:
    mine = controls()
    exchange = mine.listen(KEY, 7)
    mine.on_report(report(("LD", "XSWI1$CO$Pos$Oper", OPER)))
    assert exchange.has_ended is True
    assert exchange.error is None


def test_a_number_that_fits_nothing_is_that_of_the_only_command() -> None:
    mine = controls()
    exchange = mine.listen(KEY, 200)
    mine.on_report(report((None, "LastApplError", (*ERROR[:3], 0, 27))))
    assert exchange.error is not None
    assert exchange.error.AddCause == 27
    mine.ignore(exchange)
    mine.on_report(report((None, "LastApplError", ERROR)))  # nobody listens


@pytest.mark.parametrize(
    "value",
    [None, (), ERROR[:4], (*ERROR, 1), ("x", 1, 2, 3, 4), (1, 1, (3, b""), 7, 10), ("x", 1, (3, ""), 7, 10), []],
)
def test_what_is_no_error(value: Any) -> None:
    with pytest.raises(DecodeError):
        last_appl_error(value)


def test_ctl_num_in_an_oper_of_any_shape() -> None:
    assert ctl_num_of(OPER) == 7
    assert ctl_num_of((True, Timestamp(), *OPER[1:])) == 7
    assert ctl_num_of(((1.5,), *OPER[1:])) == 7
    assert ctl_num_of((True, Timestamp())) is None
    assert ctl_num_of(7) is None


FLAG, MOMENT = TypeSpec(DataTag.BOOLEAN), TypeSpec(DataTag.UTC_TIME)


def structure(**members: TypeSpec) -> TypeSpec:
    return TypeSpec(DataTag.STRUCTURE, components=tuple(members.items()))


def test_only_what_the_server_has_is_sent() -> None:
    command = Command(ServiceNameKind.Operate, "LD/XSWI1.Pos", None, True, T=Timestamp(1, 2, 3))
    assert encode_command("x", "Oper", structure(ctlVal=FLAG, Test=FLAG), command).hex() == "a2068301ff830100"
    single = structure(ctlVal=structure(f=TypeSpec(DataTag.FLOAT, 32)))
    assert encode_command("x", "Oper", single, command._replace(ctlVal=1.5)).hex() == "a209a2078705083fc00000"
    old = structure(ctlVal=FLAG, T=TypeSpec(DataTag.BINARY_TIME, 1))
    assert encode_command("x", "Oper", old, command).startswith(bytes.fromhex("a20b8301ff8c06"))
    with pytest.raises(UsageError, match="no operTm"):
        encode_command("x", "Oper", structure(ctlVal=FLAG), command._replace(operTm=Timestamp(5)))
    with pytest.raises(UsageError, match="surprise"):
        encode_command("x", "Oper", structure(ctlVal=FLAG, surprise=FLAG), command)
    with pytest.raises(UsageError):
        encode_command("x", "Oper", structure(ctlVal=FLAG), command._replace(ctlVal="on"))


def test_a_value_that_says_nothing() -> None:
    assert zero_value(structure(f=TypeSpec(DataTag.FLOAT, 32), q=TypeSpec(DataTag.BIT_STRING, 2))) == {"f": 0.0, "q": 0}
    assert zero_value(FLAG) is False


def test_times_of_commands_differ() -> None:
    mine = controls()
    moments = [mine.now() for _ in range(50)]
    assert len({(moment.seconds, moment.fraction) for moment in moments}) == 50
    assert moments == sorted(moments, key=lambda moment: moment.ns)
