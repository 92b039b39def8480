"""SrvN: names that do not exist, values that do not fit, and requests that are none."""

from functools import partial

from ...errors import DataAccessError, RejectError, RemoteError
from ...protocols import ber
from ...protocols.mms import DataTag, Initiate, ObjectName, Pdu, RejectKind, Selector
from ...protocols.mms.lists import decode_delete_list_response
from ...protocols.mms.pdu import PduTag, Service, cancel_request, confirmed_request, reject
from ...protocols.mms.services import (
    Access,
    NameListRequest,
    ObjectClass,
    decode_read_response,
    decode_write_response,
    name_list_request,
    read_request,
    variable_attributes_request,
    write_request,
)
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Leaf
from ..session import Session
from .raw import RawAssociation
from .subjects import any_leaf, device, missing_item, octets, readable_leaf, writable_leaf

__all__ = ["group"]

group = Group("Srv", "Server, logical device, logical node, data: what must be refused")

NO_DOMAIN = "NoSuchDeviceZZ"


# -- names that do not exist ---------------------------------------------------------------


async def _refused(bench: Bench, service: bytes, what: str) -> None:
    """The service must be refused as a whole."""
    answer = await (await bench.session()).attempt(service)
    bench.check(isinstance(answer, RemoteError), f"{what} is answered as if it were there")
    bench.note(str(answer))


async def _unreadable(bench: Bench, *names: Access) -> None:
    """None of these may give a value."""
    answer = await (await bench.session()).attempt(read_request(names))
    if isinstance(answer, RemoteError):
        bench.note(str(answer))
        return
    for access, value in zip(names, decode_read_response(answer), strict=True):
        bench.check(isinstance(value, DataAccessError), f"{access.name} gives {quote(value)}")
        bench.note(str(value))


@group.case("N1a", "GetLogicalDeviceDirectory of a device that does not exist is refused")
async def _no_device(bench: Bench) -> None:
    await _refused(bench, name_list_request(NameListRequest(ObjectClass.NAMED_VARIABLE, NO_DOMAIN)), NO_DOMAIN)


@group.case("N1b", "The definition of a logical node that does not exist is refused")
async def _no_node(bench: Bench) -> None:
    domain = device(bench)
    name = ObjectName(missing_item(bench, domain, "ZZZZ9"), domain)
    await _refused(bench, variable_attributes_request(name), str(name))


@group.case("N1c", "The definition of a data object that does not exist is refused")
async def _no_object(bench: Bench) -> None:
    domain = device(bench)
    name = ObjectName(missing_item(bench, domain, "LLN0$ST$NoSuchDO"), domain)
    await _refused(bench, variable_attributes_request(name), str(name))


@group.case("N1d", "GetDataValues of an attribute that does not exist gives an error")
async def _no_attribute(bench: Bench) -> None:
    leaf = await readable_leaf(bench)
    item = missing_item(bench, leaf.domain, leaf.item.rpartition("$")[0] + "$noSuch")
    await _unreadable(bench, Access(ObjectName(item, leaf.domain)))


@group.case("N1e", "GetDataValues of a name in the wrong case gives an error")
async def _wrong_case(bench: Bench) -> None:
    leaf = await readable_leaf(bench, lambda leaf: leaf.item.swapcase() != leaf.item)
    changed = "$".join(part.swapcase() if i != 1 else part for i, part in enumerate(leaf.item.split("$")))
    if changed in bench.inventory.devices[leaf.domain].names:
        bench.skip("the server has this name in both cases")
    await _unreadable(bench, Access(ObjectName(changed, leaf.domain)))


@group.case("N1f", "GetDataValues under a functional constraint the attribute does not have gives an error")
async def _wrong_constraint(bench: Bench) -> None:
    leaf = await readable_leaf(bench, lambda leaf: leaf.fc in ("ST", "MX"))
    node, _, *rest = leaf.item.split("$")
    item = "$".join((node, "CF", *rest))
    if item in bench.inventory.devices[leaf.domain].names:
        bench.skip(f"{item} exists")
    await _unreadable(bench, Access(ObjectName(item, leaf.domain)))


