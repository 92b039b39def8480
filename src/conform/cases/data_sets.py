"""Dset: data sets of the configuration, those clients create, and what must be refused."""

from functools import partial

from ...errors import DataAccessError, RemoteError
from ...protocols import ber
from ...protocols.mms import DataTag, ObjectName, Selector, TypeSpec
from ...protocols.mms.lists import (
    NamedVariableList,
    decode_delete_list_response,
    define_list_request,
    delete_list_request,
)
from ...protocols.mms.names import encode_object_name
from ...protocols.mms.services import (
    Access,
    NameListRequest,
    ObjectClass,
    decode_name_list_response,
    decode_read_response,
    decode_write_response,
    name_list_request,
    read_list_request,
)
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Leaf
from ..session import Session
from ..sweep import octets_of, results_of
from .subjects import any_leaf, device, octets, writable_leaf

__all__ = [
    "MANY",
    "OURS",
    "configured",
    "create",
    "delete",
    "fleeting",
    "group",
    "is_readable",
    "kept",
    "members_for",
    "remove",
    "used_sets",
    "write_list",
]

group = Group("Dset", "Data sets")

OURS = "dsMeterwire"
"""Name of the data sets made here."""
MANY = 120
"""Data sets created at most, to find out how many a server takes."""
LONG = 50
"""Members of a data set that is longer than most."""


# -- those of the configuration ------------------------------------------------------------


def configured(bench: Bench) -> list[tuple[ObjectName, NamedVariableList]]:
    """Data sets the server shows."""
    found = bench.inventory.data_sets()
    if not found:
        bench.skip("the server shows no data set")
    return found


@group.case(
    "1", "GetLogicalNodeDirectory(DATA-SET), GetDataSetDirectory and GetDataSetValues: as many values as members"
)
async def _directories(bench: Bench) -> None:
    session = await bench.session()
    count = 0
    for domain in bench.inventory.devices:
        for item in await session.names(ObjectClass.NAMED_VARIABLE_LIST, domain):
            name = ObjectName(item, domain)
            members = (await session.members(name)).members
            bench.check(members, f"{name} has no member")
            answer = await session.attempt(read_list_request(name))
            if isinstance(answer, RemoteError):
                bench.check(len(members) > LONG, f"{name} cannot be read: {answer}")
                continue
            values = decode_read_response(answer)
            bench.check(len(values) == len(members), f"{name} has {len(members)} members and {len(values)} values")
            count += 1
    if not count:
        bench.skip("the server shows no data set")
    bench.note(f"{count} data sets")


@group.case("101", "Every member of every data set is a name the server has")
async def _members_exist(bench: Bench) -> None:
    session = await bench.session()
    names = {domain: set(found.names) for domain, found in bench.inventory.devices.items()}
    for name, found in configured(bench):
        for access in found.members:
            item, domain = access.name.item, access.name.domain or ""
            if item not in names.get(domain, ()):
                await session.members(name)
                bench.fail(f"{name} has the member {access.name}, which the server does not list")


@group.case("102", "The data sets a server lists are told as not deletable when they belong to its configuration")
async def _deletable(bench: Bench) -> None:
    session = await bench.session()
    used = set(await used_sets(bench, session))
    found = [(name, nvl) for name, nvl in configured(bench) if str(name) in used]
    if not found:
        bench.skip("no data set of the configuration is known: no control block uses one")
    for name, _ in found:
        nvl = await session.members(name)
        bench.check(not nvl.is_deletable, f"{name} is used by a control block, and told to be deletable")


async def used_sets(bench: Bench, session: Session) -> list[str]:
    """What the control blocks' DatSet say."""
    found = []
    for block in bench.inventory.blocks("RP", "BR", "GO", "LG"):
        if block.has("DatSet"):
            (value,) = await session.read(block.name("DatSet"))
            if isinstance(value, str) and value:
                found.append(value)
    return found


@group.case("103", "GetDataSetValues gives what reading the members one by one gives")
async def _same_values(bench: Bench) -> None:
    session = await bench.session()
    compared = 0
    for name, found in configured(bench)[:10]:
        plain = [access.name for access in found.members if not access.alternate][:LONG]
        if len(plain) != len(found.members):
            continue
        before = await octets_of(session, *plain)
        answer = await session.attempt(read_list_request(name))
        after = await octets_of(session, *plain)
        if isinstance(answer, RemoteError):
            bench.fail(f"{name} cannot be read: {answer}")
        values = results_of(answer)
        for member, old, value, new in zip(plain, before, values, after, strict=True):
            still = isinstance(old, bytes) and old == new
            bench.check(
                not still or value == old,
                f"{name}: {member} is {quote(value.hex())} in the set, {quote(old.hex() if isinstance(old, bytes) else old)} by itself",
            )
            compared += still
    if not compared:
        bench.skip("no member stood still long enough to compare")
    bench.note(f"{compared} members")


