"""Srv: values read in parts, and set."""

from ...errors import DataAccessError, RemoteError
from ...protocols import ber
from ...protocols.mms import DataTag, ObjectName, Selector
from ...protocols.mms.services import (
    Access,
    decode_identify_response,
    decode_write_response,
    encode_variables,
    identify_request,
    read_request,
    write_request,
)
from ..bench import Bench, quote
from ..case import Group, NotApplicableError, Permission
from ..inventory import Leaf
from ..session import Session, encode_attribute
from ..sweep import content_of, octets_of, results_of
from .subjects import any_leaf, octets, readable_leaf, writable_leaf

__all__ = ["group", "other_value"]

group = Group("Srv", "Server, logical device, logical node, data: in parts, and set")

# -- reading in parts ----------------------------------------------------------------------


@group.case("125", "A component selected by alternate access has the value read by its own name")
async def _component(bench: Bench) -> None:
    session = await bench.session()
    leaf = await readable_leaf(
        bench,
        lambda leaf: leaf.fc in ("CF", "DC", "SP", "ST") and leaf.item.count("$") == 3 and leaf.last != "t",
    )
    parent, _, component = leaf.item.rpartition("$")
    selected = Access(ObjectName(parent, leaf.domain), (Selector(component=component),))
    answer = await session.attempt(read_request([selected]))
    if isinstance(answer, RemoteError):
        bench.fail(f"{leaf} by alternate access: {answer}")
    direct = await octets(session, leaf.name)
    found = b"".join(results_of(answer))
    bench.check(found == direct, f"{leaf}: {found.hex()} by alternate access, {direct.hex()} by name")


@group.case("126", "An array element selected by its index is the element of the whole array")
async def _element(bench: Bench) -> None:
    session = await bench.session()
    leaf = any_leaf(
        bench,
        lambda leaf: leaf.spec.tag == DataTag.ARRAY and leaf.fc in ("MX", "ST", "CF", "SP") and leaf.spec.size > 1,
        "array",
    )
    whole = content_of(await octets(session, leaf.name))
    for index in (0, leaf.spec.size - 1):
        answer = await session.attempt(read_request([Access(leaf.name, (Selector(index=index),))]))
        if isinstance(answer, RemoteError):
            bench.fail(f"{leaf}({index}): {answer}")
        found = b"".join(results_of(answer))
        place = whole.find(found)
        bench.check(
            place == 0 if index == 0 else whole.endswith(found),
            f"{leaf}({index}) is {found.hex()}, the array {whole.hex()}",
        )


@group.case("127", "A Read of several variables gives one result for each, in their order, refusals among them")
async def _mixed(bench: Bench) -> None:
    session = await bench.session()
    leaf = await readable_leaf(bench, lambda leaf: leaf.fc in ("DC", "CF", "SP"), "attribute of DC, CF or SP")
    nothing = ObjectName(f"{leaf.item}Zz"[:64], leaf.domain)
    values = await octets_of(session, leaf.name, nothing, leaf.name)
    bench.check(isinstance(values[0], bytes) and values[0] == values[2], "the two results of the same attribute differ")
    bench.check(isinstance(values[1], DataAccessError), f"{nothing} does not exist, and gives {quote(values[1])}")


@group.case("128", "A Read with specification repeats the specification in its answer")
async def _with_specification(bench: Bench) -> None:
    session = await bench.session()
    leaf = await readable_leaf(bench)
    listed = encode_variables([Access(leaf.name)])
    service = ber.tlv(0xA4, b"\x80\x01\xff" + ber.tlv(0xA1, listed))
    answer = await session.attempt(service)
    if isinstance(answer, RemoteError):
        bench.fail(f"refused: {answer}")
    told = next(
        (answer.data[a:b] for tag, a, b in ber.elements(answer.data, answer.start, answer.stop) if tag == 0xA0), b""
    )
    bench.check(told == listed, f"the answer's specification is {told.hex() or 'absent'}, asked was {listed.hex()}")


@group.case("129", "Identify tells vendor, model and revision")
async def _identify(bench: Bench) -> None:
    identity = decode_identify_response(await (await bench.session()).request(identify_request()))
    empty = [name for name in ("vendor", "model", "revision") if not getattr(identity, name)]
    bench.check(not empty, f"empty: {', '.join(empty)}")
    bench.note(f"{identity.vendor} {identity.model} {identity.revision}")


