"""NOTICE names all that the lock files do, with its licence."""

from __future__ import annotations

from tests.notice import BEGINS, NOTICE, packages, text


def test_it_names_what_is_installed() -> None:
    assert NOTICE.read_text(encoding="utf-8").partition(BEGINS)[2] == text(), "run `make lock`"


def test_every_licence_is_known() -> None:
    assert not [name for name, licence in packages() if licence == "unknown"]
