"""Service tracking: which object takes an event, what stands in it, and that each event is told."""

from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire.acsi.service_event import CDC_OF_SERVICE, ServiceEvent, ServiceSink, status_of
from meterwire.acsi.tracking import TrackingEngine
from meterwire.models import Ied, LogicalNode
from meterwire.models.enums import ServiceNameKind, ServiceStatusKind
from meterwire.models.ln import LTRK
from meterwire.reading import Timestamp

from .behaving import CHILD, ROOT, Clock, behaving_ied, node

N, S = ServiceNameKind, ServiceStatusKind
ADDRESS = bytes((192, 168, 1, 5))
TARGETS: list[tuple[ServiceEvent, str]] = [
    (ServiceEvent(N.Operate, f"{ROOT}/GGIO1.SPCSO1", 1), "SpcTrk"),
    (ServiceEvent(N.SelectWithValue, f"{CHILD}/XSWI1.Pos", 1), "DpcTrk"),
    (ServiceEvent(N.Cancel, f"{ROOT}/GGIO1.ISCSO1", 1), "IncTrk"),
    (ServiceEvent(N.Operate, f"{ROOT}/LLN0.Mod", 1), "EncTrk1"),
    (ServiceEvent(N.TimeActivatedOperate, f"{ROOT}/GGIO1.AnOut1", 1), "ApcFTrk"),
    (ServiceEvent(N.Operate, f"{ROOT}/nobody.Pos", 1), "GenTrk"),
    (ServiceEvent(N.SetBRCBValues, f"{ROOT}/LLN0.brcb01", 1), "BrcbTrk"),
    (ServiceEvent(N.SetURCBValues, f"{CHILD}/LLN0.urcb01", 1), "UrcbTrk"),
    (ServiceEvent(N.InternalChange, f"{CHILD}/LLN0.brcb01", None, kind="BTS"), "BrcbTrk"),
    (ServiceEvent(N.SetLCBValues, f"{ROOT}/LLN0.log", 1), "LocbTrk"),
    (ServiceEvent(N.SetGoCBValues, f"{ROOT}/LLN0.gcb", 1), "GocbTrk"),
    (ServiceEvent(N.SetMSVCBValues, f"{ROOT}/LLN0.msvcb", 1), "MsvcbTrk"),
    (ServiceEvent(N.SetUSVCBValues, f"{ROOT}/LLN0.usvcb", 1), "GenTrk"),
    (ServiceEvent(N.SelectActiveSG, f"{ROOT}/LLN0.SGCB", 1), "SgcbTrk"),
    (ServiceEvent(N.ConfirmEditSGValues, f"{ROOT}/LLN0.SGCB", 1), "SgcbTrk"),
    (ServiceEvent(N.CreateDataSet, f"{ROOT}/LLN0.ds", 1), "GenTrk"),
    (ServiceEvent(N.QueryLogByTime, f"{ROOT}/LLN0.log", 1), "GenTrk"),
    (ServiceEvent(N.DeleteFile, "COMTRADE/1.cfg", 1), "GenTrk"),
]


class Engine:
    """Something whose services are tracked."""

    on_service: ServiceSink | None = None


@pytest.fixture
def ied() -> Ied:
    return behaving_ied()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def identity(client: Hashable) -> bytes:
    assert client == 1
    return ADDRESS


@pytest.fixture
def engine(ied: Ied, clock: Clock) -> Iterator[TrackingEngine]:
    engine = TrackingEngine(ied, wall=clock, identity=identity)
    yield engine
    engine.close()


def ltrk(ied: Ied) -> Any:
    return ied.find(f"{ROOT}/LTRK1")


@pytest.mark.parametrize(("event", "target"), TARGETS, ids=[f"{e.service}-{t}" for e, t in TARGETS])
def test_which_object_takes_it(
    ied: Ied, engine: TrackingEngine, clock: Clock, event: ServiceEvent, target: str
) -> None:
    moment = clock.later()
    told: list[str] = []
    for name, found in ltrk(ied).children.items():
        if "objRef" in found.children:
            found["objRef"].change_hooks += (lambda *_, name=name: told.append(name),)
    engine.track(event)
    engine.track(event)
    assert told == [target] * 2, "the same twice is told twice"
    found = ltrk(ied)[target]
    assert (found["objRef"].value, found["serviceType"].value) == (event.reference, event.service)
    assert (found["t"].value, found["errorCode"].value) == (moment, S.no_error)


def test_every_service_with_an_object_of_its_own_has_a_name_in_the_standard() -> None:
    assert set(CDC_OF_SERVICE.values()) == {"BTS", "UTS", "LTS", "GTS", "MTS", "NTS", "STS", "CTS"}


