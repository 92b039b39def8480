"""The test's side of a peer process: start it, send it commands, collect its events, end it. See peers/_jsonl.py."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PEERS = Path(__file__).parent / "peers"
START_SECONDS = 20.0
ANSWER_SECONDS = 20.0


class PeerError(Exception):
    """The peer refused, failed or fell silent; ``answer`` is its whole answer where there was one."""

    def __init__(self, message: str, answer: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.answer = answer or {}


class PeerUnsupportedError(PeerError):
    """The peer's library has no such thing."""


class Peer:
    """One peer process; use it in a with statement.

    ``ready`` holds what the peer said of itself at the start, ``peer(command, **arguments)`` is its answer.
    """

    def __init__(self, script: str, *arguments: str) -> None:
        self.script = script
        command = [sys.executable, "-u", str(PEERS / script), *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._errors: list[str] = []
        self._number = 0
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._listen, self._keep_errors)]
        for thread in self._threads:
            thread.start()
        try:
            self.ready = self.event("ready", seconds=START_SECONDS)
        except PeerError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, command: str, /, *, seconds: float = ANSWER_SECONDS, **arguments: object) -> Any:
        """Send a command and give its result; PeerUnsupportedError or PeerError when there is none."""
        self._number += 1
        request = {"id": self._number, "cmd": command, **arguments}
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise PeerError(f"{self.script}: no answer to {command} within {seconds} s{self._tail()}") from None
        except OSError:
            answer = None
        if answer is None:
            raise PeerError(f"{self.script} died during {command} (exit {self._process.poll()}){self._tail()}")
        if answer.get("ok"):
            return answer["result"]
        if "unsupported" in answer:
            raise PeerUnsupportedError(f"{self.script} {command}: {answer['unsupported']}", answer)
        raise PeerError(f"{self.script} {command}: {answer.get('error')}", answer)

    def event(
        self,
        name: str,
        *,
        seconds: float = ANSWER_SECONDS,
        where: Callable[[dict[str, Any]], bool] = lambda _event: True,
    ) -> dict[str, Any]:
        """The next event of this name that ``where`` accepts; others are dropped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                event = self._events.get(timeout=min(left, 0.2))
                if event["event"] == name and where(event):
                    return event
            if self._process.poll() is not None and self._events.empty():
                break
        raise PeerError(
            f"{self.script}: no {name} event within {seconds} s (exit {self._process.poll()}){self._tail()}"
        )

    def close(self) -> None:
        """Ask it to leave, then make it."""
        if self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                assert self._process.stdin is not None
                self._process.stdin.write(json.dumps({"id": 0, "cmd": "quit"}) + "\n")
                self._process.stdin.close()
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for thread in self._threads:
            thread.join(2)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError, ValueError):
                if stream is not None:
                    stream.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "event" in message:
                self._events.put(message)
            else:
                self._answers.put(message)
        self._answers.put(None)

    def _keep_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._errors.append(line)
            del self._errors[:-50]

    def _tail(self) -> str:
        return "\n" + "".join(self._errors) if self._errors else ""
