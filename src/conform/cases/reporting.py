"""What the cases of Rp and Br share: taking a block, changing it, enabling it, reading its reports, giving it back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from ...client.data_sets import member_reference
from ...client.reports import Report, decode_report
from ...errors import DataAccessError, MeterwireError, ProtocolError
from ...models import OptFlds, TrgOps
from ...protocols.mms import BitString, ObjectName, TypeSpec
from ...protocols.mms.services import Access
from ..bench import Bench, quote
from ..case import CheckFailedError
from ..inventory import Block
from ..session import Heard, Session, encode_attribute
from ..sweep import octets_of

__all__ = [
    "GENERAL",
    "INTEGRITY",
    "Live",
    "Took",
    "attributes",
    "choose",
    "choose_many",
    "data_set_name",
    "free",
    "live",
    "put",
    "refusal",
    "reserve",
]

GENERAL = "general-interrogation"
INTEGRITY = "integrity"
RESTORED = ("RptID", "DatSet", "OptFlds", "BufTm", "TrgOps", "IntgPd")
"""What a case may change and is put back."""
RESERVE_SECONDS = 10
"""ResvTms that cases write."""
SETTLED = 0.15
"""Seconds in which what an enable brings is on its way."""


@dataclass(slots=True)
class Took:
    """A report as it came."""

    report: Report
    """Decoded."""
    at: float
    """Seconds of the monotonic clock."""
    heard: Heard
    """The message."""


async def attributes(session: Session, block: Block, *names: str) -> dict[str, Any]:
    """Values of a block's attributes; CheckFailedError when one cannot be read."""
    values = await session.read(*(block.name(name) for name in names))
    for name, value in zip(names, values, strict=True):
        if isinstance(value, DataAccessError):
            raise CheckFailedError(f"{block}${name} cannot be read: {value}")
    return {
        name: value.value if isinstance(value, BitString) else value for name, value in zip(names, values, strict=True)
    }


async def put(session: Session, block: Block, **values: Any) -> None:
    """Write attributes that must be taken."""
    for name, value in values.items():
        await session.set(block.domain, f"{block.item}${name}", encode_attribute(name, value))


async def refusal(session: Session, block: Block, name: str, value: Any) -> MeterwireError | None:
    """Write one attribute; why it was refused, None when it was taken."""
    return await session.write(block.name(name), encode_attribute(name, value))


def data_set_name(text: str, domain: str) -> ObjectName:
    """What DatSet says, as MMS names it."""
    if text.startswith("@"):
        return ObjectName(text[1:], is_association_specific=True)
    first, _, second = text.partition("/")
    return ObjectName(second, first) if second else ObjectName(first, domain)


async def choose_many(bench: Bench, fc: str, count: int, *, same_data_set: bool = False) -> list[Block]:
    """Blocks that are free and have a data set; skips when there are fewer than ``count``."""
    session = await bench.session()
    blocks = bench.inventory.blocks(fc)
    if not blocks:
        bench.skip(f"the server has no {'buffered' if fc == 'BR' else 'unbuffered'} report control block")
    found: list[tuple[str, Block]] = []
    for block in blocks:
        busy = [name for name in ("RptEna", "Resv", "ResvTms") if block.has(name)]
        values = await session.read(*(block.name(name) for name in (*busy, "DatSet")))
        *states, data_set = values
        if not any(isinstance(value, DataAccessError) for value in values) and data_set and not any(states):
            found.append((data_set, block))
        wanted = [own for name, own in found if not same_data_set or name == found[-1][0]] if found else []
        if len(wanted) >= count:
            return wanted[:count]
    bench.skip(
        f"{len(blocks)} blocks, of which fewer than {count} are free{' on one data set' if same_data_set else ''} and have a data set"
    )


async def choose(bench: Bench, fc: str) -> Block:
    """A block that is free and has a data set."""
    (block,) = await choose_many(bench, fc, 1)
    return block


