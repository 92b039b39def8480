"""Subscribers that read slowly, or not at all: what they lose is counted, and nobody else notices."""

import itertools

from meterwire.acsi import UnbufferedReportControl
from meterwire.protocols.mms import PduTag, decode_pdu
from meterwire.protocols.mms import services as s

from ..mms_end import LD, raw, run, small_ied
from .test_bad_input import accepted, deaf, serving, still_served


def test_a_client_that_never_reads_its_reports_loses_them_counted_and_is_cut_off() -> None:
    """Meanwhile its neighbour misses nothing, and what waits for it stays within the limit."""

    async def play() -> None:
        ied = small_ied(instances=2, fillers=200, data_set="dsMx")
        limit = 100_000
        async with (
            serving(ied, max_unsent_reports=limit, stalled_seconds=0.3) as (server, witness),
            raw(server.port) as reading,
        ):
            peer = await deaf(server.port)
            await peer.associate()
            transport = server.associations[max(server.associations)]._transport
            assert transport is not None
            await reading.associate()
            await accepted(peer, "LLN0$RP$urcb01$RptEna", True)
            await accepted(reading, "LLN0$RP$urcb02$RptEna", True)
            values = [d["mag.f"] for d in ied[f"{LD}.MMXU1"].children.values()]
            control, other = server.reports.controls[:2]
            assert isinstance(control, UnbufferedReportControl)
            assert isinstance(other, UnbufferedReportControl)
            size = most = 0
            for turn in range(4000):
                ied.apply([(leaf, float(turn + 1)) for leaf in values])
                report = await reading.pdu()
                assert report[0] == PduTag.UNCONFIRMED
                size, most = len(report), max(most, transport.get_write_buffer_size())
                if len(server.associations) == 2:
                    break
            assert len(server.associations) == 2, "the deaf one is gone"
            assert limit < most < limit + 2 * size
            assert control["RptEna"] is False
            assert server.statistics.lost == control.lost > 0
            assert other.lost == 0
            assert server.statistics.stalled == 1
            await still_served(witness)
            await reading.close()
            peer.reset()

    run(play())


def test_a_client_that_reads_slowly_sees_what_it_lost_and_stays() -> None:
    async def play() -> None:
        ied = small_ied(fillers=200, data_set="dsMx")
        async with serving(ied, max_unsent_reports=50_000, stalled_seconds=20) as (server, witness):
            peer = await deaf(server.port)
            await peer.associate()
            await accepted(peer, "LLN0$RP$urcb01$RptEna", True)
            values = [d["mag.f"] for d in ied[f"{LD}.MMXU1"].children.values()]
            control = server.reports.controls[0]
            made = 0

            def change() -> None:
                nonlocal made
                made += 1
                ied.apply([(leaf, float(made)) for leaf in values])

            numbers = []
            while server.statistics.lost < 300:  # more than SqNum counts before it starts anew
                change()
                if made % 4 == 0:
                    numbers.append(sq_num(await peer.pdu()))
            while len(numbers) < made - server.statistics.lost:
                numbers.append(sq_num(await peer.pdu()))
            change()
            numbers.append(sq_num(await peer.pdu()))
            gaps = [(after - before) % 256 - 1 for before, after in itertools.pairwise(numbers)]
            assert any(gaps)
            assert sum(gaps) % 256 == server.statistics.lost % 256
            assert isinstance(control, UnbufferedReportControl)
            assert control.lost == server.statistics.lost
            assert server.statistics.stalled == 0
            await still_served(witness)
            peer.reset()

    run(play())


def sq_num(report: bytes) -> int:
    """The second value behind RptID and OptFlds of an information report."""
    found = s.decode_information_report(decode_pdu(report)).values[2]
    assert isinstance(found, int)
    return found
