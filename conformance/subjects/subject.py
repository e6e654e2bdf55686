"""A subject: one SDK at one version, or a command line of the user's own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.errors import Location, UsageError
from conformance.sdks.record_file import parse as parse_record
from conformance.sdks.record_file import text as read_record
from conformance.subjects import registry

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_COMMAND = re.compile(r"\s*([^=@/\s]*)\s*=(.*)", re.DOTALL)
_MUTANT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KEYS = frozenset({"name", "command", "cwd", "sdk", "version", "record"})


@dataclass(frozen=True)
class Subject:
    """What runs in a subject's place.

    Exactly one of `version` (a release), `source` (an absolute path of a checkout, wheel, package or tarball)
    and `command` (an argument list) says where the SDK comes from; a command may come with the version that
    its author says it has. `sdk` is the name of a record, or, for a command, whatever its author says (the
    subject's name by default). `build` is the one of the SDK's builds that is loaded, None for the usual one.
    `record` is the text of a record that came with it.
    """

    sdk: str
    version: str | None = None
    source: Path | None = None
    mutant: str | None = None
    command: tuple[str, ...] | None = None
    name: str | None = None
    cwd: Path | None = None
    build: str | None = None
    record: str | None = None

    @property
    def id(self) -> str:
        """Give the canonical text: parsing it again (but for a command) gives an equal subject."""
        if self.name is not None:
            return self.name
        build = f"+{self.build}" if self.build else ""
        mutant = f"+mutant:{self.mutant}" if self.mutant else ""
        return f"{self.sdk}@{self.source or self.version}{build}{mutant}"

    @classmethod
    def parse(cls, text: str, base: Path | None = None) -> Subject:
        """Read one subject as a user writes it.

        Args:
            text: such as `python@3.0.0+mutant:phantom-fail` or `mine=./run --fast`.
            base: what a relative path starts from; the working directory by default.

        Raises:
            UsageError: it means nothing; the error says what would be right.
        """
        if command := _COMMAND.fullmatch(text):
            return _command(command[1], command[2], text)
        rest, plus, mutant = text.strip().partition("+mutant:")
        if plus and not _MUTANT.fullmatch(mutant):
            raise UsageError(
                f"{text!r}: {mutant!r} is not a mutant's name",
                hint="a mutant's name is words in lower case joined by hyphens, such as phantom-fail",
            )
        whole, build = _build(rest)
        name, at, wanted = whole.partition("@")
        if name not in registry.names():
            raise UsageError(f"{text!r}: there is no SDK {name!r}", hint=forms())
        if at and not wanted:
            raise UsageError(f"{text!r}: nothing after @", hint=forms())
        sdk = registry.sdk(name)
        own = cls(name, mutant=mutant or None, build=build or None)
        if not at:
            return replace(own, version=registry.of(sdk).pinned(sdk))
        if registry.of(sdk).VERSION.fullmatch(wanted):
            return replace(own, version=wanted)
        return replace(own, source=_source(sdk, wanted, text, base or Path.cwd()))

    @classmethod
    def parse_all(cls, texts: Iterable[str]) -> tuple[Subject, ...]:
        """Read what several `--subject` options say; one that ends in .yaml or .yml is a file of subjects.

        Raises:
            UsageError: one means nothing, or two have the same id.
        """
        subjects: dict[str, Subject] = {}
        for text in texts:
            for subject in load(Path(text)) if _is_file(text) else (cls.parse(text),):
                if subject.id in subjects:
                    raise UsageError(f"subject {subject.id} is given twice", hint="give each subject once")
                subjects[subject.id] = subject
        return tuple(subjects.values())


def _build(text: str) -> tuple[str, str]:
    """A subject's text without the build that it ends with, and that build; empty where there is none."""
    name = re.split(r"[@+]", text, maxsplit=1)[0]
    builds = registry.sdk(name).record.builds if name in registry.names() else ()
    whole, _, last = text.rpartition("+")
    return (whole, last) if last in builds else (text, "")


def forms() -> str:
    """What a subject may look like."""
    names = registry.names()
    builds = [f"{name}+{build}" for name in names for build in registry.sdk(name).record.builds]
    return (
        f"a subject is NAME, NAME@VERSION or NAME@PATH, NAME one of {', '.join(names)}, with +mutant:FAULT "
        f"if wanted, or another build ({', '.join(builds)}); NAME=COMMAND; or a file of subjects, FILE.yaml"
    )


def _is_file(text: str) -> bool:
    return text.endswith((".yaml", ".yml")) and (Path(text).is_file() or not {"=", "@"} & set(text))


def load(path: Path) -> tuple[Subject, ...]:
    """Read a file of subjects: a YAML list of {name, command, cwd?, sdk?, version?, record?}.

    `cwd` and `record`, the file of a record, are relative to it.

    Raises:
        UsageError: no such file, no YAML, or an entry that means nothing, with its line.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - costs 40 ms, and few runs have such a file
    from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        document = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise UsageError(
            f"no file of subjects can be read here: {error}", where=str(path), hint=_entry_form()
        ) from error
    if not isinstance(document, CommentedSeq) or not document:
        raise UsageError("not a list of subjects", where=str(path), hint=_entry_form())
    return tuple(
        _entry(item, Location(str(path), document.lc.item(number)[0] + 1), path.resolve().parent)
        for number, item in enumerate(document)
    )


def _entry_form() -> str:
    return (
        "write a list of {name: ..., command: ..., cwd: ..., sdk: ..., version: ..., record: ...}, "
        "all but the first two optional"
    )


def _entry(item: Any, where: Location, base: Path) -> Subject:
    if not isinstance(item, Mapping):
        raise UsageError(f"{item!r} is not a subject", where=where, hint=_entry_form())
    if unknown := [str(key) for key in item if key not in _KEYS]:
        raise UsageError(f"unknown key {', '.join(unknown)}", where=where, hint=_entry_form())
    if missing := [key for key in ("name", "command") if key not in item]:
        raise UsageError(f"{' and '.join(missing)} missing", where=where, hint=_entry_form())
    for key, value in item.items():
        if not isinstance(value, str) or not value:
            raise UsageError(f"{key} must be text, not {value!r}", where=where, hint="put it in quotes")
    try:
        own = _command(item["name"], item["command"], f"{item['name']}={item['command']}")
    except UsageError as error:
        raise UsageError(error.message, where=where, hint=error.hint) from error
    cwd = (base / item["cwd"]).resolve() if "cwd" in item else base
    if not cwd.is_dir():
        raise UsageError(f"cwd {cwd} is not a directory", where=where, hint="name one that is there")
    record = _record(base / item["record"]) if "record" in item else None
    return Subject(
        sdk=item.get("sdk", own.sdk),
        version=item.get("version"),
        record=record,
        command=own.command,
        name=own.name,
        cwd=cwd,
    )


def _record(path: Path) -> str:
    """The text of a record's file, which is known to be one then."""
    text = read_record(path)
    parse_record(text, str(path))
    return text


def _command(name: str, command: str, text: str) -> Subject:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{text!r}: {name!r} is not a subject's name",
            hint="a name starts with a letter and has letters, digits, '.', '_' and '-'",
        )
    if name in registry.names():
        raise UsageError(f"{text!r}: {name} is taken", hint=f"call it something else, such as my-{name}")
    try:
        arguments = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(
            f"{text!r}: the command can't be split into words: {error}", hint="close every quote"
        ) from error
    if not arguments:
        raise UsageError(
            f"{text!r}: no command", hint="write NAME=COMMAND, such as mine='./bootstrap --fast'"
        )
    return Subject(sdk=name, command=arguments, name=name)


def _source(sdk: registry.Sdk, wanted: str, text: str, base: Path) -> Path:
    path = (base / Path(wanted).expanduser()).resolve()
    if path.is_dir() or (path.is_file() and path.name.endswith(registry.of(sdk).ARCHIVES)):
        return path
    if path.is_file():
        raise UsageError(
            f"{text!r}: {path.name} is no package",
            hint=f"name a directory or a file of {', '.join(registry.of(sdk).ARCHIVES)}",
        )
    raise UsageError(
        f"{text!r}: {wanted!r} is neither a version nor a path that is there",
        hint=f"a version looks like {registry.of(sdk).pinned(sdk)}; a path is one of a package",
    )
