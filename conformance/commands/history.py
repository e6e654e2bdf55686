"""`conformance history`: what each release of an SDK changed, as it is pinned."""

from __future__ import annotations

import argparse
import sys

from conformance.commands import shared
from conformance.engine.files import SCENARIOS, ledger_file
from conformance.errors import Exit
from conformance.history import markdown, pins
from conformance.history.words import Words
from conformance.report import escape
from conformance.verdict.ledger import Ledger


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument("sdks", nargs="*", metavar="SDK", help="all that have pins unless given")
    shared.scenarios(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print the page, in Markdown."""
    root = given.scenarios or SCENARIOS
    found = [path.stem for path in pins.files(root)]
    every = [pins.read(pins.file(root, sdk), sdk) for sdk in given.sdks or found]
    entries = Ledger.load(ledger_file(given.scenarios)).entries
    sys.stdout.write(escape.told([markdown.render(every, Words.of(entries)).rstrip()]))
    return Exit.AS_EXPECTED
