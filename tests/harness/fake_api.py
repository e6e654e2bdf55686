"""A Runtime API and a lab in one server, for one process of a subject: no service stands behind it."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from tests.harness.subjects import installed

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNTIME = "/2018-06-01/runtime/"
ENDED = object()
SECONDS = 30
ARN = "arn:aws:lambda:us-west-2:123456789012:function:scenario"


class FakeApi:
    """Starts a subject, gives it invocations and keeps what it says.

    Attributes:
        told: what it told the lab, as (path below the invocation, body), in order.
        hellos: what it said of itself.
        connections: how many connections it opened.
    """

    def __init__(
        self,
        subject: str,
        environment: Mapping[str, str] | None = None,
        *,
        closing: bool = False,
        silent: bool = False,
    ) -> None:
        """`environment` goes over what every subject gets; with `closing` no connection is kept.

        A `silent` lab takes the hello, and drops the connection of whoever says anything else to it.
        """
        self._silent = silent
        self._installed = installed(subject)
        self._environment = environment or {}
        self._closing = closing
        self._programs: dict[str, Any] = {}
        self._pending: queue.Queue[Any] = queue.Queue()
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.told: list[tuple[str, Any]] = []
        self.hellos: list[Any] = []
        self.connections = 0

    def __enter__(self) -> Self:
        """Start server and subject."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{self._server.server_port}"
        environment = {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_ENDPOINT_URL_LAMBDA": f"http://{address}",
            "CONFORMANCE_LAB": f"http://{address}",
            "AWS_REGION": "us-west-2",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "dummy",
            "AWS_SECRET_ACCESS_KEY": "dummy",
            **self._installed.environment,
            **self._environment,
        }
        self.process = subprocess.Popen(  # noqa: S603 - the subject's own command
            self._installed.command, env=environment, stderr=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End both."""
        self._pending.put(ENDED)
        self.process.kill()
        self.process.communicate()
        self._server.shutdown()
        self._server.server_close()

    def invoke(self, program: Any, event: Any = None) -> tuple[str, Any]:
        """Have a program run: (`response` or `error`, body)."""
        request_id = f"request-{len(self._programs)}"
        self._programs[request_id] = program
        self._pending.put((request_id, json.dumps(event)))
        return self.answer()

    def answer(self) -> tuple[str, Any]:
        """What the subject posted next: (`response`, `error` or `init/error`, body)."""
        return self._answers.get(timeout=SECONDS)

    def hand(self, program: Any, event: Any = None) -> None:
        """Give it a program to run, and wait for no answer."""
        request_id = f"request-{len(self._programs)}"
        self._programs[request_id] = program
        self._pending.put((request_id, json.dumps(event)))

    def ended(self) -> tuple[int, str]:
        """Wait for the process's end: exit status and stderr."""
        _, stderr = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, stderr

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def setup(self) -> None:
                api.connections += 1
                super().setup()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
                """Say nothing."""

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                if api._silent and self.path.startswith("/invocations"):
                    self.close_connection = True
                    return
                status, headers, text = api._answer(self.path, body)
                self.send_response(status)
                if api._closing:
                    headers = {**headers, "Connection": "close"}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())
                self.wfile.flush()

        return Handler

    def _answer(self, path: str, body: str) -> tuple[int, dict[str, str], str]:
        if path == f"{RUNTIME}invocation/next":
            given = self._pending.get()
            if given is ENDED:
                return 410, {}, ""
            request_id, event = given
            headers = {
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": "4000000000000",
                "Lambda-Runtime-Invoked-Function-Arn": ARN,
            }
            return 200, headers, event
        if path.startswith(RUNTIME):
            what = path.removeprefix(RUNTIME).removeprefix("invocation/")
            kind = what if what == "init/error" else what.partition("/")[2]
            self._answers.put((kind, json.loads(body)))
            return 202, {}, "{}"
        if path == "/hello":
            self.hellos.append(json.loads(body))
            return 204, {}, ""
        _, _, request_id, what = path.split("/")
        if what == "program":
            return 200, {}, json.dumps(self._programs[request_id])
        self.told.append((what, json.loads(body)))
        return 204, {}, ""
