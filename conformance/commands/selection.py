"""The scenarios that a command line selects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conformance.engine.admitted import RULES, Admitted
from conformance.engine.files import SCENARIOS
from conformance.errors import ScenarioError, UsageError
from conformance.scenario.load import LEDGER, SUFFIX, Found, InvalidScenarioError, find, identity
from conformance.scenario.patterns import matches


def scenarios(root: Path | None, patterns: Sequence[str], skipped: Sequence[str] = ()) -> Found:
    """The scenarios that any pattern selects, less those that one of `skipped` does; all without patterns.

    Args:
        root: the folder that they stand below, the suite's own by default.
        patterns: ids, parts of ids, globs, or paths of files, which may stand anywhere.
        skipped: ids, parts of ids or globs.

    Raises:
        UsageError: there is no such folder, or a pattern, or all of them together, select nothing.
    """
    folder = _seen_from_here(root or SCENARIOS)
    if not folder.is_dir():
        raise UsageError("no such folder of scenarios", where=str(folder))
    known = Admitted()
    paths = [Path(one) for one in patterns if one.endswith(SUFFIX) and Path(one).is_file()]
    inside = [one for one in paths if one.resolve().is_relative_to(folder.resolve())]
    wanted = [one for one in patterns if Path(one) not in paths]
    wanted += [identity(one.resolve(), folder.resolve()) for one in inside]
    found = find(folder, wanted, known, RULES, skipped) if wanted or not paths else Found((), ())
    found = _with(found, [one for one in paths if one not in inside], known)
    known.save()
    if not found.scenarios and not found.errors:
        raise UsageError("no scenario is selected", where=str(folder), hint="see `conformance list`")
    return found


def left_out(found: Found, patterns: Sequence[str], *, deep: bool) -> tuple[str, ...]:
    """The scenarios that a run leaves out: the deep ones, where it neither names any nor asks for them."""
    return () if patterns or deep else tuple(one.id for one in found.scenarios if one.deep)


def files(root: Path | None, patterns: Sequence[str], skipped: Sequence[str] = ()) -> list[Path]:
    """The files that the patterns select as they are now, without reading any; none where nothing matches."""
    folder = root or SCENARIOS
    paths = {Path(one) for one in patterns if one.endswith(SUFFIX)}
    every = {identity(path, folder): path for path in folder.rglob(f"*{SUFFIX}")}
    every.pop(LEDGER, None)
    wanted = [one for one in patterns if Path(one) not in paths]
    chosen = {id_ for one in wanted for id_ in matches(one, every)} if wanted or paths else set(every)
    chosen -= {id_ for one in skipped for id_ in matches(one, every)}
    return sorted({*paths, *(path for id_, path in every.items() if id_ in chosen)})


def _with(found: Found, paths: Sequence[Path], known: Admitted) -> Found:
    """What was found, and files that stand elsewhere: the name of each is its id."""
    ids = {one.id: found.lines[one.id].file for one in found.scenarios}
    for path in paths:
        id_ = identity(path, path.parent)
        if id_ in ids:
            raise UsageError(
                f"two files are the scenario `{id_}`", where=str(path), hint=f"or run {ids[id_]} apart"
            )
        ids[id_] = str(path)
        one = find(path.parent, [id_], known, RULES)
        found = Found(
            (*found.scenarios, *one.scenarios), (*found.errors, *one.errors), {**found.lines, **one.lines}
        )
    return found


def _seen_from_here(folder: Path) -> Path:
    """The path from the working directory, where that is shorter: as annotations and people want it."""
    try:
        return folder.resolve().relative_to(Path.cwd())
    except ValueError:
        return folder


def problems(found: Found) -> tuple[ScenarioError, ...]:
    """All that is wrong with the files that can't be used, each with its own line."""
    return tuple(
        problem
        for error in found.errors
        for problem in (error.problems if isinstance(error, InvalidScenarioError) else (error,))
    )
