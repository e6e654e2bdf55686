"""Ends what is left of a suite's subjects when the suite itself has ended, in whatever way.

Run as a script, its standard input held open by the suite: `+GROUP` lines name process groups that began,
`-GROUP` lines those that ended. When the input ends, so has the suite, and what is left is killed. It imports
next to nothing, since it is started beside the first subject of every run.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    """Read until the suite ends, then kill."""
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
