"""Ends what is left of a suite's subjects when the suite itself has ended, in whatever way.

Run as a script, its standard input held open by the suite: each line names a thing that began (`+`) or has
ended (`-`), a process group by its number or a directory by its path. When the input ends, so has the suite:
the groups that are left are killed, the directories removed. It imports next to nothing before that, since it
is started beside the first subject of every run.
"""

import os
import signal
import sys


def main() -> None:
    """Read until the suite ends, then clear up."""
    left: set[str] = set()
    for line in sys.stdin:
        (left.add if line[0] == "+" else left.discard)(line[1:].rstrip("\n"))
    for group in filter(str.isdigit, left):
        try:
            os.killpg(int(group), signal.SIGKILL)
        except OSError:
            continue  # it has gone by itself
    if directories := [each for each in left if not each.isdigit()]:
        import shutil  # noqa: PLC0415 - seldom needed, and slow to import

        for directory in directories:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
