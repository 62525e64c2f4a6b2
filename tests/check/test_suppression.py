from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsconform.check.examine import Examination, examine
from wsconform.check.finding import Outcome, Severity
from wsconform.check.packs import builtin_folder, load_folder
from wsconform.check.page import MARK, read_page, whole_template
from wsconform.check.registry import Check, Registry
from wsconform.check.suppression import Rules, Suppression, apply, suppressions_in
from wsconform.template.source import parse, read
from wsconform.wiring.reader import read_stack

EXAMPLE = (builtin_folder() / "example.yaml").read_text()
PACK = """
from wsconform.check import Fault, Inconclusive, Note, Severity, check
from wsconform.wiring.model import Route

def about(name):
    return check(name, on=Route, severity=Severity.ERROR, area="routes", why="it is a test", source="here")

@about("key-is-short")
def key_is_short(route):
    \"\"\"A route key has at most four letters.\"\"\"
    if len(route.key) > 4 and not route.key.startswith("$"):
        yield Fault(at=route.at("RouteKey"), message=f"{route.label} has a long key")

@about("key-is-foreseen")
def key_is_foreseen(route):
    \"\"\"Nobody can tell.\"\"\"
    raise Inconclusive("nobody can tell")
"""

Check_ = Callable[[str], Examination]


@cache
def registry() -> Registry:
    known = Registry()
    load_folder(builtin_folder() / "suppressions", known, "tested_suppressions")
    return known


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> list[Check]:
    pack = tmp_path_factory.mktemp("pack")
    (pack / "keys.py").write_text(PACK)
    known = Registry()
    load_folder(pack, known, "tested_pack")
    return [*known, *registry()]


def checked(
    text: str,
    checks: list[Check],
    *,
    leave_out: str = "key-is-foreseen",
    ignore: Mapping[str, tuple[str, str]] | None = None,
) -> Examination:
    """The example with its `send` route replaced by `text`, which gives it a long key."""
    template = whole_template(text, EXAMPLE)
    chosen = [check for check in checks if check.name != leave_out]
    stack = read_stack(parse(template.encode(), "template.yaml"))
    examination = examine(stack, [check for check in chosen if check.on is not Suppression])
    apply(examination, Rules(known=[check.name for check in checks], checks=chosen, ignore=ignore or {}))
    return examination


def route(key_line: str = "RouteKey: publish", head: str = "", before_key: str = "", metadata: str = "") -> str:
    return f"""\
  SendRoute:{head}
    Type: AWS::ApiGatewayV2::Route
{metadata}    Properties:
      ApiId: !Ref ChatApi
{before_key}      {key_line}
      Target: !Sub integrations/${{ChatIntegration}}
"""


def found(examination: Examination) -> list[tuple[str, str | None, str]]:
    return [(one.check, one.resource, one.message) for one in examination.findings]


def suppressed(examination: Examination) -> dict[str | None, str]:
    return {one.resource: reason for verdict in examination.verdicts for one, reason in verdict.suppressed}


LONG = ("key-is-short", "SendRoute", "SendRoute has a long key")


