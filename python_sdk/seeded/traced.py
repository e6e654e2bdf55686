"""Run the Python harness and record which lines of the SDK each invocation executes.

    python traced.py DATA LIBRARY

`LIBRARY` is where coverage.py is, which the subject's environment has not got; `DATA` is where its data goes,
a file a process, each line under the id of the request that executed it. Nothing else of the SDK is touched.
"""

from __future__ import annotations

import runpy
import sys
from typing import Any


def main(data: str, library: str) -> None:
    """Trace, and run the harness as its command would."""
    sys.path.append(library)
    import coverage  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - only found from here on

    sys.path.remove(library)
    sys.argv = [sys.argv[0]]
    packages = ["aws_durable_execution_sdk_python"]
    tracer = coverage.Coverage(data_file=data, data_suffix=True, source_pkgs=packages)
    tracer.start()
    from python_sdk import lab  # noqa: PLC0415 - traced from its start

    begin, close = lab.Lab.__init__, lab.Lab.close

    def begun(self: Any, client: Any, request_id: str) -> None:
        tracer.switch_context(request_id)
        begin(self, client, request_id)

    def closed(self: Any) -> None:
        tracer.save()  # now: a process may be killed at any time
        close(self)

    lab.Lab.__init__ = begun  # type: ignore[method-assign]
    lab.Lab.close = closed  # type: ignore[method-assign]
    runpy.run_module("python_sdk", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
