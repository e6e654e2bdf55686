"""A Lambda runtime for a handler as it is: AWS's own conformance handlers, or anybody's.

The process is told what Lambda tells one, by the same environment variables: `_HANDLER` and
`LAMBDA_TASK_ROOT` say what to run, `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` how it logs.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from python_sdk.http_client import NoAnswerError
from python_sdk.runtime_loop import LambdaContext, RuntimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every record has; whatever else one has was given to it."""


def main() -> int:
    """Serve invocations until the Runtime API goes away; the process's exit status."""
    loop = RuntimeLoop(os.environ["AWS_LAMBDA_RUNTIME_API"], os.environ)
    lines = _Lines()
    lines.install(os.environ.get("AWS_LAMBDA_LOG_FORMAT"), os.environ.get("AWS_LAMBDA_LOG_LEVEL"))
    try:
        handler = load(os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"])
    except Exception as error:  # noqa: BLE001 - whatever keeps the handler from being there is told and ends it
        loop.init_error(error)
        return 1

    def handle(event: str, context: LambdaContext) -> str:
        lines.request = context.aws_request_id
        return json.dumps(handler(json.loads(event), context), ensure_ascii=False)

    try:
        loop.run(handle)
    except NoAnswerError:
        return 0
    return 0


def load(root: str, handler: str) -> Callable[[Any, LambdaContext], Any]:
    """The function that `handler` names, such as `package.module.function`, of the code below `root`.

    The SDK is imported first: it is the one under test, whatever copy of it lies beside the handler.

    Raises:
        Exception: whatever importing it raises.
    """
    importlib.import_module("python_sdk.sdk")
    if fault := os.environ.get("CONFORMANCE_MUTANT"):
        importlib.import_module("python_sdk.mutants").install(fault)
    sys.path.insert(0, root)
    module, _, name = handler.rpartition(".")
    found: Callable[[Any, LambdaContext], Any] = getattr(
        importlib.import_module(module.replace("/", ".")), name
    )
    return found


class _Lines(logging.Formatter):
    """Writes records as Lambda's Python runtime does: plain text, or one JSON object a line."""

    def __init__(self) -> None:
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(request)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
        )
        self.converter = time.gmtime
        self.request = ""
        self._json = False

    def install(self, form: str | None, level: str | None) -> None:
        """Write what is logged from now on; the level is Lambda's to set where lines are JSON."""
        self._json = form == "JSON"
        output = logging.StreamHandler(sys.stdout)
        output.setFormatter(self)
        logging.root.handlers[:] = [output]
        logging.root.setLevel(level or "INFO" if self._json else "WARNING")

    def format(self, record: logging.LogRecord) -> str:
        record.request = self.request
        if not self._json:
            return super().format(record)
        line = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": self.request,
            **{name: value for name, value in vars(record).items() if name not in _OWN | {"request"}},
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
        return json.dumps(line, default=str, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
