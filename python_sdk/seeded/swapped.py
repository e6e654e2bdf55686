"""Run the Python harness with another source in the place of one of the SDK's modules.

python swapped.py MODULE FILE
"""

from __future__ import annotations

import runpy
import sys
from importlib.abc import MetaPathFinder
from importlib.util import spec_from_file_location
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class Swapped(MetaPathFinder):
    """Finds one module in a file of its own."""

    def __init__(self, module: str, file: str) -> None:
        """Find `module` in `file`."""
        self._module, self._file = module, file

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's, where it is asked for."""
        del path, target
        return spec_from_file_location(fullname, self._file) if fullname == self._module else None


if __name__ == "__main__":
    sys.meta_path.insert(0, Swapped(*sys.argv[1:3]))
    sys.argv = sys.argv[:1]
    runpy.run_module("python_sdk", run_name="__main__", alter_sys=True)
