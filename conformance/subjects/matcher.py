"""AWS's conformance package: its requirements and matcher, where this environment has not got them.

The package declares Python 3.14 while what is used of it runs on 3.11, so nothing can depend on it in the
usual way. A checkout installs it beside the suite; an installed suite puts it into the cache, as any SDK.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from conformance import shipped
from conformance.subjects import cache, installer, pins

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "aws_durable_execution_conformance_tests"
SUBJECT = "AWS's requirements"
LOCK = "requirements-aws.lock"


def find() -> bool:
    """Whether it can be imported: it is installed here, or in the cache, which is then looked into."""
    return find_spec(PACKAGE) is not None or _made(cache.found(_key(), _whole))


def provide() -> None:
    """Have it importable, and install it into the cache if it is nowhere yet.

    Raises:
        EnvironmentFault: it can't be installed.
    """
    if not find():
        _made(cache.environment(_key(), _make, _whole)[0])


def _key() -> str:
    return cache.key("aws-requirements", {"lock": cache.digest(pins.read(shipped.ROOT / LOCK).encode())})


def _made(place: Path | None) -> bool:
    if place is None:
        return False
    sys.path.append(str(place))
    importlib.invalidate_caches()
    return True


def _whole(place: Path) -> bool:
    return (place / PACKAGE / "__init__.py").is_file()


def _make(place: Path) -> cache.Manifest:
    command = [*installer.pip(SUBJECT), "install", "--quiet"]
    command += ["--target", str(place), "--no-deps", "--ignore-requires-python", "--require-hashes"]
    installer.run(
        [*command, "-r", str(shipped.ROOT / LOCK)],
        subject=SUBJECT,
        cwd=place,
        environment={**installer.environment(), "PIP_NO_INPUT": "1", "PIP_REQUIRE_VIRTUALENV": "0"},
    )
    return {"package": PACKAGE}