def test_without_a_suppression_there_is_no_verdict_on_any(checks: list[Check]) -> None:
    examination = checked(route(), checks)
    assert LONG in found(examination)
    assert {verdict.check for verdict in examination.verdicts} == {"key-is-short"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(route("RouteKey: publish # wsconform: ignore[key-is-short] agreed, TEAM-1"), id="on the line"),
        pytest.param(
            route(before_key="      # wsconform: ignore[key-is-short] agreed, TEAM-1\n"), id="on the line above"
        ),
        pytest.param(
            route(before_key="      # wsconform:ignore[ key-is-* ]: agreed, TEAM-1\n      # and so on\n"),
            id="above another comment",
        ),
        pytest.param(
            route("RouteKey: # wsconform: ignore[key-is-short] agreed, TEAM-1\n        publish"), id="behind the key"
        ),
        pytest.param(route(head=" # wsconform: ignore[key-is-short] agreed, TEAM-1"), id="on the resource"),
        pytest.param(
            route("RouteKey: $connect").replace("SendRoute", "ConnectRoute")
            + "  # wsconform: ignore[key-is-short] agreed, TEAM-1\n"
            + route(),
            id="above the resource",
        ),
        pytest.param(
            route("RouteKey: publish # noqa # wsconform: ignore[key-is-short] agreed, TEAM-1 # and more"),
            id="among other remarks",
        ),
        pytest.param(
            route(metadata="    Metadata:\n      wsconform: {ignore: {key-is-short: 'agreed, TEAM-1'}}\n"),
            id="in Metadata",
        ),
        pytest.param(
            route(metadata="    Metadata:\n      wsconform: {ignore: {'*-short': 'agreed, TEAM-1'}}\n"),
            id="by a glob in Metadata",
        ),
    ],
)
def test_a_finding_is_suppressed_with_its_reason(text: str, checks: list[Check]) -> None:
    examination = checked("Resources:\n" + text, checks)
    assert found(examination) == []
    assert suppressed(examination)["SendRoute"] == "agreed, TEAM-1"
    assert {verdict.check: verdict.outcome for verdict in examination.verdicts}["suppression-is-used"] is Outcome.PASSED


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            route(before_key="      # wsconform: ignore[key-is-short] far away\n\n"), id="with an empty line between"
        ),
        pytest.param(
            route(before_key="      Extra: 1 # wsconform: ignore[key-is-short] of Extra\n"), id="on the line before"
        ),
        pytest.param(
            route('RouteKey: "publish # wsconform: ignore[key-is-short] no comment"'), id="in what is no comment"
        ),
    ],
)
def test_a_comment_elsewhere_suppresses_nothing(text: str, checks: list[Check]) -> None:
    assert "SendRoute" not in suppressed(checked("Resources:\n" + text, checks))


def test_several_names_stand_in_one_bracket(checks: list[Check]) -> None:
    text = route("RouteKey: publish # wsconform: ignore[key-is-short, suppression-is-used] agreed")
    examination = checked("Resources:\n" + text, checks)
    assert "SendRoute" in suppressed(examination)
    (idle,) = [one for one in examination.findings if one.check == "suppression-is-used"]
    assert idle.message == "the suppression of suppression-is-used covers no finding"
    line = whole_template("Resources:\n" + text, EXAMPLE).splitlines()[idle.span.line - 1]
    assert line[idle.span.column - 1 : idle.span.end_column - 1] == "suppression-is-used"


def test_one_without_a_reason_suppresses_nothing_and_is_reported(checks: list[Check]) -> None:
    examination = checked("Resources:\n" + route("RouteKey: publish # wsconform: ignore[key-is-short] -"), checks)
    said = "the suppression of key-is-short gives no reason"
    assert found(examination) == [LONG, ("suppression-has-reason", None, said)]
    (warning,) = [one for one in examination.findings if one.check == "suppression-has-reason"]
    assert warning.severity is Severity.WARNING
    assert warning.api == "template"
    assert warning.path == "Resources/SendRoute/Properties"
    assert warning.worlds == ()


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[key-is-shrot] why", 'there is no check "key-is-shrot"; did you mean "key-is-short"?'),
        ("ignore[nothing-*] why", 'there is no check "nothing-*"'),
        ("ignore why", "the suppression names no check"),
        ("ignore[] why", "the suppression names no check"),
        ("ignore[key-is-short why", "the bracket of the suppression is not closed"),
        ("ingore[key-is-short] why", 'there is no directive "ingore"; did you mean "ignore"?'),
    ],
)
def test_what_names_no_check_is_reported_once(comment: str, message: str, checks: list[Check]) -> None:
    examination = checked("Resources:\n" + route(f"RouteKey: publish # wsconform: {comment}"), checks)
    assert found(examination) == [LONG, ("suppression-names-check", None, message)]


def test_other_comments_are_no_suppressions(checks: list[Check]) -> None:
    examination = checked("Resources:\n" + route("RouteKey: publish # wsconform: finds this too long"), checks)
    assert list(suppressions_in(examination)) == []


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("{ignore: {key-is-shrot: why}}", 'there is no check "key-is-shrot"; did you mean "key-is-short"?'),
        ("{ignored: {}}", 'there is no entry of Metadata.wsconform "ignored"; did you mean "ignore"?'),
        ("{ignore: [key-is-short]}", "Metadata.wsconform.ignore must map names of checks to reasons"),
        ("key-is-short", "Metadata.wsconform must be a map"),
    ],
)
def test_metadata_that_cannot_be_meant_is_reported(metadata: str, message: str, checks: list[Check]) -> None:
    text = "Resources:\n" + route(metadata=f"    Metadata:\n      wsconform: {metadata}\n")
    assert found(checked(text, checks)) == [LONG, ("suppression-names-check", "SendRoute", message)]


