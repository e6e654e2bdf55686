"""The `conformance` command: which commands there are, and what is common to all of them.

Each command is a module of `conformance.commands` that says its own options. It is imported only when it is
asked for, so that `conformance list` does not wait for the emulator to load.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence

from conformance import __version__, commands, machine
from conformance.errors import ConformanceError, Exit
from conformance.report import escape

DESCRIPTION = """Runs durable functions, written once as data, through the published AWS Lambda durable
execution SDKs and judges what they put on the wire."""

EXITS = """exit codes, the gravest that applies: 0 as expected; 1 a finding; 2 usage or a scenario that
can't be used; 3 a harness or the environment; 130 interrupted"""

COMPLETING = "_ARGCOMPLETE"
"""The variable by which a shell asks what could come next (see `conformance completion`)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if COMPLETING in os.environ:
        import argcomplete  # noqa: PLC0415 (only a shell that completes asks for it)

        argcomplete.autocomplete(parser(os.environ["COMP_LINE"].split()))
    given = parser(words).parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a subject wrote may be no legal text
    try:
        command = commands.load(given.command)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on all ends in order
        code = command.execute(given)
    except ConformanceError as error:
        sys.stderr.write(escape.told([f"error: {error}"]))
        return int(error.exit)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output went away; Python would complain of that on its way out
        return int(Exit.AS_EXPECTED)
    except (OSError, MemoryError) as error:
        sys.stderr.write(escape.told([f"error: {machine.said(error)}"]))
        return int(Exit.ENVIRONMENT)
    return int(code)


def parser(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """What can be said on the command line: all commands by name, with the options of those among `words`."""
    whole = argparse.ArgumentParser(prog="conformance", description=DESCRIPTION, epilog=EXITS)
    whole.add_argument("--version", action="version", version=f"conformance {__version__}")
    each = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, told in commands.helps().items():
        command = each.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.", epilog=EXITS)
        if name in words:
            commands.load(name).options(command)
    return whole
