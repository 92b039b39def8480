"""Logs with libIEC61850: commands of the client, and what both ends need of the library.

Commands
    log_names ld                         journals of a domain
    query_log ref start_ms stop_ms       QueryLogByTime; ref is 'LD/LN$name'
    query_log_after ref entry_id time_ms QueryLogAfter; entry_id in hex
        both answer {"entries": [{"id", "time_ms", "values": [{"tag", "value"}, ...]}, ...], "more": bool}
"""

import ctypes as C
from typing import Any

import _libiec61850 as lib
from _jsonl import Request
from _libiec61850 import BOOL, I32, U32, P, S

U64 = C.c_uint64

lib.PROTOTYPES.update({
    "MmsConnection_getDomainJournals": (P, (P, C.POINTER(I32), S)),
    "IedConnection_queryLogByTime": (P, (P, C.POINTER(I32), S, U64, U64, C.POINTER(BOOL))),
    "IedConnection_queryLogAfter": (P, (P, C.POINTER(I32), S, P, U64, C.POINTER(BOOL))),
    "MmsJournalEntry_getEntryID": (P, (P,)),
    "MmsJournalEntry_getOccurenceTime": (P, (P,)),
    "MmsJournalEntry_getJournalVariables": (P, (P,)),
    "MmsJournalVariable_getTag": (S, (P,)),
    "MmsJournalVariable_getValue": (P, (P,)),
    "Log_create": (P, (S, P)),
    "LogControlBlock_create": (P, (S, P, S, S, C.c_uint8, U32, BOOL, BOOL)),
    "IedServer_setLogStorage": (None, (P, S, P)),
})  # fmt: skip


class Logs:
    """Mixed into the client."""

    NAMES = ("log_names", "query_log", "query_log_after")
    library: lib.Library
    _ied: Any
    _mms: Any

    def log_names(self, request: Request) -> list[str]:
        """Journals of a domain."""
        return lib.texts(self.library, self._mms("MmsConnection_getDomainJournals", request["ld"].encode()))

    def query_log(self, request: Request) -> dict[str, Any]:
        """Entries of a time."""
        more = BOOL(False)
        start, stop = int(request["start_ms"]), int(request["stop_ms"])
        found = self._ied("IedConnection_queryLogByTime", request["ref"].encode(), start, stop, C.byref(more))
        return {"entries": self._entries(found), "more": more.value}

    def query_log_after(self, request: Request) -> dict[str, Any]:
        """Entries behind one."""
        more = BOOL(False)
        entry = lib.new_value(self.library, {"type": "octet-string", "size": 8}, request["entry_id"])
        arguments = (request["ref"].encode(), entry, int(request["time_ms"]), C.byref(more))
        found = self._ied("IedConnection_queryLogAfter", *arguments)
        self.library.MmsValue_delete(entry)
        return {"entries": self._entries(found), "more": more.value}

    def _entries(self, found: int | None) -> list[dict[str, Any]]:
        library = self.library
        return [
            {
                "id": lib.to_python(library, library.MmsJournalEntry_getEntryID(entry)),
                "time_ms": library.MmsValue_getBinaryTimeAsUtcMs(library.MmsJournalEntry_getOccurenceTime(entry)),
                "values": [
                    {
                        "tag": library.MmsJournalVariable_getTag(variable).decode(),
                        "value": lib.to_python(library, library.MmsJournalVariable_getValue(variable)),
                    }
                    for variable in lib.items(library, library.MmsJournalEntry_getJournalVariables(entry))
                ],
            }
            for entry in lib.items(library, found)
        ]
