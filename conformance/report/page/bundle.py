"""The page's script: modules that a browser could load one by one, put into one for a page without network.

A module imports names from another by `import { a, b } from "./module.js";` and exports what it declares. Put
together they share one scope, so a name may be declared in one module only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from graphlib import TopologicalSorter

IMPORT = re.compile(r"^import \{[^}]*\} from \"\./(\w+)\.js\";\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class) )", re.MULTILINE)
DECLARED = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def bundle(modules: Mapping[str, str]) -> str:
    """One script of all modules, each after those that it imports.

    Args:
        modules: their texts by their names, without `.js`.

    Raises:
        ValueError: two need each other, one that is imported is not there, or two declare the same name.
    """
    needs = {name: {*IMPORT.findall(text)} for name, text in sorted(modules.items())}
    if absent := {one for wanted in needs.values() for one in wanted} - needs.keys():
        raise ValueError(f"there is no module {', '.join(sorted(absent))}")
    parts, declared = [], dict[str, str]()
    for name in TopologicalSorter(needs).static_order():
        text = EXPORT.sub("", IMPORT.sub("", modules[name]))
        for one in DECLARED.findall(text):
            if declared.setdefault(one, name) != name:
                raise ValueError(f"{one} is declared in {declared[one]} and in {name}")
        parts.append(text.strip("\n"))
    return "\n".join(['"use strict";', "(() => {", "\n\n".join(parts), "})();", ""])
