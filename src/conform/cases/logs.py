"""Log and LogN: log control blocks, and queries of the logs."""

from functools import partial

from ...errors import DataAccessError, RejectError, RemoteError
from ...models import TrgOps
from ...protocols.mms import BinaryTime, BitString, Initiate, ObjectName, Pdu, RejectKind
from ...protocols.mms.journals import JournalPage, ReadJournal, decode_read_journal_response, read_journal_request
from ...protocols.mms.services import ObjectClass
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Block
from ..session import Session, encode_attribute
from ..sweep import mismatch, octets_of
from .reporting import attributes, refusal
from .subjects import device, octets

__all__ = ["group"]

group = Group("Log", "Logging")

LCB = ("LogEna", "LogRef", "DatSet", "OldEntrTm", "NewEntrTm", "OldEntr", "NewEntr", "TrgOps", "IntgPd")
LCB_ED1 = ("LogEna", "LogRef", "DatSet", "OldEntrTm", "NewEntrTm", "OldEnt", "NewEnt", "TrgOps", "IntgPd")
EARLIEST, LATEST = BinaryTime(bytes(6)), BinaryTime(bytes.fromhex("05265bffffff"))
"""1984, and a day that will not come."""
MAX_PAGES = 50


def _blocks(bench: Bench) -> list[Block]:
    found = bench.inventory.blocks("LG")
    if not found:
        bench.skip("the server has no log control block")
    return found


def _journals(bench: Bench) -> list[ObjectName]:
    found = [ObjectName(name, own.name) for own in bench.inventory.devices.values() for name in own.journals]
    if not found:
        bench.skip("the server shows no log")
    return found


async def _page(bench: Bench, session: Session, request: ReadJournal) -> JournalPage:
    answer = await session.attempt(read_journal_request(request))
    if isinstance(answer, RejectError) and answer.code == RejectKind.UNRECOGNISED_SERVICE:
        bench.skip("the server has logs and no ReadJournal")
    if isinstance(answer, RemoteError):
        bench.fail(f"the query is refused: {answer}")
    return decode_read_journal_response(answer)


async def _full(bench: Bench, session: Session, least: int = 1) -> tuple[ObjectName, JournalPage]:
    """A log with entries, and its first page."""
    for name in _journals(bench):
        page = await _page(bench, session, ReadJournal(name=name, start_time=EARLIEST))
        if len(page.entries) >= least:
            return name, page
    bench.skip(f"no log has {least} entries")


# -- blocks --------------------------------------------------------------------------------


@group.case("1", "GetLCBValues: every block is read as a whole, and its value is of the type the server tells")
async def _read(bench: Bench) -> None:
    session = await bench.session()
    for block in _blocks(bench):
        value = await octets(session, ObjectName(block.item, block.domain))
        wrong = mismatch(value, await session.type_of(block.domain, block.item))
        bench.check(not wrong, f"{block}: {wrong}")
    bench.note(f"{len(_blocks(bench))} blocks")


@group.case("101", "The components of every block are those of 8-1, in its order")
async def _components(bench: Bench) -> None:
    for block in _blocks(bench):
        if block.spec.names not in (LCB, LCB_ED1):
            await (await bench.session()).type_of(block.domain, block.item)
            bench.fail(f"{block} has {', '.join(block.spec.names)}")


@group.case("102", "LogRef names a log that is in the list of journals")
async def _log_refs(bench: Bench) -> None:
    session = await bench.session()
    for block in _blocks(bench):
        told = (await attributes(session, block, "LogRef"))["LogRef"]
        domain, _, item = str(told).partition("/")
        names = await session.names(ObjectClass.JOURNAL, domain) if domain in bench.inventory.devices else []
        bench.check(item in names, f"{block}: LogRef {quote(told)}, {domain or 'the server'} has {quote(names)}")


@group.case("103", "The data set of every block exists")
async def _data_sets(bench: Bench) -> None:
    session = await bench.session()
    for block in _blocks(bench):
        told = (await attributes(session, block, "DatSet"))["DatSet"]
        if told:
            domain, _, item = told.partition("/")
            bench.check(
                item in await session.names(ObjectClass.NAMED_VARIABLE_LIST, domain),
                f"{block}: DatSet {told} does not exist",
            )


# -- queries -------------------------------------------------------------------------------


@group.case("104", "QueryLogByTime over all times gives entries of eight octets, with times and values")
async def _by_time(bench: Bench) -> None:
    name, page = await _full(bench, await bench.session())
    for entry in page.entries:
        bench.check(len(entry.entry_id) == 8, f"EntryID {entry.entry_id.hex()}")
        bench.check(entry.time.datetime is not None, f"entry {entry.entry_id.hex()} has no date")
        bench.check(entry.variables, f"entry {entry.entry_id.hex()} has no value")
    bench.note(f"{name}: {len(page.entries)} entries in the first page")


@group.case("105", "Entries come in the order of their times, EntryIDs all different")
async def _order(bench: Bench) -> None:
    name, page = await _full(bench, await bench.session(), 2)
    times = [entry.time.datetime for entry in page.entries]
    bench.check(times == sorted(times, key=str), f"{name}: times go back")
    ids = [entry.entry_id for entry in page.entries]
    bench.check(len(set(ids)) == len(ids), f"{name}: an EntryID stands twice")


