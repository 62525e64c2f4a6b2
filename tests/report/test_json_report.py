import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wsconform.check.examine import Examination, examine
from wsconform.check.finding import Finding, Note, Severity, Undecided, Verdict
from wsconform.check.packs import load_static
from wsconform.report.json_report import dump, schema, to_json
from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Span
from wsconform.template.source import parse, read
from wsconform.wiring.reader import read_stack

Make = Callable[..., Finding]
Find = Callable[..., Span]
Examined = Callable[..., Examination]

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


def verdict(*findings: Finding, check: str = "target-in-same-api", **fields: object) -> Verdict:
    made = Verdict(check=check, api="ChatApi", span=None, findings=list(findings))
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def valid(report: dict[str, Any]) -> dict[str, Any]:
    """The report as a strict parser reads it, which has the form that the schema tells."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    text = dump(report).encode("ascii")
    parsed: dict[str, Any] = json.loads(text, parse_constant=refuse)
    assert parsed == report
    Draft202012Validator(schema()).validate(parsed)
    return parsed


@pytest.fixture
def everything(finding: Make, examined: Examined, at: Find) -> dict[str, Any]:
    """A report in which no list is empty."""
    found = finding(notes=(Note(at("!Ref AdminApi"), "joins AdminApi here"),), worlds=("IsProd is true",))
    full = verdict(
        found,
        finding(severity=Severity.WARNING, span=at("SendRoute")),
        finding(severity=Severity.NOTE, resource=None),
        suppressed=[(finding(), "TEAM-12")],
        undecided=[
            Undecided(reason="it is read from SSM", span=None, worlds=("IsProd is true", "Env is x")),
            Undecided(reason="it is exported", span=at("Secret")),
        ],
    )
    examination = examined(full, passed=3)
    examination.stack.root.unread["Chat"] = TemplateError("there is no such file", path="chat.yaml", fix="add it")
    error = TemplateError("this is no YAML", path="broken.yaml", span=Span("broken.yaml", 3, 5, 3, 6))
    return to_json([examination], [error])


def test_snapshot(snapshot: Callable[[str, str], None], everything: dict[str, Any]) -> None:
    snapshot("json", dump(valid(everything)))


def test_the_schema_tells_every_key(everything: dict[str, Any]) -> None:
    def told(node: dict[str, Any]) -> set[str]:
        inherited = told(schema()["$defs"][node["$ref"].rsplit("/", 1)[-1]]) if "$ref" in node else set()
        return set(node.get("properties", {})) | inherited

    def parts(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "finding", value["findings"][0]
        yield "template", value["templates"][0]
        yield "undecided", value["inconclusive"][0]
        yield "unreadable", value["unreadable"][0]
        yield "summary", value["summary"]

    whole = schema()
    assert set(everything) == set(whole["properties"]) == set(whole["required"])
    for name, part in parts(everything):
        assert set(part) == told(whole["$defs"][name]), name
    assert set(everything["suppressed"][0]) == told(whole["properties"]["suppressed"]["items"])
    not_read = whole["$defs"]["template"]["properties"]["not_read"]["items"]
    assert set(everything["templates"][0]["not_read"][0]) == told(not_read)
    notes = whole["$defs"]["finding"]["properties"]["notes"]["items"]
    (note,) = (note for found in everything["findings"] for note in found["notes"])
    assert set(note) == told(notes)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_the_schema_refuses_what_is_no_report() -> None:
    report = to_json([])
    for key in report:
        broken = {name: value for name, value in report.items() if name != key}
        assert not Draft202012Validator(schema()).is_valid(broken)


def test_an_empty_run() -> None:
    assert set(valid(to_json([]))["summary"].values()) == {0}


def test_findings_stand_template_after_template_in_the_order_of_their_places(finding: Make, examined: Examined) -> None:
    spans = [Span("a.yaml", 1, 1, 1, 2), *(Span("template.yaml", line, 1, line, 2) for line in (9, 3))]
    report = to_json([examined(verdict(*(finding(span=span) for span in spans))), examined(verdict(finding()))])
    assert [(one["template"], one["line"]) for one in valid(report)["findings"]] == [
        ("template.yaml", 3),
        ("template.yaml", 9),
        ("a.yaml", 1),
        ("template.yaml", 28),
    ]


def test_what_has_no_file_is_in_the_template(finding: Make, examined: Examined) -> None:
    nowhere = Span("", 1, 1, 1, 1)
    one = verdict(
        finding(span=nowhere, notes=(Note(nowhere, "here"),)),
        undecided=[Undecided(reason="why", span=None), Undecided(reason="why", span=nowhere)],
    )
    report = valid(to_json([examined(one)]))
    (found,) = report["findings"]
    assert [found["template"], found["notes"][0]["template"]] == ["template.yaml"] * 2
    assert [entry["template"] for entry in report["inconclusive"]] == ["template.yaml"] * 2
    assert [entry["line"] for entry in report["inconclusive"]] == [None, 1]


@pytest.mark.parametrize(
    ("text", "read_back"),
    [
        ("\ud800", "\ufffd"),
        ("a\udc80b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("\ufeffa", "\ufeffa"),
        ("\x00\x1b\u2028\x7f", "\x00\x1b\u2028\x7f"),
    ],
)
def test_any_message_is_valid_json(text: str, read_back: str, finding: Make, examined: Examined) -> None:
    report = valid(to_json([examined(verdict(finding(message=text)))]))
    assert report["findings"][0]["message"] == read_back


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=())))
def test_no_lone_surrogate_is_left_anywhere(text: str, finding: Make, examined: Examined) -> None:
    fields = dict.fromkeys(("api", "resource", "path", "message", "label", "why", "fix", "docs"), text)
    found = finding(**fields, worlds=(text,), notes=(Note(Span(text, 1, 1, 1, 1), text),))
    full = verdict(found, suppressed=[(found, text)], undecided=[Undecided(reason=text, span=None, worlds=(text,))])
    report = valid(to_json([examined(full)], [TemplateError(text, path=text, fix=text)]))
    assert json.dumps(report, ensure_ascii=False).encode()


def test_given_parameter_values_are_never_shown(finding: Make, at: Find, examined: Examined) -> None:
    report = dump(to_json([examined(verdict(finding(span=at("Secret"))), given={"Secret": "hunter2"})]))
    assert "hunter2" not in report


def test_what_is_said_of_an_unreadable_template() -> None:
    with pytest.raises(TemplateError) as caught:
        read("absent.yaml")
    (error,) = valid(to_json([], [caught.value]))["unreadable"]
    assert (error["template"], error["line"], error["message"]) == ("absent.yaml", None, "there is no such file")


def test_the_example_in_the_manual() -> None:
    """UPDATE_SNAPSHOTS=1 writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    template, shown = (re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("yaml", "json"))
    assert template
    assert shown
    stack = read_stack(parse(template[1].encode(), "template.yaml"))
    report = to_json([examine(stack, [load_static().get("target-in-same-api")])])
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        PAGE.write_text(page.replace(shown[1], dump(report) + "\n"), encoding="utf-8")
        shown = re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        assert shown
    assert json.loads(shown[1]) == valid(report)
