"""The modules of the page's script, put into one."""

from __future__ import annotations

import pytest

from conformance.report.page.bundle import bundle
from conformance.report.page.render import script

A = 'import { b, c } from "./b.js";\n\nexport function a() {\n  return b + c;\n}\n'
B = "export const b = 1;\nexport let c = 2;\n"


def test_a_module_comes_after_what_it_imports_and_nothing_is_left_of_the_words_for_it() -> None:
    whole = bundle({"a": A, "b": B})
    assert whole == (
        '"use strict";\n(() => {\nconst b = 1;\nlet c = 2;\n\nfunction a() {\n  return b + c;\n}\n})();\n'
    )


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ({"a": A}, "no module b"),
        ({"a": A, "b": B + "function a() {}\n"}, "a is declared in b and in a"),
        ({"a": A, "b": 'import { a } from "./a.js";\n' + B}, "cycle"),
    ],
)
def test_what_cannot_be_put_together_is_refused(modules: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bundle(modules)


def test_the_page_has_no_import_left() -> None:
    assert "\nimport " not in script()
    assert "\nexport " not in script()
    assert len(script()) > 10_000
