"""A subject that uses no SDK and none of our code: it speaks the Runtime API and the checkpoint API by hand.

It knows one program, a step `a` that gives 1, and returns what the step gave. It keeps the suite honest:
whatever the suite asks of a subject beyond these two protocols would show here.

    conformance run 'basics/*' --subject dumb="python tests/subjects/dumb_subject.py"
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import urllib.parse
from typing import Any

STEP = hashlib.md5(b"1", usedforsecurity=False).hexdigest()[:16]
RUNTIME = "/2018-06-01/runtime/invocation"


def call(address: str, method: str, path: str, body: bytes | None = None) -> tuple[dict[str, str], bytes]:
    """Make one request: the response's headers in lower case, and its body.

    Raises:
        RuntimeError: it was refused.
    """
    connection = http.client.HTTPConnection(address)
    connection.request(method, path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.status >= 300:
        raise RuntimeError(f"{method} {path}: {response.status} {content.decode()}")
    return {name.lower(): value for name, value in response.getheaders()}, content


class Execution:
    """One invocation's view of a durable execution: what has been done, and the token to do more."""

    def __init__(self, event: dict[str, Any]) -> None:
        """Take them from the event."""
        self.arn = event["DurableExecutionArn"]
        self.token = event["CheckpointToken"]
        self.operations = {each["Id"]: each for each in event["InitialExecutionState"]["Operations"]}

    def checkpoint(self, *updates: dict[str, Any]) -> None:
        """Have the service keep what has been done."""
        service = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL_LAMBDA"]).netloc
        path = f"/2025-12-01/durable-executions/{urllib.parse.quote(self.arn, safe='')}/checkpoint"
        body = json.dumps({"CheckpointToken": self.token, "Updates": updates}).encode()
        self.token = json.loads(call(service, "POST", path, body)[1])["CheckpointToken"]

    def step(self, name: str) -> Any:
        """Run the step, or give what it gave when it ran before."""
        done = self.operations.get(STEP, {})
        if done.get("Status") == "SUCCEEDED":
            return json.loads(done["StepDetails"]["Result"])
        update = {"Id": STEP, "Type": "STEP", "SubType": "Step", "Name": name}
        if not done:
            self.checkpoint({**update, "Action": "START"})
        self.checkpoint({**update, "Action": "SUCCEED", "Payload": "1"})
        return 1


def main() -> None:
    """Serve events for ever."""
    runtime = os.environ["AWS_LAMBDA_RUNTIME_API"]
    while True:
        headers, body = call(runtime, "GET", f"{RUNTIME}/next")
        result = Execution(json.loads(body)).step("a")
        answer = json.dumps({"Status": "SUCCEEDED", "Result": json.dumps(result)}).encode()
        call(runtime, "POST", f"{RUNTIME}/{headers['lambda-runtime-aws-request-id']}/response", answer)


if __name__ == "__main__":
    main()
