"""Which handler is there for which of AWS's requirements."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.errors import UsageError
from conformance.handlers.function import Function
from conformance.handlers.template import Template
from conformance.verdict.aws.requirements import core, left_out


@dataclass(frozen=True)
class Assigned:
    """A requirement and what is there for it.

    `function` is None where no handler is; then `lacks` may say why, as the SDK's own template does. `beside`
    are the functions that are deployed with it, by name: it may call them.
    """

    requirement: str
    theme: str
    function: Function | None = None
    beside: Mapping[str, Function] | None = None
    lacks: str | None = None


def assigned(found: Iterable[Template]) -> tuple[Assigned, ...]:
    """Every core requirement of AWS's in order, with its handler where there is one.

    Raises:
        UsageError: a template names a requirement that AWS does not have, or two handlers name the same.
    """
    owners: dict[str, tuple[Function, Template]] = {}
    lacks: dict[str, str] = {}
    for template in found:
        for function in template.functions.values():
            lacks |= function.lacks
            for id_ in function.requirements:
                _known(id_, function)
                if id_ in owners:
                    raise UsageError(
                        f"{function.name} and {owners[id_][0].name} both say that they are for {id_}",
                        where=function.where,
                        hint="one handler a requirement",
                    )
                owners[id_] = (function, template)
    rows = []
    for id_, theme in core().items():
        owner = owners.get(id_)
        if owner is None:
            rows.append(Assigned(id_, theme, lacks=lacks.get(id_)))
        else:
            rows.append(Assigned(id_, theme, owner[0], owner[1].functions))
    return tuple(rows)


def others(found: Iterable[Template]) -> tuple[str, ...]:
    """The requirements that the templates name and that are not about what an SDK writes."""
    named = [id_ for one in found for each in one.functions.values() for id_ in each.requirements]
    return tuple(id_ for id_ in named if id_ not in core())


def chosen(rows: Sequence[Assigned], patterns: Sequence[str]) -> tuple[Assigned, ...]:
    """Those whose id or theme is one of the words; all without any.

    Raises:
        UsageError: a word is no requirement's and no theme's.
    """
    known = {row.requirement for row in rows} | {row.theme for row in rows}
    for pattern in patterns:
        if pattern not in known:
            near = difflib.get_close_matches(pattern, known, 1)
            raise UsageError(
                f"AWS has no core requirement or theme {pattern}",
                hint=f"did you mean {near[0]}?"
                if near
                else f"themes are {', '.join(dict.fromkeys(core().values()))}",
            )
    return tuple(row for row in rows if not patterns or {row.requirement, row.theme} & set(patterns))


def _known(id_: str, function: Function) -> None:
    if id_ in core() or left_out(id_):
        return
    near = difflib.get_close_matches(id_, core(), 1)
    hint = f"did you mean {near[0]}?" if near else "see `TestingMetadata.TestDescription` in the template"
    raise UsageError(
        f"{function.name} is for {id_}, and AWS's package has no requirement of that name",
        where=function.where,
        hint=hint,
    )
