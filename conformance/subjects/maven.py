"""An SDK from Maven Central in a directory of its own: a release, or the jars that were built of one."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, installer, pins
from conformance.subjects.registry import Installation, Runtime

if TYPE_CHECKING:
    from conformance.subjects.registry import Sdk, Wanted

VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
ARCHIVES: tuple[str, ...] = ()  # an SDK's jar alone lacks what it needs: a directory has all of it
OLDEST = 17
"""The Java that the harness and the SDK are written in."""

_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")  # start-up is most of a short run
_MAIN, _HANDLERS = "harness.Main", "harness.AwsHandlers"
_PINNED = re.compile(r"<sdk\.version>([^<]+)</sdk\.version>")
_RELEASE = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)
_LISTED = re.compile(r"<version>([^<]+)</version>")
_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
_COPY, _GET = f"{_DEPENDENCIES}:copy-dependencies", f"{_DEPENDENCIES}:get"
_EVALUATE = "org.apache.maven.plugins:maven-help-plugin:3.4.0:evaluate"
_BUILT = "harness.jar"


@dataclass(frozen=True)
class Jdk:
    """A JDK: its two programs, and its version as a part of a cache's key."""

    java: Path
    javac: Path
    version: str


def pinned(sdk: Sdk) -> str:
    """The version that the harness's `pom.xml` pins."""
    found = _PINNED.search(_pom(sdk))
    if found is None:
        raise EnvironmentFault("it pins no sdk.version", where=str(pins.harness(sdk.harness) / "pom.xml"))
    return found[1]


def released(sdk: Sdk) -> tuple[str, ...]:
    """All versions that the registry has.

    Asked for the newest, Maven keeps the list of all in the user's local repository.

    Raises:
        EnvironmentFault: there is no Maven, or the registry doesn't answer, or knows no such package.
    """
    asked = [f"-Dartifact={sdk.package.name}:LATEST", "-Dtransitive=false"]
    _maven([_GET, *asked], sdk.name, cache.root(), sdk, find(sdk.name))
    where = [_EVALUATE, "-Dexpression=settings.localRepository", "-DforceStdout"]
    repository = Path(_maven(where, sdk.name, cache.root(), sdk, find(sdk.name)).strip())
    group, _, artifact = sdk.package.name.partition(":")
    lists = (repository / group.replace(".", "/") / artifact).glob("maven-metadata-*.xml")
    found = {version for each in lists for version in _LISTED.findall(each.read_text(encoding="utf-8"))}
    if not found:
        raise EnvironmentFault(f"Maven names no version of {sdk.package.name}", where=sdk.name)
    return tuple(sorted(found))


def install(subject: Wanted, sdk: Sdk) -> Installation:
    """Install a subject, or find it installed.

    Raises:
        EnvironmentFault: there is no JDK or Maven for it, or it can't be had, or not built with.
    """
    jdk = find(subject.id)
    sources = sorted((pins.harness(sdk.harness) / "src").rglob("*.java"))
    name = cache.key(
        f"{sdk.name}-{subject.version or 'path'}",
        {
            "sdk": sdk.name,
            "version": subject.version,
            "source": subject.source and [str(subject.source), cache.fingerprint(subject.source)],
            "pom": cache.digest(_pom(sdk).encode()),
            "sources": [[each.name, cache.digest(each.read_bytes())] for each in sources],
            "jdk": jdk.version,
        },
    )
    place, manifest = cache.environment(
        name,
        lambda made: _make(made, subject, sdk, jdk, sources),
        lambda made: (made / "lib" / _BUILT).exists(),
    )
    java = (str(jdk.java), *_FLAGS, "-cp", str(place / "lib" / "*"))
    return Installation(
        version=str(manifest["version"]),
        command=(*java, _MAIN),
        environment={"CONFORMANCE_SDK": str(place)},  # so that a sandbox shows it
        runtime=Runtime((*java, _HANDLERS)),
    )