def test_a_control(ied: Ied, engine: TrackingEngine) -> None:
    origin = {"orCat": 3, "orIdent": b"dispatcher"}
    values = {"ctlVal": {"f": 1.5}, "origin": origin, "ctlNum": 7, "T": Timestamp(5), "Check": 3, "respAddCause": 10}
    engine.track(ServiceEvent(N.Operate, f"{ROOT}/GGIO1.AnOut1", 1, S.access_violation, values))
    found = ltrk(ied)["ApcFTrk"]
    assert found["ctlVal"].value == {"f": 1.5}
    assert found["origin"].value == origin
    assert found["respAddCause"].value == 10
    assert found["errorCode"].value == S.access_violation


def test_originator(ied: Ied, clock: Clock) -> None:
    node_with = node(LTRK, "2", "GenTrk.originatorID", "SpcTrk.originatorID", mod=False)
    ied.children[CHILD].add(node_with)
    engine = TrackingEngine(ied, wall=clock, identity=identity)
    engine.track(ServiceEvent(N.SetDataValues, f"{CHILD}/XSWI1.Pos.ctlModel", 1))
    assert node_with["GenTrk.originatorID"].value == ADDRESS
    engine.track(ServiceEvent(N.InternalChange, f"{CHILD}/x", None))
    assert node_with["GenTrk.originatorID"].value == b""
    engine.track(ServiceEvent(N.Operate, f"{CHILD}/GGIO2.x", 1, values={"origin": {"orIdent": bytes(70)}}))
    assert node_with["GenTrk.originatorID"].value == bytes(64)
    engine.close()


def test_what_an_event_does_not_say_is_cleared(ied: Ied, engine: TrackingEngine) -> None:
    engine.track(ServiceEvent(N.Operate, f"{ROOT}/GGIO1.SPCSO1", 1, values={"ctlVal": True, "ctlNum": 9}))
    engine.track(ServiceEvent(N.Cancel, f"{ROOT}/GGIO1.SPCSO1", 1, values={"ctlVal": False}))
    assert (ltrk(ied)["SpcTrk.ctlNum"].value, ltrk(ied)["SpcTrk.ctlVal"].value) == (0, False)


def test_references_are_acsi_s(ied: Ied, engine: TrackingEngine) -> None:
    engine.track(ServiceEvent(N.SetBRCBValues, f"{ROOT}/LLN0.brcb", 1, values={"datSet": f"{ROOT}/LLN0$ds"}))
    assert ltrk(ied)["BrcbTrk.datSet"].value == f"{ROOT}/LLN0.ds"


JUNK = st.one_of(st.none(), st.integers(), st.text(max_size=300), st.binary(max_size=300), st.floats(), st.just({}))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(N)),
    st.text(max_size=200),
    st.dictionaries(st.sampled_from("ctlVal origin ctlNum T rptID datSet optFlds entryID Check x".split()), JUNK),
)
def test_no_event_fails(service: ServiceNameKind, reference: str, values: dict[str, Any]) -> None:
    ied = behaving_ied()
    engine = TrackingEngine(ied, wall=Clock(), identity=identity)
    engine.track(ServiceEvent(service, reference, 1, values=values))
    engine.track(ServiceEvent(service, f"{ROOT}/GGIO1.SPCSO1", 1, values=values))


# -- where and whether ------------------------------------------------------------------------------------------------


def test_a_device_with_an_ltrk_of_its_own_is_tracked_there(ied: Ied, clock: Clock) -> None:
    own: LogicalNode = node(LTRK, "1", "GenTrk", mod=False)
    ied.children[CHILD].add(own)
    engine = TrackingEngine(ied, wall=clock, identity=identity)
    engine.track(ServiceEvent(N.SetDataValues, f"{CHILD}/XSWI1.Pos.ctlModel", 1))
    assert own["GenTrk.objRef"].value == f"{CHILD}/XSWI1.Pos.ctlModel"
    assert ltrk(ied)["GenTrk.objRef"].value == ""
    engine.close()


def test_nobody_is_asked_to_tell_without_an_ltrk(ied: Ied, clock: Clock) -> None:
    told, untold = Engine(), Engine()
    root = ied.remove(ROOT)
    engine = TrackingEngine(ied, wall=clock, identity=identity)
    engine.follow(told)
    assert told.on_service is None
    engine.track(ServiceEvent(N.SetDataValues, "x", 1))
    ied.add(root)
    engine.follow(untold)
    assert told.on_service == untold.on_service == engine.track
    ied.remove(ROOT)
    assert told.on_service is untold.on_service is None
    engine.close()


@pytest.mark.parametrize(
    ("code", "status"), [(None, S.no_error), (2, S.instance_locked_by_other_client), (3, S.access_violation), (99, 12)]
)
def test_status_of_a_refusal(code: int | None, status: int) -> None:
    assert status_of(code) == status
