"""DsetN: data sets that must be refused."""

from ...errors import MeterwireError, RemoteError
from ...protocols import ber
from ...protocols.mms import ObjectName, Pdu
from ...protocols.mms.lists import (
    decode_delete_list_response,
    define_list_request,
    delete_list_request,
    named_variable_list_request,
)
from ...protocols.mms.services import (
    Access,
    decode_write_response,
)
from ..bench import Bench
from ..case import Group, Permission
from .data_sets import (
    MANY,
    OURS,
    configured,
    create,
    delete,
    fleeting,
    is_readable,
    kept,
    members_for,
    remove,
    used_sets,
    write_list,
)
from .subjects import device, missing_item, octets, readable_leaf, writable_leaf

__all__ = ["group"]

group = Group("Dset", "Data sets: what must be refused")

# -- negative ------------------------------------------------------------------------------


async def _insist_refused(bench: Bench, service: bytes, what: str) -> None:
    answer = await (await bench.session()).attempt(service)
    bench.check(isinstance(answer, RemoteError), f"{what} is answered with success")
    bench.note(str(answer))


@group.case("N1", "GetDataSetDirectory of a data set that does not exist is refused")
async def _no_directory(bench: Bench) -> None:
    await _insist_refused(bench, named_variable_list_request(kept(bench, "None")), "the directory of nothing")


@group.case("N101", "GetDataSetValues of a data set that does not exist is refused, or gives errors")
async def _no_values(bench: Bench) -> None:
    bench.check(not await is_readable(await bench.session(), kept(bench, "None")), "nothing has values")


@group.case("N102", "DeleteDataSet of a data set that does not exist deletes nothing")
async def _delete_nothing(bench: Bench) -> None:
    answer = await (await bench.session()).attempt(delete_list_request([kept(bench, "None")]))
    if isinstance(answer, Pdu):
        matched, deleted = decode_delete_list_response(answer)
        bench.check((matched, deleted) == (0, 0), f"matched {matched}, deleted {deleted}")
    else:
        bench.note(str(answer))


@group.case("N103", "A data set of the configuration cannot be deleted", Permission.WRITE)
async def _delete_configured(bench: Bench) -> None:
    session = await bench.session()
    used = await used_sets(bench, session)
    found = [name for name, _ in configured(bench) if str(name) in used]
    if not found:
        bench.skip("no data set of the configuration is known: no control block uses one")
    answer = await session.attempt(delete_list_request([found[0]]))
    if isinstance(answer, Pdu):
        _, deleted = decode_delete_list_response(answer)
        bench.check(deleted == 0, f"{found[0]} is used by a control block, and was deleted")
    try:
        await session.members(found[0])
    except MeterwireError:
        bench.fail(f"{found[0]} is gone")


@group.case("N104", "A second data set of the same name is refused, and the first one is as it was")
async def _same_name(bench: Bench) -> None:
    session = await bench.session()
    members = await members_for(bench, 2)
    await create(bench, session, fleeting(), members[:1])
    answer = await session.attempt(define_list_request(fleeting(), members[1:]))
    bench.check(isinstance(answer, RemoteError), "it is created once more")
    told = await session.members(fleeting())
    bench.check(list(told.members) == members[:1], "the first one has other members now")


@group.case("N105", "A data set with a member that does not exist is refused, and not created")
async def _no_member(bench: Bench) -> None:
    session = await bench.session()
    domain = device(bench)
    nothing = Access(ObjectName(missing_item(bench, domain, "LLN0$ST$NoSuch$stVal"), domain))
    members = [*await members_for(bench, 1), nothing]
    answer = await session.attempt(define_list_request(fleeting(), members))
    if not isinstance(answer, RemoteError):
        await remove(session, fleeting())
        bench.fail(f"created with {nothing.name}, which does not exist")
    bench.check(not await is_readable(session, fleeting()), "it is refused, and there")


