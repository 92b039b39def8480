"""The client without asyncio, for scripts and notebooks: values, a data set of one's own, reports with a time-out.

    python examples/sync_read.py 127.0.0.1 10102

The references are those of `meterwire serve residential`. All names are those of meterwire.client; only reconnecting is
left to it, for it needs something that goes on in the background.
"""

import sys

from meterwire.errors import LinkTimeoutError, MeterwireError
from meterwire.sync import connect

MEMBERS = ("HOMEMET/MMTR1.DmdWh [ST]", "HOMEMET/MMXU1.TotW [MX]", "HOMEMET/XSWI1.Pos.stVal [ST]")


def main(host: str, port: str) -> None:
    with connect(f"mms://{host}:{port}", timeout=10) as ied:
        energy = ied.read("HOMEMET/MMTR1.DmdWh")
        print(f"energy {energy.actVal}, quality {energy.q}, at {energy.t}")

        # A data set that lives as long as this association; "HOMEMET/LLN0.dsMine" would stay for every client.
        ied.data_set.create("@mine", MEMBERS)
        for reference, value in ied.data_set.read("@mine").items():
            print(f"{reference} = {value}")

        with ied.reports("HOMEMET/LLN0.urcbMx", IntgPd=1000) as reports:
            try:
                report = reports.next(timeout=5)
            except LinkTimeoutError as error:
                print(f"nothing: {error}")
            else:
                print(f"{report.rpt_id} #{report.sq_num}: {len(report.entries)} entries")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except MeterwireError as error:
        sys.exit(str(error))
