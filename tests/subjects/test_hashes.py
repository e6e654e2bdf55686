"""What is installed is what was published: by hashes, without building, without the user's environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, installer, npm, pins, pypi, registry
from conformance.subjects.install import install
from conformance.subjects.subject import Subject

PYTHON, JS = registry.sdk("python"), registry.sdk("js")


def test_the_pinned_releases_are_the_locked_ones() -> None:
    lock = pins.read(pins.harness("python_sdk") / "requirements.lock")
    known = pins.release_hash("python", pypi.pinned(PYTHON))
    assert known is not None
    assert f"--hash={known}" in lock
    locked = json.loads(pins.read(pins.npm_file("js_harness", "package-lock.json")))
    entry = locked["packages"]["node_modules/@aws/durable-execution-sdk-js"]
    assert pins.release_hash("js", npm.pinned(JS)) == entry["integrity"]


def test_a_lock_less_one_package() -> None:
    lock = "a==1 \\\n    --hash=sha256:aa\n    # via b\nb==2 \\\n    --hash=sha256:bb\n"
    assert pins.without(lock, "a") == "b==2 \\\n    --hash=sha256:bb\n"
    assert pins.without(lock, "c") == lock


@pytest.mark.parametrize(
    ("subject", "wrong", "said"),
    [
        ("python@2.1.0", f"sha256:{'0' * 64}", "DO NOT MATCH THE HASHES|do not match the hashes"),
        ("js@2.3.1", "sha512-wrong", "is something else: sha512-.*, not sha512-wrong"),
    ],
)
def test_a_release_that_is_not_the_known_one_is_refused(
    subject: str, wrong: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path))
    monkeypatch.setattr(pins, "release_hash", lambda *_: wrong)
    with pytest.raises(EnvironmentFault, match=said):
        install(Subject.parse(subject))
    assert not list((tmp_path / "environments").iterdir())


def test_a_known_release_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path))
    for subject, version in (("python@2.1.0", "2.1.0"), ("js@2.3.1", "2.3.1")):
        assert install(Subject.parse(subject)).info.version == version


def test_what_installs_and_builds_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"HTTPS_PROXY": "p", "PIP_INDEX_URL": "i", "npm_config_registry": "r", "SSL_CERT_FILE": "c"}
    kept |= {
        "CARGO_HOME": "h",
        "CARGO_NET_OFFLINE": "true",
        "RUSTUP_HOME": "h",
        "JAVA_HOME": "j",
        "MAVEN_OPTS": "o",
    }
    for name, value in {
        **kept,
        "AWS_SECRET_ACCESS_KEY": "s",
        "GITHUB_TOKEN": "s",
        "CARGO_REGISTRY_TOKEN": "s",
        "CARGO_REGISTRIES_OWN_TOKEN": "s",
        "PYTHONPATH": "/x",
    }.items():
        monkeypatch.setenv(name, value)
    given = installer.environment()
    assert kept.items() <= given.items()
    assert "PATH" in given
    held_back = {"AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "PYTHONPATH"}
    assert not (held_back | {"CARGO_REGISTRY_TOKEN", "CARGO_REGISTRIES_OWN_TOKEN"}) & given.keys()
