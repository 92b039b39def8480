"""Controls with both foreign peers at the other end, in every model; tshark judges what was said."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ours import control_ied
from pairings import Talk, asked, heard, is_rust
from peer import Peer, PeerError, PeerUnsupportedError

from meterwire.acsi.control_command import INTERLOCK_CHECK, SYNCHRO_CHECK, AddCause, Command, Origin
from meterwire.client import ControlResult, IedClient, Outcome
from meterwire.reading import Timestamp

CLIENTS, SERVERS = ("libiec61850_client", "iec61850_client"), ("libiec61850_controls", "iec61850_controls")
MODELS = (1, 2, 3, 4)
"""Direct, SBO, direct with enhanced security, SBO with enhanced security."""
theirs = pytest.mark.parametrize("client", CLIENTS, indirect=True)
ours = pytest.mark.parametrize("server", SERVERS, indirect=True)
GGIO = "OURSLD0/GGIO1"


class Controlled:
    """Our server with controls, a foreign client, and what reached the process."""

    def __init__(self, talk: Talk, client: Peer) -> None:
        self.talk = talk
        self.client = client
        self.done: list[Command] = []

    def handle(self, reference: str, verdict: AddCause | None = None, **hooks: Any) -> None:
        def operate(command: Command) -> AddCause | None:
            if verdict is None:
                self.done.append(command)
            return verdict

        self.talk.server.call(lambda: self.talk.server.server.control(reference, operate, **hooks))

    def command(self, model: int, reference: str, value: Any = True, **options: Any) -> dict[str, Any]:
        """Whatever this model wants; the answer that decided, with enhanced security the termination."""
        arguments = {"ref": reference, "value": value, **options}
        if model in (2, 4):
            selected = self.client("ctl_select" if model == 2 else "ctl_select_value", **arguments)
            if not selected["accepted"]:
                return dict(selected)
        answer = dict(self.client("ctl_operate", **arguments))
        if model in (3, 4) and answer["accepted"] and not is_rust(self.client):
            told = self.client.event("termination")
            answer.update(accepted=told["error"] == 0, add_cause=told["add_cause"])
        return answer


@contextlib.contextmanager
def controlled(client: Peer) -> Iterator[Controlled]:
    with heard(client, control_ied()) as talk:
        yield Controlled(talk, client)


# -- their client, our server ------------------------------------------------------------------------------------------


@theirs
def test_their_client_operates(client: Peer) -> None:
    with controlled(client) as at:
        for model in MODELS:
            reference = f"{GGIO}.SPCSO{model}"
            at.handle(reference)
            assert client("ctl_model", ref=reference) == model
            for value in (True, False):
                answer = at.command(model, reference, value, or_ident="北", or_cat=2, interlock=True, synchro=not value)
                assert answer["accepted"]
            first, second = at.done[-2:]
            assert (first.ctlVal, second.ctlVal) == (True, False)
            assert first.origin == Origin(2, "北".encode())
            assert (first.Check, second.Check) == (INTERLOCK_CHECK, INTERLOCK_CHECK | SYNCHRO_CHECK)
            assert first.ctlNum != second.ctlNum or first.T != second.T


@theirs
def test_their_client_is_refused(client: Peer) -> None:
    with controlled(client) as at:
        for model in MODELS:
            reference = f"{GGIO}.SPCSO{model}"
            at.handle(reference, AddCause.Blocked_by_process)
            answer = at.command(model, reference)
            assert not answer["accepted"]
            if not is_rust(client):
                assert answer["add_cause"] == AddCause.Blocked_by_process
            elif model in (3, 4):
                assert answer["add_cause"] == "blocked-by-process"
            assert not at.done


@theirs
def test_their_client_sees_no_cause_of_a_refusal(client: Peer) -> None:
    """The package iec61850 shows the AddCause of a CommandTermination- only; libIEC61850 shows both."""
    with controlled(client) as at:
        at.handle(f"{GGIO}.SPCSO1", AddCause.Blocked_by_interlocking)
        answer = at.command(1, f"{GGIO}.SPCSO1")
        assert answer["add_cause"] == ("unknown" if is_rust(client) else AddCause.Blocked_by_interlocking)
        assert b"LastApplError" in at.talk.said(by_server=True)


@theirs
def test_their_client_sends_a_test(client: Peer) -> None:
    """Refused while the node is on, carried out on paper in test mode, never on the process."""
    with controlled(client) as at:
        for model in MODELS:
            reference = f"{GGIO}.SPCSO{model}"
            at.handle(reference)
            if model == 3 and is_rust(client):
                continue  # it would wait five seconds for a CommandTermination- that nobody owes it
            if model == 2:
                # Select says nothing of a test: it is the Operate that is refused, which ends the selection.
                assert client("ctl_select", ref=reference)["accepted"]
                assert not client("ctl_operate", ref=reference, value=True, test=True)["accepted"]
            else:
                assert not at.command(model, reference, test=True)["accepted"]
        at.talk.server.set("OURSLD0/LLN0.Mod.stVal", 3)
        for model in MODELS:
            assert at.command(model, f"{GGIO}.SPCSO{model}", test=True)["accepted"]
        assert not at.done


@theirs
def test_their_client_selects_and_cancels(client: Peer) -> None:
    with controlled(client) as at:
        for model in (2, 4):
            reference = f"{GGIO}.SPCSO{model}"
            at.handle(reference)
            select = "ctl_select" if model == 2 else "ctl_select_value"
            seld = f"{reference}.stSeld"
            assert client(select, ref=reference, value=True)["accepted"]
            assert at.talk.value(seld) is True
            assert not client(select, ref=reference, value=True)["accepted"]
            assert client("ctl_cancel", ref=reference, value=True)["accepted"]
            assert at.talk.value(seld) is False
            if model == 2 or not is_rust(client):  # which would wait for a CommandTermination- that nobody owes it
                assert not client("ctl_operate", ref=reference, value=True)["accepted"]
        assert not at.done


@theirs
def test_their_client_leaves_with_a_selection(client: Peer) -> None:
    with controlled(client) as at:
        reference = f"{GGIO}.SPCSO4"
        at.handle(reference)
        assert client("ctl_select_value", ref=reference, value=True)["accepted"]
        client("abort")
        end = time.monotonic() + 10
        while at.talk.value(f"{reference}.stSeld"):
            assert time.monotonic() < end
            time.sleep(0.01)


@theirs
def test_their_client_operates_every_cdc(client: Peer) -> None:
    values: dict[str, tuple[int, str, Any, str]] = {
        "DPCSO1": (1, GGIO, False, "boolean"),
        "ISCSO1": (4, GGIO, -7, "integer"),
        "AnOut1": (1, GGIO, 2.5, "float"),
        "PosChg": (2, "OURSLD0/KVLV1", "10", "bit-string"),
    }
    with controlled(client) as at:
        for name, (model, node, value, kind) in values.items():
            if is_rust(client) and name in ("PosChg", "AnOut1"):
                continue  # the next test shows why
            at.handle(f"{node}.{name}")
            assert at.command(model, f"{node}.{name}", value, type=kind)["accepted"], name
        assert [command.ctlVal for command in at.done] == (
            [False, -7] if is_rust(client) else [False, -7, {"f": 2.5}, 2]
        )


def test_the_client_of_iec61850_operates_neither_steps_nor_set_points(iec61850_client: Peer) -> None:
    """ctlVal goes as the Python value looks: an integer where Tcmd wants two bits, a bare float where an APC has a structure."""
    with controlled(iec61850_client) as at:
        for reference, select, value in (("OURSLD0/KVLV1.PosChg", True, 2), (f"{GGIO}.AnOut1", False, 2.5)):
            at.handle(reference)
            assert not select or iec61850_client("ctl_select", ref=reference)["accepted"]
            assert not iec61850_client("ctl_operate", ref=reference, value=value)["accepted"]
        assert not at.done


def test_their_client_gives_a_time(libiec61850_client: Peer) -> None:
    with controlled(libiec61850_client) as at:
        reference = f"{GGIO}.SPCSO5"
        at.handle(reference)
        soon = int(time.time() * 1000) + 300
        assert libiec61850_client("ctl_operate", ref=reference, value=True, at_ms=soon)["accepted"]
        assert not at.done
        assert not libiec61850_client("ctl_operate", ref=reference, value=True)["accepted"]
        end = time.monotonic() + 10
        while not at.done:
            assert time.monotonic() < end
            time.sleep(0.01)
        assert time.time() * 1000 >= soon
        late = int(time.time() * 1000) + 3_600_000
        assert libiec61850_client("ctl_operate", ref=reference, value=False, at_ms=late)["accepted"]
        assert libiec61850_client("ctl_cancel", ref=reference)["accepted"]
        assert len(at.done) == 1


def test_the_client_of_iec61850_gives_no_time(iec61850_client: Peer) -> None:
    with controlled(iec61850_client) as at, pytest.raises(PeerUnsupportedError):
        at.command(1, f"{GGIO}.SPCSO1", at_ms=1)


# -- our client, their server ------------------------------------------------------------------------------------------


def operated(server: Peer) -> dict[str, Any]:
    return server.event("operated")


@ours
def test_our_client_operates(server: Peer) -> None:
    for model in MODELS:
        reference = f"{server.ready['ref']}.SPCSO{model}"

        async def body(ied: IedClient, reference: str = reference) -> list[ControlResult]:
            origin = Origin(1, b"operator 7")
            return [
                await ied.operate(reference, value, origin=origin, interlock_check=True, synchro_check=not value)
                for value in (True, False)
            ]

        results = asked(server, body)
        assert all(results)
        assert {result.model for result in results} == {model}
        assert [result.outcome for result in results] == [Outcome.DONE] * 2
        told = [operated(server), operated(server)]
        assert [event["value"] for event in told] == [True, False]
        assert told[0]["or_cat"] == 1
        assert told[0]["or_ident"] == "operator 7"
        assert [(event["interlock"], event["synchro"]) for event in told] == [(True, False), (True, True)]
        assert [event["ctl_num"] for event in told] == [result.ctlNum for result in results]


@ours
def test_our_client_is_refused(server: Peer) -> None:
    for model in MODELS:
        reference = f"{server.ready['ref']}.SPCSO{model}"
        server("refuse", object=f"SPCSO{model}", add_cause=int(AddCause.Blocked_by_interlocking))
        result = asked(server, lambda ied, reference=reference: ied.operate(reference, True))
        assert not result
        assert result.outcome is Outcome.REFUSED
        cause = result.add_cause
        if is_rust(server):
            # It tells causes only behind an Operate with enhanced security, in a CommandTermination-.
            assert cause == (AddCause.Blocked_by_interlocking if model == 3 else None)
        else:
            assert cause == (None if model == 2 else AddCause.Blocked_by_interlocking)
        with pytest.raises(PeerError):
            server.event("operated", seconds=0.2)


@ours
def test_our_client_learns_of_a_failure(server: Peer) -> None:
    for model in (3, 4):
        reference = f"{server.ready['ref']}.SPCSO{model}"
        server("refuse", object=f"SPCSO{model}", at="operate", add_cause=int(AddCause.Blocked_by_process))
        result = asked(server, lambda ied, reference=reference: ied.operate(reference, True))
        assert result.add_cause is AddCause.Blocked_by_process
        assert result.outcome is (Outcome.REFUSED if is_rust(server) else Outcome.FAILED)


@ours
def test_our_client_sends_a_test(server: Peer) -> None:
    asked(server, lambda ied: ied.operate(f"{server.ready['ref']}.SPCSO1", True, test=True))
    assert operated(server)["test"] is True


@ours
def test_our_client_selects_and_cancels(server: Peer) -> None:
    for model in (2, 4):
        reference = f"{server.ready['ref']}.SPCSO{model}"

        async def body(ied: IedClient, reference: str = reference) -> list[ControlResult]:
            return [
                await ied.select(reference, True),
                await ied.cancel(reference),
                await ied.operate(reference, True, select=False),
                await ied.select(reference, True),
                await ied.operate(reference, True),
            ]

        results = asked(server, body)
        assert [bool(result) for result in results] == [True, True, False, True, True]
        if not is_rust(server):
            assert results[2].add_cause is AddCause.Object_not_selected


def test_our_client_operates_every_cdc(libiec61850_controls: Peer) -> None:
    values = {"DPCSO1": True, "ISCSO1": -3, "EnmSO1": 2, "AnOut1": 1.5, "StpSO1": 2, "IStSO1": 3}
    seen = {"DPCSO1": True, "ISCSO1": -3, "EnmSO1": 2, "AnOut1": [1.5], "StpSO1": "10", "IStSO1": 3}

    async def body(ied: IedClient) -> None:
        for name, value in values.items():
            assert await ied.operate(f"{libiec61850_controls.ready['ref']}.{name}", value), name

    asked(libiec61850_controls, body)
    assert {event["object"]: event["value"] for event in (operated(libiec61850_controls) for _ in values)} == seen


def test_our_client_operates_integers(iec61850_controls: Peer) -> None:
    asked(iec61850_controls, lambda ied: ied.operate(f"{iec61850_controls.ready['ref']}.ISCSO1", -3))
    assert operated(iec61850_controls)["value"] == -3


def test_our_client_gives_a_time(libiec61850_controls: Peer) -> None:
    reference = f"{libiec61850_controls.ready['ref']}.SPCSO5"

    async def body(ied: IedClient) -> dict[str, Any]:
        result = await ied.operate(reference, True, at=Timestamp.from_ns(time.time_ns() + 300_000_000))
        assert result.outcome is Outcome.ACCEPTED
        # Their server forgets the command of a client that leaves.
        return await asyncio.to_thread(operated, libiec61850_controls)

    assert asked(libiec61850_controls, body)["value"] is True


def test_their_server_has_no_time(iec61850_controls: Peer) -> None:
    """It takes an operTm, and carries the command out at once."""
    reference = f"{iec61850_controls.ready['ref']}.SPCSO5"
    moment = Timestamp.from_ns(time.time_ns() + 3_600_000_000_000)
    asked(iec61850_controls, lambda ied: ied.operate(reference, True, at=moment))
    assert operated(iec61850_controls)["value"] is True