@group.case("106", "QueryLogAfter an entry gives what stands behind it, not the entry itself")
async def _after(bench: Bench) -> None:
    session = await bench.session()
    name, page = await _full(bench, session, 3)
    first, second = page.entries[0], page.entries[1]
    rest = await _page(bench, session, ReadJournal(name=name, start_time=EARLIEST, after=(first.time, first.entry_id)))
    bench.check(rest.entries, "nothing comes")
    found = rest.entries[0].entry_id
    bench.check(
        found == second.entry_id, f"behind {first.entry_id.hex()} comes {found.hex()}, it was {second.entry_id.hex()}"
    )


@group.case("107", "Pages behind one another make up the whole log, no entry twice")
async def _pages(bench: Bench) -> None:
    session = await bench.session()
    name, page = await _full(bench, session)
    seen = [entry.entry_id for entry in page.entries]
    for _ in range(MAX_PAGES):
        if not page.more_follows:
            break
        last = page.entries[-1]
        page = await _page(
            bench, session, ReadJournal(name=name, start_time=EARLIEST, after=(last.time, last.entry_id))
        )
        bench.check(page.entries, "more is promised, and nothing comes")
        seen += [entry.entry_id for entry in page.entries]
    bench.check(len(set(seen)) == len(seen), f"{len(seen) - len(set(seen))} entries come twice")
    bench.note(f"{len(seen)} entries")


@group.case("108", "QueryLogByTime between two times gives the entries of these times, and no others")
async def _between(bench: Bench) -> None:
    session = await bench.session()
    name, page = await _full(bench, session, 3)
    start, stop = page.entries[1].time, page.entries[-1].time
    part = await _page(bench, session, ReadJournal(name=name, start_time=start, stop_time=stop))
    bench.check(part.entries, "nothing comes")
    outside = [e.entry_id.hex() for e in part.entries if not _key(start) <= _key(e.time) <= _key(stop)]
    bench.check(not outside, f"{len(outside)} entries are of other times")
    bench.check(
        part.entries[0].entry_id in {page.entries[1].entry_id, page.entries[0].entry_id},
        "it does not begin at its time",
    )


def _key(time: BinaryTime) -> bytes:
    return time.data[4:] + time.data[:4]


@group.case("109", "OldEntr and NewEntr of a block are the first and last entries of its log")
async def _bounds(bench: Bench) -> None:
    session = await bench.session()
    block = _blocks(bench)[0]
    names = ("OldEntr", "NewEntr") if block.has("OldEntr") else ("OldEnt", "NewEnt")
    told = await attributes(session, block, "LogRef", *names)
    domain, _, item = told["LogRef"].partition("/")
    page = await _page(bench, session, ReadJournal(name=ObjectName(item, domain), start_time=EARLIEST))
    if not page.entries:
        bench.skip("the log is empty")
    first = page.entries[0].entry_id
    bench.check(told[names[0]] == first, f"{names[0]} {quote(told[names[0]])}, the log begins with {first.hex()}")
    for _ in range(MAX_PAGES):
        if not page.more_follows:
            break
        last = page.entries[-1]
        page = await _page(
            bench,
            session,
            ReadJournal(name=ObjectName(item, domain), start_time=EARLIEST, after=(last.time, last.entry_id)),
        )
    ids = {entry.entry_id for entry in page.entries}
    bench.check(
        told[names[1]] in ids or page.more_follows or len(ids) > 1,
        f"{names[1]} {quote(told[names[1]])} is not at the end of the log",
    )


@group.case("110", "Values in a log are of members of the data set of a block that writes it")
async def _members(bench: Bench) -> None:
    session = await bench.session()
    name, page = await _full(bench, session)
    known: set[str] = set()
    for block in _blocks(bench):
        told = await attributes(session, block, "LogRef", "DatSet")
        if told["LogRef"] == str(name) and told["DatSet"]:
            domain, _, item = told["DatSet"].partition("/")
            known |= {str(access.name) for access in (await session.members(ObjectName(item, domain))).members}
    tags = {variable.tag for entry in page.entries for variable in entry.variables if variable.tag != "ReasonCode"}
    strange = [tag for tag in tags if not any(tag == own or tag.startswith(f"{own}$") for own in known)]
    if not known:
        bench.skip("no block says that it writes this log")
    bench.check(not strange, f"{quote(sorted(strange)[:2])} belong to no data set of the log")


@group.case("111", "A reason code in an entry is a bit string of at least six bits with one reason set")
async def _reasons(bench: Bench) -> None:
    _, page = await _full(bench, await bench.session())
    codes = [v.value for entry in page.entries for v in entry.variables if v.tag == "ReasonCode"]
    if not codes:
        bench.skip("the log has no reason codes")
    wrong = [code for code in codes if not isinstance(code, BitString) or code.length < 6 or not code.value]
    bench.check(not wrong, f"reason codes {quote(wrong[:2])}")


