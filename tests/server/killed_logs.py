"""A log that is written as fast as it can be, to be killed: ``killed_logs.py DATABASE TOLD ROUND``.

Each entry has twenty members with one value, ROUND and a number. The values of entries the store has acknowledged are
written to TOLD, which stays when the process is killed.
"""

import os
import sys
import time

from meterwire.acsi.log_store import LogRecord
from meterwire.server.log_store import Operation, SqliteLogs

LOG = "LD/LLN0$Main"


class TellingLogs(SqliteLogs):
    """Logs that write down what they have for good."""

    told = -1

    def _written(self, batch: list[Operation]) -> None:
        os.write(self.told, b"".join(record.members[0][2] + b"\n" for _, record in batch))
        super()._written(batch)


def main(database: str, told: str, round_: int) -> None:
    store = TellingLogs(database)
    store.told = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    first = max(store.open(LOG), time.time_ns())
    print("logging", flush=True)
    for number in range(1, 1 << 40):
        value = b"%d/%d" % (round_, number)
        members = tuple((f"LD/LLN0$ST$A{i}", 16, value) for i in range(20))
        store.append(LOG, LogRecord(first + number, time.time_ns() // 1_000_000, members), 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
