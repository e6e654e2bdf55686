"""The side channel to the lab: programs in; bodies, effects, crashes and reports out.

What a body does at its start and at its end waits for the lab. What is only told (a branch began, a
note) is queued and sent in order by one thread, so that nothing in a handler or a branch ever waits for
anything but the SDK.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

from python_sdk.http_client import Answer, HttpClient, NoAnswerError
from python_sdk.reporter import report

if TYPE_CHECKING:
    from collections.abc import Sequence

FAULT = 70
"""Exit status of a harness that can't go on."""

_OK = 300
_REFUSED = 409


class Lab:
    """The side channel of one invocation."""

    def __init__(self, client: HttpClient, request_id: str) -> None:
        """`client` talks to the lab; `request_id` is the invocation's, as the Runtime API gave it."""
        self._client = client
        self._path = f"/invocations/{request_id}"
        self._lock = threading.Lock()
        self._number = 0
        self._queue: queue.SimpleQueue[tuple[dict[str, Any] | None, threading.Event]] = queue.SimpleQueue()
        self._closed = False
        self._sender = threading.Thread(target=self._send_effects, daemon=True, name="effects")
        self._sender.start()

    def program(self) -> Any:
        """The program of the function that was invoked."""
        return self._ask("GET", "program").json()

    def body(self, at: str, indexes: Sequence[int], kind: str, attempt: int | None) -> int:
        """Begin a body, as soon as the lab lets it: how many times it has begun, from 1.

        Effects that were told before are with the lab before this is, so that it sees them in the order
        they had. Once the invocation was answered a body that is still to come never begins: Lambda
        would have frozen it.
        """
        if self._closed:
            threading.Event().wait()
        self.flush()
        place = {"at": at, "indexes": list(indexes), "kind": kind, "attempt": attempt}
        answer = self._ask("POST", "bodies", place, allowed=(_REFUSED,))
        if answer.status == _REFUSED:
            self.stop("harness", f"the lab does not let the body go on: {answer.body}", at)
        run: int = answer.json()["run"]
        return run

    def effect(  # noqa: PLR0913 - an effect has this many fields
        self,
        at: str,
        indexes: Sequence[int],
        kind: str,
        event: str,
        *,
        attempt: int | None = None,
        run: int | None = None,
        detail: Any = None,
    ) -> threading.Event:
        """Tell an effect, without waiting: the event is set once the lab has it.

        Nothing is told any more once the invocation was answered.
        """
        told = threading.Event()
        with self._lock:
            if self._closed:
                told.set()
                return told
            self._number += 1
            effect = {
                "number": self._number,
                "at": at,
                "indexes": list(indexes),
                "kind": kind,
                "event": event,
                "attempt": attempt,
                "run": run,
                "detail": detail,
            }
            self._queue.put((effect, told))
        return told

    def flush(self) -> None:
        """Wait until the lab has all that was told so far."""
        told = threading.Event()
        self._queue.put(({}, told))
        told.wait()

    def close(self) -> None:
        """Tell nothing more, and flush what was told before: the invocation is about to be answered.

        In this order, since a branch may run on: what it told between a flush and the end would be of no
        invocation.
        """
        with self._lock:
            self._closed = True
        self.flush()
        self._queue.put((None, threading.Event()))

    def crash(self, at: str, indexes: Sequence[int], when: str) -> NoReturn:
        """End the process as a crash would, once the lab says that it may."""
        self.flush()
        self._ask("POST", "crash", {"at": at, "indexes": list(indexes), "when": when})
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a killed process goes on")

    def stop(self, kind: str, message: str, at: str | None = None) -> NoReturn:
        """Report that this run can't go on, and end the process, past SDK and user code.

        `kind` is `unsupported` (by this version of the SDK) or `harness`.
        """
        sys.stderr.write(f"{kind}: {at}: {message}\n" if at else f"{kind}: {message}\n")
        if not report(self._client, f"{self._path}/reports", {"kind": kind, "message": message, "at": at}):
            sys.stderr.write(f"the report did not reach the lab at {self._client.base}\n")
        sys.stderr.flush()
        sys.stdout.flush()
        os._exit(FAULT)

    def _ask(self, method: str, what: str, body: Any = None, allowed: tuple[int, ...] = ()) -> Answer:
        try:
            answer = self._client.send(method, f"{self._path}/{what}", body)
        except NoAnswerError as error:
            self.stop("harness", f"the lab does not answer: {error}")
        if answer.status >= _OK and self._closed:
            threading.Event().wait()  # asked before the answer, told after it: Lambda would have frozen this
        if answer.status >= _OK and answer.status not in allowed:
            self.stop(
                "harness", f"the lab answered {method} {what} with {answer.status}: {answer.body[:200]}"
            )
        return answer

    def _send_effects(self) -> None:
        while True:
            effect, told = self._queue.get()
            if effect is None:
                return
            if effect:
                self._ask("POST", "effects", effect)
            told.set()
