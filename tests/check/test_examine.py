"""Checks run over a stack, in each of its worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from wsconform.check.examine import TEMPLATE, Examination, examine
from wsconform.check.finding import Effect, Fault, Finding, Inconclusive, Note, Outcome, Severity, Verdict
from wsconform.check.registry import Check
from wsconform.template.source import parse
from wsconform.wiring.model import Api, Deployment, Function, Integration, Part, Permission, Route, Stage, Wiring
from wsconform.wiring.reader import read_stack

HEAD = """\
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
"""
CHAT = """\
  Chat: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: WEBSOCKET}}
  Send: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Chat, RouteKey: send}}
  Say: {Type: "AWS::ApiGatewayV2::Integration", Properties: {ApiId: !Ref Chat, IntegrationUri: !GetAtt F.Arn}}
  F: {Type: "AWS::Lambda::Function"}
  P: {Type: "AWS::Lambda::Permission", Properties: {FunctionName: !Ref F}}
"""
HTTP = '  Rooms: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: HTTP}}\n'
Body = Callable[[Any], Iterable[Fault | Inconclusive]]


def check(  # noqa: PLR0913 (each is a field of a check)
    body: Body,
    on: type[Any] = Route,
    *,
    name: str = "a-b",
    severity: Severity = Severity.ERROR,
    any_protocol: bool = False,
    in_every_world: bool = False,
    effect: Effect | None = None,
) -> Check:
    return Check(
        name=name,
        summary="Something holds.",
        on=on,
        severity=severity,
        area="test",
        why="it breaks",
        source="https://example.com",
        any_protocol=any_protocol,
        in_every_world=in_every_world,
        body=body,
        file=Path("pack/a_b.py"),
        effect=effect,
    )


def recording(met: list[Any]) -> Body:
    """The body of a check that keeps what it is run on."""

    def body(element: object) -> Iterable[Fault]:
        met.append(element)
        return []

    return body


def fault(part: Part, **fields: Any) -> Fault:  # noqa: ANN401 (whatever a fault has)
    return Fault(at=part.resource.span, **({"message": f"{part.label} is wrong"} | fields))


def always(part: Part) -> Iterable[Fault]:
    return [fault(part)]


def never(_: object) -> Iterable[Fault]:
    return []


def examined(text: str, *checks: Check, severities: dict[str, Severity] | None = None) -> Examination:
    return examine(read_stack(parse(text.encode(), "t.yaml")), checks, severities)


def only(found: Examination) -> Verdict:
    (verdict,) = found.verdicts
    return verdict


def resources(found: Examination) -> list[str | None]:
    return [one.resource for one in found.findings]


class TestSubjects:
    @pytest.mark.parametrize(
        ("on", "ids"),
        [
            (Route, ["Send"]),
            (Integration, ["Say"]),
            (Part, ["Send", "Say"]),
            (Function, ["F"]),
            (Permission, ["P"]),
            (Stage, []),
        ],
    )
    def test_a_check_runs_on_every_element_of_its_class(self, on: type[Any], ids: list[str]) -> None:
        met: list[Part] = []
        found = examined(HEAD + CHAT, check(recording(met), on))
        assert [element.id for element in met] == ids
        assert only(found).outcome is Outcome.PASSED
        assert only(found).api == "Chat"

    def test_on_an_api_and_on_the_whole(self) -> None:
        met: list[object] = []
        found = examined(HEAD + CHAT, check(recording(met), Api), check(recording(met), Wiring, name="c-d"))
        assert [type(one) for one in met] == [Api, Wiring]
        assert [verdict.api for verdict in found.verdicts] == ["Chat", TEMPLATE]
        assert [verdict.span is None for verdict in found.verdicts] == [False, True]
        assert found.apis == ("Chat",)

    def test_every_api_has_its_verdict(self) -> None:
        other = (
            CHAT.replace("Chat", "Other").replace("  Send", "  Shout").replace("  Say", "  Cry").replace("  F:", "  G:")
        )
        found = examined(
            HEAD + CHAT + other.replace("  P:", "  Q:"), check(always), check(never, Deployment, name="c-d")
        )
        assert [(one.api, one.check, one.outcome) for one in found.verdicts] == [
            ("Chat", "a-b", Outcome.FAILED),
            ("Other", "a-b", Outcome.FAILED),
            ("Chat", "c-d", Outcome.PASSED),
            ("Other", "c-d", Outcome.PASSED),
        ]
        assert resources(found) == ["Send", "Shout"]
        assert found.apis == ("Chat", "Other")

    def test_nothing_is_checked_where_there_is_no_websocket_api(self) -> None:
        for text in (HEAD + HTTP, HEAD + '  Q: {Type: "AWS::SQS::Queue"}\n', "Resources: {}\n"):
            found = examined(text, check(always), check(always, Wiring, name="c-d"))
            assert (found.apis, found.verdicts) == ((), [])

    def test_an_api_of_another_protocol_is_for_checks_that_ask_for_it(self) -> None:
        text = HEAD + CHAT.replace("WEBSOCKET", "HTTP")
        assert examined(text, check(always)).verdicts == []
        assert resources(examined(text, check(always, any_protocol=True))) == ["Send"]
        assert examined(text, check(always)).apis == ("Chat",)

    def test_an_api_that_sam_refuses_is_one_all_the_same(self) -> None:
        text = "Transform: AWS::Serverless-2016-10-31\nResources: {Chat: {Type: 'AWS::Serverless::WebSocketApi'}}\n"
        found = examined(text, check(lambda one: [Fault(at=one.evaluation.stack.root.root.span, message="x")], Wiring))
        assert found.apis == (TEMPLATE,)
        assert only(found).api == TEMPLATE

    def test_an_api_declared_elsewhere_is_inconclusive(self) -> None:
        text = (
            'Resources: {R: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !ImportValue Api, RouteKey: x}}}\n'
        )
        found = examined(text, check(always, Api), check(always, name="c-d"))
        assert [verdict.outcome for verdict in found.verdicts] == [Outcome.INCONCLUSIVE, Outcome.FAILED]
        assert "elsewhere" in found.verdicts[0].undecided[0].reason
        assert found.verdicts[0].span is None


class TestFindings:
    def test_have_all_that_a_report_needs(self) -> None:
        def body(route: Route) -> Iterable[Fault]:
            at = route.at("RouteKey")
            return [Fault(at=at, message="wrong", label="here", fix="mend it", notes=(Note(at, "see"),))]

        (found,) = examined(HEAD + CHAT, check(body)).findings
        assert (found.check, found.severity, found.api, found.resource) == ("a-b", Severity.ERROR, "Chat", "Send")
        assert (found.path, found.span.line, found.template) == ("Resources/Send/Properties/RouteKey", 7, "t.yaml")
        assert (found.message, found.label, found.fix, found.why) == ("wrong", "here", "mend it", "it breaks")
        assert (found.docs, found.worlds, len(found.notes)) == ("wsconform explain a-b", (), 1)

    def test_may_be_about_another_resource(self) -> None:
        def element(route: Route) -> Iterable[Fault]:
            return [fault(route, element=route.api.integrations[0])]

        assert resources(examined(HEAD + CHAT, check(element))) == ["Say"]
        assert resources(examined(HEAD + CHAT, check(lambda one: [fault(one, resource="Other")]))) == ["Other"]
        about_api = check(lambda api: [Fault(at=api.at(), message="x")], Api)
        assert resources(examined(HEAD + CHAT, about_api)) == ["Chat"]
        about_none = check(lambda one: [Fault(at=one.apis[0].at(), message="x")], Wiring)
        assert resources(examined(HEAD + CHAT, about_none)) == [None]

    @pytest.mark.parametrize(
        ("own", "of_check", "replaced", "severity"),
        [
            (None, Severity.WARNING, None, Severity.WARNING),
            (Severity.NOTE, Severity.WARNING, None, Severity.NOTE),
            (Severity.ERROR, Severity.WARNING, None, Severity.WARNING),
            (None, Severity.WARNING, Severity.ERROR, Severity.ERROR),
            (Severity.NOTE, Severity.WARNING, Severity.ERROR, Severity.ERROR),
        ],
    )
    def test_severity(
        self, own: Severity | None, of_check: Severity, replaced: Severity | None, severity: Severity
    ) -> None:
        severities = {"a-b": replaced, "x-y": Severity.NOTE} if replaced is not None else None
        found = examined(
            HEAD + CHAT, check(lambda one: [fault(one, severity=own)], severity=of_check), severities=severities
        )
        assert only(found).severity is severity

    @pytest.mark.parametrize(
        ("own", "of_check", "effect"),
        [
            (None, None, None),
            (None, Effect.REFUSED, Effect.REFUSED),
            (Effect.UNSEEN, Effect.REFUSED, Effect.UNSEEN),
            (Effect.MISBEHAVES, None, Effect.MISBEHAVES),
        ],
    )
    def test_effect(self, own: Effect | None, of_check: Effect | None, effect: Effect | None) -> None:
        found = examined(HEAD + CHAT, check(lambda one: [fault(one, effect=own)], effect=of_check))
        assert [one.effect for one in found.findings] == [effect]

    def test_are_in_the_order_of_the_template(self) -> None:
        more = '  Away: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Chat, RouteKey: a}}\n'
        backwards = check(lambda api: [fault(route) for route in reversed(api.routes)], Api)
        found = examined(HEAD + CHAT + more, backwards)
        assert [one.span.line for one in found.findings] == [7, 11]

    def test_what_is_at_one_place_of_one_resource_is_said_once(self) -> None:
        twice = check(lambda one: [fault(one), fault(one, message="the same in other words")])
        assert [one.message for one in examined(HEAD + CHAT, twice).findings] == ["Send is wrong"]

    def test_what_was_said_of_another_api_is_not_said_twice(self) -> None:
        other = '  Other: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: WEBSOCKET}}\n'
        same = check(lambda api: [fault(api.wiring.elements["F"], element=api.wiring.elements["F"])], Api)
        found = examined(HEAD + CHAT + other, same)
        assert [one.api for one in found.findings] == ["Chat"]
        assert [verdict.outcome for verdict in found.verdicts] == [Outcome.FAILED, Outcome.PASSED]


class TestUndecided:
    def test_what_cannot_be_told_is_kept_with_its_reason(self) -> None:
        def body(route: Route) -> Iterable[Fault | Inconclusive]:
            yield fault(route)
            yield Inconclusive("who knows", route.at("RouteKey"))
            raise Inconclusive("nobody")

        verdict = only(examined(HEAD + CHAT, check(body)))
        assert verdict.outcome is Outcome.FAILED
        assert [(one.reason, one.span is None) for one in verdict.undecided] == [("who knows", False), ("nobody", True)]

    def test_the_same_reason_at_the_same_place_is_one(self) -> None:
        def body(_: Route) -> Iterable[Inconclusive]:
            return [Inconclusive("who knows")] * 2

        more = '  Away: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Chat, RouteKey: a}}\n'
        assert len(only(examined(HEAD + CHAT + more, check(body))).undecided) == 1


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise ValueError


class TestBroken:
    @pytest.mark.parametrize(
        "error", [ValueError("oh"), RecursionError(), KeyError("x"), SystemExit(0), GeneratorExit(), UnspeakableError()]
    )
    def test_a_check_that_breaks_says_so_and_the_others_go_on(self, error: BaseException) -> None:
        def body(_: Route) -> Iterable[Fault]:
            raise error

        found = examined(HEAD + CHAT, check(body), check(always, name="c-d"))
        broken, other = found.findings
        assert "broke" in broken.message
        assert type(error).__name__ in broken.message
        assert "a_b.py" in broken.fix
        assert (broken.resource, broken.span.line) == ("Send", 7)
        assert other.check == "c-d"

    def test_an_interruption_goes_through(self) -> None:
        def body(_: Route) -> Iterable[Fault]:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            examined(HEAD + CHAT, check(body))

    @pytest.mark.parametrize("said", [None, 5, "text", Fault])
    def test_what_is_neither_a_fault_nor_inconclusive(self, said: Any) -> None:  # noqa: ANN401 (anything)
        (broken,) = examined(HEAD + CHAT, check(lambda _: [said])).findings
        assert f"not {said!r}" in broken.message

    def test_one_that_is_about_no_resource(self) -> None:
        def body(_: Wiring) -> Iterable[Fault]:
            raise ValueError

        (broken,) = examined(HEAD + CHAT, check(body, Wiring)).findings
        assert (broken.resource, broken.span.file, broken.path) == (None, "", "")

    def test_one_that_returns_nothing_to_go_through(self) -> None:
        (broken,) = examined(HEAD + CHAT, check(lambda _: None)).findings  # type: ignore[arg-type,return-value]
        assert "TypeError" in broken.message


MORE = """\
  Away:
    Type: AWS::ApiGatewayV2::Route
    Condition: IsProd
    Properties: {ApiId: !Ref Chat, RouteKey: away}
  Both: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Chat, RouteKey: !If [IsProd, p, d]}}
