"""Who did what: an IED with service tracking, a buffered report of everything clients do to it, and a client that does something.

python examples/who_did_what.py 127.0.0.1 10102
"""

import asyncio
import ipaddress
import sys

from meterwire.client import connect
from meterwire.models import Ied, LogicalDevice, Reference, ReportControl, TrgOps, build
from meterwire.models.enums import ServiceNameKind, ServiceStatusKind
from meterwire.models.ln import GGIO, LLN0, LTRK
from meterwire.server import MmsServer

TRACKED = ("GenTrk", "SpcTrk", "UrcbTrk")


def model() -> Ied:
    """An input that can be substituted, an output that can be operated, and LTRK with a BRCB over its objects."""
    head = build(LLN0, values={"NamPlt.vendor": "you"})
    point = build(GGIO, inst="1", include=("Ind1.subEna", "Ind1.subVal"), values={"SPCSO1.ctlModel": 1})
    tracking = build(LTRK, inst="1", include=[f"{name}.originatorID" for name in TRACKED])
    head.data_sets["dsTrk"] = tuple(Reference("YOURLD0", ("LTRK1", name), "SR") for name in TRACKED)
    head.control_blocks["brcbTrk"] = ReportControl(
        name="brcbTrk", data_set="dsTrk", buffered=True, trg_ops=TrgOps.DUPD | TrgOps.GI
    )
    return Ied("YOUR").add(LogicalDevice("YOURLD0", "LD0").add(head, point, tracking))


async def work(url: str) -> None:
    """What another client does meanwhile; one operation is refused, for its output has no handler."""
    async with connect(url) as ied:
        await ied.substitute("YOURLD0/GGIO1.Ind1", True)
        await ied.operate("YOURLD0/GGIO1.SPCSO1", True)


async def main(host: str, port: str) -> None:
    async with (
        MmsServer(model(), host=host, port=int(port)) as server,
        connect(server.url) as ied,
        ied.reports("YOURLD0/LLN0.brcbTrk01") as reports,
    ):
        await work(server.url)
        service = ServiceNameKind.Unknown
        while service is not ServiceNameKind.Operate:
            (entry,) = (await reports.next(10)).entries
            service, outcome = ServiceNameKind(entry.value.serviceType), ServiceStatusKind(entry.value.errorCode)
            who = entry.value.originatorID
            name = str(ipaddress.ip_address(who)) if len(who) in (4, 16) else who.decode(errors="replace")
            print(f"{service} {entry.value.objRef}: {outcome}, {name or 'nobody'}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
