"""Supervision (IEC 61850-7-4, group L): what LGOS, LSVS and LCCH say of subscriptions and channels, LTMS and LTIM of time.

The engine receives nothing itself. Whoever does (a GOOSE or sampled value subscriber, a line, a clock discipline) tells
it what he saw, and the nodes follow; what happens by silence or by time alone, the engine finds out from its clock.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..errors import UnknownNameError
from ..models import DataAttribute, Ied, LogicalDevice, LogicalNode
from .engine import Quiet
from .supervised import Saying
from .supervised_time import LocalTime, TimeSource

__all__ = ["Channel", "Heard", "Part", "Subscription", "SupervisionEngine"]

SECOND = 1_000_000_000
CHANNEL_SECONDS = 10
"""A channel is alive this long after the last message unless ChLivTms says otherwise."""
PER_MILLE = 1000
"""FerCh counts errors in this many messages."""
_REFERENCES = {"LGOS": "GoCBRef", "LSVS": "SvCBRef"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a subscriber heard of a control block."""

    conf_rev: int
    """ConfRev of the message."""
    alive_ns: int
    """How long the subscription counts as active without another message, ns (GOOSE: timeAllowedToLive)."""
    nds_com: bool = False
    """The publisher says that it needs commissioning."""
    simulated: bool = False
    """A simulated message was accepted."""
    st_num: int | None = None
    """State number (GOOSE)."""


class Part(Protocol):
    """What supervises one node."""

    node: LogicalNode

    @property
    def deadline(self) -> int | None:
        """When it has something to do by itself."""

    def poll(self, now: int) -> None:
        """Time has come."""


class Subscription:
    """LGOS or LSVS: one subscription to GOOSE or sampled values."""

    def __init__(self, engine: "SupervisionEngine", node: LogicalNode) -> None:
        self.engine = engine
        self.node = node
        self.deadline: int | None = None
        self._expected = _number(node, "ConfRevNum")

    @property
    def reference(self) -> str:
        """The control block that is subscribed, ``IED1LD0/LLN0.gcb01``."""
        leaf = _leaf(self.node, _REFERENCES[self.node.ln_class], "setSrcRef")
        return _plain(str(leaf.value)) if leaf is not None else ""

    def heard(self, message: Heard) -> None:
        """A message was accepted, or would have been but for its ConfRev: then the subscription is not active."""
        fits = self._expected in (0, message.conf_rev)
        saying = self.engine.saying(self.node)
        saying.say("RxConfRevNum", message.conf_rev).say("NdsCom", message.nds_com or not fits)
        saying.say("SimSt", message.simulated).say("St", fits)
        if message.st_num is not None and fits:
            saying.say("LastStNum", _as_int32(message.st_num))
        saying.done()
        self.deadline = self.engine.clock() + message.alive_ns if fits else None
        self.engine.on_schedule()

    def poll(self, now: int) -> None:
        """Nothing was heard for too long."""
        if self.deadline is not None and now >= self.deadline:
            self.deadline = None
            self.engine.saying(self.node).say("St", False).say("SimSt", False).done()