@group.case("104", "GetDataSetValues with specification tells which data set it is")
async def _specification(bench: Bench) -> None:
    session = await bench.session()
    name, _ = configured(bench)[0]
    answer = await session.request(read_list_request(name))
    told = next(
        (answer.data[a:b] for tag, a, b in ber.elements(answer.data, answer.start, answer.stop) if tag == 0xA0), b""
    )
    bench.check(
        told == ber.tlv(0xA1, encode_object_name(name)), f"the answer's specification is {told.hex() or 'absent'}"
    )


# -- those a client creates ----------------------------------------------------------------


async def members_for(bench: Bench, count: int) -> list[Access]:
    """That many readable attributes."""
    found = [leaf for leaf, _ in (await bench.values()).leaves() if leaf.spec.tag != DataTag.ARRAY]
    if not found:
        bench.skip("the server has no readable attribute")
    return [Access(leaf.name) for leaf in found[:count]]


async def create(bench: Bench, session: Session, name: ObjectName, members: list[Access]) -> None:
    """Create, or say that this server takes none."""
    answer = await session.attempt(define_list_request(name, members))
    if isinstance(answer, RemoteError):
        bench.skip(
            f"the server takes no {'data set of an association' if name.is_association_specific else 'data set'}: {answer}"
        )
    bench.undo(f"data set {name}", lambda late: remove(late if not name.is_association_specific else session, name))


async def remove(session: Session, name: ObjectName) -> None:
    """Delete it as far as the server lets us."""
    if session.is_open:
        await session.attempt(delete_list_request([name]))


async def delete(session: Session, name: ObjectName) -> tuple[int, int]:
    """Matched and deleted."""
    return decode_delete_list_response(await session.request(delete_list_request([name])))


async def _own(bench: Bench, name: ObjectName, count: int) -> tuple[Session, list[Access]]:
    session = await bench.session()
    members = await members_for(bench, count)
    await create(bench, session, name, members)
    return session, members


def kept(bench: Bench, suffix: str = "") -> ObjectName:
    """Name of a data set that stays."""
    return ObjectName(f"LLN0${OURS}{suffix}", device(bench))


def fleeting(suffix: str = "") -> ObjectName:
    """Name of a data set of the association."""
    return ObjectName(OURS + suffix, is_association_specific=True)


async def _create_read_delete(bench: Bench, *, is_fleeting: bool, count: int) -> None:
    """Create, look, read, delete."""
    name = fleeting() if is_fleeting else kept(bench)
    session, members = await _own(bench, name, count)
    told = await session.members(name)
    bench.check(
        list(told.members) == members,
        f"created with {len(members)} members, the directory tells {len(told.members)}, or others",
    )
    bench.check(told.is_deletable, f"{name} was created by a client, and is told not to be deletable")
    answer = await session.attempt(read_list_request(name))
    if isinstance(answer, RemoteError):
        bench.fail(f"{name} cannot be read: {answer}")
    bench.check(len(results_of(answer)) == len(members), f"{len(members)} members, {len(results_of(answer))} values")
    matched, deleted = await delete(session, name)
    bench.check((matched, deleted) == (1, 1), f"deleting it gives matched {matched}, deleted {deleted}")
    bench.check(
        isinstance(await session.attempt(read_list_request(name)), RemoteError) or not await is_readable(session, name),
        "it can be read after it was deleted",
    )


async def is_readable(session: Session, name: ObjectName) -> bool:
    """It gives at least one value."""
    answer = await session.attempt(read_list_request(name))
    if isinstance(answer, RemoteError):
        return False
    return not all(isinstance(value, DataAccessError) for value in decode_read_response(answer))


group.add(
    "105",
    "A data set of the association with one member is created, listed, read and deleted",
    partial(_create_read_delete, is_fleeting=True, count=1),
)
group.add(
    "106",
    f"A data set of the association with {LONG} members is created, listed, read and deleted",
    partial(_create_read_delete, is_fleeting=True, count=LONG),
)
group.add(
    "107",
    "A data set that stays, with one member, is created, listed, read and deleted",
    partial(_create_read_delete, is_fleeting=False, count=1),
    Permission.WRITE,
)
group.add(
    "108",
    f"A data set that stays, with {LONG} members, is created, listed, read and deleted",
    partial(_create_read_delete, is_fleeting=False, count=LONG),
    Permission.WRITE,
)


@group.case("109", "Members stand in the order the client gave, a member twice when it was given twice")
async def _order(bench: Bench) -> None:
    session = await bench.session()
    members = await members_for(bench, 6)
    wanted = [*reversed(members), members[0]]
    answer = await session.attempt(define_list_request(fleeting(), wanted))
    if isinstance(answer, RemoteError):
        wanted = list(reversed(members))
        await create(bench, session, fleeting(), wanted)
        bench.note("a member cannot stand twice")
    else:
        bench.undo("data set of the association", lambda _late: remove(session, fleeting()))
    told = await session.members(fleeting())
    bench.check(
        list(told.members) == wanted,
        f"given {quote([str(a.name) for a in wanted])}, told {quote([str(a.name) for a in told.members])}",
    )


