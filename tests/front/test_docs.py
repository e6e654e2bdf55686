"""What the pages quote of runs is what a run shows, and what they say of the command is what there is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conformance.cli import parser
from conformance.verdict.finding import Blame, Layer
from tests.front.test_cli import conformance

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
QUOTED = re.compile(r"<!-- (show .+) -->\n\n((?: {4}.*\n)+)")
TYPED = re.compile(r"^(?: {4}|\$ )(?:\.venv/bin/)?conformance ([a-z]+)\b(.*)$", re.MULTILINE)


def quoted() -> Iterator[tuple[Path, str, str]]:
    for page in PAGES:
        for command, block in QUOTED.findall(page.read_text(encoding="utf-8")):
            yield page, command, block


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "out"
    names = sorted({shlex.split(command)[1] for _, command, _ in quoted()})
    done = conformance("run", *names, "--out", out)
    assert done.returncode == 0, done.stdout
    return out


def told(text: str) -> list[str]:
    """What was shown, without how updates were cut into requests, and in an order that no timing changes."""
    return sorted(line.strip() for line in text.splitlines() if line.strip() and "→" not in line)


QUOTES = [*quoted()]


@pytest.mark.parametrize(("page", "command", "block"), QUOTES, ids=[command for _, command, _ in QUOTES])
def test_what_a_page_quotes_is_what_is_shown(page: Path, command: str, block: str, recordings: Path) -> None:
    assert page.exists()
    verb, *rest = shlex.split(command)
    shown = conformance(verb, recordings, *rest).stdout
    assert told(block) == told(shown.partition("▶")[1] + shown.partition("▶")[2])


@cache
def helped(verb: str) -> str:
    return conformance(verb, "--help").stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_pages_type_are_there_with_their_options(page: Path) -> None:
    for verb, rest in TYPED.findall(page.read_text(encoding="utf-8")):
        text = helped(verb)
        assert verb in parser().format_help(), f"{page.name}: conformance {verb}"
        words = re.sub(r"\"[^\"]*\"|'[^']*'|`.*|#.*| {2,}.*", "", rest)
        for option in re.findall(r"(?<= )--[a-z-]+", words):
            assert option in text, f"{page.name}: conformance {verb}{rest}"


def test_the_glossary_has_every_layer_and_is_in_order() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([a-z][^|]*?) \|", text, re.MULTILINE)[1:]
    assert words == sorted(words)
    (layers,) = re.findall(r"^\| layer \| a kind of check: (.*) \|$", text, re.MULTILINE)
    assert layers.split(", ") == [one.value for one in Layer]
    (blames,) = re.findall(r"^\| blame \| (.*) \|$", text, re.MULTILINE)
    assert [one.value for one in Blame if one.value not in blames] == []
