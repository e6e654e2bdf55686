"""Every example of docs/scenarios.md is one that `conformance validate` takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.cli import main

DOCS = Path(__file__).parents[2] / "docs" / "scenarios.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

AROUND = """
title: What the parts of an example stand in
covers: [step-retry]
handler:
  - step: {name: work, returns: 1}
  - callback: {name: approval, as: approval}
  - await: {callback: approval, as: got}
  - wait_for_callback: {name: wait-name, submitter: {returns: null}, as: other}
  - invoke: {name: invoke-name, function: slow, payload: 1}
  - return: {$eval: got}
expect: {status: STOPPED}
"""
"""An example that has no handler shows members: they stand in this one, in the place of its own."""


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_examples_are_valid(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = BLOCKS[number].replace("https://...", "https://example.org/issues/1")
    path = tmp_path / "example.yaml"
    whole = example if example.startswith("title:") else AROUND + example
    path.write_text(whole, encoding="utf-8")
    assert main(["validate", str(path)]) == 0, capsys.readouterr()


def test_there_are_examples() -> None:
    assert len(BLOCKS) >= 2
