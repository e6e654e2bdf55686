"""Harnesses of a few lines, for the doctor's ladder: they have no SDK, and most are broken on purpose.

Run as `python harnesses.py KIND`. A durable function is answered by hand: an execution without operations is
its output alone.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
from typing import Any
from urllib.parse import urlsplit

RUNTIME = "/2018-06-01/runtime"
HELLO = {
    "protocol": 1,
    "sdk": {"name": "mine", "version": "1"},
    "profile": "core",
    "features": ["return", "note"],
}


def written(document: Any) -> str:
    """A document as YAML, of which JSON is a part."""
    return json.dumps(document, ensure_ascii=False)


def call(address: str, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], bytes]:
    """Make one request: status, headers in lower case, body."""
    connection = http.client.HTTPConnection(address)
    data = None if body is None else json.dumps(body).encode()
    connection.request(method, path, data, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, content


class Lab:
    """The side channel, below the path that CONFORMANCE_LAB has."""

    def __init__(self) -> None:
        """As the environment says."""
        url = urlsplit(os.environ["CONFORMANCE_LAB"])
        self._address, self._path = url.netloc, url.path

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Say something: status and body."""
        status, _, content = call(self._address, method, self._path + path, body)
        return status, content


def value(tree: list[Any], names: dict[str, Any]) -> Any:
    """The value of the two simplest kinds of trees."""
    kind, given, *_ = tree
    if kind == "const":
        return given
    if kind == "name":
        return names[given]
    raise ValueError(kind)


def interpret(lab: Lab, request_id: str, event: Any, program: dict[str, Any]) -> Any:
    """Run `note` and `return`."""
    path = f"/invocations/{request_id}/effects"
    told = 0
    at = "handler" if program["function"] == "scenario" else f"functions/{program['function']}"

    def tell(kind: str, event_: str, at: str, detail: Any) -> None:
        nonlocal told
        told += 1
        effect = {"number": told, "at": at, "indexes": [], "kind": kind, "event": event_, "detail": detail}
        lab.say("POST", path, effect)

    tell("handler", "start", at, None)
    names, result = {"input": event, "invocation": program["invocation"]}, None
    for statement in program["statements"]:
        if statement["op"] == "note":
            tell("note", "start", statement["at"], value(statement["value"], names))
        else:
            result = value(statement["value"], names)
    tell("handler", "end", at, {"outcome": "returned"})
    return result


def main(kind: str) -> None:
    """Serve for ever."""
    if kind == "dead":
        sys.exit(3)
    runtime, lab = os.environ["AWS_LAMBDA_RUNTIME_API"], Lab()
    if kind != "silent":
        hello = HELLO | ({"features": ["fly"]} if kind == "stranger" else {})
        status, answer = lab.say("POST", "/hello", hello)
        if status >= 300:
            error = {"errorType": "Hello", "errorMessage": answer.decode()}
            call(runtime, "POST", f"{RUNTIME}/init/error", error)
            sys.exit(1)
    while True:
        _, headers, body = call(runtime, "GET", f"{RUNTIME}/invocation/next")
        request_id, event = headers["lambda-runtime-aws-request-id"], json.loads(body)
        program = json.loads(lab.say("GET", f"/invocations/{request_id}/program")[1])
        answer_path = f"{RUNTIME}/invocation/{request_id}/response"
        if not program["durable"]:
            call(runtime, "POST", answer_path, interpret(lab, request_id, event, program))
            continue
        operation = event["InitialExecutionState"]["Operations"][0]
        payload = operation["ExecutionDetails"].get("InputPayload")
        given = None if payload is None else json.loads(payload)
        result = 7 if kind == "wrong" else interpret(lab, request_id, given, program)
        output = {"Status": "SUCCEEDED", "Result": json.dumps(result)}
        call(runtime, "POST", answer_path, output)


if __name__ == "__main__":
    main(sys.argv[1])
