"""File services of libIEC61850, for its client and server peers: prototypes, and the client's commands.

What the library cannot do, measured with 1.6.1: its server has no fileRename (rejected) and no Cancel (rejected), opens
folders as if they were files, reads from the start of a file whatever position it was opened at, and lists what is below a
folder, at any depth, instead of the folder.
"""

import ctypes as C
import os
from typing import Any

import _libiec61850 as lib
from _jsonl import Refused, Request

DirectoryCallback = C.CFUNCTYPE(None, C.c_void_p, C.c_char_p, C.c_uint32, C.c_uint64)
ReadCallback = C.CFUNCTYPE(None, C.c_void_p, C.c_int32, C.POINTER(C.c_uint8), C.c_uint32)
P, S, E = lib.P, lib.S, lib.E

lib.PROTOTYPES.update({
    "MmsConnection_getFileDirectory": (lib.BOOL, (P, E, S, S, DirectoryCallback, P)),
    "MmsConnection_fileOpen": (C.c_int32, (P, E, S, C.c_uint32, C.POINTER(C.c_uint32), C.POINTER(C.c_uint64))),
    "MmsConnection_fileRead": (lib.BOOL, (P, E, C.c_int32, ReadCallback, P)),
    "MmsConnection_fileClose": (None, (P, E, C.c_int32)),
    "MmsConnection_fileDelete": (None, (P, E, S)),
    "MmsConnection_fileRename": (None, (P, E, S, S)),
    "IedConnection_setFilestoreBasepath": (None, (P, S)),
    "IedConnection_setFile": (None, (P, E, S, S)),
    "IedServerConfig_enableFileService": (None, (P, lib.BOOL)),
    "IedServerConfig_setFileServiceBasePath": (None, (P, S)),
})  # fmt: skip


def serve_folder(library: lib.Library, config: int, folder: str) -> None:
    """Let a server configuration serve a folder."""
    library.IedServerConfig_enableFileService(config, True)
    library.IedServerConfig_setFileServiceBasePath(config, os.path.join(folder, "").encode())


class FileCommands:
    """Commands of the client peer; it brings `library`, `connection`, `_mms` and `_ied`."""

    library: Any
    connection: int | None
    _mms: Any
    _ied: Any

    def files(self, request: Request) -> dict[str, Any]:
        """Every entry of a folder, asked for part by part: {"entries": [[name, size, ms]], "parts": n}."""
        found: list[list[Any]] = []
        callback = DirectoryCallback(lambda _p, name, size, ms: found.append([name.decode(), size, ms]))
        folder = request.get("folder")
        parts, more = 0, True
        while more:
            after = found[-1][0].encode() if found else None
            call = "MmsConnection_getFileDirectory"
            more = self._mms(call, folder.encode() if folder else None, after, callback, None)
            parts += 1
        return {"entries": found, "parts": parts}

    def file_get(self, request: Request) -> dict[str, Any]:
        """Open, read to the end, close."""
        size, modified = C.c_uint32(), C.c_uint64()
        name, position = request["name"].encode(), int(request.get("position", 0))
        number = self._mms("MmsConnection_fileOpen", name, position, C.byref(size), C.byref(modified))
        content = bytearray()

        def keep(_parameter: int, _number: int, data: Any, count: int) -> None:
            content.extend(C.string_at(data, count))

        callback = ReadCallback(keep)
        parts, more = 0, True
        while more:
            more = self._mms("MmsConnection_fileRead", number, callback, None)
            parts += 1
        if not request.get("keep_open"):
            self._mms("MmsConnection_fileClose", number)
        return {"size": size.value, "modified_ms": modified.value, "hex": content.hex(), "parts": parts}

    def file_put(self, request: Request) -> None:
        """SetFile: the server obtains a file of this side's folder."""
        if self.connection is None:
            raise Refused("not connected")
        folder, name = os.path.split(request["local"])
        self.library.IedConnection_setFilestoreBasepath(self.connection, os.path.join(folder, "").encode())
        self._ied("IedConnection_setFile", name.encode(), request["name"].encode())

    def file_delete(self, request: Request) -> None:
        """Delete."""
        self._mms("MmsConnection_fileDelete", request["name"].encode())

    def file_rename(self, request: Request) -> None:
        """Rename."""
        self._mms("MmsConnection_fileRename", request["old"].encode(), request["new"].encode())
