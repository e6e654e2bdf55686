"""The cache of environments: whole or not there, made once however many want it."""

# The processes that these tests start are their own.
# ruff: noqa: S603

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import EnvironmentFault
from conformance.subjects import cache


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def whole(place: Path) -> bool:
    return (place / "content").exists()


def make(place: Path) -> cache.Manifest:
    (place / "content").write_text("made", encoding="utf-8")
    return {"version": "1"}


def never(_: Path) -> cache.Manifest:
    raise AssertionError("made again")


def test_what_was_made_is_found_again(root: Path) -> None:
    place, manifest = cache.environment("a", make, whole)
    assert place == root / "environments" / "a"
    assert cache.environment("a", never, whole) == (place, manifest) == (place, {"version": "1"})


def packages(place: Path) -> cache.Manifest:
    for name in ("one", "two"):
        package = place / "lib" / "python3.11" / "site-packages" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("", encoding="utf-8")
    return make(place)


@pytest.mark.parametrize("lost", ["one", "two/__init__.py"])
def test_one_that_lost_a_package_is_made_anew(lost: str) -> None:
    place, _ = cache.environment("a", packages, whole)
    kept = place / "lib" / "python3.11" / "site-packages"
    (kept / "two" / "__pycache__").mkdir()  # what runs there writes that
    assert cache.environment("a", never, whole)[0] == place
    gone = kept / lost
    for path in (gone / "__init__.py", gone) if gone.is_dir() else (gone,):
        path.rmdir() if path.is_dir() else path.unlink()
    cache.environment("a", packages, whole)
    assert sorted(one.name for one in kept.iterdir()) == ["one", "two"]
    assert (kept / "two" / "__init__.py").exists()


def test_what_failed_leaves_nothing(root: Path) -> None:
    def fail(place: Path) -> cache.Manifest:
        make(place)
        raise EnvironmentFault("no")

    with pytest.raises(EnvironmentFault):
        cache.environment("a", fail, whole)
    assert not list((root / "environments").iterdir())
    assert not list((root / "making").iterdir())
    assert cache.environment("a", make, whole)[1] == {"version": "1"}


def test_what_is_no_longer_whole_is_made_again() -> None:
    place, _ = cache.environment("a", make, whole)
    (place / "content").unlink()
    (place / "rest").touch()
    cache.environment("a", make, whole)
    assert whole(place)
    assert not (place / "rest").exists()


@pytest.mark.parametrize("manifest", ["", "{", "\xff"])
def test_a_damaged_manifest_is_as_none(manifest: str) -> None:
    place, _ = cache.environment("a", make, whole)
    (place / "environment.json").write_text(manifest, encoding="latin-1")
    assert cache.environment("a", make, whole)[1] == {"version": "1"}


def test_of_many_that_want_it_one_makes_it() -> None:
    made: list[Path] = []

    def slowly(place: Path) -> cache.Manifest:
        made.append(place)
        time.sleep(0.2)
        return make(place)

    threads = [threading.Thread(target=cache.environment, args=("a", slowly, whole)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


SLOW = """
import sys, time
from pathlib import Path
from conformance.subjects import cache

def make(place):
    (place / "content").write_text("half", encoding="utf-8")
    print("making", flush=True)
    time.sleep(60)
    return {}

cache.environment("a", make, lambda place: True)
"""


def test_one_that_was_killed_while_making_holds_nobody_up(root: Path) -> None:
    maker = subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE, text=True)
    assert maker.stdout
    assert maker.stdout.readline() == "making\n"
    assert not (root / "environments" / "a").exists()
    waiting = threading.Thread(target=cache.environment, args=("a", make, whole))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()  # for the other is at it
    maker.send_signal(signal.SIGKILL)
    maker.wait()
    maker.stdout.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert (root / "environments" / "a" / "content").read_text(encoding="utf-8") == "made"


def test_a_cache_that_can_t_be_written_is_said_with_its_cure(root: Path) -> None:
    root.write_text("a file", encoding="utf-8")
    with pytest.raises(EnvironmentFault) as fault:
        cache.environment("a", make, whole)
    assert str(root) in str(fault.value)
    assert cache.ENVIRONMENT_VARIABLE in str(fault.value)


def test_without_the_variable_it_is_the_user_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.ENVIRONMENT_VARIABLE)
    assert cache.directory().name == "durable-conformance"


JSON = st.recursive(st.text() | st.integers() | st.none(), st.lists, max_leaves=4)


@given(st.dictionaries(st.text(), JSON), st.dictionaries(st.text(), JSON))
def test_keys_differ_just_when_their_parts_do(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (cache.key("x", one) == cache.key("x", other)) == (one == other)
    assert cache.key("x", one) == cache.key("x", dict(reversed(one.items())))


def test_a_fingerprint_sees_every_change_that_matters(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "src").mkdir(parents=True)
    (source / "node_modules").mkdir()
    file = source / "src" / "a.py"
    file.write_text("1", encoding="utf-8")
    seen = [cache.fingerprint(source)]
    file.write_text("12", encoding="utf-8")
    seen.append(cache.fingerprint(source))
    os.utime(file, ns=(0, 1))
    seen.append(cache.fingerprint(source))
    (source / "src" / "b.py").touch()
    seen.append(cache.fingerprint(source))
    file.unlink()
    seen.append(cache.fingerprint(source))
    (source / "src" / "link").symlink_to("nowhere")
    seen.append(cache.fingerprint(source))
    assert len(set(seen)) == len(seen)
    (source / "node_modules" / "ignored").touch()
    assert cache.fingerprint(source) == seen[-1]
    wheel = tmp_path / "a.whl"
    wheel.write_bytes(b"1")
    before = cache.fingerprint(wheel)
    os.utime(wheel, ns=(0, 1))
    assert cache.fingerprint(wheel) == before
    wheel.write_bytes(b"2")
    assert cache.fingerprint(wheel) != before
