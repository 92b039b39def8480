"""Any order of selections, edits, confirmations, losses, waits, broken disks and restarts, against a model of a few lines.

The model is three lists of two numbers. It knows nothing of control blocks, leaves or stores.
"""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from settings_rig import DELAY, FIRST, PICKUP, FakeStore, SettingsRig

CLIENTS = ("alice", "bob", "carol")
SECONDS = 10


class SettingGroupsAnyhow(RuleBasedStateMachine):
    """One block, three groups, three clients."""

    @initialize()
    def begin(self) -> None:
        self.store = FakeStore()
        self.rig = SettingsRig(self.store)
        self.groups = {number: (given[PICKUP], given[DELAY]) for number, given in FIRST.items()}
        self.active = 1
        self.editor: str | None = None
        self.editing = 0
        self.edit = (0.0, 0)
        self.left = 0

    def insist(self, done: int | None, accepted: bool) -> None:
        assert (done is None) is accepted, done

    def end(self) -> None:
        self.editor, self.editing = None, 0

    def may(self, client: str) -> bool:
        return self.editor in (None, client)

    @rule(client=st.sampled_from(CLIENTS), group=st.integers(0, 4))
    def select(self, client: str, group: int) -> None:
        works = 1 <= group <= 3 and (not self.store.is_broken or group == self.active)
        self.insist(self.rig.write("ActSG", group, client), works)
        if works:
            self.active = group

    @rule(client=st.sampled_from(CLIENTS), group=st.integers(0, 4))
    def select_edit(self, client: str, group: int) -> None:
        works = group <= 3 and self.may(client)
        self.insist(self.rig.write("EditSG", group, client), works)
        if works and group:
            self.editor, self.editing, self.edit, self.left = client, group, self.groups[group], SECONDS
        elif works:
            self.end()

    @rule(client=st.sampled_from(CLIENTS), pickup=st.integers(0, 50), delay=st.none() | st.integers(0, 50))
    def change(self, client: str, pickup: int, delay: int | None) -> None:
        works = self.editor == client
        given = {"pickup": pickup / 2} if delay is None else {"pickup": pickup / 2, "delay": delay}
        self.insist(self.rig.set(client, **given), works)
        if works:
            self.edit, self.left = (pickup / 2, self.edit[1] if delay is None else delay), SECONDS

    @rule(client=st.sampled_from(CLIENTS), value=st.booleans())
    def confirm(self, client: str, value: bool) -> None:
        works = self.editor == client and value and not self.store.is_broken
        self.insist(self.rig.write("CnfEdit", value, client), works)
        if works:
            self.groups[self.editing] = self.edit
            self.end()

    @rule(client=st.sampled_from(CLIENTS))
    def leave(self, client: str) -> None:
        self.rig.engine.client_gone(client)
        if self.editor == client:
            self.end()

    @rule(seconds=st.integers(1, SECONDS))
    def wait(self, seconds: int) -> None:
        self.rig.wait(seconds)
        self.left -= seconds
        if self.left <= 0:
            self.end()

    @rule(broken=st.booleans())
    def disk(self, broken: bool) -> None:
        self.store.is_broken = broken

    @rule()
    def restart(self) -> None:
        self.store.is_broken = False
        self.rig = SettingsRig(self.store)
        self.end()

    @invariant()
    def is_as_the_model_says(self) -> None:
        if not hasattr(self, "groups"):
            return
        block = self.rig.block
        for number, expected in self.groups.items():
            bank = block.values(number)
            assert (bank[PICKUP], bank[DELAY]) == expected
        assert (self.rig.active[PICKUP], self.rig.active[DELAY]) == self.groups[self.active]
        assert (block["ActSG"], block["EditSG"], block.client) == (self.active, self.editing, self.editor)
        assert (block["ResvTms"] > 0, self.rig.engine.deadline is not None) == (self.editing > 0, self.editing > 0)
        if self.editing:
            assert (self.rig.edited[PICKUP], self.rig.edited[DELAY]) == self.edit


TestSettingGroupsAnyhow = SettingGroupsAnyhow.TestCase
TestSettingGroupsAnyhow.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_sequences() -> None:
    class Long(SettingGroupsAnyhow):
        pass

    case = Long.TestCase
    case.settings = settings(
        max_examples=100_000, stateful_step_count=30, deadline=None, database=None, phases=(Phase.generate,)
    )
    case().runTest()
