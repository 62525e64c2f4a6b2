import json
from pathlib import Path

import pytest

from wsconform.check.baseline import BaselineError, Entry, read_baseline, write_baseline
from wsconform.check.examine import Examination, examine
from wsconform.check.packs import builtin_folder, load_folder
from wsconform.check.registry import Check, Registry
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

EXAMPLE = (builtin_folder() / "example.yaml").read_text()
PACK = """
from wsconform.check import Fault, Severity, check
from wsconform.wiring.model import Route

@check("key-is-short", on=Route, severity=Severity.ERROR, area="routes", why="it is a test", source="here")
def key_is_short(route):
    \"\"\"A route key has at most four letters, and no capitals.\"\"\"
    if len(route.key) > 4:
        yield Fault(at=route.at("RouteKey"), message=f"{route.label} has a long key")
    if route.key != route.key.lower():
        yield Fault(at=route.at("ApiId"), message=f"{route.label} has a loud key")
"""
PATH = "Resources/{}/Properties/RouteKey"


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> list[Check]:
    pack = tmp_path_factory.mktemp("pack")
    (pack / "keys.py").write_text(PACK)
    known = Registry()
    load_folder(pack, known, "tested_pack_of_baselines")
    return list(known)


def checked(file: Path, checks: list[Check]) -> Examination:
    return examine(read_stack(read(file)), checks)


def written(file: Path, text: str = EXAMPLE) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_what_is_listed_is_hidden_with_a_reason(tmp_path: Path, checks: list[Check]) -> None:
    template = written(tmp_path / "infra/template.yaml")
    write_baseline(tmp_path / "known.json", [checked(template, checks)])
    examination = checked(template, checks)
    read_baseline(tmp_path / "known.json").apply(examination)
    assert list(examination.findings) == []
    said = {(one.resource, reason) for verdict in examination.verdicts for one, reason in verdict.suppressed}
    assert said == {("ConnectRoute", "in the baseline"), ("DefaultRoute", "in the baseline")}


def test_the_file_is_sorted_and_names_templates_from_its_own_folder(tmp_path: Path, checks: list[Check]) -> None:
    first, second = written(tmp_path / "b.yaml"), written(tmp_path / "a/template.yaml")
    file = tmp_path / "ci" / "known.json"
    file.parent.mkdir()
    write_baseline(file, [checked(first, checks), checked(second, checks)])
    text = file.read_text()
    listed = json.loads(text)
    assert listed["version"] == 1
    assert [(one["template"], one["resource"], one["check"], one["path"]) for one in listed["findings"]] == [
        ("../a/template.yaml", "ConnectRoute", "key-is-short", PATH.format("ConnectRoute")),
        ("../a/template.yaml", "DefaultRoute", "key-is-short", PATH.format("DefaultRoute")),
        ("../b.yaml", "ConnectRoute", "key-is-short", PATH.format("ConnectRoute")),
        ("../b.yaml", "DefaultRoute", "key-is-short", PATH.format("DefaultRoute")),
    ]
    write_baseline(file, [checked(second, checks), checked(first, checks)])
    assert file.read_text() == text


def test_a_moved_line_stays_hidden_and_a_new_fault_does_not(tmp_path: Path, checks: list[Check]) -> None:
    template = written(tmp_path / "template.yaml")
    write_baseline(tmp_path / "known.json", [checked(template, checks)])
    written(template, "# moved\n\n" + EXAMPLE.replace("RouteKey: send", "RouteKey: publish"))
    examination = checked(template, checks)
    read_baseline(tmp_path / "known.json").apply(examination)
    assert [one.resource for one in examination.findings] == ["SendRoute"]


def test_an_entry_hides_as_many_findings_as_it_is_listed_for(tmp_path: Path, checks: list[Check]) -> None:
    template = written(tmp_path / "template.yaml")
    nesting = written(
        tmp_path / "nesting.yaml",
        "Resources:\n"
        "  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}\n"
        "  Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}\n",
    )
    write_baseline(tmp_path / "known.json", [checked(template, checks)])
    twice = [checked(nesting, checks), checked(template, checks)]
    baseline = read_baseline(tmp_path / "known.json")
    for examination in twice:
        baseline.apply(examination)
    assert [len(list(examination.findings)) for examination in twice] == [0, 2]


def test_a_mended_fault_is_gone_where_it_was_looked_for(tmp_path: Path, checks: list[Check]) -> None:
    mended, other = written(tmp_path / "mended.yaml"), written(tmp_path / "other.yaml")
    write_baseline(tmp_path / "known.json", [checked(mended, checks), checked(other, checks)])
    written(mended, EXAMPLE.replace("RouteKey: $default", "RouteKey: join"))
    baseline = read_baseline(tmp_path / "known.json")
    baseline.apply(checked(mended, checks))
    gone = [Entry("mended.yaml", "DefaultRoute", "key-is-short", PATH.format("DefaultRoute"))]
    assert baseline.gone([]) == gone
    assert baseline.gone(["key-is-short"]) == gone
    assert baseline.gone(["another-check"]) == []
    assert str(gone[0]) == "key-is-short at Resources/DefaultRoute/Properties/RouteKey in mended.yaml"
    other.unlink()
    assert {entry.template for entry in baseline.gone([])} == {"mended.yaml", "other.yaml"}


def test_what_a_comment_suppresses_is_not_gone(tmp_path: Path, checks: list[Check]) -> None:
    template = written(tmp_path / "template.yaml")
    write_baseline(tmp_path / "known.json", [checked(template, checks)])
    examination = checked(template, checks)
    for verdict in examination.verdicts:
        verdict.suppressed += [(finding, "by a comment") for finding in verdict.findings]
        verdict.findings.clear()
    baseline = read_baseline(tmp_path / "known.json")
    baseline.apply(examination)
    assert baseline.gone([]) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON: "),
        ("\udcff", "is no JSON: "),
        ("[]", "has no version, expected 1"),
        ('{"version": 2}', "is of version 2, expected 1; write it anew with --write-baseline"),
        ('{"version": 1}', 'has no list of "findings"'),
        ('{"version": 1, "findings": [3]}', 'finding 1 of the baseline "'),
        ('{"version": 1, "findings": [{"check": "a-b"}]}', '"template", "resource", "check", "path", all of them text'),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(text, errors="surrogateescape")
    with pytest.raises(BaselineError) as error:
        read_baseline(tmp_path / "known.json")
    assert message in str(error.value)
    assert "known.json" in str(error.value)


def test_a_baseline_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="does not exist; make it with --write-baseline"):
        read_baseline(tmp_path / "known.json")
    with pytest.raises(BaselineError, match="cannot be read: Is a directory"):
        read_baseline(tmp_path)
