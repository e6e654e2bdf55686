"""How a subject is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.subjects.subject import Subject, load

MEANINGS = {
    "python": ("python@3.0.0", Subject("python", version="3.0.0")),
    "js": ("js@2.4.0", Subject("js", version="2.4.0")),
    " python@2.1.0 ": ("python@2.1.0", Subject("python", version="2.1.0")),
    "python@1.0.0.post1": ("python@1.0.0.post1", Subject("python", version="1.0.0.post1")),
    "python@4.0.0rc1": ("python@4.0.0rc1", Subject("python", version="4.0.0rc1")),
    "js@3.0.0-beta.1": ("js@3.0.0-beta.1", Subject("js", version="3.0.0-beta.1")),
    "python+mutant:phantom-fail": (
        "python@3.0.0+mutant:phantom-fail",
        Subject("python", version="3.0.0", mutant="phantom-fail"),
    ),
    "js@2.3.0+mutant:x1": ("js@2.3.0+mutant:x1", Subject("js", version="2.3.0", mutant="x1")),
    "js+cjs": ("js@2.4.0+cjs", Subject("js", version="2.4.0", build="cjs")),
    "js@2.3.0+cjs+mutant:x1": (
        "js@2.3.0+cjs+mutant:x1",
        Subject("js", version="2.3.0", mutant="x1", build="cjs"),
    ),
    "mine=./run --fast 'two words'": (
        "mine",
        Subject("mine", name="mine", command=("./run", "--fast", "two words")),
    ),
    " go-1.2 = go run . --at=x@y": (
        "go-1.2",
        Subject("go-1.2", name="go-1.2", command=("go", "run", ".", "--at=x@y")),
    ),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_what_a_text_means(text: str) -> None:
    name, subject = MEANINGS[text]
    assert Subject.parse(text) == subject
    assert subject.id == name


PATHS = {
    "python@{}/checkout": "checkout",
    "python@checkout": "checkout",
    "python@./checkout/": "checkout",
    "python@{}/a=b": "a=b",
    "python@sdk-1.0.0-py3-none-any.whl": "sdk-1.0.0-py3-none-any.whl",
    "js@{}/sdk-1.0.0.tgz": "sdk-1.0.0.tgz",
    "python@checkout+mutant:orphan-parent": "checkout",
}


@pytest.mark.parametrize("text", PATHS)
def test_a_path_is_told_from_a_version_and_made_absolute(text: str, tmp_path: Path) -> None:
    for directory in ("checkout", "a=b"):
        (tmp_path / directory).mkdir()
    for file in ("sdk-1.0.0-py3-none-any.whl", "sdk-1.0.0.tgz"):
        (tmp_path / file).touch()
    subject = Subject.parse(text.format(tmp_path), tmp_path)
    assert subject.source == tmp_path / PATHS[text]
    assert subject.id.startswith(f"{subject.sdk}@{tmp_path / PATHS[text]}")
    assert Subject.parse(subject.id) == subject


NONSENSE = {
    "": "there is no SDK ''",
    "ruby": "there is no SDK 'ruby'",
    "python+cjs": "there is no SDK 'python+cjs'",
    "Python@3.0.0": "there is no SDK 'Python'",
    "python@": "nothing after @",
    "python@latest": "neither a version nor a path that is there",
    "python@./nowhere": "neither a version nor a path that is there",
    "js@2.4": "neither a version nor a path that is there",
    "python@README.md": "README.md is no package",
    "python+mutant:": "'' is not a mutant's name",
    "python@3.0.0+mutant:Not This": "'Not This' is not a mutant's name",
    "python=run": "python is taken",
    "=run": "'' is not a subject's name",
    "9lives=run": "'9lives' is not a subject's name",
    "mine=": "no command",
    "mine='open": "can't be split into words",
}


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_with_what_would_be_right(text: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    with pytest.raises(UsageError) as error:
        Subject.parse(text, tmp_path)
    assert NONSENSE[text] in error.value.message
    assert error.value.hint


@given(st.text())
def test_any_text_is_a_subject_or_refused(text: str) -> None:
    try:
        subject = Subject.parse(text, Path("/nonexistent"))
    except UsageError:
        return
    assert subject.id


FILE = """\
- name: go
  command: ./bootstrap --port 1
  cwd: sub
  sdk: js
  version: 0.9.1
- {name: dumb, command: python dumb.py}
"""


def test_a_file_of_subjects(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = tmp_path / "subjects.yaml"
    path.write_text(FILE, encoding="utf-8")
    go, dumb = Subject.parse_all([str(path)])
    assert go == Subject(
        "js", "0.9.1", name="go", command=("./bootstrap", "--port", "1"), cwd=tmp_path / "sub"
    )
    assert dumb == Subject("dumb", name="dumb", command=("python", "dumb.py"), cwd=tmp_path)


BAD_FILES = {
    "- name: [": (0, "no file of subjects can be read"),
    "name: x": (0, "not a list of subjects"),
    "[]": (0, "not a list of subjects"),
    "- {name: a, command: run}\n- text": (2, "'text' is not a subject"),
    "- {name: a, command: run}\n- {name: b}": (2, "command missing"),
    "- {name: a, command: run, colour: red}": (1, "unknown key colour"),
    "- {name: a, command: run, version: 2.0}": (1, "version must be text"),
    "- {name: js, command: run}": (1, "js is taken"),
    "- {name: a, command: run, cwd: nowhere}": (1, "is not a directory"),
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_bad_file_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "subjects.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load(path)
    line, message = BAD_FILES[text]
    assert str(error.value.where) == (f"{path}:{line}" if line else str(path))
    assert message in error.value.message
    assert error.value.hint


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can be read here"):
        Subject.parse_all([str(tmp_path / "subjects.yaml")])


def test_the_same_subject_twice_is_refused() -> None:
    assert [subject.id for subject in Subject.parse_all(["python", "js@2.3.0"])] == [
        "python@3.0.0",
        "js@2.3.0",
    ]
    with pytest.raises(UsageError, match=r"python@3\.0\.0 is given twice"):
        Subject.parse_all(["python", "js", "python@3.0.0"])
