"""Tm and TmN: time stamps, and what they say of themselves. Setting the server's clock is left to a laboratory."""

import time

from ...models import OptFlds, TrgOps
from ...protocols.mms import DataTag
from ...reading import Timestamp
from ..bench import Bench
from ..case import Group
from ..inventory import Leaf
from ..sweep import content_of
from .reporting import USUAL_OPTIONS, choose, live
from .subjects import reread

__all__ = ["group"]

group = Group("Tm", "Time")

TOLERANCE = 10.0
"""Seconds that the clocks of server and client may differ where the server says that its own is synchronised."""
YEAR_2000 = 946_684_800 * 10**9


async def _stamps(bench: Bench) -> list[tuple[Leaf, Timestamp]]:
    found = [
        (leaf, Timestamp.from_bytes(content_of(value)))
        for leaf, value in (await bench.values()).leaves()
        if leaf.fc in ("ST", "MX") and leaf.last == "t" and leaf.spec.tag == DataTag.UTC_TIME
    ]
    if not found:
        bench.skip("the server has no time stamp")
    return found


@group.case("101", "No time stamp lies in the future of a server that says it is synchronised")
async def _future(bench: Bench) -> None:
    limit = time.time_ns() + int(TOLERANCE * 1e9)
    stamps = await _stamps(bench)
    for leaf, stamp in stamps:
        if stamp.is_synchronised and stamp.ns > limit:
            await reread(bench, leaf.domain, leaf.item)
            bench.fail(f"{leaf} is {stamp}")
    bench.note(f"{len(stamps)} time stamps")


@group.case("102", "Time stamps are not set (1970), or of this century, or their clock is told not to be synchronised")
async def _past(bench: Bench) -> None:
    for leaf, stamp in await _stamps(bench):
        if 0 < stamp.ns < YEAR_2000 and stamp.is_synchronised and stamp.ns > 86_400 * 10**9:
            await reread(bench, leaf.domain, leaf.item)
            bench.fail(f"{leaf} is {stamp}")


@group.case(
    "103", "A new report's time of entry is the time of day, where time stamps say that the clock is synchronised"
)
async def _entry(bench: Bench) -> None:
    synchronised = any(stamp.is_synchronised and stamp.ns > YEAR_2000 for _, stamp in await _stamps(bench))
    if not synchronised:
        bench.skip("no time stamp says that the clock is synchronised")
    async with live(bench, await choose(bench, "RP")) as block:
        await block.configure(OptFlds=USUAL_OPTIONS | OptFlds.TIME_STAMP, TrgOps=TrgOps.GI)
        await block.enable()
        report = (await block.general()).report
        moment = report.time.datetime if report.time is not None else None
        bench.check(moment is not None, "the report has no time of entry")
        assert moment is not None
        apart = abs(moment.timestamp() - time.time())
        bench.check(apart <= TOLERANCE, f"the time of entry is {apart:.1f} s from our time")
        bench.note(f"{apart:.2f} s apart")


@group.case("104", "Fractions of seconds are used: not all time stamps lie on whole seconds")
async def _fractions(bench: Bench) -> None:
    stamps = [(leaf, stamp) for leaf, stamp in await _stamps(bench) if stamp.ns > YEAR_2000]
    if len({stamp.ns for _, stamp in stamps}) < 3:
        bench.skip("there are fewer than three different time stamps")
    whole = [stamp for _, stamp in stamps if stamp.ns % 10**9 == 0]
    if len(whole) == len(stamps):
        await reread(bench, stamps[0][0].domain, stamps[0][0].item)
    bench.check(len(whole) < len(stamps), f"all {len(stamps)} time stamps lie on whole seconds")


@group.case("N101", "A clock that failed or is not synchronised does not claim microseconds")
async def _claims(bench: Bench) -> None:
    for leaf, stamp in await _stamps(bench):
        flags = stamp.to_bytes()[7]
        accuracy = flags & 0x1F
        if flags & 0x60 and 20 <= accuracy <= 24:
            await reread(bench, leaf.domain, leaf.item)
            bench.fail(f"{leaf}: the clock is not synchronised, and its accuracy {accuracy} bits")
