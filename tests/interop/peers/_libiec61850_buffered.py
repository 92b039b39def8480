"""Commands of libiec61850_client.py that only a buffered report control block has."""

from typing import Any

import _libiec61850 as lib
from _jsonl import Request

RESV_TMS, PURGE_BUF, ENTRY_ID = 16384, 2048, 4096
"""Elements of a block in the mask of IedConnection_setRCBValues."""


class BufferedReports:
    """Mixed into the client."""

    NAMES = ("rcb_buffered", "set_buffered")
    library: lib.Library
    _ied: Any
    _block: Any

    def set_buffered(self, request: Request) -> dict[str, Any]:
        """Set what only a BRCB has: resv_tms, purge, entry_id (hex); answers the block as it then is."""
        library = self.library
        block = self._ied("IedConnection_getRCBValues", request["rcb"].encode(), None)
        try:
            if "resv_tms" in request:
                library.ClientReportControlBlock_setResvTms(block, int(request["resv_tms"]))
                self._ied("IedConnection_setRCBValues", block, RESV_TMS, False)
            if request.get("purge"):
                library.ClientReportControlBlock_setPurgeBuf(block, True)
                self._ied("IedConnection_setRCBValues", block, PURGE_BUF, False)
            if "entry_id" in request:
                made = lib.new_value(library, {"type": "octet-string", "size": 8}, request["entry_id"])
                library.ClientReportControlBlock_setEntryId(block, made)
                library.MmsValue_delete(made)
                self._ied("IedConnection_setRCBValues", block, ENTRY_ID, False)
        finally:
            library.ClientReportControlBlock_destroy(block)
        return self.rcb_buffered(request)

    def rcb_buffered(self, request: Request) -> dict[str, Any]:
        """What only a BRCB has, beside what rcb tells."""
        library = self.library
        block = self._ied("IedConnection_getRCBValues", request["rcb"].encode(), None)
        told = self._block(block)
        told["entry_id"] = lib.to_python(library, library.ClientReportControlBlock_getEntryId(block))
        told["entry_time_ms"] = library.ClientReportControlBlock_getEntryTime(block)
        told["resv_tms"] = library.ClientReportControlBlock_getResvTms(block)
        told["owner"] = lib.to_python(library, library.ClientReportControlBlock_getOwner(block))
        library.ClientReportControlBlock_destroy(block)
        return told
