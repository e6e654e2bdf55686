"""`conformance new`: a scenario to begin with, which is valid and runs at once."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from conformance import shipped
from conformance.commands import shared
from conformance.engine.admitted import RULES
from conformance.engine.files import LEDGER, SCENARIOS
from conformance.errors import Exit, UsageError
from conformance.scenario.catalogue import requirements
from conformance.scenario.load import SUFFIX, load
from conformance.scenario.shape import near

OWN = SCENARIOS if shipped.CHECKOUT else Path("scenarios")
"""Where a scenario goes: among the checkout's; an installed suite's are no place to write to."""

ID = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")

STEP = """\
handler:
  - step: {name: first, returns: 1, as: first}
  - wait: {name: pause, seconds: 5}
  - return: {$eval: first}
expect: {status: SUCCEEDED, result: 1, operations: {STEP: 1, WAIT: 1}, invocations: 2, bodies: {first: 1}}
"""
CHILD = """\
handler:
  - child:
      name: outer
      do:
        - step: {name: inside, returns: 1, as: inside}
        - return: {$eval: inside}
      as: outer
  - wait: {name: pause, seconds: 5}
  - return: {$eval: outer}
expect: {status: SUCCEEDED, result: 1, operations: {STEP: 1, WAIT: 1, CONTEXT: 1}, bodies: {inside: 1}}
"""
MAP = """\
input: [1, 2, 3]
handler:
  - map:
      name: each
      items: {$eval: input}
      max_concurrency: 1
      do:
        - step: {name: doubled, returns: {$eval: item * 2}, as: doubled}
        - return: {$eval: doubled}
      as: each
  - return: {$eval: each.results}
expect: {status: SUCCEEDED, result: [2, 4, 6], operations: {STEP: 3, CONTEXT: 4}, bodies: {doubled: 3}}
"""
CALLBACK = """\
handler:
  - callback: {name: approval, as: approval}
  - await: {callback: approval, as: answer}
  - return: {$eval: answer}
outside:
  - {callback: approval, succeed: {raw: granted}}
expect: {status: SUCCEEDED, result: granted, operations: {CALLBACK: 1}, invocations: 2}
"""

KINDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "step": ("A step gives its value, over a suspension", "step-result-checkpointed", STEP),
        "child": ("A child context gives its value", "context-lifecycle", CHILD),
        "virtual": (
            "Operations in a virtual child report to the root",
            "virtual-parent-id",
            CHILD.replace("name: outer\n", "name: outer\n      virtual: true\n").replace(
                "CONTEXT: 1", "CONTEXT: 0"
            ),
        ),
        "map": ("A map gives each item's value", "map-items", MAP),
        "callback": ("A callback gives what was sent to it", "callback-create", CALLBACK),
    }
)
"""By what it is about: the title, a requirement that it covers, and the rest of the file."""


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "id", metavar="ID", help="its path below the folder of scenarios, such as virtual/mine"
    )
    command.add_argument(
        "--of", choices=[*KINDS], default="step", dest="kind", help="what it is about (step)"
    )
    command.add_argument("--title", help="what it shows, in a line")
    command.add_argument(
        "--covers",
        action="append",
        metavar="REQUIREMENT",
        help="see `conformance requirements`; may be repeated",
    )
    shared.scenarios(command)


def execute(given: argparse.Namespace) -> Exit:
    """Write the file, and say how to run it.

    Raises:
        UsageError: the id is no id, or there is such a scenario already.
    """
    if not ID.fullmatch(given.id) or given.id == Path(LEDGER).stem:
        raise UsageError(
            f"`{given.id}` is no scenario's id", hint="lower-case words, digits, - and _, parts joined by /"
        )
    folder = given.scenarios or OWN
    path = folder / f"{given.id}{SUFFIX}"
    if path.exists():
        raise UsageError("there is such a scenario", where=str(path), hint="choose another id")
    title, covers, rest = KINDS[given.kind]
    ids = given.covers or [covers]
    for id_ in ids:
        if id_ not in requirements():
            raise UsageError(f"`{id_}` is not in the catalogue", hint=near(id_, requirements()))
    words = f"title: {_quoted(given.title) if given.title else title}\ncovers: [{', '.join(ids)}]\n{rest}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")
    try:
        load(path, folder, more=RULES)
    except BaseException:
        path.unlink()
        raise
    sys.stdout.write(f"{path}\n")
    name = given.id if folder == SCENARIOS else str(path)
    where = f" --scenarios {given.scenarios}" if given.scenarios else ""
    sys.stderr.write(f"run it   conformance run {name}{where}\n")
    sys.stderr.write(f"watch it conformance run {name}{where} --watch\n")
    sys.stderr.write("fields   conformance explain child (or any other word in it)\n")
    return Exit.AS_EXPECTED


def _quoted(text: str) -> str:
    """A text that YAML reads as that text, whatever is in it."""
    return "'" + text.replace("'", "''") + "'"
