"""`conformance completion`: what makes a shell complete commands, options, scenarios and rules."""

from __future__ import annotations

import argparse
import sys

from argcomplete.shell_integration import shellcode

from conformance.errors import Exit

NAME = "conformance"


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument("shell", choices=["bash", "zsh", "fish"], help="whose code to print")


def execute(given: argparse.Namespace) -> Exit:
    """Print the shell's code, such as for `source <(conformance completion bash)`."""
    sys.stdout.write(shellcode([NAME], shell=given.shell))
    return Exit.AS_EXPECTED
