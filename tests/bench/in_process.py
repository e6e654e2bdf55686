"""The programs of `programs/` as a user of the Python SDK writes them, run by AWS's in-process runner.

    python -m tests.bench.in_process ROUNDS

It prints JSON: for each program its result and the CPU and wall seconds of one execution.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from aws_durable_execution_sdk_python import durable_execution
from aws_durable_execution_sdk_python.config import Duration, MapConfig, ParallelConfig, StepConfig
from aws_durable_execution_sdk_python.retries import RetryDecision
from aws_durable_execution_sdk_python_testing.runner import DurableFunctionTestRunner

POLL_SECONDS = 0.005
ATTEMPTS = 3


def _returns(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def steps(_: Any, ctx: Any) -> Any:
    """Three steps, each with the result of the one before."""
    one = ctx.step(_returns(1), name="one")
    two = ctx.step(_returns(one + 1), name="two")
    return ctx.step(_returns(two * 2), name="three")


def wait(_: Any, ctx: Any) -> Any:
    """A wait between two steps."""
    before = ctx.step(_returns("before"), name="before")
    ctx.wait(Duration.from_seconds(5), name="pause")
    return ctx.step(_returns(f"{before} and after"), name="after")


def child(_: Any, ctx: Any) -> Any:
    """A child context with two steps."""

    def inside(inner: Any) -> int:
        left: int = inner.step(_returns(20), name="left")
        right: int = inner.step(_returns(22), name="right")
        return left + right

    return ctx.run_in_child_context(inside, name="child")


def map_(_: Any, ctx: Any) -> Any:
    """A map of five items, a step in each."""

    def each(inner: Any, item: int, _index: int, _items: Any) -> Any:
        return inner.step(_returns(item * 2), name="double")

    return ctx.map([1, 2, 3, 4, 5], each, name="each", config=MapConfig(max_concurrency=1)).get_results()


def parallel(_: Any, ctx: Any) -> Any:
    """Two branches, each a step."""
    branches = [
        lambda inner: inner.step(_returns("first"), name="first"),
        lambda inner: inner.step(_returns("second"), name="second"),
    ]
    return ctx.parallel(branches, name="both", config=ParallelConfig(max_concurrency=1)).get_results()


class Boom(Exception):  # noqa: N818 - the user's error of the scenario
    """What the flaky step raises."""


def retry(_: Any, ctx: Any) -> Any:
    """A step that fails twice and is tried a third time."""

    def flaky(step: Any) -> str:
        if step.attempt < ATTEMPTS:
            raise Boom("not yet")
        return "done"

    def strategy(_error: Exception, attempt: int) -> RetryDecision:
        if attempt < ATTEMPTS:
            return RetryDecision.retry(Duration.from_seconds(1))
        return RetryDecision.no_retry()

    return ctx.step(flaky, name="flaky", config=StepConfig(retry_strategy=strategy))


PROGRAMS: dict[str, Callable[[Any, Any], Any]] = {
    "steps": steps,
    "wait": wait,
    "child": child,
    "map": map_,
    "parallel": parallel,
    "retry": retry,
}


def main() -> int:
    """Run each program so many times, after one that is not counted."""
    logging.disable(logging.CRITICAL)
    rounds = int(sys.argv[1])
    told = {}
    for name, program in PROGRAMS.items():
        with DurableFunctionTestRunner(durable_execution(program), poll_interval=POLL_SECONDS) as runner:
            result = runner.run(input="null")
            cpu, wall = time.process_time(), time.monotonic()
            for _ in range(rounds):
                runner.run(input="null")
            told[name] = {
                "result": json.loads(result.result) if result.result else None,
                "cpu": (time.process_time() - cpu) / rounds,
                "wall": (time.monotonic() - wall) / rounds,
            }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