@group.case("N1g", "GetDataValues in a device that does not exist gives an error")
async def _value_no_device(bench: Bench) -> None:
    leaf = await readable_leaf(bench)
    await _unreadable(bench, Access(ObjectName(leaf.item, NO_DOMAIN)))


@group.case("N1h", "SetDataValues of an attribute that does not exist is refused")
async def _set_nothing(bench: Bench) -> None:
    domain = device(bench)
    name = ObjectName(missing_item(bench, domain, "LLN0$SP$NoSuch$setVal"), domain)
    refusal = await (await bench.session()).write(name, b"\x85\x01\x01")
    bench.check(refusal is not None, f"{name} does not exist, and was written")
    bench.note(str(refusal))


@group.case(
    "N1i",
    "The refusal of a name that does not exist says so: object-non-existent, undefined, invalid address or access unsupported",
)
async def _says_so(bench: Bench) -> None:
    leaf = await readable_leaf(bench)
    item = missing_item(bench, leaf.domain, leaf.item.rpartition("$")[0] + "$noSuch")
    answer = await (await bench.session()).attempt(read_request([Access(ObjectName(item, leaf.domain))]))
    value = answer if isinstance(answer, RemoteError) else decode_read_response(answer)[0]
    bench.check(isinstance(value, RemoteError), f"{item} gives {quote(value)}")
    if isinstance(value, DataAccessError):
        bench.check(value.code in (4, 5, 9, 10), f"the refusal is {value}")


# -- names that are none -------------------------------------------------------------------


async def _odd_name(bench: Bench, *, item: bytes, domain: bytes | None = None) -> None:
    """Read a name our encoder would not send."""
    own = device(bench).encode() if domain is None else domain
    name = ber.tlv(0xA1, ber.tlv(0x1A, own) + ber.tlv(0x1A, item))
    service = ber.tlv(0xA4, ber.tlv(0xA1, ber.tlv(0xA0, ber.tlv(0x30, ber.tlv(0xA0, name)))))
    raw = await RawAssociation.open(bench)
    raw.send(confirmed_request(11, service))
    answer = await raw.answer()
    if answer is None:
        bench.check(raw.has_ended, "neither answer nor end of the association")
        bench.note("the association ends")
    elif answer.tag == PduTag.CONFIRMED_RESPONSE:
        (value,) = decode_read_response(answer)
        bench.check(isinstance(value, DataAccessError), f"it gives {quote(value)}")
        bench.note(str(value))


ODD_NAMES = (
    ("N101", "A name of one dollar sign gives an error", b"$", None),
    ("N102", "An empty name gives an error", b"", None),
    ("N103", "A name of 65 octets gives an error", b"LLN0$ST$" + b"x" * 57, None),
    ("N104", "A name of 4000 octets gives an error", b"LLN0$ST$" + b"x" * 3992, None),
    ("N105", "A name that ends in a dollar sign gives an error", b"LLN0$ST$", None),
    ("N106", "A name with a null in it gives an error", b"LLN0\x00$ST", None),
    ("N107", "A name beyond ASCII gives an error", "LLN0$ST$电".encode(), None),
    ("N108", "A name in an empty device gives an error", b"LLN0", b""),
    ("N109", "A name with only a functional constraint gives an error", b"$ST", None),
)
for _number, _title, _item, _domain in ODD_NAMES:
    group.add(_number, _title, partial(_odd_name, item=_item, domain=_domain), hostile=True)


@group.case("N110", "A component of an attribute that has none gives an error")
async def _component_of_leaf(bench: Bench) -> None:
    leaf = await readable_leaf(bench, lambda leaf: leaf.spec.tag in (DataTag.BOOLEAN, DataTag.INTEGER))
    await _unreadable(bench, Access(leaf.name, (Selector(component="f"),)))


