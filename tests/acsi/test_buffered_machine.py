"""Any order of events, clients, losses, full lines, commits and crashes, against a model of a dozen lines.

The model is a list of numbers. It knows nothing of control blocks: what was kept, where a client has got to, and what the
disk has. After every step the block must have sent exactly what the model says.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from rig import FakeJournal, Rig

from meterwire.acsi import BufferLimits

BOUND = 5
ID = "ILD/LLN0$BR$b01"


class BufferedReporting(RuleBasedStateMachine):
    """One BRCB with a small buffer, one client after the other."""

    @initialize()
    def begin(self) -> None:
        self.rig = Rig(FakeJournal(), limits=BufferLimits(entries=BOUND))
        self.associations = 1
        self.number = 0  # of the last event
        self.kept: list[int] = []  # events in the buffer
        self.on_disk = 0  # the newest event a crash leaves
        self.disk: list[int] = []  # what the buffer was when that was written
        self.next = 0  # place in kept of the next event to be sent
        self.enabled = False
        self.has_resumed = False
        self.may_have_lost = True
        self.got: dict[int, int] = {}  # event → EntryID, as clients saw it
        self.last = 0  # the last event a client got

    @property
    def client(self) -> str:
        return f"alice/{self.associations}"

    # -- what happens ------------------------------------------------------------------------

    @rule(count=st.integers(1, BOUND + 2))
    def events(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            self.rig.change(self.number)
            self.kept.append(self.number)
            if len(self.kept) > BOUND:
                del self.kept[0]
                self.may_have_lost = self.may_have_lost or self.next == 0
                self.next = max(0, self.next - 1)
            self.expect()

    @rule()
    def commit(self) -> None:
        self.rig.journal.commit()
        self.on_disk, self.disk = self.number, list(self.kept)
        self.expect()

    @rule(full=st.booleans())
    def line(self, full: bool) -> None:
        self.rig.has_room = not full
        self.rig.engine.ready(self.client)
        self.expect()

    @precondition(lambda self: not self.enabled)
    @rule(how=st.sampled_from(["resume", "null", "nothing"]))
    def enable(self, how: str) -> None:
        if how == "resume" and self.last:
            known = self.last in self.kept
            refused = self.rig.resume(self.got[self.last], self.client)
            assert (refused is None) == known
            self.has_resumed = known
            if known:
                self.next, self.may_have_lost = self.kept.index(self.last) + 1, False
        elif how == "null":
            assert self.rig.resume(0, self.client) is None
            self.has_resumed = False
        if not self.has_resumed:
            self.next, self.may_have_lost = 0, True
        assert self.rig.enable(self.client) is None
        self.enabled, self.has_resumed = True, False
        self.expect()

    @precondition(lambda self: not self.enabled and self.last in self.kept)
    @rule(count=st.integers(0, BOUND + 2))
    def resume_and_let_things_happen(self, count: int) -> None:
        assert self.rig.resume(self.got[self.last], self.client) is None
        self.next, self.may_have_lost, self.has_resumed = self.kept.index(self.last) + 1, False, True
        self.events(count)

    @precondition(lambda self: self.enabled)
    @rule()
    def disable(self) -> None:
        assert self.rig.write("RptEna", False, self.client) is None
        self.enabled = False

    @rule()
    def lose(self) -> None:
        """The association breaks; the client comes with another one."""
        self.rig.lose(self.client)
        self.associations += 1
        self.enabled = False

    @precondition(lambda self: not self.enabled)
    @rule()
    def purge(self) -> None:
        assert self.rig.write("PurgeBuf", True, self.client) is None
        self.kept, self.next, self.has_resumed = [], 0, False

    @rule()
    def crash(self) -> None:
        # What was not committed never happened; a trim or purge that was not is not on the disk either.
        kept = [int(value) for e in self.rig.journal.controls[ID].entries for _, _, value in e.members]
        assert kept == self.disk
        self.rig = Rig(self.rig.journal.crash(), limits=BufferLimits(entries=BOUND), wall=self.rig.wall_offset)
        self.associations += 1
        self.kept, self.next, self.enabled, self.has_resumed = list(self.disk), 0, False, False
        # The model starts with zeros again; a number that is new makes an event.

    # -- what must be ------------------------------------------------------------------------

    def expect(self) -> None:
        """The reports since the last step are those the model would send."""
        wanted: list[tuple[int, bool]] = []
        while self.enabled and self.rig.has_room and self.next < len(self.kept):
            number = self.kept[self.next]
            if number > self.on_disk:
                break
            wanted.append((number, self.may_have_lost))
            self.may_have_lost = False
            self.next += 1
        sent = self.rig.take()
        assert [(int(report.entries[0][2]), report.buf_ovfl) for report in sent] == wanted
        for report in sent:
            number = int(report.entries[0][2])
            assert self.got.setdefault(number, report.entry_id) == report.entry_id
            self.last = number

    @invariant()
    def ids_grow(self) -> None:
        if hasattr(self, "got"):
            ids = [self.got[number] for number in sorted(self.got)]
            assert ids == sorted(set(ids))


TestBufferedReporting = BufferedReporting.TestCase
TestBufferedReporting.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
