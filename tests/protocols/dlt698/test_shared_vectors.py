"""Every shared vector: byte-exact both ways, the stated meaning, whole, octet by octet and surrounded by garbage.

The collectors wrote down what each frame means in a notation of their own (lists of names and values); :func:`told`
says what we decoded in the same notation, so that the two can be compared.
"""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from meterwire.anatomy import Field
from meterwire.errors import DecodeError
from meterwire.protocols import dlt698 as d

SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "dlt698.jsonl"
ROWS = [json.loads(line) for line in SHARED.read_text("utf-8").splitlines()] if SHARED.exists() else []
NOT_PARSED = {"dlt698-t042"}  # its source wrote the tag of a date twice; the collectors could not parse it either

pytestmark = [
    pytest.mark.usefixtures("link", "codec"),
    pytest.mark.skipif(
        not ROWS, reason="../shared is not here; test_vectors.py has our own copy of the important ones"
    ),
]


def told(value: Any) -> Any:
    """A value in the collectors' notation."""
    match value:
        case d.ResultNormal(oad=oad, value=result):
            return [told(oad), told(result)]
        case d.ResultRecord():
            rows = told(value.rows) if value.is_error else [[told(cell) for cell in row] for row in value.rows]
            return [told(value.oad), told(value.rcsd), rows]
        case d.OAD():
            return f"{value.oi}/{value.attribute}/{value.index}"
        case d.OMD():
            return f"{int(value):08x}"
        case d.DAR():
            return f"DAR{int(value)}"
        case d.Enum():
            return f"enum{int(value)}"
        case d.Structure():
            return {"struct": [told(element) for element in value]}
        case d.TSA():
            return f"TSA:{value.hex()}"
        case d.MAC() | d.RN():
            return f"mac/rn:{value.hex()}"
        case d.Null():
            return None
        case d.DateTimeS():
            return str(value)
        case d.ROAD():
            return [told(value.oad), *map(told, value.related)]
        case d.TI():
            return f"TI({value.interval},{value.unit})"
        case d.COMDCB():
            return f"COMDCB {bytes((value.baud, value.parity, value.data_bits, value.stop_bits, value.flow_control)).hex()}"
        case d.Selector0():
            return "all"
        case d.Selector2():
            return ["S2", *map(told, (value.oad, value.start, value.end, value.interval))]
        case d.Selector7():
            return ["S7", *map(told, (value.start, value.end, value.interval, value.meters))]
        case d.UserAddresses():
            return ["addrs", [told(address) for address in value.addresses]]
        case d.Float32():
            return float(value)
        case bytes():
            return f"oct:{value.hex()}"
        case str():
            return f"str:{value}"
        case int():
            return int(value)
        case tuple():
            return [told(element) for element in value]
    if dataclasses.is_dataclass(value):
        return [told(getattr(value, field.name)) for field in dataclasses.fields(value)]
    return value


def flat(value: Any) -> list[Any]:
    """The leaves of a notation, in order, with the prefixes off that the collectors use only sometimes."""
    if isinstance(value, dict):
        return flat(list(value.values()))
    if isinstance(value, list):
        return [leaf for element in value for leaf in flat(element)]
    if isinstance(value, str):
        return [re.sub(r"^(oct:|OAD:|str:)", "", value)]
    return [] if value is None else [value]


def fields_of(found: Any) -> list[Any]:
    skipped = {"piid", "follow_report", "time_tag"}
    names = [name for name, _ in found.WIRE.fields if name not in skipped]
    return [told(getattr(found, name)) for name in names]


def meaning(found: Any, stated: list[Any]) -> None:
    """Compare with what the collectors wrote: name and choice, PIID, contents, tail."""
    name = str(stated[0])
    service = type(found).__name__.upper()
    assert service.startswith(name.split("-", maxsplit=1)[0][:3].upper())
    assert name.split("-")[1].split(maxsplit=1)[0].upper() in service
    if "choice" in name:
        assert int(name.rsplit(maxsplit=1)[-1]) == found.CHOICE
    rest = stated[1:]
    if isinstance(rest[-1], dict) and (not rest[-1] or {"follow", "timetag"} & rest[-1].keys()):
        tail = rest.pop()
        follow = getattr(found, "follow_report", None)
        assert (follow is not None) == ("follow" in tail)
        if follow is not None:
            assert flat([told(result) for result in follow.results]) == flat(tail["follow"])
        assert (found.time_tag is not None) == ("timetag" in tail)
        if found.time_tag is not None:
            assert [str(found.time_tag.sent), told(found.time_tag.allowed)] == tail["timetag"]
    if isinstance(rest[0], int) or str(rest[0]).startswith("PIID"):
        assert found.piid == (rest[0] if isinstance(rest[0], int) else int(str(rest[0]).split()[1], 16))
        rest = rest[1:]
    if found.TAG in (0x10, 0x90):
        return secured(found, rest)
    ours = [leaf for leaf in flat(fields_of(found)) if leaf is not None]
    theirs = [leaf for leaf in flat(rest) if leaf not in ("nodata", "")]
    assert ours == theirs
    return None