@group.case("N111", "An array element behind the last one gives an error")
async def _behind_array(bench: Bench) -> None:
    leaf = any_leaf(bench, lambda leaf: leaf.spec.tag == DataTag.ARRAY and leaf.fc in ("MX", "ST", "CF", "SP"), "array")
    await _unreadable(bench, Access(leaf.name, (Selector(index=leaf.spec.size),)))


@group.case("N112", "An index into what is no array gives an error")
async def _index_of_leaf(bench: Bench) -> None:
    leaf = await readable_leaf(bench, lambda leaf: leaf.spec.tag in (DataTag.BOOLEAN, DataTag.INTEGER))
    await _unreadable(bench, Access(leaf.name, (Selector(index=0),)))


@group.case(
    "N113", "A name list continued after a name that is not in it is refused, or goes on from that place; it ends"
)
async def _continue_unknown(bench: Bench) -> None:
    session = await bench.session()
    domain = device(bench)
    known = set(bench.inventory.devices[domain].names)
    after = "LLN0$ZZ"
    for _ in range(3):
        answer = await session.attempt(name_list_request(NameListRequest(ObjectClass.NAMED_VARIABLE, domain, after)))
        if isinstance(answer, RemoteError):
            bench.note(str(answer))
            return
        part = await session.names_after(ObjectClass.NAMED_VARIABLE, domain, after)
        bench.check(set(part.names) <= known, f"names that are not in the list: {quote(set(part.names) - known)}")
        bench.check(after not in part.names, "the name it was to begin after")
        if not part.more_follows:
            return
        bench.check(part.names, "more is promised, and nothing comes")
        after = part.names[-1]


@group.case("N114", "A name list of an object class 8-1 does not use is refused, or empty")
async def _odd_class(bench: Bench) -> None:
    answer = await (await bench.session()).attempt(name_list_request(NameListRequest(6, device(bench))))
    if isinstance(answer, Pdu):
        _, first, stop = ber.read_header(answer.data, answer.start, answer.stop)
        bench.check(first == stop, "semaphores are listed")


# -- requests that are none ----------------------------------------------------------------


def _refuses_all(answer: Pdu) -> bool:
    """A response to Read, Write or deletion in which nothing succeeds."""
    if answer.service == Service.WRITE:
        return all(result is not None for result in decode_write_response(answer))
    if answer.service == Service.DELETE_NAMED_VARIABLE_LIST:
        return decode_delete_list_response(answer) == (0, 0)
    return answer.service == Service.READ and all(isinstance(v, DataAccessError) for v in decode_read_response(answer))


async def _hostile(bench: Bench, *, pdu: bytes) -> None:
    """Send a PDU that nobody should; rejected, an error, silence or the end, but no success."""
    raw = await RawAssociation.open(bench)
    raw.send(pdu)
    answer = await raw.answer(min(1.0, bench.options.timeout))
    if answer is None:
        bench.note("the association ends" if raw.has_ended else "no answer")
        return
    if answer.tag == PduTag.CONFIRMED_RESPONSE:
        bench.check(_refuses_all(answer), f"answered with success: {answer.data.hex()}")
    bench.note(
        {PduTag.REJECT: "rejected", PduTag.CONFIRMED_ERROR: "an error", PduTag.CANCEL_ERROR: "a cancel error"}.get(
            answer.tag, "answered"
        )
    )


def _nested(depth: int) -> bytes:
    inner = b"\x83\x01\x00"
    for _ in range(depth):
        inner = ber.tlv(0xA2, inner)
        if len(inner) > 60_000:
            break
    return inner