class Channel:
    """LCCH: one communication channel, with its redundant one if it has one."""

    def __init__(self, engine: "SupervisionEngine", node: LogicalNode) -> None:
        self.engine = engine
        self.node = node
        self._alive: list[int | None] = [None, None]
        self._counts = [[0, 0, 0], [0, 0, 0]]

    def received(self, messages: int = 1, *, faulty: int = 0, redundant: bool = False) -> None:
        """Messages came in, ``faulty`` of them unusable."""
        prefix, counts = ("Red" if redundant else ""), self._counts[redundant]
        counts[0] += messages
        counts[2] += faulty
        saying = self.engine.saying(self.node).say(f"{prefix}RxCnt", counts[0])
        if counts[0]:
            saying.say(f"{prefix}FerCh", counts[2] * PER_MILLE // counts[0])
        if messages > faulty:
            saying.say(f"{prefix}ChLiv", True)
            seconds = _number(self.node, "ChLivTms") or CHANNEL_SECONDS
            self._alive[redundant] = self.engine.clock() + seconds * SECOND
        saying.done()
        self.engine.on_schedule()

    def sent(self, messages: int = 1) -> None:
        """Messages went out; TxCnt is common to both channels."""
        self._counts[0][1] += messages
        self.engine.saying(self.node).say("TxCnt", self._counts[0][1]).done()

    def overflow(self, *, incoming: bool = False, outgoing: bool = False) -> None:
        """Buffers have run over, or have room again."""
        self.engine.saying(self.node).say("InOv", incoming).say("OutOv", outgoing).done()

    @property
    def deadline(self) -> int | None:
        """When silence becomes death."""
        return min((when for when in self._alive if when is not None), default=None)

    def poll(self, now: int) -> None:
        """Nothing came in for too long."""
        for redundant, when in enumerate(self._alive):
            if when is not None and now >= when:
                self._alive[redundant] = None
                self.engine.saying(self.node).say("RedChLiv" if redundant else "ChLiv", False).done()


P = TypeVar("P", bound=Part)


class SupervisionEngine(Quiet):
    """All supervision of an IED.

    ``clock`` (ns, never set back) decides when something is due, ``wall`` (ns since 1970) dates it.
    LGOS and LSVS are found by what they subscribe to (:meth:`heard`); the others are asked for by their reference, for
    only the application knows whose channel or clock they stand for.
    """

    def __init__(
        self, ied: Ied, *, clock: Callable[[], int], wall: Callable[[], int], on_schedule: Callable[[], None]
    ) -> None:
        self.ied = ied
        self.clock = clock
        self.wall = wall
        self.on_schedule = on_schedule
        self._parts: dict[LogicalNode, Part] = {}
        ied.device_hooks += (self._on_device,)
        for device in ied.children.values():
            self._on_device(device, True)

    def _on_device(self, device: LogicalDevice, is_there: bool) -> None:
        for node in device.children.values():
            if not is_there:
                self._parts.pop(node, None)
            elif node.ln_class in _REFERENCES:
                self._parts[node] = Subscription(self, node)

    def saying(self, node: LogicalNode) -> Saying:
        """The beginning of a transaction of one node."""
        return Saying(self.ied, node, self.wall())

    # -- what there is ---------------------------------------------------------------------

    def subscriptions(self) -> Iterator[Subscription]:
        """All LGOS and LSVS."""
        return (part for part in self._parts.values() if isinstance(part, Subscription))

    def heard(self, reference: str, message: Heard) -> bool:
        """A message of a control block (``LD/LN.name``, or with ``$GO$``) was heard; False where nobody subscribes to it."""
        wanted = _plain(reference)
        found = [subscription for subscription in self.subscriptions() if subscription.reference == wanted]
        for subscription in found:
            subscription.heard(message)
        return bool(found)

    def channel(self, reference: str) -> Channel:
        """The channel of an LCCH; UnknownNameError for any other node."""
        return self._part(reference, "LCCH", Channel)

    def time_source(self, reference: str) -> TimeSource:
        """The clock of an LTMS; UnknownNameError for any other node."""
        return self._part(reference, "LTMS", TimeSource)

    def local_time(self, reference: str, zone: dt.tzinfo) -> LocalTime:
        """Local time of an LTIM from now on by this zone; UnknownNameError for any other node."""
        part = self._part(reference, "LTIM", LocalTime)
        part.follow(zone)
        return part

    def _part(self, reference: str, ln_class: str, kind: "Callable[[SupervisionEngine, LogicalNode], P]") -> P:
        node = self.ied.find(reference)
        if not isinstance(node, LogicalNode) or node.ln_class != ln_class:
            msg = f"{reference} is no {ln_class}"
            raise UnknownNameError(msg)
        known = self._parts.get(node)
        if known is None:
            known = self._parts[node] = kind(self, node)
        return known  # type: ignore[return-value]  # a class of nodes has one kind of part

    # -- engine ----------------------------------------------------------------------------

    @property
    def deadline(self) -> int | None:
        """The earliest moment at which :meth:`poll` has work."""
        return min((due for part in self._parts.values() if (due := part.deadline) is not None), default=None)

    def poll(self) -> None:
        """Do what is due."""
        now = self.clock()
        for part in list(self._parts.values()):
            if part.deadline is not None and part.deadline <= now:
                part.poll(now)

    def close(self) -> None:
        """Let go of the model."""
        self._parts.clear()
        self.ied.device_hooks = tuple(hook for hook in self.ied.device_hooks if hook != self._on_device)


def _leaf(node: LogicalNode, name: str, attribute: str) -> DataAttribute | None:
    found = node.children.get(name)
    leaf: DataAttribute | None = found.children.get(attribute) if found is not None else None
    return leaf


def _number(node: LogicalNode, name: str) -> int:
    leaf = _leaf(node, name, "stVal") or _leaf(node, name, "setVal")
    return int(leaf.value) if leaf is not None else 0


def _plain(reference: str) -> str:
    """A control block as ACSI writes it."""
    for fc in ("GO", "MS", "US"):
        reference = reference.replace(f"${fc}$", ".")
    return reference.replace("$", ".")


def _as_int32(number: int) -> int:
    """stNum is INT32U, LastStNum an INS: beyond 2^31 it is shown as the largest there is, not as a negative one."""
    return min(number, (1 << 31) - 1)
