import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsconform.check.examine import Examination, examine
from wsconform.check.finding import Finding, Note, Severity, Undecided, Verdict
from wsconform.check.packs import load_static
from wsconform.report.cells import cells
from wsconform.report.style import Style
from wsconform.report.text import render, render_error, render_finding
from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Span
from wsconform.template.source import Source, parse, read
from wsconform.wiring.reader import read_stack

Snapshot = Callable[[str, str], None]
Make = Callable[..., Finding]
Find = Callable[..., Span]
Examined = Callable[..., Examination]

NO_DEFAULT = 'parameter "Table" has no default and no value was given'


def verdict(*findings: Finding, check: str = "target-in-same-api", **fields: object) -> Verdict:
    made = Verdict(check=check, api="ChatApi", span=None, findings=list(findings))
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def undecided(check: str, reason: str, span: Span | None = None) -> Verdict:
    return verdict(check=check, undecided=[Undecided(reason=reason, span=span)])


@pytest.fixture
def second_place(finding: Make, at: Find) -> Finding:
    return finding(notes=(Note(at("!Ref AdminApi"), "AdminIntegration joins AdminApi here"),))


def test_one_error(snapshot: Snapshot, finding: Make, examined: Examined) -> None:
    snapshot("error", render([examined(verdict(finding()), passed=33)]))


def test_a_second_place_stands_in_the_same_excerpt(
    snapshot: Snapshot, second_place: Finding, examined: Examined
) -> None:
    snapshot("second-place", render([examined(verdict(second_place), passed=33)]))


def test_a_second_place_in_another_file_has_an_excerpt_of_its_own(
    snapshot: Snapshot, finding: Make, source: Source
) -> None:
    other = parse(b"Resources:\n  Nested:\n    Type: AWS::ApiGatewayV2::Api\n", "nested/api.yaml")
    files = {one.path: one for one in (source, other)}
    found = finding(notes=(Note(Span(other.path, 2, 3, 2, 9), "declared here"),))
    snapshot("second-file", render_finding(found, lambda span: files[span.file]))


def test_second_places_without_room_are_named_and_then_counted(
    snapshot: Snapshot, finding: Make, source: Source
) -> None:
    notes = tuple(Note(Span(source.path, line, 5, line, 9), f"number {line}") for line in range(1, 16, 2))
    snapshot("many-places", render_finding(finding(notes=notes), lambda _: source))


def test_a_finding_says_in_which_worlds_it_holds(snapshot: Snapshot, finding: Make, examined: Examined) -> None:
    one = verdict(finding(worlds=("IsProd is false",)))
    snapshot("world", render([examined(one, passed=1)]))


@pytest.mark.parametrize(
    ("clauses", "in_all", "said"),
    [
        (("A is true",), 8, "when: A is true"),
        (("A is true", "B is true"), 8, "when: in 2 of 8 worlds: A is true; B is true"),
        (("A is true", "B is true"), 0, "when: in 2 worlds: A is true; B is true"),
        (("A", "B", "C"), 4, "when: in 3 of 4 worlds: A; B; C"),
        (("A", "B", "C", "D", "E"), 8, "when: in 5 of 8 worlds: A; B; C; and 2 more"),
    ],
)
def test_of_several_worlds_three_are_named(
    clauses: tuple[str, ...], in_all: int, said: str, finding: Make, source: Source
) -> None:
    text = render_finding(finding(worlds=clauses), lambda _: source, worlds=in_all)
    assert f"  {said}" in text.splitlines()


def test_a_finding_that_always_holds_says_nothing_of_worlds(finding: Make, source: Source) -> None:
    assert "when:" not in render_finding(finding(), lambda _: source, worlds=8)


def test_a_warning_and_a_note_with_verbose(snapshot: Snapshot, finding: Make, at: Find, examined: Examined) -> None:
    warning = finding(check="stage-has-deployment", severity=Severity.WARNING, message="stage has no deployment")
    note = finding(
        check="api-has-name",
        severity=Severity.NOTE,
        span=at("ChatApi"),
        message="ChatApi is named like its kind",
        label="",
        fix="",
    )
    examination = examined(verdict(warning, check=warning.check), verdict(note, check=note.check), passed=3)
    snapshot("warning-and-note", render([examination], verbose=True))