@group.case("130", "Status is answered: operational, state changes allowed")
async def _status(bench: Bench) -> None:
    answer = await (await bench.session()).attempt(b"\x80\x01\x00")
    if isinstance(answer, RemoteError):
        bench.fail(f"refused: {answer}")
    fields = {tag: answer.data[a:b] for tag, a, b in ber.elements(answer.data, answer.start, answer.stop)}
    bench.check(fields.get(0x80, b"\xff")[-1] == 0, f"logical status {fields.get(0x80, b'').hex() or 'absent'}")
    bench.check(0x81 in fields, "no physical status")


# -- setting values ------------------------------------------------------------------------


def other_value(leaf: Leaf, value: bytes) -> bytes:
    """Another valid value of the same type."""
    tag, content = leaf.spec.tag, content_of(value)
    if tag == DataTag.BOOLEAN:
        return b"\x83\x01" + (b"\x00" if content != b"\x00" else b"\xff")
    if tag in (DataTag.INTEGER, DataTag.UNSIGNED):
        number = int.from_bytes(content, "big", signed=True)
        return ber.tlv(tag, ber.encode_integer(number - 1 if number > 0 else number + 1))
    if tag in (DataTag.VISIBLE_STRING, DataTag.MMS_STRING):
        return ber.tlv(tag, b"meterwire" if content != b"meterwire" else b"conform")
    return encode_attribute("", 1.5 if value != encode_attribute("", 1.5) else 2.5)


CHANGEABLE = (
    DataTag.VISIBLE_STRING,
    DataTag.MMS_STRING,
    DataTag.INTEGER,
    DataTag.UNSIGNED,
    DataTag.BOOLEAN,
    DataTag.FLOAT,
)


def _is_changeable(leaf: Leaf) -> bool:
    long_enough = leaf.spec.tag not in (DataTag.VISIBLE_STRING, DataTag.MMS_STRING) or abs(leaf.spec.size) >= 9
    return leaf.spec.tag in CHANGEABLE and leaf.spec.size != 64 * (leaf.spec.tag == DataTag.FLOAT) and long_enough


@group.case("6", "SetDataValues: another value is taken, read back, and the old one put back", Permission.WRITE)
async def _set(bench: Bench) -> None:
    session = await bench.session()
    for fc in ("DC", "SP", "CF"):
        found = [leaf for leaf, _ in (await bench.values()).leaves() if leaf.fc == fc and _is_changeable(leaf)]
        if found and await _set_one(bench, session, fc):
            return
    bench.skip("no attribute of DC, SP or CF takes another value")


async def _set_one(bench: Bench, session: Session, fc: str) -> bool:
    try:
        leaf, value = await writable_leaf(bench, lambda leaf: leaf.fc == fc and _is_changeable(leaf))
    except NotApplicableError:
        return False
    wanted = other_value(leaf, value)
    refusal = await session.write(leaf.name, wanted)
    if refusal is not None:
        return False
    now = await octets(session, leaf.name)
    bench.check(now == wanted, f"{leaf}: {wanted.hex()} was taken, {now.hex()} is read")
    await session.set(leaf.domain, leaf.item, value)
    now = await octets(session, leaf.name)
    bench.check(now == value, f"{leaf}: {value.hex()} was put back, {now.hex()} is read")
    bench.note(str(leaf))
    return True


@group.case("7", "SetDataValues of several attributes in one Write: a result for each", Permission.WRITE)
async def _set_many(bench: Bench) -> None:
    session = await bench.session()
    leaf, value = await writable_leaf(bench)
    nothing = Access(ObjectName(f"{leaf.item}Zz"[:64], leaf.domain))
    service = write_request([(Access(leaf.name), value), (nothing, value), (Access(leaf.name), value)])
    results = decode_write_response(await session.request(service))
    bench.check(len(results) == 3, f"3 written, {len(results)} results")
    bench.check(results[0] is None and results[2] is None, f"{leaf} refused among others: {results}")
    bench.check(results[1] is not None, f"{nothing.name} does not exist, and was written")


@group.case("131", "A value another client has set is seen by this one", Permission.WRITE)
async def _seen(bench: Bench) -> None:
    leaf, value = await writable_leaf(bench, _is_changeable)
    other = await bench.open()
    wanted = other_value(leaf, value)
    if await other.write(leaf.name, wanted) is not None:
        bench.skip(f"{leaf} takes no other value")
    now = await octets(await bench.session(), leaf.name)
    bench.check(now == wanted, f"{leaf}: another client wrote {wanted.hex()}, this one reads {now.hex()}")