@pytest.mark.parametrize("value", ["", "''", "[why]"])
def test_metadata_without_a_reason_is_reported(value: str, checks: list[Check]) -> None:
    text = "Resources:\n" + route(
        metadata=f"    Metadata:\n      wsconform:\n        ignore:\n          key-is-short: {value}\n"
    )
    said = "the suppression of key-is-short gives no reason"
    assert found(checked(text, checks)) == [LONG, ("suppression-has-reason", "SendRoute", said)]


def test_a_deselected_check_does_not_make_its_suppressions_idle(checks: list[Check]) -> None:
    text = "Resources:\n" + route("RouteKey: send # wsconform: ignore[key-is-*] agreed")
    assert found(checked(text, checks, leave_out="key-is-foreseen")) == []
    assert found(checked(text, checks, leave_out="key-is-short")) == []


def test_a_check_that_cannot_tell_does_not_make_its_suppressions_idle(checks: list[Check]) -> None:
    text = "Resources:\n" + route("RouteKey: send # wsconform: ignore[key-is-foreseen, key-is-short] agreed")
    said = "the suppression of key-is-short covers no finding"
    assert found(checked(text, checks, leave_out="")) == [("suppression-is-used", None, said)]


def test_configuration_suppresses_everywhere_behind_what_the_template_says(checks: list[Check]) -> None:
    text = "Resources:\n" + route("RouteKey: publish # wsconform: ignore[key-is-short] of the route")
    text += route("RouteKey: subscribe").replace("SendRoute", "JoinRoute")
    examination = checked(text, checks, ignore={"key-is-short": ("key-*", "of the project")})
    assert list(examination.findings) == []
    assert suppressed(examination) == {"SendRoute": "of the route", "JoinRoute": "of the project"}


def test_configuration_suppresses_what_is_wrong_with_suppressions(checks: list[Check]) -> None:
    text = "Resources:\n" + route("RouteKey: send # wsconform: ignore[key-is-short] agreed")
    examination = checked(text, checks, ignore={"suppression-is-used": ("suppression-is-used", "later")})
    assert found(examination) == []
    assert suppressed(examination) == {None: "later"}


def test_a_template_without_a_websocket_api_is_left_alone(checks: list[Check]) -> None:
    template = b"Resources:\n  Topic: # wsconform: ignore[nothing]\n    Type: AWS::SNS::Topic\n"
    examination = examine(read_stack(parse(template, "template.yaml")), [])
    assert apply(examination, Rules(known=[], checks=checks)) == set()
    assert examination.verdicts == []


def test_what_sam_generates_goes_by_the_users_own_resource(checks: list[Check]) -> None:
    template = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: index.handler, InlineCode: "def handler(event, context): pass"}
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Metadata: {wsconform: {ignore: {key-is-short: the keys are given}}}
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes:
        publish: {FunctionArn: !GetAtt ChatFunction.Arn}
        subscribe: {FunctionArn: !GetAtt ChatFunction.Arn}
"""
    examination = examine(read_stack(parse(template.encode(), "t.yaml")), checks[:1])
    assert {one.resource for one in examination.findings} == {"Chat"}
    apply(examination, Rules(known=[check.name for check in checks], checks=checks))
    assert list(examination.findings) == []
    assert suppressed(examination) == {"Chat": "the keys are given"}


def test_copies_of_one_suppression_count_as_one(checks: list[Check]) -> None:
    loop = """\
Transform: AWS::LanguageExtensions
Resources:
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Fn::ForEach::Routes:
    - Key
    - [send, publish]
    - Route${Key}:
        Type: AWS::ApiGatewayV2::Route
        Metadata: {wsconform: {ignore: {key-is-short: agreed}}}
        Properties: {ApiId: !Ref ChatApi, RouteKey: !Ref Key}
