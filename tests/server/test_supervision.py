"""Supervision in a running server: what is heard is read and reported, and silence is noticed by the server's own timer."""

from meterwire.acsi.supervision import Heard
from meterwire.client import connect
from meterwire.models import Reference, ReportControl
from meterwire.server import MmsServer

from ..acsi.behaving import LEAF, behaving_ied
from ..mms_end import run, soon

GCB = "OTHERLD0/LLN0.gcb01"
MS = 1_000_000


def test_a_subscription_that_falls_silent_is_reported() -> None:
    async def body() -> None:
        ied = behaving_ied()
        head = ied.find(f"{LEAF}/LLN0")
        head.data_sets["ds"] = (Reference(LEAF, ("LGOS1", "St"), "ST"),)
        head.control_blocks["urcb"] = ReportControl(name="urcb", data_set="ds")
        ied.find(f"{LEAF}/LGOS1.GoCBRef").update(setSrcRef=GCB)
        async with MmsServer(ied, port=0) as server, connect(server.url) as client:
            async with client.reports(f"{LEAF}/LLN0.urcb01") as reports:
                assert server.supervision.heard(GCB, Heard(conf_rev=1, alive_ns=60_000 * MS))
                assert (await reports.next(20))[f"{LEAF}/LGOS1.St [ST]"].stVal is True
                server.supervision.heard(GCB, Heard(conf_rev=1, alive_ns=20 * MS))
                assert (await reports.next(20))[f"{LEAF}/LGOS1.St [ST]"].stVal is False
            await soon(lambda: server.supervision.deadline is None)

    run(body())
