"""A SAM template, read as far as a lab needs it: its functions, and what their variables stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conformance.errors import Location, UsageError
from conformance.handlers.function import Function
from conformance.handlers.intrinsics import Names, UnresolvedError

FUNCTION = "AWS::Serverless::Function"
SUFFIXES = (".yaml", ".yml")
MEMORY = 128
TIMEOUT = 300
"""SAM's and this lab's defaults, in MB and seconds."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """The functions of one template by their names: what is deployed together and can call one another."""

    path: Path
    functions: Mapping[str, Function]


def templates(place: Path, region: str, account: str) -> tuple[Template, ...]:
    """The templates in a directory, or the one that `place` is.

    Raises:
        UsageError: there is none, or one can't be read; the error says where and why.
    """
    if not place.exists():
        raise UsageError("no such directory", where=str(place), hint="name the one with the SAM templates")
    paths = [place] if place.is_file() else sorted(p for p in place.iterdir() if p.suffix in SUFFIXES)
    found = []
    for path in paths:
        document, lines = _read(path, strict=place.is_file())
        if any(_functions(document)):
            found.append(_template(path, document, lines, region, account))
    if not found:
        raise UsageError(
            f"no SAM template with a function of type {FUNCTION}",
            where=str(place),
            hint="name the directory that has template_*.yaml, or one template",
        )
    return tuple(found)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Sub x` is `{Fn::Sub: x}`."""


def _short(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Document:
    key = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {key: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {key: loader.construct_sequence(node, deep=True)}
    return {key: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type] # there is no fourth kind


_Loader.add_multi_constructor("!", _short)


def _read(path: Path, *, strict: bool) -> tuple[Document, dict[str, int]]:
    """A file's document, and the line of each resource; empty for another file than a template."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            document = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"no template can be read here: {error}", where=str(path)) from error
    if (
        not isinstance(node, yaml.MappingNode)
        or not isinstance(document, dict)
        or not isinstance(document.get("Resources"), dict)
    ):
        if strict:
            raise UsageError("this is no SAM template: it has no Resources", where=str(path))
        return {}, {}
    resources = next(value for key, value in node.value if key.value == "Resources")
    return document, {key.value: key.start_mark.line + 1 for key, _ in resources.value}


def _functions(document: Document) -> Iterator[tuple[str, Document]]:
    for name, resource in document.get("Resources", {}).items():
        if isinstance(resource, dict) and resource.get("Type") == FUNCTION:
            yield str(name), resource


def _template(path: Path, document: Document, lines: dict[str, int], region: str, account: str) -> Template:
    shared = _of(_of(document, "Globals"), "Function")
    names = _names(document, region, account)
    functions = {}
    for name, resource in _functions(document):
        where = Location(str(path), lines[name])
        try:
            function = _function(path, name, resource, shared, names, where)
        except UnresolvedError as error:
            raise UsageError(f"{name}: {error}", where=where, hint="give it as a plain text") from error
        functions[function.name] = function
    return Template(path, functions)


def _function(  # noqa: PLR0913, PLR0917 - where it stands, and what it is made of
    path: Path, name: str, resource: Document, shared: Document, names: Names, where: Location
) -> Function:
    own = {**shared, **_of(resource, "Properties")}
    handler = own.get("Handler")
    if not isinstance(handler, str) or "." not in handler:
        raise UsageError(f"{name} has no Handler such as module.function", where=where)
    variables = {
        **_of(_of(shared, "Environment"), "Variables"),
        **_of(_of(own, "Environment"), "Variables"),
    }
    durable, code = own.get("DurableConfig"), own.get("CodeUri")
    told = _of(resource, "TestingMetadata")
    return Function(
        name=names.references[name],
        handler=handler,
        runtime=names.text(own.get("Runtime", "")),
        code=path.parent / code if isinstance(code, str) else None,
        variables={str(key): names.text(value) for key, value in variables.items()},
        timeout=int(durable.get("ExecutionTimeout", TIMEOUT)) if isinstance(durable, dict) else None,
        memory=int(names.text(own.get("MemorySize", MEMORY))),
        json_logs=_of(own, "LoggingConfig").get("LogFormat") == "JSON",
        requirements=tuple(str(one) for one in told.get("TestDescription") or ()),
        lacks={
            str(one.get("id")): str(one.get("reason") or "")
            for one in told.get("NotImplemented") or ()
            if isinstance(one, dict)
        },
        where=where,
    )


def _names(document: Document, region: str, account: str) -> Names:
    parameters = _of(document, "Parameters")
    references = {
        "AWS::Region": region,
        "AWS::AccountId": account,
        "AWS::Partition": "aws",
        "AWS::StackName": "conformance",
        **{str(name): str(one["Default"]) for name, one in parameters.items() if "Default" in _dict(one)},
    }
    functions = {}
    for name, resource in document.get("Resources", {}).items():
        own = _of(_dict(resource), "Properties")
        given = own.get("FunctionName", own.get("TableName"))
        references[str(name)] = given if isinstance(given, str) else str(name)
        if _dict(resource).get("Type") == FUNCTION:
            functions[str(name)] = references[str(name)]
    arns = {name: f"arn:aws:lambda:{region}:{account}:function:{own}" for name, own in functions.items()}
    return Names(references, arns)


def _of(document: Document, key: str) -> Document:
    return _dict(document.get(key))


def _dict(value: Any) -> Document:
    return value if isinstance(value, dict) else {}