def test_notes_and_suppressed_findings_are_counted(finding: Make, examined: Examined) -> None:
    hidden = verdict(*[finding(severity=Severity.NOTE)] * 2, suppressed=[(finding(), "TEAM-12")])
    lines = render([examined(hidden, passed=33)]).splitlines()
    assert lines == [
        "2 notes and 1 suppressed finding, shown with -v",
        "template.yaml: ChatApi is wired: 33 checks passed in 2 worlds",
    ]


def test_undecided_checks_have_a_line_for_each_reason(snapshot: Snapshot, examined: Examined, at: Find) -> None:
    reasons = [("one", NO_DEFAULT), ("two", NO_DEFAULT), ("three", NO_DEFAULT), ("four", '"Auth" is exported')]
    verdicts = [undecided(f"check-{name}", reason, at("!Ref AdminApi")) for name, reason in reasons]
    snapshot("undecided", render([examined(*verdicts, passed=30)]))


def test_undecided_checks_in_full_with_verbose(snapshot: Snapshot, examined: Examined, at: Find) -> None:
    verdicts = [undecided("function-exists", NO_DEFAULT, at("!Ref AdminApi")), undecided("api-is-open", "no place")]
    snapshot("undecided-verbose", render([examined(*verdicts, passed=30)], verbose=True))


def test_many_reasons_are_counted(examined: Examined) -> None:
    verdicts = [undecided(f"check-{number}", f"of reason {number}") for number in range(8)]
    lines = render([examined(*verdicts)]).splitlines()
    assert lines[4:] == [
        "not decided: check-4, because of reason 4",
        "not decided: more, for 3 other reasons, shown with -v",
        "template.yaml: no fault found, 8 checks not decided (8 checks on ChatApi in 2 worlds)",
    ]


def test_suppressed_findings_with_their_reason(snapshot: Snapshot, finding: Make, examined: Examined) -> None:
    hidden = verdict(suppressed=[(finding(), "the admin API is drained by hand, TEAM-12")])
    snapshot("suppressed", render([examined(hidden, passed=33)], verbose=True))


def test_a_clean_run(snapshot: Snapshot, examined: Examined) -> None:
    snapshot("clean", render([examined(passed=34)]))


def test_sound_templates_have_a_line_each_and_one_that_sums_them_up(examined: Examined, finding: Make) -> None:
    sound = "template.yaml: ChatApi is wired: 34 checks passed in 2 worlds"
    runs = [examined(passed=34), examined(passed=34), examined(verdict(finding())), examined(passed=34)]
    lines = render(runs).splitlines()
    assert lines[:4] == [
        sound,
        sound,
        "",
        'error[target-in-same-api]: route "send" targets an integration of another API',
    ]
    assert lines[-4:] == [
        "",
        "template.yaml: 1 error (1 check on ChatApi in 2 worlds)",
        sound,
        "4 templates: 1 error",
    ]


def test_two_sound_apis_are_wired(examined: Examined) -> None:
    assert "ChatApi and AdminApi are wired: 2 checks passed" in render([examined(passed=2, apis="ChatApi AdminApi")])


def test_many_apis_are_counted(finding: Make, examined: Examined) -> None:
    text = render([examined(verdict(finding()), apis="A B C D E")])
    assert text.endswith("(1 check on A, B, C and 2 more in 2 worlds)")


def test_what_is_about_no_api_in_particular_names_none(finding: Make, examined: Examined) -> None:
    assert render([examined(verdict(finding()), apis="template")]).endswith("1 error (1 check in 2 worlds)")


def test_a_template_without_websocket_api_is_said_so(examined: Examined) -> None:
    assert render([examined(apis="")]) == "template.yaml: no WebSocket API in it, so nothing was checked"


def test_no_check_run_is_no_success(examined: Examined) -> None:
    assert render([examined()]) == "template.yaml: no fault found (0 checks on ChatApi in 2 worlds)"


def test_findings_stand_in_the_order_of_their_places(finding: Make, examined: Examined) -> None:
    spans = [Span("a.yaml", 1, 1, 1, 2), *(Span("template.yaml", line, 1, line, 2) for line in (9, 3))]
    text = render([examined(verdict(*(finding(span=span) for span in spans)))])
    assert [line.split()[1] for line in text.splitlines() if "-->" in line] == [
        "template.yaml:3:1",
        "template.yaml:9:1",
        "a.yaml:1:1",
    ]


def test_a_finding_without_a_file_is_in_the_template(finding: Make, examined: Examined) -> None:
    assert "--> template.yaml:1:1" in render([examined(verdict(finding(span=Span("", 1, 1, 1, 1))))])


