"""Paging through a log, against servers that do it differently, or wrong."""

import datetime as dt
from typing import Any

import pytest

from meterwire.client.logs import FIRST, LAST, LogEntry, _Pages, log_name
from meterwire.errors import ProtocolError, UsageError
from meterwire.protocols.mms import BinaryTime, ObjectName
from meterwire.protocols.mms.journals import JournalEntry, JournalPage, ReadJournal
from meterwire.reading import Timestamp

NAME = ObjectName("LLN0$Log", "LD")
MS = 1_000_000
BEGIN = 1_795_220_469_877 * MS


def entry(number: int, ms: int = 0) -> JournalEntry:
    return JournalEntry(number.to_bytes(8), BinaryTime.from_ns(BEGIN + (ms or number) * MS), ())


ENTRIES = [entry(number) for number in range(1, 21)]


def order(time: BinaryTime) -> int:
    assert time.ms is not None
    return time.ms


class Server:
    """Answers from ENTRIES, five at a time; ``begins_anew``: as libIEC61850 does, from the time of the last entry on."""

    def __init__(self, entries: list[JournalEntry], *, begins_anew: bool = False, size: int = 5) -> None:
        self.entries, self.begins_anew, self.size, self.asked = entries, begins_anew, size, 0

    def answer(self, request: ReadJournal) -> JournalPage:
        self.asked += 1
        assert self.asked < 100
        start, stop, after = request.start_time, request.stop_time, request.after
        found = self.entries
        if stop is not None:
            if after is not None and self.begins_anew:
                start, after = after[0], None
            found = [
                e for e in found if (start is None or order(e.time) >= order(start)) and order(e.time) <= order(stop)
            ]
        if after is not None:
            found = [e for e in found if e.entry_id > after[1]]
        return JournalPage(tuple(found[: self.size]), len(found) > self.size)


def everything(server: Server, **query: Any) -> list[int]:
    pages = _Pages(NAME, query.get("start"), query.get("stop"), query.get("after"))
    got: list[int] = []
    while pages.request is not None:
        got += [int.from_bytes(e.entry_id) for e in pages.take(server.answer(pages.request))]
    return got


@pytest.mark.parametrize("begins_anew", [False, True])
def test_nothing_twice_and_nothing_missing(begins_anew: bool) -> None:
    assert everything(Server(ENTRIES, begins_anew=begins_anew)) == list(range(1, 21))
    start, stop = Timestamp.from_ns(BEGIN + 4 * MS), Timestamp.from_ns(BEGIN + 17 * MS)
    assert everything(Server(ENTRIES, begins_anew=begins_anew), start=start, stop=stop) == list(range(4, 18))
    assert everything(Server(ENTRIES, begins_anew=begins_anew), after=(7).to_bytes(8)) == list(range(8, 21))
    assert everything(Server(ENTRIES), after=LogEntry((7).to_bytes(8), FIRST, ()), stop=stop) == list(range(8, 18))


def test_more_entries_of_one_millisecond_than_a_page_holds() -> None:
    burst = [entry(number, 50) for number in range(1, 13)] + [entry(13, 51)]
    assert everything(Server(burst, begins_anew=True)) == list(range(1, 14))
    stop = Timestamp.from_ns(BEGIN + 50 * MS)
    assert everything(Server(burst, begins_anew=True), stop=stop) == list(range(1, 13))


def test_an_empty_log() -> None:
    assert everything(Server([])) == []


def test_servers_that_never_end() -> None:
    pages = _Pages(NAME, None, None, None)
    with pytest.raises(ProtocolError, match="gives none"):
        pages.take(JournalPage((), True))
    same = JournalPage((entry(1),), True)
    pages = _Pages(NAME, None, None, None)
    assert len(pages.take(same)) == 1
    assert pages.take(same) == []
    assert pages.request == ReadJournal(name=NAME, after=(entry(1).time, entry(1).entry_id))
    with pytest.raises(ProtocolError, match="again and again"):
        pages.take(same)


def test_times_and_names() -> None:
    pages = _Pages(NAME, dt.datetime(2026, 11, 21, 1, 1, 9, 877_999, dt.UTC), None, None)
    assert pages.request == ReadJournal(name=NAME, start_time=BinaryTime(bytes.fromhex("0037ff753d31")), stop_time=LAST)
    pages = _Pages(NAME, Timestamp.from_ns(BEGIN), None, None)
    assert pages.request is not None
    assert pages.request.start_time == BinaryTime.from_ns(BEGIN)
    assert log_name("LD/LLN0.Log") == log_name("LD/LLN0$Log") == NAME
    assert log_name("LD/LLN0$LG$lcb") == ObjectName("LLN0$LG$lcb", "LD")
    for wrong in ("LD", "LD/LLN0", "LD/LLN0.A.b", "a b/c.d"):
        with pytest.raises(UsageError):
            log_name(wrong)