def find(subject: str) -> Jdk:
    """Find the JDK of JAVA_HOME, or the one on PATH.

    Raises:
        EnvironmentFault: there is none, or one that is too old.
    """
    home = os.environ.get("JAVA_HOME")
    path = str(Path(home) / "bin") if home else None
    programs = [shutil.which(program, path=path) for program in ("java", "javac")]
    if None in programs:
        raise EnvironmentFault(
            f"there is no JDK for it: no {'java' if programs[0] is None else 'javac'}"
            f" {f'in JAVA_HOME, {home}' if home else 'on PATH'}",
            where=subject,
            hint=f"install a JDK of Java {OLDEST} or newer, or set JAVA_HOME to one",
        )
    java, javac = (Path(str(program)).resolve() for program in programs)
    told = javac.parent.parent / "release"
    text = told.read_text(encoding="utf-8", errors="replace") if told.is_file() else ""
    release = _RELEASE.search(text)
    if release and int(release[1]) < OLDEST:
        raise EnvironmentFault(
            f"the JDK in {javac.parent.parent} is of Java {release[1]}",
            where=subject,
            hint=f"it takes Java {OLDEST} or newer: set JAVA_HOME to one",
        )
    return Jdk(java, javac, f"{javac} {text}")


def _pom(sdk: Sdk) -> str:
    return pins.read(pins.harness(sdk.harness) / "pom.xml")


def _make(place: Path, subject: Wanted, sdk: Sdk, jdk: Jdk, sources: list[Path]) -> cache.Manifest:
    library, classes = place / "lib", place / "classes"
    library.mkdir()
    classes.mkdir()
    if subject.source is None:
        _fetch(library, place, subject, sdk, jdk)
    else:
        for jar in subject.source.glob("*.jar"):
            shutil.copy2(jar, library)
    version = _version(library, subject, sdk)
    compiler = [str(jdk.javac), "--release", str(OLDEST), "-proc:none", "-Xmaxerrs", "3", "-d", str(classes)]
    jars = os.pathsep.join(str(jar) for jar in sorted(library.glob("*.jar")))
    try:
        installer.run(
            [*compiler, "-cp", jars, *map(str, sources)],
            subject=subject.id,
            cwd=place,
            environment=installer.environment(),
        )
    except EnvironmentFault as error:
        raise EnvironmentFault(
            f"the harness does not compile with its jars: {error.message}",
            where=subject.id,
            hint=f"give it all jars that {sdk.package.name} needs, of one of its releases",
        ) from error
    with zipfile.ZipFile(library / _BUILT, "w") as built:  # a jar is a zip file
        for file in sorted(each for each in classes.rglob("*") if each.is_file()):
            built.write(file, file.relative_to(classes))
    shutil.rmtree(classes)
    return {"version": version}


def _fetch(library: Path, place: Path, subject: Wanted, sdk: Sdk, jdk: Jdk) -> None:
    own = place / "pom.xml"
    own.write_text(_pom(sdk), encoding="utf-8")
    asked = [f"-Dsdk.version={subject.version}", "-DincludeScope=runtime", f"-DoutputDirectory={library}"]
    _maven(["-f", str(own), _COPY, *asked], subject.id, place, sdk, jdk)


def _maven(arguments: list[str], subject: str, cwd: Path, sdk: Sdk, jdk: Jdk) -> str:
    maven = shutil.which("mvn")
    if maven is None:
        raise EnvironmentFault(
            "there is no Maven to get it with: no mvn on PATH",
            where=subject,
            hint=f"install Maven, or name a directory with its jars: {sdk.name}@DIR",
        )
    return installer.run(
        [maven, "--batch-mode", "--quiet", "-Dstyle.color=never", *arguments],
        subject=subject,
        cwd=cwd,
        environment={**installer.environment(), "JAVA_HOME": str(jdk.javac.parent.parent)},
    )


def _version(library: Path, subject: Wanted, sdk: Sdk) -> str:
    """The SDK's version, as Maven wrote it into its jar."""
    told = f"META-INF/maven/{sdk.package.name.replace(':', '/')}/pom.properties"
    for jar in sorted(library.glob("*.jar")):
        try:
            with zipfile.ZipFile(jar) as opened:
                if told in opened.namelist():
                    lines = opened.read(told).decode().splitlines()
                    return dict(line.split("=", 1) for line in lines if "=" in line)["version"]
        except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
            raise EnvironmentFault(f"{jar.name} is no jar: {error}", where=subject.id) from error
    raise EnvironmentFault(
        f"no jar of {sdk.package.name} is there",
        where=subject.id,
        hint="name the directory that holds the SDK's built jar and all jars that it needs",
    )
