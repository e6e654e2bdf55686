"""Installing from Maven, and from jars: what is wrong is told by name, and nothing half is kept."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, maven, registry
from conformance.subjects.install import install
from conformance.subjects.subject import Subject

JAVA = registry.sdk("java")
NO_JDK = shutil.which("javac") is None
TOLD = f"META-INF/maven/{JAVA.package.name.replace(':', '/')}/pom.properties"

needs_jdk = pytest.mark.skipif(NO_JDK, reason="there is no JDK on PATH")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path / "cache"


def jar(path: Path, name: str, content: str) -> None:
    """Write a jar that holds one file."""
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr(name, content)


def fault(text: str) -> EnvironmentFault:
    """What comes of installing a subject that can't be."""
    with pytest.raises(EnvironmentFault) as caught:
        install(Subject.parse(text))
    return caught.value


def kept(own_cache: Path) -> list[Path]:
    """What is left in the cache."""
    return [*own_cache.glob("environments/*"), *own_cache.glob("making/*")]


def test_the_name_alone_is_the_version_that_the_pom_pins() -> None:
    assert Subject.parse("java").id == "java@2.1.0"
    assert maven.pinned(JAVA) == "2.1.0"


def test_without_a_jdk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_cache: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = fault("java")
    assert told.message == "there is no JDK for it: no java on PATH"
    assert told.hint == "install a JDK of Java 17 or newer, or set JAVA_HOME to one"
    assert kept(own_cache) == []


def test_with_a_jdk_that_is_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for program in ("java", "javac"):
        (tmp_path / "jdk" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "jdk" / "bin" / program).write_text("#!/bin/sh\n")
        (tmp_path / "jdk" / "bin" / program).chmod(0o755)
    (tmp_path / "jdk" / "release").write_text('JAVA_VERSION="11.0.2"\n')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    told = fault("java")
    assert told.message == f"the JDK in {tmp_path / 'jdk'} is of Java 11"
    assert told.hint == "it takes Java 17 or newer: set JAVA_HOME to one"


@needs_jdk
def test_without_maven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_cache: Path) -> None:
    home = Path(str(shutil.which("javac"))).resolve().parents[1]
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setenv("PATH", str(tmp_path))
    told = fault("java")
    assert told.message == "there is no Maven to get it with: no mvn on PATH"
    assert told.hint == "install Maven, or name a directory with its jars: java@DIR"
    assert kept(own_cache) == []


@needs_jdk
def test_a_version_that_maven_does_not_find(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_cache: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mvn").write_text("#!/bin/sh\necho Could not find artifact $*; exit 1\n")
    (tmp_path / "bin" / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    told = fault("java@9.9.9")
    assert told.message.startswith("can't be installed: there is no such version\n  Could not find artifact")
    assert "-Dsdk.version=9.9.9" in told.message
    assert told.hint == "name a version that is published"
    assert kept(own_cache) == []


@needs_jdk
def test_a_directory_without_the_sdk_s_jar(tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / "jars").mkdir()
    jar(tmp_path / "jars" / "other.jar", "a.txt", "")
    told = fault(f"java@{tmp_path / 'jars'}")
    assert told.message == f"no jar of {JAVA.package.name} is there"
    assert kept(own_cache) == []


@needs_jdk
def test_a_file_that_is_no_jar(tmp_path: Path) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "other.jar").write_text("no zip")
    assert fault(f"java@{tmp_path / 'jars'}").message.startswith("other.jar is no jar")


@needs_jdk
def test_jars_that_lack_a_class(tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / "jars").mkdir()
    jar(tmp_path / "jars" / "sdk.jar", TOLD, "version=2.1.0\n")
    told = fault(f"java@{tmp_path / 'jars'}")
    assert told.message.startswith("the harness does not compile with its jars: can't be installed\n")
    assert "error: package " in told.message
    assert told.hint == f"give it all jars that {JAVA.package.name} needs, of one of its releases"
    assert kept(own_cache) == []


@needs_jdk
def test_the_released_versions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They stand in the list that Maven keeps once it was asked for the newest."""
    group, _, artifact = JAVA.package.name.partition(":")
    kept = tmp_path / "repository" / group.replace(".", "/") / artifact
    kept.mkdir(parents=True)
    listed = "<versions><version>2.0.0</version><version>2.1.0</version></versions>"
    (kept / "maven-metadata-central.xml").write_text(f"<metadata>{listed}</metadata>")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mvn").write_text(f"#!/bin/sh\necho {tmp_path / 'repository'}\n")
    (tmp_path / "bin" / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert maven.released(JAVA) == ("2.0.0", "2.1.0")
    (kept / "maven-metadata-central.xml").unlink()
    with pytest.raises(EnvironmentFault, match="Maven names no version"):
        maven.released(JAVA)
