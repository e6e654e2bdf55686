"""The one handler of every scenario: it runs the program that the lab has for the invocation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_sdk import blocks, callbacks, conditions, control, invokes, logs, operations
from python_sdk.budget import Total
from python_sdk.scope import Run, Scope

if TYPE_CHECKING:
    from python_sdk.lab import Lab


def _durable(runner: blocks.Runner) -> blocks.Runner:
    def run(statement: blocks.Statement, ctx: Any, scope: Scope) -> blocks.Returned | None:
        if ctx is None:
            at, op = statement["at"], statement["op"]
            scope.run.lab.stop("harness", f"{op} is an operation, and this function is not durable", at)
        return runner(statement, ctx, scope)

    return run


for _module in (operations, callbacks, conditions, invokes):
    blocks.RUNNERS.update({op: _durable(runner) for op, runner in _module.RUNNERS.items()})
blocks.RUNNERS.update(control.RUNNERS)


def prepared(lab: Lab) -> tuple[Run, bool]:
    """Fetch the invocation's program: what is to be run, and whether as a durable function."""
    program = lab.program()
    try:
        budget = Total(**program["budget"])
        run = Run(lab, program["function"], program["statements"], program["invocation"], budget)
        return run, program.get("durable", True)
    except (KeyError, TypeError) as error:
        lab.stop("harness", f"malformed program: {error!r} in {str(program)[:200]}")


def interpret(run: Run, event: Any, ctx: Any) -> Any:
    """Run the program on the execution's input; `ctx` is the SDK's context, None in a plain function."""
    if ctx is not None:
        ctx.set_logger(logs.Sink())
    run = replace(run, context=ctx)
    scope = Scope(run, {})
    scope.bind("input", event)
    scope.bind("invocation", run.invocation)
    return blocks.run_function("handler", run.place, run.statements, ctx, scope)
