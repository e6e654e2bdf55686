"""SAM templates: what is read of them, and what is said of one that can't be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.handlers.assigned import assigned, chosen, others
from conformance.handlers.intrinsics import Names, UnresolvedError
from conformance.handlers.template import Template, templates

SAMPLES = Path(__file__).parent / "samples"
NAMES = Names({"Table": "t", "AWS::Region": "r"}, {"Echo": "arn:echo"})


def read(place: Path) -> tuple[Template, ...]:
    return templates(place, "us-west-2", "123456789012")


def test_functions_have_what_lambda_would_tell_them() -> None:
    (template,) = read(SAMPLES / "python")
    one = template.functions["Invokes"]
    assert one.handler == "own.invokes.handler"
    assert one.variables == {
        "GREETING": "Hello",
        "TARGET": "arn:aws:lambda:us-west-2:123456789012:function:Echo:$LATEST",
    }
    assert (one.timeout, one.memory, one.json_logs, one.runtime) == (300, 256, True, "python3.13")
    assert template.functions["Plain"].timeout is None
    assert template.functions["CrashesOnce"].variables == {
        "GREETING": "Hello",
        "TABLE": "counts",
        "CRASHES": "1",
    }
    assert one.root() == SAMPLES / "python" / "handlers"
    assert one.where.line == 42


def test_every_core_requirement_has_a_row() -> None:
    rows = assigned(read(SAMPLES / "python"))
    assert len(rows) == 148
    by_id = {row.requirement: row for row in rows}
    assert by_id["9-12"].lacks == "nothing here maps"
    assert by_id["9-12"].function is None
    assert others(read(SAMPLES / "python")) == ("10-1",)
    assert {row.theme for row in chosen(rows, ["map", "1-1"])} == {"map", "step"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (5, "5"),
        (True, "true"),
        ({"Ref": "Table"}, "t"),
        ({"Fn::GetAtt": "Echo.Arn"}, "arn:echo"),
        ({"Fn::GetAtt": ["Echo", "Arn"]}, "arn:echo"),
        ({"Fn::Sub": "${Echo.Arn}:$LATEST in ${AWS::Region} ${!Kept}"}, "arn:echo:$LATEST in r ${Kept}"),
        ({"Fn::Sub": ["${a}-${Table}", {"a": {"Ref": "AWS::Region"}}]}, "r-t"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Table"}]]}, "a/t"),
    ],
)
def test_what_values_stand_for(value: object, text: str) -> None:
    assert NAMES.text(value) == text


@pytest.mark.parametrize(
    "value",
    [{"Ref": "No"}, {"Fn::GetAtt": "Echo.Name"}, {"Fn::ImportValue": "x"}, {"Fn::Sub": "${No.Arn}"}, None],
)
def test_what_is_not_known_is_refused(value: object) -> None:
    with pytest.raises(UnresolvedError):
        NAMES.text(value)


GOOD = """\
Resources:
  A:
    Type: AWS::Serverless::Function
    TestingMetadata: {TestDescription: ["1-1"]}
    Properties: {Handler: a.handler}
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Resources: [", "no template can be read here"),
        ("{}", "this is no SAM template"),
        ("Resources: {A: {Type: X}}", "no SAM template with a function"),
        (GOOD.replace("a.handler", "handler"), "t.yaml:2: A has no Handler such as module.function"),
        (
            GOOD.replace("Handler: a.handler", "Handler: a.b, Environment: {Variables: {X: !Ref B}}"),
            "nothing here is called B",
        ),
        (
            GOOD.replace("1-1", "1-111"),
            "t.yaml:2: A is for 1-111, and AWS's package has no requirement of that name",
        ),
        (GOOD + GOOD.partition("\n")[2].replace("A:", "B:"), "B and A both say that they are for 1-1"),
    ],
)
def test_what_can_not_be_used_is_said_where(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        assigned(read(tmp_path / "t.yaml"))
    assert told in str(refused.value)


def test_code_is_where_it_was_built_or_lies_in_a_checkout(tmp_path: Path) -> None:
    text = GOOD.replace("Handler: a.handler", "Handler: p.A, CodeUri: ., Runtime: !Ref R")
    (tmp_path / "t.yaml").write_text(f"Parameters: {{R: {{Default: java21}}}}\n{text}", encoding="utf-8")
    (function,) = read(tmp_path)[0].functions.values()
    assert function.runtime == "java21"
    with pytest.raises(UsageError, match=r"no file of the handler p\.A below"):
        function.root()
    for built, file in (("handlers", "p.py"), ("target/classes", "p/A.class")):
        (tmp_path / built / file).parent.mkdir(parents=True)
        (tmp_path / built / file).touch()
        assert function.root() == tmp_path / built


def test_other_files_beside_templates_are_no_matter(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "other.yml").write_text("- a list", encoding="utf-8")
    assert [one.path.name for one in read(tmp_path)] == ["t.yaml"]
