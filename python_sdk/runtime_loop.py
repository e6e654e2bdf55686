"""The Lambda Runtime API, from a runtime's side: next, response, error, init error."""

from __future__ import annotations

import sys
import time
import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from python_sdk.http_client import Answer, HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION = "2018-06-01"


class RuntimeApiError(Exception):
    """The Runtime API answered something that a runtime can't go on from."""


@dataclass(frozen=True)
class LambdaContext:
    """What Lambda tells a handler about the invocation, by the names that Lambda's own runtime uses."""

    aws_request_id: str
    invoked_function_arn: str
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    deadline_ms: int
    tenant_id: str | None = None
    log_group_name: str | None = None
    log_stream_name: str | None = None
    client_context: Any = None
    identity: Any = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation's deadline, never negative."""
        return max(0, self.deadline_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        """Write a line where Lambda would log it."""
        sys.stdout.write(f"{message}\n")


class RuntimeLoop:
    """Takes invocations one after the other and answers each."""

    def __init__(self, address: str, environment: Mapping[str, str]) -> None:
        """`address` is host:port of the Runtime API; `environment` is the process's own."""
        self._api = HttpClient(f"http://{address}")
        self._environment = environment

    def run(self, handle: Callable[[str, LambdaContext], str]) -> None:
        """Serve for ever: `handle` is given the event's JSON text and gives the response's.

        Raises:
            NoAnswerError: When the Runtime API has gone, which is how a runtime is told to end.
        """
        while True:
            event, context = self._next()
            path = f"/{VERSION}/runtime/invocation/{context.aws_request_id}"
            try:
                response = handle(event, context).encode()
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is its invocation's error
                self._accepted(self._api.send("POST", f"{path}/error", describe(error)))
            else:
                self._accepted(self._api.send_text("POST", f"{path}/response", response))

    def init_error(self, error: BaseException) -> None:
        """Say that the runtime can't start."""
        self._accepted(self._api.send("POST", f"/{VERSION}/runtime/init/error", describe(error)))

    def _next(self) -> tuple[str, LambdaContext]:
        answer = self._accepted(self._api.send("GET", f"/{VERSION}/runtime/invocation/next"))
        headers = answer.headers
        return answer.body, LambdaContext(
            aws_request_id=headers["lambda-runtime-aws-request-id"],
            invoked_function_arn=headers.get("lambda-runtime-invoked-function-arn", ""),
            function_name=self._environment.get("AWS_LAMBDA_FUNCTION_NAME", ""),
            function_version=self._environment.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            memory_limit_in_mb=self._environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            deadline_ms=int(headers.get("lambda-runtime-deadline-ms", "0")),
            tenant_id=headers.get("lambda-runtime-tenant-id"),
            log_group_name=self._environment.get("AWS_LAMBDA_LOG_GROUP_NAME"),
            log_stream_name=self._environment.get("AWS_LAMBDA_LOG_STREAM_NAME"),
        )

    @staticmethod
    def _accepted(answer: Answer) -> Answer:
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise RuntimeApiError(f"the Runtime API answered {answer.status}: {answer.body[:200]}")
        return answer


def describe(error: BaseException) -> dict[str, Any]:
    """An error as the Runtime API wants it: a bare type, the message, the stack."""
    return {
        "errorType": type(error).__name__,
        "errorMessage": str(error),
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