@group.case("110", "A data set of whole data objects gives their structures")
async def _objects(bench: Bench) -> None:
    session = await bench.session()
    found = [
        (domain, item)
        for (domain, item), value in (await bench.values()).values.items()
        if isinstance(value, bytes) and value[0] == 0xA2
    ]
    if not found:
        bench.skip("the server has no structured data object")
    names = [ObjectName(item, domain) for domain, item in found[:3]]
    await create(bench, session, fleeting(), [Access(name) for name in names])
    answer = await session.attempt(read_list_request(fleeting()))
    if isinstance(answer, RemoteError):
        bench.fail(f"it cannot be read: {answer}")
    bench.check(
        all(value[0] == 0xA2 for value in results_of(answer)),
        f"not all of {quote(list(map(str, names)))} are structures",
    )


@group.case("111", "A data set with an element of an array gives this element")
async def _element(bench: Bench) -> None:
    session = await bench.session()
    leaf = any_leaf(bench, lambda leaf: leaf.spec.tag == DataTag.ARRAY and leaf.fc in ("MX", "ST", "SP", "CF"), "array")
    await create(bench, session, fleeting(), [Access(leaf.name, (Selector(index=1),))])
    answer = await session.attempt(read_list_request(fleeting()))
    if isinstance(answer, RemoteError):
        bench.fail(f"it cannot be read: {answer}")
    element: TypeSpec | None = leaf.spec.element
    (value,) = results_of(answer)
    bench.check(element is not None and value[0] == element.tag, f"{leaf}(1) in a data set gives {value.hex()}")


@group.case("112", "A data set over two logical devices is created and read")
async def _two_devices(bench: Bench) -> None:
    session = await bench.session()
    leaves: dict[str, Leaf] = {}
    for leaf, _ in (await bench.values()).leaves():
        leaves.setdefault(leaf.domain, leaf)
    if len(leaves) < 2:
        bench.skip("the server has one logical device")
    members = [Access(leaf.name) for leaf in list(leaves.values())[:2]]
    await create(bench, session, fleeting(), members)
    answer = await session.attempt(read_list_request(fleeting()))
    bench.check(not isinstance(answer, RemoteError), f"it cannot be read: {answer}")


@group.case("113", "A data set of the association is nobody else's, and gone with it")
async def _private(bench: Bench) -> None:
    session = await bench.session()
    await create(bench, session, fleeting(), await members_for(bench, 2))
    other = await bench.open()
    bench.check(not await is_readable(other, fleeting()), "another client reads it under the same name")
    await session.release()
    later = await bench.open()
    bench.check(not await is_readable(later, fleeting()), "it can be read in a later association")


@group.case("114", "Data sets of the association are in the list of its scope")
async def _listed(bench: Bench) -> None:
    session = await bench.session()
    await create(bench, session, fleeting(), await members_for(bench, 1))
    request = NameListRequest(ObjectClass.NAMED_VARIABLE_LIST, None, is_association_scope=True)
    answer = await session.attempt(name_list_request(request))
    if isinstance(answer, RemoteError):
        bench.fail(f"the list is refused: {answer}")
    bench.check(OURS in decode_name_list_response(answer).names, "it is not in the list")


@group.case("115", "Created, deleted and created anew with other members: the new ones count")
async def _anew(bench: Bench) -> None:
    session = await bench.session()
    members = await members_for(bench, 3)
    if len(members) < 3:
        bench.skip("the server has fewer than three attributes")
    await create(bench, session, fleeting(), members[:1])
    await delete(session, fleeting())
    await create(bench, session, fleeting(), members[1:])
    told = await session.members(fleeting())
    bench.check(list(told.members) == members[1:], "the members are not those of the second time")


@group.case("116", "A data set that stays is there for other clients, and after its creator has left", Permission.WRITE)
async def _stays(bench: Bench) -> None:
    name = kept(bench)
    session, members = await _own(bench, name, 2)
    other = await bench.open()
    bench.check(len((await other.members(name)).members) == len(members), "another client sees other members")
    await session.release()
    bench.check(
        name.item in await other.names(ObjectClass.NAMED_VARIABLE_LIST, name.domain),
        "it is not listed after its creator has left",
    )


@group.case("117", "SetDataSetValues: values are taken member by member", Permission.WRITE)
async def _set_values(bench: Bench) -> None:
    session = await bench.session()
    leaf, value = await writable_leaf(bench)
    await create(bench, session, fleeting(), [Access(leaf.name)])
    answer = await session.attempt(write_list(fleeting(), value))
    if isinstance(answer, RemoteError):
        bench.skip(f"the server does not set data sets: {answer}")
    results = decode_write_response(answer)
    bench.check(results == [None], f"{leaf} takes a write by itself, and in a data set: {results}")
    bench.check(await octets(session, leaf.name) == value, f"{leaf} has another value")


def write_list(name: ObjectName, *values: bytes) -> bytes:
    """Service element of a Write of a data set."""
    return ber.tlv(0xA5, ber.tlv(0xA1, encode_object_name(name)) + ber.tlv(0xA0, b"".join(values)))
