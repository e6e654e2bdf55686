"""A subject: one SDK at one version, or a command line of the user's own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import Location, UsageError
from conformance.subjects.pins import default_version

SDKS = ("python", "js")
CJS = "cjs"
"""The build that `require` gets, which is not the one that `import` gets."""

FORMS = (
    "a subject is python, python@VERSION, python@PATH, js, js@VERSION, js@PATH, each with +mutant:NAME "
    "if wanted, js with +cjs before it for its CommonJS build; NAME=COMMAND; or a file of subjects, FILE.yaml"
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_COMMAND = re.compile(r"\s*([^=@/\s]*)\s*=(.*)", re.DOTALL)
_MUTANT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSIONS = {
    "python": re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?"),
    "js": re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?"),
}
_ARCHIVES = {"python": (".whl", ".tar.gz", ".zip"), "js": (".tgz", ".tar.gz")}
_KEYS = frozenset({"name", "command", "cwd", "sdk", "version"})


@dataclass(frozen=True)
class Subject:
    """What runs in a subject's place.

    Exactly one of `version` (a release), `source` (an absolute path of a checkout, wheel, package or tarball)
    and `command` (an argument list) says where the SDK comes from; a command may come with the version that
    its author says it has. `sdk` is `python`, `js`, or, for a command, whatever its author says (the
    subject's name by default). `build` is the one of the SDK's builds that is loaded, None for the usual one.
    """

    sdk: str
    version: str | None = None
    source: Path | None = None
    mutant: str | None = None
    command: tuple[str, ...] | None = None
    name: str | None = None
    cwd: Path | None = None
    build: str | None = None

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
        if own := _COMMAND.fullmatch(text):
            return _command(own[1], own[2], text)
        rest, plus, mutant = text.strip().partition("+mutant:")
        if plus and not _MUTANT.fullmatch(mutant):
            raise UsageError(
                f"{text!r}: {mutant!r} is not a mutant's name",
                cure="a mutant's name is words in lower case joined by hyphens, such as phantom-fail",
            )
        build = CJS if rest.endswith(f"+{CJS}") else None
        rest = rest.removesuffix(f"+{CJS}")
        sdk, at, wanted = rest.partition("@")
        if sdk not in SDKS:
            raise UsageError(f"{text!r}: there is no SDK {sdk!r}", cure=FORMS)
        if build and sdk != "js":
            raise UsageError(f"{text!r}: {sdk} has one build only", cure=FORMS)
        if at and not wanted:
            raise UsageError(f"{text!r}: nothing after @", cure=FORMS)
        if not at:
            return cls(sdk, version=default_version(sdk), mutant=mutant or None, build=build)
        if _VERSIONS[sdk].fullmatch(wanted):
            return cls(sdk, version=wanted, mutant=mutant or None, build=build)
        return cls(
            sdk, source=_source(sdk, wanted, text, base or Path.cwd()), mutant=mutant or None, build=build
        )

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
                    raise UsageError(f"subject {subject.id} is given twice", cure="give each subject once")
                subjects[subject.id] = subject
        return tuple(subjects.values())


def _is_file(text: str) -> bool:
    return text.endswith((".yaml", ".yml")) and (Path(text).is_file() or not {"=", "@"} & set(text))


def load(path: Path) -> tuple[Subject, ...]:
    """Read a file of subjects: a YAML list of {name, command, cwd?, sdk?, version?}, cwd relative to it.

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
            f"no file of subjects can be read here: {error}", where=str(path), cure=_entry_form()
        ) from error
    if not isinstance(document, CommentedSeq) or not document:
        raise UsageError("not a list of subjects", where=str(path), cure=_entry_form())
    return tuple(
        _entry(item, Location(str(path), document.lc.item(number)[0] + 1), path.resolve().parent)
        for number, item in enumerate(document)
    )


def _entry_form() -> str:
    return (
        "write a list of {name: ..., command: ..., cwd: ..., sdk: ..., version: ...}, the last three optional"
    )


def _entry(item: Any, where: Location, base: Path) -> Subject:
    if not isinstance(item, Mapping):
        raise UsageError(f"{item!r} is not a subject", where=where, cure=_entry_form())
    if unknown := [str(key) for key in item if key not in _KEYS]:
        raise UsageError(f"unknown key {', '.join(unknown)}", where=where, cure=_entry_form())
    if missing := [key for key in ("name", "command") if key not in item]:
        raise UsageError(f"{' and '.join(missing)} missing", where=where, cure=_entry_form())
    for key, value in item.items():
        if not isinstance(value, str) or not value:
            raise UsageError(f"{key} must be text, not {value!r}", where=where, cure="put it in quotes")
    try:
        own = _command(item["name"], item["command"], f"{item['name']}={item['command']}")
    except UsageError as error:
        raise UsageError(error.message, where=where, cure=error.cure) from error
    cwd = (base / item["cwd"]).resolve() if "cwd" in item else base
    if not cwd.is_dir():
        raise UsageError(f"cwd {cwd} is not a directory", where=where, cure="name one that is there")
    return Subject(
        sdk=item.get("sdk", own.sdk),
        version=item.get("version"),
        command=own.command,
        name=own.name,
        cwd=cwd,
    )


def _command(name: str, command: str, text: str) -> Subject:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{text!r}: {name!r} is not a subject's name",
            cure="a name starts with a letter and has letters, digits, '.', '_' and '-'",
        )
    if name in SDKS:
        raise UsageError(f"{text!r}: {name} is taken", cure=f"call it something else, such as my-{name}")
    try:
        arguments = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(
            f"{text!r}: the command can't be split into words: {error}", cure="close every quote"
        ) from error
    if not arguments:
        raise UsageError(
            f"{text!r}: no command", cure="write NAME=COMMAND, such as mine='./bootstrap --fast'"
        )
    return Subject(sdk=name, command=arguments, name=name)


def _source(sdk: str, wanted: str, text: str, base: Path) -> Path:
    path = (base / Path(wanted).expanduser()).resolve()
    if path.is_dir() or (path.is_file() and path.name.endswith(_ARCHIVES[sdk])):
        return path
    if path.is_file():
        raise UsageError(
            f"{text!r}: {path.name} is no package",
            cure=f"name a directory or a file of {', '.join(_ARCHIVES[sdk])}",
        )
    raise UsageError(
        f"{text!r}: {wanted!r} is neither a version nor a path that is there",
        cure=f"a version looks like {default_version(sdk)}; a path is one of a package",
    )
