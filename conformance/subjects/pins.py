"""The harnesses and the versions they pin: the one place that reads `requirements.in` and `package.json`."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from conformance.errors import EnvironmentFault

ROOT = Path(__file__).resolve().parents[2]
PYTHON_PACKAGE = "aws-durable-execution-sdk-python"
JS_PACKAGE = "@aws/durable-execution-sdk-js"

PYTHON_HARNESS = ROOT / "python_sdk"
JS_HARNESS = ROOT / "js_harness"
PYTHON_REQUIREMENTS = PYTHON_HARNESS / "requirements.in"
PYTHON_LOCK = PYTHON_HARNESS / "requirements.lock"

_PIN = re.compile(r"^\s*([A-Za-z0-9._-]+)\s*==\s*([^\s;\\#]+)")


def read(path: Path) -> str:
    """Give the text of one of the suite's own files.

    Raises:
        EnvironmentFault: it isn't there, so the suite is not whole.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault(
            f"the suite's own file can't be read: {error.strerror}",
            where=str(path),
            cure="use a whole checkout of the suite",
        ) from error


def npm_file(name: str) -> Path:
    """Find `package.json`, `package-lock.json` or `.npmrc`: at the root, or packaged with the harness."""
    beside = JS_HARNESS / name
    return beside if beside.exists() else ROOT / name


def pins_of(text: str) -> dict[str, str]:
    """Give name -> version of every `name==version` line of a requirements or lock file."""
    return {match[1].lower(): match[2] for line in text.splitlines() if (match := _PIN.match(line))}


@cache
def python_pins() -> dict[str, str]:
    """Give what the Python harness asks for by name: the SDK."""
    return pins_of(read(PYTHON_REQUIREMENTS))


@cache
def js_pins() -> dict[str, str]:
    """Give what the JavaScript harness asks for by name: the SDK."""
    document: dict[str, dict[str, str]] = json.loads(read(npm_file("package.json")))
    return document["dependencies"]


def default_version(sdk: str) -> str:
    """Give the version that `python` or `js` alone means."""
    return python_pins()[PYTHON_PACKAGE] if sdk == "python" else js_pins()[JS_PACKAGE]