_NAME = bytes.fromhex("a10e1a054e6f5a5a5a1a054c4c4e3030")
HOSTILE = (
    ("N115", "A Read of no variables is refused, or gives no values", confirmed_request(1, bytes.fromhex("a404a102a000"))),
    ("N116", "A Read without content is refused", confirmed_request(1, b"\xa4\x00")),
    ("N117", "A length of indefinite form is refused", bytes.fromhex("a080020101a480a18000000000")),
    ("N118", "A length of 4 GiB is refused", bytes.fromhex("a084ffffffff020101")),
    ("N119", "A length in nine octets is refused", bytes.fromhex("a089ffffffffffffffffff0201")),
    ("N120", "A Write of data nested a thousand levels deep is refused", confirmed_request(1, ber.tlv(0xA5, ber.tlv(0xA0, ber.tlv(0x30, ber.tlv(0xA0, _NAME))) + ber.tlv(0xA0, _nested(1000))))),
    ("N121", "A response that answers no request is not answered with success", bytes.fromhex("a10e020100bf4808800100a103800101")),
    ("N122", "A Read followed by a second tag of another class is refused", bytes.fromhex("a009020101a4007f4a0100")),
    ("N123", "An identifier whose length has the form 8b is refused", bytes.fromhex("a012020101a10da003800109a106818b01414243")),
    ("N124", "A reject from the client is not answered with success", reject(5, RejectKind.CONFIRMED_REQUEST, 1)),
    ("N125", "An information report from the client is not answered with success", bytes.fromhex("a30da00ba1058003525054a0028300")),
    ("N126", "A conclude response nobody asked for is not answered with success", b"\x8c\x00"),
    ("N127", "A PDU of a tag that MMS does not have is not answered with success", bytes.fromhex("bf7f03020101")),
    ("N128", "An empty PDU is not answered with success", b"\xa0\x00"),
    ("N129", "A zero-length invoke ID is refused", bytes.fromhex("a00402008200")),
    ("N130", "A negative invoke ID is refused", bytes.fromhex("a0050201ff8200")),
    ("N131", "A Write with fewer data than variables is refused", confirmed_request(1, write_request([(Access(ObjectName("LLN0$SP$A", "NoZZZ")), b"")]))),
    ("N132", "DeleteNamedVariableList without a list is refused, or deletes nothing", confirmed_request(1, b"\xad\x00")),
    ("N133", "A cancel of a request that was never made is answered with an error, or not", cancel_request(99)),
)  # fmt: skip
for _number, _title, _pdu in HOSTILE:
    group.add(_number, _title, partial(_hostile, pdu=_pdu), hostile=True)


@group.case(
    "N134", "A service MMS knows and 8-1 does not use is rejected as unrecognised, under its invoke ID", hostile=True
)
async def _unknown_service(bench: Bench) -> None:
    session = await bench.session()
    answer = await session.attempt(bytes.fromhex("b306a00480024142"))  # [19] of the VMD's semaphores
    bench.check(isinstance(answer, RemoteError), "answered with success")
    if isinstance(answer, RejectError):
        bench.check(
            answer.code == RejectKind.UNRECOGNISED_SERVICE,
            f"rejected with reason {answer.code}, 1 says unrecognised service",
        )
    bench.note(str(answer))