def test_narrow(snapshot: Snapshot, second_place: Finding, examined: Examined) -> None:
    snapshot("narrow", render([examined(verdict(second_place), undecided("function-exists", NO_DEFAULT))], width=46))


def test_colour(snapshot: Snapshot, second_place: Finding, examined: Examined) -> None:
    snapshot("colour", render([examined(verdict(second_place), undecided("function-exists", "why"))], color=True))


def test_colours_change_nothing_else(second_place: Finding, source: Source) -> None:
    from click import unstyle

    plain = render_finding(second_place, lambda _: source)
    coloured = render_finding(second_place, lambda _: source, style=Style(color=True))
    assert coloured != plain
    assert unstyle(coloured) == plain


def test_the_bound_of_worlds_is_said() -> None:
    names = [f"P{number}" for number in range(8)]
    lines = ["Parameters:"]
    lines += [f"  {name}: {{Type: String, Default: 'no', AllowedValues: ['no', 'yes']}}" for name in names]
    lines += ["Resources:", "  Api:", "    Type: AWS::ApiGatewayV2::Api", "    Properties:"]
    lines += ["      ProtocolType: WEBSOCKET", f"      Name: !Sub '{''.join(f'${{{name}}}' for name in names)}'"]
    stack = read_stack(parse("\n".join(lines).encode(), "template.yaml"))
    text = render([Examination(stack, ("Api",), [verdict()])], width=200)
    assert text.startswith(
        "not all worlds were checked: the conditions can come out in more than these 128 ways; "
        "give parameters with --parameter NAME=… to choose among them\n"
    )


def test_unreadable_templates_show_the_place(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examined: Examined
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.yaml").write_text("Resources:\n  Api:\n    Type: AWS::ApiGatewayV2::Api\n    Name: a: b\n")
    errors = []
    for name in ("broken.yaml", "absent.yaml"):
        with pytest.raises(TemplateError) as caught:
            read(name)
        errors.append(caught.value)
    snapshot("unreadable", render([examined(passed=2)], errors))


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfe", b"\x1b[31ma: b: c"])
def test_an_unreadable_file_never_reaches_the_terminal_raw(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_bytes(data)
    with pytest.raises(TemplateError) as caught:
        read(file)
    assert all(line.isprintable() for line in render_error(caught.value).splitlines())


def test_given_parameter_values_are_never_shown(finding: Make, at: Find, examined: Examined) -> None:
    there = finding(span=at("Secret"), notes=(Note(at("NoEcho: true"), "hidden"), Note(at("!Ref Env"), "")))
    text = render([examined(verdict(there), given={"Secret": "hunter2", "Env": "pr-4711"})], verbose=True)
    assert "Secret:" in text
    assert "hunter2" not in text
    assert "pr-4711" not in text


def test_a_built_in_check_on_a_template(snapshot: Snapshot, source: Source) -> None:
    examination = examine(read_stack(source), [load_static().get("target-in-same-api")])
    snapshot("end-to-end", render([examination]))


@pytest.mark.parametrize("width", [40, 57, 80, 133])
def test_all_but_the_headline_and_the_page_fits(width: int, second_place: Finding, source: Source) -> None:
    found = replace(second_place, fix="one word after the other " * 9, worlds=("A is true", "B is false", "C is true"))
    lines = render_finding(found, lambda _: source, width=width, worlds=8).splitlines()
    assert max(map(cells, lines[1:-1])) <= width


TEXT = st.text(max_size=60)
PLACE = st.builds(
    Span,
    st.sampled_from(["template.yaml", "handler.py", "\x1b[2J"]),
    *(st.integers(1, 60) for _ in range(4)),
)


@settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), width=st.integers(40, 120))
def test_any_finding_is_shown_in_printable_lines(
    data: st.DataObject, width: int, source: Source, finding: Make
) -> None:
    found = finding(
        span=data.draw(PLACE),
        message=data.draw(TEXT),
        label=data.draw(TEXT),
        fix=data.draw(TEXT),
        resource=data.draw(st.none() | TEXT),
        worlds=tuple(data.draw(st.lists(TEXT, max_size=5))),
        notes=tuple(data.draw(st.lists(st.builds(Note, PLACE, TEXT), max_size=5))),
    )
    lines = render_finding(found, lambda _: source, width=width, worlds=6).split("\n")
    assert lines[0].startswith("error[target-in-same-api]: ")
    assert all(line.isprintable() for line in lines)
    assert not re.search("[\ud800-\udfff]", "".join(lines))