"""


def worlds(findings: Iterable[Finding]) -> dict[str | None, tuple[str, ...]]:
    return {one.resource: one.worlds for one in findings}


class TestWorlds:
    def test_a_finding_names_those_in_which_it_holds(self) -> None:
        found = worlds(examined(HEAD + CHAT + MORE, check(always)).findings)
        assert found == {"Send": (), "Away": ("IsProd is true",), "Both": ()}

    def test_so_does_what_cannot_be_told(self) -> None:
        def body(route: Route) -> Iterable[Inconclusive]:
            return [Inconclusive("who knows")] if route.key == "d" else []

        (undecided,) = only(examined(HEAD + CHAT + MORE, check(body))).undecided
        assert undecided.worlds == ("IsProd is false",)

    def test_different_places_in_different_worlds_are_two_findings(self) -> None:
        at_key = check(lambda route: [Fault(at=route.at("RouteKey"), message="x")] if route.label == "Both" else [])
        found = list(examined(HEAD + CHAT + MORE, at_key).findings)
        assert sorted(one.worlds for one in found) == [("IsProd is false",), ("IsProd is true",)]

    def test_what_must_be_found_in_every_world_that_has_the_resource(self) -> None:
        def in_dev(route: Route) -> Iterable[Fault]:
            return [fault(route)] if route.wiring.world.features[0][1] == "false" else []

        text = HEAD + CHAT + MORE
        assert resources(examined(text, check(in_dev))) == ["Send", "Both"]
        assert resources(examined(text, check(in_dev, in_every_world=True))) == []
        assert resources(examined(text, check(always, in_every_world=True))) == ["Send", "Away", "Both"]

    def test_an_api_that_is_there_in_some_only(self) -> None:
        text = HEAD + CHAT.replace("Properties: {ProtocolType", "Condition: IsProd, Properties: {ProtocolType")
        found = examined(text, check(always, Route))
        assert found.apis == ("Chat",)
        assert worlds(found.findings) == {"Send": ("IsProd is true",)}
