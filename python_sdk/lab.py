"""The side channel to the lab: programs and bodies' turns in; effects and reports out.

A body waits for the lab at its start and at its end. What is only told (a branch began, a note) is queued
and sent in order by one thread, so that nothing in a handler or a branch ever waits for anything but the
SDK. Once an invocation has been answered, nothing that is left of it reaches the lab or ends the process.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from python_sdk import sdk, support
from python_sdk.blocks import RUNNERS
from python_sdk.http_client import Answer, HttpClient, NoAnswerError
from python_sdk.reporter import report

if TYPE_CHECKING:
    from collections.abc import Sequence

FAULT = 70
"""Exit status of a harness that can't go on."""

PROTOCOL = 1
"""The version of the protocol with the lab."""


def hello(client: HttpClient) -> None:
    """Tell the lab what this harness and its SDK are and can do.

    Raises:
        RuntimeError: The lab does not take it.
    """
    answer = client.send(
        "POST",
        "/hello",
        {
            "protocol": PROTOCOL,
            "sdk": {"name": sdk.NAME, "version": sdk.VERSION},
            "profile": support.PROFILE,
            "features": support.features(list(RUNNERS)),
        },
    )
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise RuntimeError(f"the lab answered the hello with {answer.status}: {answer.body}")


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
        answer = self._ask("GET", "program")
        return _forever() if answer is None else answer.json()

    def turn(self, at: str, indexes: Sequence[int], kind: str, attempt: int | None) -> dict[str, Any]:
        """What a body does this time, as soon as the lab lets it begin.

        Effects that were told before are with the lab before this is asked, so that it sees them in the
        order they had. Of an invocation that has ended no body begins: Lambda would have frozen it.
        """
        if self._closed:
            _forever()
        self.flush()
        asked = {"at": at, "indexes": list(indexes), "kind": kind, "attempt": attempt}
        answer = self._ask("POST", "turns", asked)
        if answer is None:
            _forever()
        turn: dict[str, Any] = answer.json()
        return turn

    def effect(  # noqa: PLR0913 - an effect has this many fields
        self,
        at: str,
        indexes: Sequence[int],
        kind: str,
        event: str,
        *,
        attempt: int | None = None,
        detail: Any = None,
    ) -> None:
        """Tell an effect, without waiting. Nothing is told any more once the invocation was answered."""
        with self._lock:
            if not self._closed:
                effect = self._numbered(at, indexes, kind, event, attempt, detail)
                self._queue.put((effect, threading.Event()))

    def end(
        self, at: str, indexes: Sequence[int], kind: str, attempt: int | None, detail: dict[str, Any]
    ) -> None:
        """Tell that a body has ended, and wait until the lab has that: for ever where the body is to crash.

        It waits alone: what others tell meanwhile goes past it.
        """
        self.flush()
        with self._lock:
            effect = None if self._closed else self._numbered(at, indexes, kind, "end", attempt, detail)
        if effect is None or self._ask("POST", "effects", effect) is None:
            _forever()

    def _numbered(  # noqa: PLR0913, PLR0917 - an effect has this many fields
        self,
        at: str,
        indexes: Sequence[int],
        kind: str,
        event: str,
        attempt: int | None,
        detail: Any,
    ) -> dict[str, Any]:
        self._number += 1
        return {
            "number": self._number,
            "at": at,
            "indexes": list(indexes),
            "kind": kind,
            "event": event,
            "attempt": attempt,
            "detail": detail,
        }

    def flush(self) -> None:
        """Wait until the lab has all that was told so far."""
        told = threading.Event()
        self._queue.put(({}, told))
        told.wait()

    def close(self) -> None:
        """Tell nothing more, and wait until the lab has all: the invocation is about to be answered."""
        with self._lock:
            self._closed = True
        self.flush()
        self._queue.put((None, threading.Event()))

    def stop(
        self, kind: str, message: str, at: str | None = None, expression: dict[str, Any] | None = None
    ) -> NoReturn:
        """Report that this run can't go on, and end the process, past SDK and user code.

        `kind` is `harness`; `expression`, with what is told of the one that failed; or `unsupported` where
        only this moment shows it. What is left of an invocation that was answered only goes no further.
        """
        if self._closed:
            _forever()
        sys.stderr.write(f"{kind}: {at}: {message}\n" if at else f"{kind}: {message}\n")
        said: dict[str, Any] = {"kind": kind, "message": message, "at": at}
        said |= {} if expression is None else {"expression": expression}
        if not report(self._client, f"{self._path}/reports", said):
            sys.stderr.write(f"the report did not reach the lab at {self._client.base}\n")
        sys.stderr.flush()
        sys.stdout.flush()
        os._exit(FAULT)

    def _ask(self, method: str, what: str, body: Any = None) -> Answer | None:
        """The lab's answer; None when this invocation has ended."""
        try:
            answer = self._client.send(method, f"{self._path}/{what}", body)
        except NoAnswerError as error:
            if self._closed:
                return None
            self.stop("harness", f"the lab does not answer: {error}")
        if answer.status == HTTPStatus.GONE:
            return None
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
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


def _forever() -> NoReturn:
    """Hold what is left of an invocation that has ended."""
    threading.Event().wait()
    raise AssertionError("what waits for nothing goes on")
