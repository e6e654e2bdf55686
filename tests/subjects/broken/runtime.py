"""The Lambda Runtime API by hand, for subjects that go wrong in ways that no library would let them."""

from __future__ import annotations

import http.client
import os
from dataclasses import dataclass

BASE = "/2018-06-01/runtime"
ADDRESS = os.environ["AWS_LAMBDA_RUNTIME_API"]


@dataclass(frozen=True)
class Given:
    """An event: its id, its headers in lower case, its body."""

    request_id: str
    headers: dict[str, str]
    body: bytes


def ask() -> tuple[int, Given]:
    """Ask for the next event: the status and, with 200, the event."""
    connection = http.client.HTTPConnection(ADDRESS)
    connection.request("GET", f"{BASE}/invocation/next")
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    given = Given(headers.get("lambda-runtime-aws-request-id", ""), headers, response.read())
    connection.close()
    return response.status, given


def post(path: str, body: bytes) -> int:
    """Post to a path below the base: the status."""
    connection = http.client.HTTPConnection(ADDRESS)
    connection.request("POST", BASE + path, body)
    status = connection.getresponse().status
    connection.close()
    return status


def answer(request_id: str, body: bytes, kind: str = "response") -> int:
    """Answer an invocation: the status."""
    return post(f"/invocation/{request_id}/{kind}", body)
