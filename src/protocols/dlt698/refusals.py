"""The answer that says no: for each request the response of its own kind, with one DAR everywhere."""

from collections.abc import Callable
from typing import Any, Final

from ...errors import UsageError
from . import get, mutation, proxy
from .apdu import Apdu, ServerApdu, UnknownApdu
from .association import ServerErrorResponse
from .dar import DAR
from .results import (
    ActionResult,
    ActionThenGetResult,
    OadResult,
    ResultNormal,
    ResultRecord,
    SetThenGetResult,
)
from .security import SecurityRequest, SecurityResponse

__all__ = ["CANNOT_PARSE", "NOT_SUPPORTED", "refusal"]

CANNOT_PARSE: Final = 1
NOT_SUPPORTED: Final = 2
"""Types of an ERROR."""


def _set_then_get(items: Any, dar: DAR) -> tuple[SetThenGetResult, ...]:
    return tuple(SetThenGetResult(item.oad, dar, ResultNormal(item.get_oad, dar)) for item in items)


def _action_then_get(items: Any, dar: DAR) -> tuple[ActionThenGetResult, ...]:
    return tuple(ActionThenGetResult(item.omd, dar, None, ResultNormal(item.get_oad, dar)) for item in items)


_ANSWERS: Final[dict[type, tuple[type[ServerApdu], Callable[[Any, DAR], dict[str, Any]]]]] = {
    get.GetRequestNormal: (get.GetResponseNormal, lambda q, dar: {"result": ResultNormal(q.oad, dar)}),
    get.GetRequestNormalList: (
        get.GetResponseNormalList,
        lambda q, dar: {"results": tuple(ResultNormal(oad, dar) for oad in q.oads)},
    ),
    get.GetRequestRecord: (
        get.GetResponseRecord,
        lambda q, dar: {"result": ResultRecord(q.record.oad, q.record.rcsd, dar)},
    ),
    get.GetRequestRecordList: (
        get.GetResponseRecordList,
        lambda q, dar: {"results": tuple(ResultRecord(r.oad, r.rcsd, dar) for r in q.records)},
    ),
    get.GetRequestNext: (
        get.GetResponseNext,
        lambda q, dar: {"is_last": True, "block": q.block, "result": dar},
    ),
    get.GetRequestMD5: (get.GetResponseMD5, lambda q, dar: {"oad": q.oad, "result": dar}),
    mutation.SetRequestNormal: (mutation.SetResponseNormal, lambda q, dar: {"oad": q.oad, "dar": dar}),
    mutation.SetRequestNormalList: (
        mutation.SetResponseNormalList,
        lambda q, dar: {"results": tuple(OadResult(item.oad, dar) for item in q.items)},
    ),
    mutation.SetThenGetRequestNormalList: (
        mutation.SetThenGetResponseNormalList,
        lambda q, dar: {"results": _set_then_get(q.items, dar)},
    ),
    mutation.ActionRequestNormal: (mutation.ActionResponseNormal, lambda q, dar: {"omd": q.omd, "dar": dar}),
    mutation.ActionRequestNormalList: (
        mutation.ActionResponseNormalList,
        lambda q, dar: {"results": tuple(ActionResult(item.omd, dar) for item in q.items)},
    ),
    mutation.ActionThenGetRequestNormalList: (
        mutation.ActionThenGetResponseNormalList,
        lambda q, dar: {"results": _action_then_get(q.items, dar)},
    ),
    proxy.ProxyGetRequestList: (
        proxy.ProxyGetResponseList,
        lambda q, dar: {
            "results": tuple(
                proxy.ProxyGetResults(i.tsa, tuple(ResultNormal(oad, dar) for oad in i.oads)) for i in q.items
            )
        },
    ),
    proxy.ProxyGetRequestRecord: (
        proxy.ProxyGetResponseRecord,
        lambda q, dar: {"tsa": q.tsa, "result": ResultRecord(q.oad, q.rcsd, dar)},
    ),
    proxy.ProxySetRequestList: (
        proxy.ProxySetResponseList,
        lambda q, dar: {
            "results": tuple(
                proxy.ProxySetResults(i.tsa, tuple(OadResult(item.oad, dar) for item in i.items)) for i in q.items
            )
        },
    ),
    proxy.ProxySetThenGetRequestList: (
        proxy.ProxySetThenGetResponseList,
        lambda q, dar: {
            "results": tuple(proxy.ProxySetThenGetResults(i.tsa, _set_then_get(i.items, dar)) for i in q.items)
        },
    ),
    proxy.ProxyActionRequestList: (
        proxy.ProxyActionResponseList,
        lambda q, dar: {
            "results": tuple(
                proxy.ProxyActionResults(i.tsa, tuple(ActionResult(item.omd, dar) for item in i.items)) for i in q.items
            )
        },
    ),
    proxy.ProxyActionThenGetRequestList: (
        proxy.ProxyActionThenGetResponseList,
        lambda q, dar: {
            "results": tuple(proxy.ProxyActionThenGetResults(i.tsa, _action_then_get(i.items, dar)) for i in q.items)
        },
    ),
    proxy.ProxyTransCommandRequest: (
        proxy.ProxyTransCommandResponse,
        lambda q, dar: {"oad": q.oad, "result": dar},
    ),
}


def refusal(request: Apdu | UnknownApdu, dar: DAR) -> Apdu:
    """The response to ``request`` that refuses all of it; an ERROR where the service has no room for a DAR.

    Refusing with DAR 0, success, is a UsageError.
    """
    if not dar:
        raise UsageError("DAR 0 is no refusal")
    if isinstance(request, SecurityRequest):
        return SecurityResponse(content=dar)
    piid = request.piid & 0xBF if hasattr(request, "piid") else 0
    known = _ANSWERS.get(type(request))
    if known is None:
        return ServerErrorResponse(piid=piid, type=NOT_SUPPORTED)
    cls, fields = known
    return cls(piid=piid, **fields(request, dar))  # type: ignore[call-arg]
