"""A subject that does with each event what the event says, most of it wrong."""

# What it prints is part of what is tested.
# ruff: noqa: T201

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

from runtime import ADDRESS, BASE, Given, answer, ask, post

FOREVER = 3600


def raw(content: bytes) -> None:
    """Send bytes on a connection of its own, and close it once the other end has answered or closed."""
    host, _, port = ADDRESS.partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def head(given: Given, *fields: str) -> bytes:
    """The head of an answer."""
    lines = [f"POST {BASE}/invocation/{given.request_id}/response HTTP/1.1", "Host: runtime", *fields, "", ""]
    return "\r\n".join(lines).encode()


def act(what: str, given: Given) -> None:  # noqa: C901, PLR0912, PLR0915 - a table of what can be done
    """Do one thing."""
    match what:
        case "echo":
            print("stdout of", given.request_id)
            print("stderr of", given.request_id, file=sys.stderr)
            answer(given.request_id, given.body)
        case "headers":
            answer(given.request_id, json.dumps(given.headers).encode())
        case "environment":
            answer(given.request_id, json.dumps({**os.environ, "cwd": os.getcwd()}).encode())  # noqa: PTH109
        case "litter":
            for variable in ("HOME", "TMPDIR"):
                with open(os.path.join(os.environ[variable], "litter"), "w") as file:  # noqa: PTH118, PTH123
                    file.write("x")
            answer(given.request_id, json.dumps(os.environ["HOME"]).encode())
        case "pid":
            answer(given.request_id, str(os.getpid()).encode())
        case "error":
            answer(given.request_id, b'{"errorType": "Boom"}', "error")
        case "exit":
            print("last words", end="", file=sys.stderr)
            sys.exit(7)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            print("hanging", file=sys.stderr, flush=True)
            time.sleep(FOREVER)
        case "hang-deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(FOREVER)
        case "ask-again":
            ask()
        case "answer-twice":
            statuses = [answer(given.request_id, body) for body in (b'"first"', b'"second"')]
            print("statuses", statuses, file=sys.stderr)
        case "answer-unknown":
            print("status", answer("nobody", b'"theirs"'), file=sys.stderr)
            answer(given.request_id, b'"mine"')
        case "answer-only-unknown":
            answer("nobody", b'"theirs"')
        case "large":
            print("status", answer(given.request_id, b"x" * 100_000_000), file=sys.stderr)
        case "largest":
            answer(given.request_id, b"x" * 6 * 1024 * 1024)
        case "not-utf8":
            answer(given.request_id, b"\xff\xfe")
        case "not-http":
            raw(b"\x00\x01\x02 what?\r\n\r\n")
        case "bad-chunks":
            raw(head(given, "Transfer-Encoding: chunked") + b"zzz\r\nno length\r\n")
        case "break-off":
            raw(head(given, "Content-Length: 100") + b"only this")
        case "elsewhere":
            post("/nothing/here", b"")
            answer(given.request_id, b'"found the way"')
        case "flood":
            for number in range(300_000):
                sys.stderr.write(f"line {number} of a flood\n")
            answer(given.request_id, b'"flooded"')
        case "flood-forever":
            while True:
                os.write(2, b"\n" * 50_000 + b"x" * 50_000)
        case "one-line":
            sys.stderr.write("x" * 10_000_000)
            answer(given.request_id, b'"said"')
        case "answer-and-exit":
            # The answer still lies in the socket when the process is gone.
            host, _, port = ADDRESS.partition(":")
            connection = socket.create_connection((host, int(port)))
            connection.sendall(head(given, "Content-Length: 6") + b'"last"')
            os._exit(0)
        case "answer-and-stay":
            answer(given.request_id, b'"stays"')
            time.sleep(FOREVER)
        case "leave-child":
            child = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", f"import time; time.sleep({FOREVER})"], close_fds=False
            )
            print("child", child.pid, file=sys.stderr, flush=True)
            os._exit(1)
        case _:
            raise ValueError(what)


while True:
    status, event = ask()
    if status != 200:
        sys.exit(f"next: {status}")
    act(json.loads(event.body)["do"], event)