@dataclass(slots=True)
class Live:
    """A block that was taken."""

    bench: Bench
    session: Session
    block: Block
    rpt_id: str = ""
    data_set: str = ""
    members: list[tuple[str, TypeSpec | None]] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    seen: int = 0
    """Messages of the session that were looked at."""

    async def configure(self, **values: Any) -> None:
        """Write attributes; skips when the server has them fixed."""
        for name, value in values.items():
            refused = await refusal(self.session, self.block, name, value)
            if refused is not None:
                self.bench.skip(f"{self.block}${name} cannot be set to {quote(value)}: {refused}")

    async def learn(self) -> None:
        """What its reports will be called and be about."""
        told = await attributes(self.session, self.block, "RptID", "DatSet")
        self.rpt_id = told["RptID"] or str(self.block)
        self.data_set = told["DatSet"]
        name = data_set_name(self.data_set, self.block.domain)
        self.accesses = list((await self.session.members(name)).members)
        specs = {}
        for access in self.accesses:
            spec = None
            if not access.alternate:
                try:
                    spec = await self.session.type_of(access.name.domain or "", access.name.item)
                except MeterwireError:
                    spec = None
            specs[access] = spec
        self.members = [(member_reference(access), specs[access]) for access in self.accesses]

    async def enable(self) -> None:
        """RptEna."""
        await self.learn()
        self.seen = len(self.session.heard)
        await put(self.session, self.block, RptEna=True)

    async def disable(self) -> None:
        """RptEna off."""
        await put(self.session, self.block, RptEna=False)

    async def interrogate(self) -> None:
        """GI."""
        await put(self.session, self.block, GI=True)

    async def next(self, seconds: float, reason: str = "") -> Took | None:
        """The next report of this block, with an entry of ``reason`` when one is given; None when none comes."""
        end = time.monotonic() + seconds
        while True:
            heard = await self.session.hear(
                lambda one: one.rpt_id == self.rpt_id, max(0.0, end - time.monotonic()), self.seen
            )
            if heard is None:
                if self.session.unreadable:
                    raise CheckFailedError("a report came that cannot be read")
                return None
            self.seen = self.session.heard.index(heard) + 1
            took = Took(self._decode(heard), heard.at, heard)
            if not reason or any(reason in entry.reasons for entry in took.report.entries):
                return took

    def _decode(self, heard: Heard) -> Report:
        try:
            return decode_report(heard.report, self.members)
        except ProtocolError as error:
            raise CheckFailedError(f"a report cannot be read: {error}") from None

    async def must(self, seconds: float, what: str, reason: str = "") -> Took:
        """The next report, which has to come."""
        took = await self.next(seconds, reason)
        if took is None:
            self.bench.fail(f"no {what} within {seconds:g} s")
        return took

    async def general(self) -> Took:
        """Interrogate, and give the report of it; reasons may be off, so it is the next one that has all members."""
        await self.interrogate()
        end = time.monotonic() + self.bench.options.timeout
        while (left := end - time.monotonic()) > 0:
            took = await self.next(left)
            if took is not None and len(took.report.entries) == len(self.members):
                return took
        self.bench.fail(
            f"no report with all {len(self.members)} members within {self.bench.options.timeout:g} s of a general interrogation"
        )


@asynccontextmanager
async def live(
    bench: Bench, block: Block, session: Session | None = None, *, reserved: bool = True
) -> AsyncIterator[Live]:
    """Take a block: reserve it, and at the end disable it, put its attributes back and give it free."""
    own = session or await bench.session()
    saved = await octets_of(own, *(block.name(name) for name in RESTORED))
    taken = Live(bench, own, block)

    async def give_back(late: Session) -> None:
        patience = 0.0 if own.is_open else RESERVE_SECONDS + bench.options.wait
        await _give_back(own if own.is_open else late, block, dict(zip(RESTORED, saved, strict=True)), patience)

    bench.undo(f"{block}", give_back)
    if reserved:
        await reserve(own, block)
    yield taken


async def _give_back(late: Session, block: Block, saved: dict[str, Any], patience: float) -> None:
    """A reservation for seconds may have to run out before anybody else may touch the block."""
    end = time.monotonic() + patience
    while True:
        try:
            await _put_back(late, block, saved)
        except CheckFailedError:
            if time.monotonic() > end or not late.is_open:
                raise
            await asyncio.sleep(0.5)
        else:
            return


async def reserve(session: Session, block: Block, seconds: int = RESERVE_SECONDS) -> None:
    """Take the block: from Edition 2.1 on nothing else is taken before this."""
    if block.has("Resv"):
        await put(session, block, Resv=True)
    elif block.has("ResvTms"):
        await put(session, block, ResvTms=seconds)


async def free(session: Session, block: Block) -> None:
    """Give the reservation back."""
    if block.has("Resv"):
        await put(session, block, Resv=False)
    elif block.has("ResvTms"):
        (left,) = await session.read(block.name("ResvTms"))
        if isinstance(left, int) and left > 0:
            await put(session, block, ResvTms=0)


async def _put_back(late: Session, block: Block, saved: dict[str, Any]) -> None:
    if (await attributes(late, block, "RptEna"))["RptEna"]:
        await put(late, block, RptEna=False)
    await reserve(late, block)
    now = await octets_of(late, *(block.name(name) for name in RESTORED))
    for name, is_now in zip(RESTORED, now, strict=True):
        was = saved[name]
        if isinstance(was, bytes) and was != is_now:
            await late.set(block.domain, f"{block.item}${name}", was)
    await free(late, block)


ALL_TRIGGERS = TrgOps.DCHG | TrgOps.QCHG | TrgOps.DUPD | TrgOps.INTEGRITY | TrgOps.GI
USUAL_OPTIONS = OptFlds.SEQ_NUM | OptFlds.TIME_STAMP | OptFlds.REASON | OptFlds.DATA_SET | OptFlds.CONF_REV
