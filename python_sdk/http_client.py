"""A small HTTP/1.1 client over kept-alive connections, for one server."""

from __future__ import annotations

import json
import queue
import select
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class NoAnswerError(Exception):
    """The server could not be reached, or the connection ended before it had answered."""


@dataclass(frozen=True)
class Answer:
    """What a server answered: header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: str

    def json(self) -> Any:
        """The body as JSON; None when it is empty."""
        return json.loads(self.body) if self.body else None


class HttpClient:
    """Talks to the server at `base`; any number of threads may send at once.

    A connection that the server has closed in the meantime is noticed before it is used again, so that
    no request is ever sent twice.
    """

    def __init__(self, base: str) -> None:
        """`base` is the server's URL, `http://host:port` and perhaps a path that goes before every other."""
        parts = urlsplit(base)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"not an http URL: {base!r}")
        self.base = base.rstrip("/")
        self._host = parts.hostname
        self._port = parts.port or 80
        self._prefix = parts.path.rstrip("/")
        self._idle: queue.LifoQueue[HTTPConnection] = queue.LifoQueue()

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        """Send one request; `body` is sent as JSON, None is no body.

        Raises:
            NoAnswerError: When there is none.
        """
        data = None if body is None else json.dumps(body).encode()
        return self.send_text(method, path, data)

    def send_text(self, method: str, path: str, data: bytes | None) -> Answer:
        """Send one request with a body that is JSON text already.

        Raises:
            NoAnswerError: When there is none.
        """
        connection = self._connection()
        try:
            connection.request(method, self._prefix + path, data, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as error:
            connection.close()
            raise NoAnswerError(f"{method} {self.base}{path}: {error or type(error).__name__}") from error
        answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
        if response.will_close:
            connection.close()
        else:
            self._idle.put(connection)
        return answer

    def _connection(self) -> HTTPConnection:
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                return HTTPConnection(self._host, self._port)
            if connection.sock is not None and not select.select([connection.sock], [], [], 0)[0]:
                return connection
            connection.close()
