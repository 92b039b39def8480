"""Follow the reports of an IEC 61850 server: what changed, why, and everything once when asked for it.

python examples/client_reports.py 127.0.0.1 10102 HOMEMET/LLN0.urcbEn 3
"""

import asyncio
import sys

from meterwire.client import Report, connect
from meterwire.errors import MeterwireError


def show(report: Report) -> None:
    print(f"{report.rpt_id} #{report.sq_num}, {len(report.entries)} entries")
    for entry in report.entries:
        print(f"    {entry.reference} = {entry.value}  {', '.join(entry.reasons)}")


async def main(host: str, port: str, block: str, count: str) -> None:
    # Attributes of the control block are set by their standard names before it is enabled.
    # Without an instance number the first free instance is taken; leaving the block frees it.
    async with connect(f"mms://{host}:{port}") as ied, ied.reports(block, IntgPd=1000) as reports:
        print(f"{reports.reference} enabled", flush=True)
        await reports.interrogate()
        wanted = int(count)
        async for report in reports:
            show(report)
            wanted -= 1
            if not wanted:
                break


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:5]))
    except MeterwireError as error:
        sys.exit(str(error))
