"""The SDK's own frames, out of what processes write to standard error."""

from __future__ import annotations

import pytest

from conformance.engine.frames import frames

PYTHON = """ERROR:aws_durable_execution_sdk_python.execution:Execution failed
Traceback (most recent call last):
  File "/env/site-packages/aws_durable_execution_sdk_python/execution.py", line 297, in invoke_handler
    result = func(input_event, durable_context)
  File "/suite/python_sdk/blocks.py", line 54, in run_function
    returned = run_block(statements, ctx, scope)
  File "/env/site-packages/aws_durable_execution_sdk_python/state.py", line 912, in create_checkpoint
    raise error
aws_durable_execution_sdk_python.exceptions.CheckpointError: Invalid parent operation id.

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/env/site-packages/aws_durable_execution_sdk_python/operation/step.py", line 261, in execute
    raise
ValueError: something else
"""
NODE = """(node:1) warning
Error: Invalid parent operation id.
    at Inner.send (/env/node_modules/@aws/durable-execution-sdk-js/dist/index.mjs:12:4)
    at async Outer.run (file:///env/node_modules/@aws/durable-execution-sdk-js/dist/index.mjs:99:7)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async main (file:///suite/js_harness/main.mjs:5:1)
done
"""


@pytest.mark.parametrize(
    ("stderr", "sdk", "about", "wanted"),
    [
        (PYTHON, "python", None, ["operation/step.py:261 execute"]),
        (
            PYTHON,
            "python",
            "Invalid parent operation id.",
            ["execution.py:297 invoke_handler", "state.py:912 create_checkpoint"],
        ),
        (PYTHON, "python", "no such words", ["operation/step.py:261 execute"]),
        (NODE, "js", None, ["dist/index.mjs:99 Outer.run", "dist/index.mjs:12 Inner.send"]),
        (NODE, "js", "Invalid parent", ["dist/index.mjs:99 Outer.run", "dist/index.mjs:12 Inner.send"]),
        (NODE, "python", None, []),
        (PYTHON, "mine", None, []),
        ("", "js", None, []),
        ("\x1b[31m at x (:1:2)\n" * 3, "js", "x", []),
    ],
)
def test_frames(stderr: str, sdk: str, about: str | None, wanted: list[str]) -> None:
    assert [str(frame) for frame in frames(stderr, sdk, about)] == wanted


def test_of_a_long_trace_the_innermost_frames_are_kept() -> None:
    lines = [
        f'  File "/x/aws_durable_execution_sdk_python/a.py", line {number}, in f' for number in range(1, 9)
    ]
    assert [frame.line for frame in frames("\n".join([*lines, "E: e"]), "python")] == [5, 6, 7, 8]