@group.case("112", "With a small PDU the log comes in more pages, none too large")
async def _small(bench: Bench) -> None:
    session = await bench.session()
    name, whole = await _full(bench, session, 2)
    small = await bench.open(wanted=Initiate(max_pdu=2_000))
    answer = await small.attempt(read_journal_request(ReadJournal(name=name, start_time=EARLIEST)))
    if isinstance(answer, RemoteError):
        bench.skip(f"an entry does not fit: {answer}")
    bench.check(
        len(answer.data) <= small.negotiated.max_pdu,
        f"{len(answer.data)} octets, {small.negotiated.max_pdu} were agreed on",
    )
    page = decode_read_journal_response(answer)
    bench.check(page.entries[0].entry_id == whole.entries[0].entry_id, "the first entry is another")


# -- writing blocks ------------------------------------------------------------------------


async def _written(bench: Bench, *, name: str, value: int | bool) -> None:
    """An attribute is taken, read back and put back."""
    session = await bench.session()
    block = _blocks(bench)[0]
    before = await octets_of(session, block.name("LogEna"), block.name(name))
    bench.undo(f"{block}", partial(_back, block=block, name=name, before=before))
    if name != "LogEna":
        refused = await refusal(session, block, "LogEna", False)
        if refused is not None:
            bench.skip(f"LogEna cannot be written: {refused}")
    refused = await refusal(session, block, name, value)
    if refused is not None:
        bench.skip(f"{name} cannot be written: {refused}")
    now = (await attributes(session, block, name))[name]
    bench.check(now == value, f"{name} {value} was taken, {now} is read")


async def _back(late: Session, block: Block, name: str, before: list[bytes | DataAccessError]) -> None:
    await refusal(late, block, "LogEna", False)
    for own, value in ((name, before[1]), ("LogEna", before[0])):
        (now,) = await octets_of(late, block.name(own))
        if isinstance(value, bytes) and now != value:
            await late.set(block.domain, f"{block.item}${own}", value)


for _number, _name, _value in (("113", "LogEna", False), ("114", "IntgPd", 60_000), ("115", "TrgOps", TrgOps.DCHG)):
    _run = partial(_written, name=_name, value=_value)
    group.add(_number, f"SetLCBValues: {_name} is taken and read back", _run, Permission.WRITE)


# -- negative ------------------------------------------------------------------------------


async def _not_answered(bench: Bench, request: ReadJournal) -> None:
    answer = await (await bench.session()).attempt(read_journal_request(request))
    if isinstance(answer, Pdu):
        bench.check(not decode_read_journal_response(answer).entries, "entries come")
        return
    bench.note(str(answer))


@group.case("N101", "A query of a log that does not exist is refused")
async def _no_log(bench: Bench) -> None:
    request = ReadJournal(name=ObjectName("LLN0$noSuchLog", device(bench)), start_time=EARLIEST)
    answer = await (await bench.session()).attempt(read_journal_request(request))
    bench.check(isinstance(answer, RemoteError), "it is answered with success")


@group.case("N102", "A query from a time on to one before it gives nothing, or is refused")
async def _backwards(bench: Bench) -> None:
    name = _journals(bench)[0]
    await _not_answered(bench, ReadJournal(name=name, start_time=LATEST, stop_time=EARLIEST))


@group.case("N103", "A query for times to come gives nothing, or is refused")
async def _future(bench: Bench) -> None:
    await _not_answered(bench, ReadJournal(name=_journals(bench)[0], start_time=LATEST))


@group.case("N104", "A query behind an entry that never was is refused, or gives no entry of before its time")
async def _unknown_entry(bench: Bench) -> None:
    name = _journals(bench)[0]
    request = ReadJournal(name=name, start_time=EARLIEST, after=(LATEST, bytes.fromhex("7f6e5d4c3b2a1908")))
    await _not_answered(bench, request)


@group.case("N105", "OldEntr and NewEntr cannot be written")
async def _read_only(bench: Bench) -> None:
    session = await bench.session()
    block = _blocks(bench)[0]
    name = "OldEntr" if block.has("OldEntr") else "OldEnt"
    bench.check(await refusal(session, block, name, bytes(8)) is not None, f"{name} is written")


@group.case("N106", "DatSet, TrgOps and IntgPd cannot be changed while the block is enabled", Permission.WRITE)
async def _while_enabled(bench: Bench) -> None:
    session = await bench.session()
    for block in _blocks(bench):
        if (await attributes(session, block, "LogEna"))["LogEna"]:
            break
    else:
        bench.skip("no block is enabled")
    for name in ("TrgOps", "IntgPd", "DatSet"):
        value = await octets(session, block.name(name))
        bench.undo(f"{block}${name}", partial(_same, block=block, name=name, value=value))
        wrong = {"TrgOps": TrgOps.QCHG, "IntgPd": 77_000, "DatSet": ""}[name]
        refused = await session.write(block.name(name), encode_attribute(name, wrong))
        bench.check(refused is not None, f"{name} is changed while the block is enabled")


async def _same(late: Session, block: Block, name: str, value: bytes) -> None:
    if await octets(late, block.name(name)) != value:
        await late.set(block.domain, f"{block.item}${name}", value)