def secured(found: Any, rest: list[Any]) -> None:
    kinds = {"plain": d.PlainText, "cipher": d.CipherText}
    assert type(found.content) is kinds[rest[0]]
    assert found.content.hex() == rest[1]
    check = found.check
    if len(rest) == 2:
        assert check is None
        return
    stated = rest[2]
    match check:
        case d.SidMac():
            assert stated == ["SID_MAC", f"{check.sid.identifier:08x}", check.sid.data.hex(), check.mac.hex()]
        case d.RnMac():
            assert stated == ["RN_MAC", check.rn.hex(), check.mac.hex()]
        case d.SID():
            assert stated == ["SID", f"{check.identifier:08x}", check.data.hex()]
        case _:
            assert stated == [type(check).__name__, check.hex()]


def three_ways(wire: bytes) -> d.Frame:
    """Whole; octet by octet; with octets before and behind. The one frame that all three agree on."""
    whole = d.decode(wire)
    finder = d.Stream()
    singly = [frame for octet in wire for frame in finder.feed(bytes((octet,)))]
    assert singly == [whole]
    assert finder.pending == finder.discarded == finder.checksum_errors == 0
    around = d.Stream()
    assert [*around.feed(b"\x00\x68\x16\xfe\xfe" + wire + b"\xfe\x68\x11"), *around.flush()] == [whole]
    with pytest.raises(DecodeError, match="after the frame") as trailing:
        d.decode(wire + b"\x00")
    assert trailing.value.offset == len(wire)
    return whole


def covered(fields: tuple[Field, ...], data: bytes, base: int, depth: int) -> None:
    """Fields of one depth cover their octets without a gap, and so do the parts of each."""
    outer = [field for field in fields if field.depth == depth]
    assert b"".join(field.data for field in outer) == data
    at = base
    places = [i for i, field in enumerate(fields) if field.depth == depth] + [len(fields)]
    for number, field in enumerate(outer):
        assert field.offset == at
        at += len(field.data)
        behind = fields[places[number] + 1 : places[number + 1]]
        if behind:
            covered(behind, field.data, field.offset, depth + 1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_vector(row: dict[str, Any]) -> None:
    wire = bytes.fromhex(row["hex"])
    if "no link frame" in row["protocol"]:
        body, stated = wire, row["decoded"]
    else:
        frame = three_ways(wire)
        assert frame.encode() == wire
        header, server, client, stated = row["decoded"].split("; ", 3)
        assert header.startswith(f"C={frame.control:02X} ")
        kind, logical, digits = re.fullmatch(r"SA type (\d) logical (\d) (\w+)", server).groups()  # type: ignore[union-attr]
        assert (frame.server.kind, frame.server.logical, frame.server.digits) == (int(kind), int(logical), digits)
        assert client == f"CA {frame.client:02X}"
        assert frame.from_server == (row["direction"] == "server->client")
        covered(frame.anatomy(), wire, 0, 0)
        if (fragment := frame.fragment) is not None:
            assert stated == (
                f"fragment seq {fragment.number} type {fragment.kind} ({'first last confirm middle'.split()[fragment.kind]}); "
                f"piece {fragment.piece.hex().upper()}"
            )
            return
        body = frame.data
    if row["id"] in NOT_PARSED:
        with pytest.raises(DecodeError):
            d.decode_apdu(body)
        return
    found = d.decode_apdu(body)
    assert found.encode() == body
    assert not isinstance(found, d.UnknownApdu)
    fields = d.explain_apdu(body)
    assert "not explained" not in {field.name for field in fields}
    covered(fields, body, 0, 0)
    meaning(found, json.loads(stated))
