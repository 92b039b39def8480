"""Collect buffered reports without missing or repeating one: over lost associations, and from one run to the next.

    python examples/buffered_reports.py 127.0.0.1 10102 HOMEMET/LLN0.brcbEn last_entry 5

Each report has an EntryID. The last one is kept in a file; the next run goes on behind it.
"""

import asyncio
import sys
from pathlib import Path

from meterwire.client import Report, connect
from meterwire.errors import MeterwireError

EVERYTHING = bytes(8)


def noted(note: Path) -> bytes:
    return bytes.fromhex(note.read_text()) if note.exists() else EVERYTHING


def keep(report: Report, note: Path) -> None:
    """Stands for a database that takes report and EntryID in one transaction."""
    overflow = " (older ones are lost)" if report.buf_ovfl else ""
    print(f"{report.entry_id.hex()} {', '.join(entry.reference for entry in report.entries)}{overflow}", flush=True)
    note.write_text(report.entry_id.hex())


async def main(host: str, port: str, block: str, file: str, count: str) -> None:
    note, wanted = Path(file), int(count)
    # reconnect: a lost association is made anew, and the subscription goes on behind the last report it got.
    async with (
        connect(f"mms://{host}:{port}", reconnect=True) as ied,
        ied.reports(block, resume_from=noted(note)) as reports,
    ):
        async for report in reports:
            keep(report, note)
            wanted -= 1
            if not wanted:
                break
        print(f"{reports.resyncs} associations lost, {reports.gaps} gaps")


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:6]))
    except MeterwireError as error:
        sys.exit(str(error))
