"""The Python subject: a Lambda runtime whose function interprets a scenario's program with the real SDK."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

from python_sdk.http_client import HttpClient, NoAnswerError
from python_sdk.runtime_loop import LambdaContext, RuntimeLoop


def main() -> int:
    """Serve invocations until the Runtime API goes away; the process's exit status."""
    loop = RuntimeLoop(os.environ["AWS_LAMBDA_RUNTIME_API"], os.environ)
    logging.basicConfig(level=logging.WARNING)
    try:
        subject = _Subject(HttpClient(os.environ["CONFORMANCE_LAB"]), os.environ.get("CONFORMANCE_MUTANT"))
    except Exception as error:  # noqa: BLE001 - whatever keeps the harness from starting is told and ends it
        sys.stderr.write(f"the harness can't start: {type(error).__name__}: {error}\n")
        loop.init_error(error)
        return 1
    try:
        loop.run(subject.handle)
    except NoAnswerError:
        return 0
    return 0


class _Subject:
    def __init__(self, client: HttpClient, mutant: str | None) -> None:
        # Only here, so that an SDK that can't be imported is an init error.
        from python_sdk import interpreter, lab, mutants, scope, sdk  # noqa: PLC0415

        if mutant:
            mutants.install(mutant)
        lab.hello(client)
        self._client = client
        self._lab = lab.Lab
        self._interpreter = interpreter
        self._run: scope.Run | None = None
        self._handler = sdk.package.durable_execution(self._interpret)

    def handle(self, event: str, context: LambdaContext) -> str:
        """Answer one invocation: its event and its response as JSON texts."""
        lab = self._lab(self._client, context.aws_request_id)
        self._run, durable = self._interpreter.prepared(lab)
        try:
            if durable:
                lambda_context: Any = context
                return _answer(self._handler(json.loads(event), lambda_context))
            return _answer(self._interpreter.interpret(self._run, json.loads(event), None))
        finally:
            lab.close()

    def _interpret(self, event: Any, ctx: Any) -> Any:
        if self._run is None:
            raise AssertionError("the handler runs without an invocation")
        return self._interpreter.interpret(self._run, event, ctx)


def _answer(value: Any) -> str:
    """As Lambda's Python runtime sends it from 3.12 on: every character as it is."""
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
