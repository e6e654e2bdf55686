"""`python -m conformance`, and what the `conformance` command calls.

Until a command runs, which ends in order, Ctrl-C ends the process at once: nothing has begun that would have
to be undone, and Python would show a traceback of whatever it was importing.
"""

from __future__ import annotations

import os
import signal
import sys

INTERRUPTED = 130


def main() -> int:
    """Run the command line, and give its exit code."""
    signal.signal(signal.SIGINT, _leave)
    from conformance.cli import main as run  # noqa: PLC0415 - what takes its time, under the handler

    return run()


def _leave(*_: object) -> None:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
