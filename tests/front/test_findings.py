"""The page of findings: made of the ledger and what stands beside it, and committed as it is made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.commands.findings import page
from conformance.engine.files import SCENARIOS, ledger_file
from conformance.errors import UsageError
from conformance.report.upstream import findings
from conformance.verdict.ledger import Ledger
from tests.front.test_cli import conformance

ROOT = Path(__file__).parents[2]
ENTRIES = Ledger.load(ledger_file()).entries
FOUND = findings(ENTRIES)
PINNED = re.compile(
    r"https://github\.com/[\w-]+/[\w-]+/blob/[0-9a-f]{40}/.+|https://docs\.rs/crate/[\w-]+/[\d.]+/source/.+"
)


def test_the_committed_page_is_what_the_command_writes() -> None:
    """`conformance findings --into docs/findings.md` makes it again."""
    assert (ROOT / "docs" / "findings.md").read_text(encoding="utf-8") == page(FOUND)


def test_every_entry_that_breaks_something_is_a_finding() -> None:
    assert {one.id for one in FOUND if one.known} == {entry.id for entry in ENTRIES if entry.breaks}
    assert all(one.rules and one.breaks for one in FOUND)


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.id)
def test_causes_are_pinned_and_scenarios_are_there(one: object) -> None:
    found = next(each for each in FOUND if each is one)
    assert found.cause is None or PINNED.fullmatch(found.cause.link)
    assert found.issue is None or found.issue.startswith("https://github.com/")
    assert all((SCENARIOS / f"{id_}.yaml").is_file() for id_ in found.witnesses)
    assert found.witnesses or found.racy


def test_what_no_entry_may_account_for_stands_beside_them(tmp_path: Path) -> None:
    file = tmp_path / "findings.yaml"
    own = (
        "{id: mine, title: A title, what: What it is., sdk: js, versions: '>=1', confirmed: 1.0.0,"
        " rule: virtual-parent, breaks: [virtual-parent-id], witnesses: [virtual/nested],"
        " seen: this, wanted: that}"
    )
    file.write_text(f"findings: [{own}]", encoding="utf-8")
    (one,) = (each for each in findings(ENTRIES, file) if not each.known)
    text = page((one,))
    assert "### A title" in text
    assert "- **On the wire:** this" in text
    assert "- **Cause:** not looked for yet." in text
    assert "conformance run virtual/nested --subject js@1.0.0 --reference js@1.0.0 --out out" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("findings: {", "no findings can be read here"),
        ("[]", "no findings can be read here"),
        ("findings: [{entry: none-such, seen: a, wanted: b}]", "the ledger has no entry none-such"),
        ("findings: [{entry: stale-token, seen: a}]", "is no finding (it has entry, seen, wanted"),
        ("findings: [{entry: stale-token, seen: a, wanted: b, more: c}]", "is no finding"),
        ("findings: [{id: x, seen: a, wanted: b}]", "is no finding"),
    ],
)
def test_a_file_that_can_not_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "findings.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        findings(ENTRIES, tmp_path / "findings.yaml")
    assert told in str(refused.value)


def test_the_command_writes_one_sdks_or_all(tmp_path: Path) -> None:
    done = conformance("findings", "--sdk", "python")
    assert done.returncode == 0
    assert "AWS Durable Execution SDK for Python" in done.stdout
    assert "for JavaScript" not in done.stdout
    assert conformance("findings", "--into", str(tmp_path / "f.md")).returncode == 0
    assert (tmp_path / "f.md").read_text(encoding="utf-8") == page(FOUND)
    done = conformance("findings", "--sdk", "perl")
    assert done.returncode == 2
    assert "there is no SDK 'perl'" in done.stderr
