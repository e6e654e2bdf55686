"""What subjects and files say, made inert for each kind of reader: the only place where text is escaped.

An error message, a name, a key or a path may hold anything: control sequences for a terminal, commands for
GitHub's runner, markup. A renderer passes every text that is not its own through the function of its kind.
What can't be shown as it is, is shown by its code, so that it can be seen and does nothing.
"""

from __future__ import annotations

import html as python_html
import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

LONGEST = 2000
"""Characters that one piece of text shows in a line; how many there were is told."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Controls, formats (bidirectional marks among them), half pairs, line and paragraph separators."""

_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_SAFE_IN_PROSE = frozenset(" ,.;'\"?%/=$^+-")
_FENCE = re.compile(r"`+")


def cut(text: str, most: int = LONGEST) -> str:
    """The beginning of a text that is too long, with its length."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


def visible(text: str) -> str:
    """On one line, with every character that would not be seen as its code, as Python spells it."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    return char.encode("ascii", "backslashreplace").decode() if not char.isascii() else repr(char)[1:-1]


def console(text: str, most: int = LONGEST) -> str:
    """For a line of a terminal or a log: nothing in it moves a cursor or is a command of GitHub.

    The runner takes a line for one that begins with `::`, blanks aside, or has `##[` anywhere.
    """
    shown = visible(cut(text, most)).replace("##[", "## [")
    bare = shown.lstrip()
    return f"{shown[: len(shown) - len(bare)]}: :{bare[2:]}" if bare.startswith("::") else shown


def lines(text: str) -> list[str]:
    """The lines of a text, by line feeds alone, each for a terminal or a log."""
    return [console(line.removesuffix("\r")) for line in text.split("\n")]


def told(said: Iterable[str]) -> str:
    """Lines, of which each may be several, as they are written to a terminal or a log."""
    return "".join(f"{line}\n" for each in said for line in lines(each))


def json_text(document: Any) -> str:
    """A document as JSON for standard output, with the same values, which acts on no terminal and no log."""
    text = json.dumps(document, indent=2, ensure_ascii=True)
    return text.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[") + "\n"


def command(text: str) -> str:
    """For the message of a command of GitHub's runner, which unescapes these; line feeds are kept."""
    shown = "\n".join(lines(text))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_(text: str) -> str:
    """For a property of a command of GitHub's runner."""
    return command(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str, most: int = LONGEST) -> str:
    """For running text in Markdown: no markup, no image, no link, no HTML, on one line."""
    shown = _PUNCTUATION.sub(_entity, visible(cut(text, most)))
    shown = re.sub(r"(?i)www\.", "www&#46;", shown)
    return re.sub(r"^(\s*)([-+])", r"\1\\\2", re.sub(r"^(\s*\d+)\.", r"\1\\.", shown))


def _entity(hit: re.Match[str]) -> str:
    char = hit[1]
    if char in _SAFE_IN_PROSE:
        return char
    return f"&#{ord(char)};"


def code(text: str, most: int = LONGEST) -> str:
    """For a span of code in Markdown, in a table too: a fence that is longer than any in it."""
    shown = visible(cut(text, most)).replace("|", "\u00a6") or " "
    fence = "`" * (max((len(run) for run in _FENCE.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def html(text: str, most: int = LONGEST) -> str:
    """For text and quoted attributes of HTML."""
    return python_html.escape(visible(cut(text, most)))


def xml(text: str, most: int = 100_000) -> str:
    """For text and attributes of XML 1.0, which an XML library then quotes: line feeds are kept."""
    return "\n".join(visible(line.removesuffix("\r")) for line in cut(text, most).split("\n"))
