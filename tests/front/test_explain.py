"""What `explain` and `requirements` say, and that every name of the suite can be asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.engine.checks import checks
from conformance.engine.files import ledger_file
from conformance.scenario import fields
from conformance.scenario.catalogue import requirements
from conformance.verdict.ledger import Ledger
from conformance.verdict.titles import TITLES
from tests.front.test_cli import GOOD


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("virtual-parent", ["name its nearest real ancestor", "no_virtual_id_on_wire", "issues 362 and 363"]),
        ("invariant/virtual-parent", ["name its nearest real ancestor"]),
        ("virtual-parent-id", ["a requirement (MUST)", "nearest non-virtual ancestor"]),
        ("child.virtual", ["child.virtual: a field of scenarios", "true, false or an expression"]),
        ("ids-hash", ["an item of dialects", "blake2b-64", "md5-16", "https://"]),
        ("virtual", ["child.virtual", "with_retry.virtual"]),
        ("expect.status", ["SUCCEEDED"]),
        ("wait_for_condition", ["check (needed)", "until (needed)"]),
    ],
)
def test_a_name_is_explained(name: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    told = capsys.readouterr().out
    assert [word for word in words if word not in told] == []


def test_entries_of_the_ledger_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    entry = Ledger.load(ledger_file()).entries[0]
    assert main(["explain", entry.id]) == 0
    told = capsys.readouterr().out
    assert entry.title in " ".join(told.split())
    assert entry.link in told


def test_what_nothing_is_called_says_what_may_have_been_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "vitrual-parent"]) == 2
    assert "did you mean `virtual-parent`?" in capsys.readouterr().err
    assert main(["explain", "zzzzzz"]) == 2
    assert "conformance divergences" in capsys.readouterr().err


def test_every_rule_has_a_check_that_says_what_it_holds_to() -> None:
    elsewhere = {  # rules of a run itself, and of AWS's matcher: made of a report's kind or by another layer
        *("harness-report", "lab-report", "judge-failed", "lab-failed", "unstable", "expression-refused"),
        *("unsupported", "ledger-ambiguous", "aws-requirement"),
    }
    without = {rule for rule in TITLES if not any(check.says for check in checks(rule))}
    assert without <= elsewhere


def test_every_field_says_something_or_has_fields_or_choices() -> None:
    assert {"child.virtual", "expect.operations", "faults", "retry"} & {*fields.names()}
    assert all(len(fields.named(name)) == 1 for name in fields.names())


def test_requirements_are_searched_and_tell_who_covers_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.yaml").write_text(GOOD, encoding="utf-8")
    assert main(["requirements", "--scenarios", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert all(f"{one.id} (" in told for one in requirements().values())
    assert "  covered by one\n" in told
    assert "  covered by none\n" in told

    words = ["requirements", "virtual", "ancestor", "--scenarios", str(tmp_path), "--json"]
    assert main(words) == 0
    rows = json.loads(capsys.readouterr().out)["requirements"]
    assert "virtual-parent-id" in [row["id"] for row in rows]
    assert all("virtual" in json.dumps(row).lower() for row in rows)

    assert main(["requirements", "zzz"]) == 2
    assert "no requirement has zzz" in capsys.readouterr().err
