"""Where the suite's own files are: scenarios, harnesses and what pins their packages.

In a checkout they stand beside the package; in a wheel they are shipped within it, in `shipped`, so that an
installation takes no names from others in `site-packages`.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_WITHIN = _PACKAGE / "shipped"

CHECKOUT = not _WITHIN.is_dir()
"""Whether this is a checkout, whose files may be written to."""

ROOT = _PACKAGE.parent if CHECKOUT else _WITHIN
"""The folder that holds `scenarios`, every harness, `package.json` and the lock files."""