@group.case(
    "N135", "A Read that names a variable ten thousand times is answered within the PDU size, or refused", hostile=True
)
async def _very_many(bench: Bench) -> None:
    session = await bench.session()
    domain = device(bench)
    item = "LLN0"
    count = min(10_000, (session.negotiated.max_pdu - 60) // (len(domain) + len(item) + 12))
    answer = await session.attempt(read_request([Access(ObjectName("Zz", domain))] * count))
    if isinstance(answer, Pdu):
        bench.check(
            len(answer.data) <= session.negotiated.max_pdu,
            f"{len(answer.data)} octets, {session.negotiated.max_pdu} were agreed on",
        )
        values = decode_read_response(answer)
        bench.check(len(values) == count, f"{count} asked, {len(values)} answered")
        bench.check(
            all(isinstance(value, DataAccessError) for value in values), "a variable that does not exist gives a value"
        )


@group.case(
    "N136", "An answer that does not fit into the PDU size is refused, and nothing larger is sent", hostile=True
)
async def _too_large(bench: Bench) -> None:
    small = await bench.open(wanted=Initiate(max_pdu=1_024))
    agreed = small.negotiated.max_pdu
    leaf = await readable_leaf(
        bench,
        lambda leaf: (
            leaf.spec.tag in (DataTag.VISIBLE_STRING, DataTag.MMS_STRING, DataTag.BIT_STRING, DataTag.UTC_TIME)
        ),
    )
    own = await octets(small, leaf.name)
    per_variable = len(leaf.item) + len(leaf.domain) + 16
    if len(own) <= 8:
        structure = [
            name
            for name in bench.inventory.devices[leaf.domain].nodes
            if bench.inventory.devices[leaf.domain].objects.get(name)
        ]
        names = [Access(ObjectName(f"{node}$ST", leaf.domain)) for node in structure] * 10
        names = names[: (agreed - 100) // 40]
    else:
        names = [Access(leaf.name)] * ((agreed - 100) // per_variable)
    answer = await small.attempt(read_request(names))
    if isinstance(answer, RemoteError):
        bench.note(str(answer))
        return
    bench.check(len(answer.data) <= agreed, f"{len(answer.data)} octets, {agreed} were agreed on")
    if len(answer.data) < agreed // 2:
        bench.skip("nothing here is large enough to exceed 1024 octets in one answer")


@group.case("N137", "Two requests under one invoke ID leave the server answering", hostile=True)
async def _twice(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    request = confirmed_request(7, name_list_request(NameListRequest(ObjectClass.DOMAIN, None)))
    raw.send(request, request)
    answer = await raw.answer()
    bench.check(answer is not None or raw.has_ended, "neither is answered, and the association stands")


# -- values that do not fit ----------------------------------------------------------------


async def _unchanged(bench: Bench, session: Session, leaf: Leaf, before: bytes, wrong: bytes, what: str) -> None:
    refusal = await session.write(leaf.name, wrong)
    after = await octets(session, leaf.name)
    bench.check(refusal is not None, f"{leaf} takes {what}: {wrong.hex()}")
    bench.check(
        after == before, f"{leaf}: {what} is refused, and the value is another: {before.hex()}, then {after.hex()}"
    )
    bench.note(f"{leaf}: {refusal}")


@group.case(
    "N2", "An enumerated value that the enumeration does not have is refused, and changes nothing", Permission.WRITE
)
async def _enumerated(bench: Bench) -> None:
    names = ("SIUnit", "multiplier", "rangeC", "angRef", "hysMod")
    leaf, before = await writable_leaf(
        bench,
        lambda leaf: leaf.fc == "CF" and leaf.last in names and leaf.spec.tag == DataTag.INTEGER,
        "enumerated attribute (SIUnit, multiplier, angRef) that takes a write",
    )
    await _unchanged(bench, await bench.session(), leaf, before, b"\x85\x01\x79", "the ordinal 121")


WRONG_TYPES = (DataTag.INTEGER, DataTag.UNSIGNED, DataTag.FLOAT, DataTag.VISIBLE_STRING, DataTag.MMS_STRING)


@group.case("N3", "A value of another type is refused, and changes nothing", Permission.WRITE)
async def _another_type(bench: Bench) -> None:
    leaf, before = await writable_leaf(bench, lambda leaf: leaf.spec.tag in WRONG_TYPES)
    await _unchanged(bench, await bench.session(), leaf, before, b"\x83\x01\xff", "a boolean")


@group.case("N4", "SetDataValues of status values is refused, and changes nothing", Permission.WRITE)
async def _status(bench: Bench) -> None:
    session = await bench.session()
    leaf = await readable_leaf(bench, lambda leaf: leaf.fc == "ST" and leaf.last == "stVal", "stVal")
    before = await octets(session, leaf.name)
    refusal = await session.write(leaf.name, before)
    bench.check(refusal is not None, f"{leaf} takes a write")
    bench.note(f"{leaf}: {refusal}")


@group.case("N138", "SetDataValues of measured values is refused", Permission.WRITE)
async def _measured(bench: Bench) -> None:
    session = await bench.session()
    leaf = await readable_leaf(bench, lambda leaf: leaf.fc == "MX" and leaf.last in ("f", "i"), "measured value")
    refusal = await session.write(leaf.name, await octets(session, leaf.name))
    bench.check(refusal is not None, f"{leaf} takes a write")
    bench.note(f"{leaf}: {refusal}")


def _is_called(leaf: Leaf, name: str) -> bool:
    return leaf.fc in ("ST", "MX") and leaf.last == name


@group.case("N139", "SetDataValues of quality and time is refused", Permission.WRITE)
async def _quality(bench: Bench) -> None:
    session = await bench.session()
    for name in ("q", "t"):
        leaf = await readable_leaf(bench, partial(_is_called, name=name), name)
        refusal = await session.write(leaf.name, await octets(session, leaf.name))
        bench.check(refusal is not None, f"{leaf} takes a write")
        bench.note(f"{leaf}: {refusal}")


@group.case("N140", "A text longer than its type is refused, and changes nothing", Permission.WRITE)
async def _long_text(bench: Bench) -> None:
    leaf, before = await writable_leaf(
        bench,
        lambda leaf: leaf.spec.tag == DataTag.VISIBLE_STRING and 0 < abs(leaf.spec.size) <= 255,
        "text that takes a write",
    )
    wrong = ber.tlv(DataTag.VISIBLE_STRING, b"x" * (abs(leaf.spec.size) + 1))
    await _unchanged(bench, await bench.session(), leaf, before, wrong, f"a text of {abs(leaf.spec.size) + 1} octets")


@group.case("N141", "An integer beyond its type is refused, and changes nothing", Permission.WRITE)
async def _large_integer(bench: Bench) -> None:
    leaf, before = await writable_leaf(
        bench,
        lambda leaf: leaf.spec.tag in (DataTag.INTEGER, DataTag.UNSIGNED) and leaf.spec.size <= 32,
        "integer that takes a write",
    )
    wrong = ber.tlv(leaf.spec.tag, ber.encode_integer(1 << leaf.spec.size))
    await _unchanged(bench, await bench.session(), leaf, before, wrong, f"the number {1 << leaf.spec.size}")


@group.case("N142", "An integer below its type is refused, and changes nothing", Permission.WRITE)
async def _small_integer(bench: Bench) -> None:
    leaf, before = await writable_leaf(
        bench,
        lambda leaf: leaf.spec.tag == DataTag.INTEGER and leaf.spec.size <= 32,
        "signed integer that takes a write",
    )
    number = -(1 << leaf.spec.size - 1) - 1
    wrong = ber.tlv(leaf.spec.tag, ber.encode_integer(number))
    await _unchanged(bench, await bench.session(), leaf, before, wrong, f"the number {number}")


@group.case("N143", "A structure with a component too many is refused", Permission.WRITE)
async def _large_structure(bench: Bench) -> None:
    leaf, value = await writable_leaf(
        bench,
        lambda leaf: leaf.item.count("$") == 4 and leaf.last == "f",
        "component of an analogue value that takes a write",
    )
    parent = ObjectName(leaf.item.rpartition("$")[0], leaf.domain)
    session = await bench.session()
    whole = await octets(session, parent)
    _, first, stop = ber.read_header(whole, 0, len(whole))
    refusal = await session.write(parent, ber.tlv(0xA2, whole[first:stop] + value))
    bench.check(refusal is not None, f"{parent} takes a component too many")
    bench.check(await octets(session, parent) == whole, f"{parent} has another value")


@group.case(
    "N144",
    "A Write that is refused in one part is told part by part, and the refused part is unchanged",
    Permission.WRITE,
)
async def _partly(bench: Bench) -> None:
    session = await bench.session()
    leaf, before = await writable_leaf(bench, lambda leaf: leaf.spec.tag in WRONG_TYPES)
    service = write_request([(Access(leaf.name), before), (Access(leaf.name), b"\x83\x01\xff")])
    results = decode_write_response(await session.request(service))
    bench.check(len(results) == 2, f"2 written, {len(results)} results")
    bench.check(results[0] is None and results[1] is not None, f"results {results}")
    bench.check(await octets(session, leaf.name) == before, f"{leaf} has another value")
