"""The command as users meet it: its words and its exit codes. What needs an SDK is in `test_end_to_end`."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.cli import main, parser
from conformance.commands import helps

GOOD = """\
title: A step gives its value
covers: [step-result-checkpointed]
handler:
  - step: {name: a, returns: 1, as: a}
  - return: {$eval: a}
expect: {status: SUCCEEDED, result: 1}
"""
BAD = GOOD.replace("step:", "stp:").replace("covers: [step-result-checkpointed]", "covers: [no-such-thing]")


def conformance(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-m", "conformance", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("basics/good", GOOD), ("basics/bad", BAD)):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_list_names_scenarios_and_what_it_cannot_read(folder: Path) -> None:
    done = conformance("list", "--scenarios", folder)
    assert done.stdout == "basics/good  A step gives its value\n"
    assert f"{folder}/basics/bad.yaml:4: unknown key `stp`" in done.stderr
    assert done.returncode == 2


def test_list_as_json(folder: Path) -> None:
    done = conformance("list", "*/good", "--scenarios", folder, "--json")
    (row,) = json.loads(done.stdout)["scenarios"]
    assert row == {
        "id": "basics/good",
        "title": "A step gives its value",
        "file": f"{folder}/basics/good.yaml",
        "covers": ["step-result-checkpointed"],
        "links": [],
        "aws": None,
    }
    assert done.returncode == 0


def test_list_starts_within_a_second(folder: Path) -> None:
    conformance("list", "*/good", "--scenarios", folder)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    conformance("list", "*/good", "--scenarios", folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_validate_says_what_is_wrong_where(folder: Path) -> None:
    bad, good = folder / "basics/bad.yaml", folder / "basics/good.yaml"
    done = conformance("validate", bad, good)
    assert f"error: {bad}:4: unknown key `stp` (did you mean `step`?)" in done.stderr
    assert done.stdout == "1 scenario valid, 1 not\n"
    assert done.returncode == 2
    assert conformance("validate", good).returncode == 0
    assert conformance("validate", "--scenarios", folder).returncode == 2
    assert conformance("validate", folder / "nothing.yaml").returncode == 2


def test_what_is_not_bound_to_its_aws_requirement_is_refused(folder: Path) -> None:
    path = folder / "basics/unbound.yaml"
    path.write_text(GOOD.replace("handler:", "aws: {id: 4-50}\nhandler:"), encoding="utf-8")
    for arguments in (
        ("validate", path),
        ("validate", "--scenarios", folder),
        ("list", "--scenarios", folder),
    ):
        done = conformance(*arguments)
        assert f"{path}:3: AWS has no core requirement 4-50" in done.stderr
        assert done.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "nothing/*"], "nothing/*"),
        (["run", "nothing/*"], "nothing/*"),
        (["run", "--subject", "cobol@1"], "cobol"),
        (["run", "--jobs", "0"], "at least 1"),
        (["run", "--scenarios", "/nowhere/at/all"], "no such folder of scenarios"),
        (["judge", "/nowhere/at/all"], "no directory of recordings"),
        (["run", "--json", __file__ + "/report.json"], "no report can be written"),
        (["perform"], "perform"),
        ([], "COMMAND"),
    ],
)
def test_what_means_nothing_is_refused_with_exit_code_2(
    arguments: list[str], words: str, folder: Path
) -> None:
    if "--scenarios" not in arguments and arguments[:1] in (["list"], ["run"]):
        arguments = [*arguments, "--scenarios", str(folder)]
    done = conformance(*arguments)
    assert words in done.stderr
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_directory_of_something_else_is_not_written_to(folder: Path) -> None:
    done = conformance("run", "--scenarios", folder, "--out", folder)
    assert "something else than recordings" in done.stderr
    assert done.returncode == 2


def test_divergences_are_the_ledgers() -> None:
    told = conformance("divergences").stdout
    rows = json.loads(conformance("divergences", "--json").stdout)["divergences"]
    assert rows
    for row in rows:
        assert f"{row['id']}: {row['title']}" in told
        assert row["link"] in told
        assert row["witnesses"] or row["racy_because"]


def test_every_command_is_named_with_what_it_does_and_has_its_own_help(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "run" in helps()
    for name in ("", *helps()):
        with pytest.raises(SystemExit) as ended:
            main([*([name] if name else []), "--help"])
        assert ended.value.code == 0
        assert f"usage: conformance {name}" in capsys.readouterr().out
    assert "selection" not in helps()
    assert "run" in parser().format_help()