"""
    examination = examine(read_stack(parse(loop.encode(), "t.yaml")), checks[:1])
    apply(examination, Rules(known=[check.name for check in checks], checks=checks))
    assert list(examination.findings) == []
    assert suppressed(examination) == {"Routepublish": "agreed"}


def test_a_nested_template_has_its_own_suppressions(checks: list[Check], tmp_path: Path) -> None:
    nested = EXAMPLE.replace("      RouteKey: send\n", "      RouteKey: publish # wsconform: ignore[*-short] agreed\n")
    (tmp_path / "nested.yaml").write_text(nested)
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}\n"
        "  Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}\n"
    )
    examination = examine(read_stack(read(tmp_path / "template.yaml")), checks[:1])
    assert len(list(suppressions_in(examination))) == 1
    apply(examination, Rules(known=[check.name for check in checks], checks=checks))
    assert "SendRoute" in suppressed(examination)
    assert "SendRoute" not in {one.resource for one in examination.findings}


def test_a_resource_is_known_by_its_file_wherever_its_fault_is(checks: list[Check], tmp_path: Path) -> None:
    metadata = "  SendRoute:\n    Metadata: {wsconform: {ignore: {key-is-short: agreed}}}\n"
    nested = EXAMPLE.replace("RouteKey: send\n", "RouteKey: !Ref Key\n").replace("  SendRoute:\n", metadata)
    (tmp_path / "nested.yaml").write_text(nested.replace("Resources:", "Parameters: {Key: {Type: String}}\nResources:"))
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  One:\n"
        "    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: nested.yaml, Parameters: {Key: publish}}\n"
    )
    examination = examine(read_stack(read(tmp_path / "template.yaml")), checks[:1])
    assert [Path(one.template).name for one in examination.findings] == ["template.yaml"]
    apply(examination, Rules(known=[check.name for check in checks], checks=checks))
    assert list(examination.findings) == []
    assert suppressed(examination) == {"SendRoute": "agreed"}


def test_a_pack_may_have_checks_about_suppressions(checks: list[Check], tmp_path: Path) -> None:
    (tmp_path / "ours.py").write_text(
        "from wsconform.check import Inconclusive, Severity, check\n"
        "from wsconform.check.suppression import Suppression\n"
        "@check('suppression-has-ticket', on=Suppression, severity=Severity.NOTE, area='a', why='w', source='s')\n"
        "def has_ticket(suppression):\n"
        "    'A suppression names an open ticket.'\n"
        "    raise Inconclusive(f'nobody asked the tracker of {suppression.reason}', suppression.span)\n"
    )
    known = Registry()
    load_folder(tmp_path, known, "tested_pack_about_suppressions")
    examination = checked(
        "Resources:\n" + route("RouteKey: publish # wsconform: ignore[key-is-short] TEAM-1"), [*checks, *known]
    )
    (verdict,) = [one for one in examination.verdicts if one.check == "suppression-has-ticket"]
    assert [one.reason for one in verdict.undecided] == ["nobody asked the tracker of TEAM-1"]


@settings(max_examples=30)
@given(st.text(st.characters(exclude_characters="\n\r\x85\u2028\u2029", exclude_categories=["Cc", "Cs"])))
def test_no_comment_breaks_it(checks: list[Check], text: str) -> None:
    for comment in (f"ignore[{text}", f"ignore[{text}]", f"ignore[key-is-short]{text}", text):
        examination = checked("Resources:\n" + route(f"RouteKey: publish # wsconform: {comment}"), checks)
        said = {one.check for one in examination.findings}
        assert said <= {"key-is-short", "suppression-has-reason", "suppression-names-check", "suppression-is-used"}
        assert ("key-is-short" in said) != ("SendRoute" in suppressed(examination))


def examples(heading: str) -> list[object]:
    return [
        pytest.param(check, example, id=f"{check.name}-{number}")
        for check in registry()
        for number, example in enumerate(getattr(read_page(check.page), heading))
    ]


@pytest.fixture(scope="module")
def with_targets(tmp_path_factory: pytest.TempPathFactory) -> list[Check]:
    pack = tmp_path_factory.mktemp("pack")
    (pack / "one.py").write_text((builtin_folder() / "wiring" / "target_in_same_api.py").read_text())
    known = Registry()
    load_folder(pack, known, "tested_targets")
    return [*known, *registry()]


@pytest.mark.parametrize(("check", "example"), examples("failing"))
def test_the_failing_example_of_a_page(check: Check, example: str, with_targets: list[Check]) -> None:
    lines = whole_template(example, EXAMPLE).splitlines()
    examination = checked(example, with_targets)
    marked = [number for number, line in enumerate(lines, 1) if MARK in line]
    assert [(one.check, one.span.line) for one in examination.findings] == [(check.name, line) for line in marked]
    assert marked


@pytest.mark.parametrize(("check", "example"), examples("passing"))
def test_the_passing_example_of_a_page(check: Check, example: str, with_targets: list[Check]) -> None:
    examination = checked(example, with_targets)
    assert list(examination.findings) == []
    assert check.name in {verdict.check for verdict in examination.verdicts}