@group.case("N106", "A data set in a logical device that does not exist is refused", Permission.WRITE)
async def _no_device(bench: Bench) -> None:
    service = define_list_request(ObjectName(f"LLN0${OURS}", "NoSuchDeviceZZ"), await members_for(bench, 1))
    await _insist_refused(bench, service, "a data set in no device")


@group.case("N107", "A data set in a logical node that does not exist is refused", Permission.WRITE)
async def _no_node(bench: Bench) -> None:
    session = await bench.session()
    name = ObjectName(f"ZZZZ9${OURS}", device(bench))
    answer = await session.attempt(define_list_request(name, await members_for(bench, 1)))
    if not isinstance(answer, RemoteError):
        await remove(session, name)
        bench.fail(f"{name} is created")


@group.case("N108", "A data set without members is refused")
async def _empty(bench: Bench) -> None:
    session = await bench.session()
    answer = await session.attempt(define_list_request(fleeting(), []))
    if not isinstance(answer, RemoteError):
        await remove(session, fleeting())
        bench.fail("created without members")


@group.case("N109", "A data set called by the name of one of the configuration is refused", Permission.WRITE)
async def _configured_name(bench: Bench) -> None:
    session = await bench.session()
    name, before = configured(bench)[0]
    answer = await session.attempt(define_list_request(name, await members_for(bench, 1)))
    bench.check(isinstance(answer, RemoteError), f"{name} is created although it is there")
    bench.check((await session.members(name)).members == before.members, f"{name} has other members now")


@group.case("N110", "SetDataSetValues with a value too few is refused", Permission.WRITE, hostile=True)
async def _too_few(bench: Bench) -> None:
    session = await bench.session()
    leaf, value = await writable_leaf(bench)
    await create(bench, session, fleeting(), [Access(leaf.name), Access(leaf.name)])
    answer = await session.attempt(write_list(fleeting(), value))
    if isinstance(answer, RemoteError):
        return
    results = decode_write_response(answer)
    bench.check(any(result is not None for result in results), f"2 members, 1 value: {results}")


@group.case("N111", "SetDataSetValues of members that are read-only tells so for each", Permission.WRITE)
async def _read_only(bench: Bench) -> None:
    session = await bench.session()
    leaf = await readable_leaf(bench, lambda leaf: leaf.fc == "ST" and leaf.last == "stVal", "stVal")
    value = await octets(session, leaf.name)
    await create(bench, session, fleeting(), [Access(leaf.name)])
    answer = await session.attempt(write_list(fleeting(), value))
    if isinstance(answer, Pdu):
        bench.check(decode_write_response(answer) != [None], f"{leaf} takes a write in a data set")


@group.case(
    "N112", "More data sets than the server takes are refused, and all of them can be deleted again", Permission.LOAD
)
async def _too_many(bench: Bench) -> None:
    session = await bench.session()
    members = await members_for(bench, 1)
    made = 0
    while made < MANY:
        answer = await session.attempt(define_list_request(fleeting(str(made)), members))
        if isinstance(answer, RemoteError):
            break
        made += 1
    if not made:
        bench.skip("the server takes no data set of an association")
    for i in range(made):
        found = await delete(session, fleeting(str(i)))
        bench.check(found == (1, 1), f"number {i + 1} of {made} cannot be deleted")
    bench.note(f"{made} data sets" + (" (no limit met)" if made == MANY else ""))


@group.case("N113", "The name of a data set may not be empty or beyond 64 octets", hostile=True)
async def _odd_names(bench: Bench) -> None:
    session = await bench.session()
    for item in (b"", b"x" * 65):
        listed = define_list_request(fleeting(), await members_for(bench, 1))
        _, first, stop = ber.read_header(listed, 0, len(listed))
        _, _, after = ber.read_header(listed, first, stop)
        answer = await session.attempt(ber.tlv(0xAB, ber.tlv(0x82, item) + listed[after:stop]))
        bench.check(isinstance(answer, RemoteError), f"a name of {len(item)} octets is taken")
