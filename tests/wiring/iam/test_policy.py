import fnmatch
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsconform.template.nodes import Span
from wsconform.template.values import Attribute, Map, Part, Pseudo, Seq, Text, Unresolved, Value, text
from wsconform.wiring.iam.forms import Form
from wsconform.wiring.iam.policy import Decision, Statement, Verdict, allows, may_be_assumed_by, statements

HERE = Span("template.yaml", 1, 1, 1, 1)
API, OTHER_API = Attribute("Api"), Attribute("OtherApi")
STAGE = Unresolved("StageName", 'parameter "StageName" has no default')
POLICY = Unresolved("Policy", 'parameter "Policy" has no default')
MANAGE = "execute-api:ManageConnections"
GATEWAY = "apigateway.amazonaws.com"

Plain: TypeAlias = "str | Text | Sequence[Plain] | Mapping[str, Plain]"


def of(*parts: Part) -> Text:
    return text(parts, HERE)


def value(plain: Plain) -> Value:
    if isinstance(plain, Text):
        return plain
    if isinstance(plain, str):
        return of(plain)
    if isinstance(plain, Mapping):
        return Map({key: value(item) for key, item in plain.items()}, {}, HERE)
    return Seq(tuple(map(value, plain)), HERE)


def document(*items: Plain) -> Value:
    return value({"Version": "2012-10-17", "Statement": items})


def execute_api(*tail: Part) -> Text:
    partition, region, account = Pseudo("AWS::Partition"), Pseudo("AWS::Region"), Pseudo("AWS::AccountId")
    return of("arn:", partition, ":execute-api:", region, ":", account, ":", *tail)


POST = execute_api(API, "/v1/POST/@connections/{connectionId}")


def allow(**more: Plain) -> dict[str, Plain]:
    return {"Effect": "Allow", "Action": MANAGE, "Resource": execute_api(API, "/*"), **more}


def deny(**more: Plain) -> dict[str, Plain]:
    return {**allow(**more), "Effect": "Deny"}


def without(statement: dict[str, Plain], *names: str) -> dict[str, Plain]:
    return {name: item for name, item in statement.items() if name not in names}


def decide(*items: Plain) -> Decision:
    return allows(statements(document(*items)), MANAGE, POST, forms=lambda _: Form("[a-z0-9]{10}", unique=True))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Action": "execute-api:*"},
        {"Action": "*"},
        {"Action": "Execute-API:manageconnections"},
        {"Action": ["lambda:InvokeFunction", "execute-api:Manage*"]},
        {"Resource": "*"},
        {"Resource": execute_api(API, "/v1/*/@connections/*")},
        {"Resource": [execute_api(OTHER_API, "/*"), execute_api("*/@connections/*")]},
        {"Condition": {}},
    ],
    ids=str,
)
def test_an_allow_that_covers_the_request_allows_it(changes: dict[str, Plain]) -> None:
    items = statements(document(allow(**changes)))
    assert allows(items, MANAGE, POST) == Decision(Verdict.ALLOWED, items[0])


def test_one_statement_needs_no_list() -> None:
    items = statements(value({"Statement": allow()}))
    assert allows(items, MANAGE, POST).verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "execute-api:Invoke"},
        {"Action": "execute-api:"},
        {"Resource": execute_api(OTHER_API, "/*")},
        {"Resource": execute_api(API, "/v1/POST/@connections")},
        {"Resource": execute_api(API, "/*/@CONNECTIONS/*")},
    ],
    ids=str,
)
def test_what_no_statement_covers_is_not_allowed(changes: dict[str, Plain]) -> None:
    assert decide(allow(**changes)).verdict is Verdict.NOT_ALLOWED
    assert decide().verdict is Verdict.NOT_ALLOWED


def test_the_near_misses_are_allows_of_the_action_elsewhere() -> None:
    decision = decide(
        allow(Action="execute-api:Invoke"),
        allow(Resource=execute_api(OTHER_API, "/*")),
        deny(Resource=execute_api(OTHER_API, "/*")),
        allow(Action="execute-api:*", Resource="arn:aws:s3:::bucket"),
    )
    assert decision.verdict is Verdict.NOT_ALLOWED
    assert [near.resources for near in decision.near] == [
        (execute_api(OTHER_API, "/*"),),
        (of("arn:aws:s3:::bucket"),),
    ]


def test_a_deny_wins() -> None:
    items = statements(document(allow(), deny(Action="execute-api:*")))
    assert allows(items, MANAGE, POST) == Decision(Verdict.DENIED, items[1])
    assert decide(deny()).verdict is Verdict.DENIED
    assert decide(allow(), deny(Action="execute-api:Invoke")).verdict is Verdict.ALLOWED
    assert decide(allow(), deny(Resource=execute_api(OTHER_API, "/*"))).verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (without(allow(NotAction="execute-api:Invoke"), "Action"), Verdict.ALLOWED),
        (without(allow(NotAction=["iam:*", "Execute-API:*"]), "Action"), Verdict.NOT_ALLOWED),
        (without(allow(NotResource=execute_api(OTHER_API, "/*")), "Resource"), Verdict.ALLOWED),
        (without(allow(NotResource=[execute_api(API, "/*")]), "Resource"), Verdict.NOT_ALLOWED),
        (without(allow(NotResource=execute_api(API, "/", STAGE, "/*")), "Resource"), Verdict.UNKNOWN),
        (without(deny(NotAction="iam:*"), "Action"), Verdict.DENIED),
        (without(deny(NotResource=execute_api(API, "/*")), "Resource"), Verdict.NOT_ALLOWED),
    ],
    ids=str,
)
def test_not_action_and_not_resource_mean_all_others(statement: dict[str, Plain], verdict: Verdict) -> None:
    assert decide(statement).verdict is verdict


IF_SIGNED = {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": "true"}}


def test_a_condition_leaves_its_statement_open() -> None:
    reason = 'the statement holds only under its Condition on "aws:SourceVpc", "aws:SecureTransport"'
    for items in ([allow(Condition=IF_SIGNED)], [allow(), deny(Condition=IF_SIGNED)]):
        decision = decide(*items)
        assert (decision.verdict, decision.reason) == (Verdict.UNKNOWN, reason)
        assert decision.statement is not None
        assert decision.statement.conditions == ("aws:SourceVpc", "aws:SecureTransport")
    assert decide(deny(Condition=IF_SIGNED)).verdict is Verdict.NOT_ALLOWED
    assert decide(allow(Condition=IF_SIGNED), allow()).verdict is Verdict.ALLOWED
    assert decide(allow(), deny(Condition=IF_SIGNED), deny()).verdict is Verdict.DENIED
    assert decide(allow(Condition=IF_SIGNED), deny()).verdict is Verdict.DENIED
    assert decide(allow(Condition=IF_SIGNED, Action="iam:*")).verdict is Verdict.NOT_ALLOWED


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": of(POLICY)},
        {"Action": ["iam:*", of("execute-api:", POLICY)]},
        {"Resource": of(POLICY)},
        {"Resource": execute_api(API, "/", POLICY, "/*")},
        {"Effect": of(POLICY)},
        {"Condition": of(POLICY)},
    ],
    ids=str,
)
def test_what_is_unresolved_makes_the_verdict_unknown(changes: dict[str, Plain]) -> None:
    decision = decide(allow(**changes))
    assert (decision.verdict, decision.because) == (Verdict.UNKNOWN, POLICY)
    assert decision.reason == 'parameter "Policy" has no default'


@pytest.mark.parametrize(
    "whole",
    [of(POLICY), value({"Statement": of(POLICY)}), document(of(POLICY)), document(of(POLICY), allow(Action="iam:*"))],
    ids=str,
)
def test_a_policy_that_is_unresolved_may_allow_anything(whole: Value) -> None:
    decision = allows(statements(whole), MANAGE, POST)
    assert (decision.verdict, decision.because) == (Verdict.UNKNOWN, POLICY)


def test_where_all_is_open_the_allow_is_asked_about_first() -> None:
    decision = decide(deny(Condition=IF_SIGNED), allow(Resource=of(STAGE)))
    assert (decision.verdict, decision.because) == (Verdict.UNKNOWN, STAGE)


def test_a_malformed_statement_still_has_its_effect() -> None:
    for malformed in ({"Action": {"Name": MANAGE}}, {"NotAction": "iam:*"}):
        assert decide(deny(**malformed)).verdict is Verdict.NOT_ALLOWED
        assert decide(allow(), deny(**malformed)).verdict is Verdict.UNKNOWN
        assert decide(allow(), allow(**malformed)).verdict is Verdict.ALLOWED


def test_an_unresolved_statement_may_deny_too() -> None:
    decision = decide(allow(), of(POLICY))
    assert (decision.verdict, decision.because) == (Verdict.UNKNOWN, POLICY)
    assert decide(deny(), of(POLICY)).verdict is Verdict.DENIED


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (value("{}"), 'the policy document is "{}", not a map'),
        (value([allow()]), "the policy document is a list, not a map"),
        (value({"Version": "2012-10-17"}), "the policy document has no Statement"),
        (document("Allow"), 'the statement is "Allow", not a map'),
        (document([allow()]), "the statement is a list, not a map"),
        (document(without(allow(), "Effect")), "the statement has no Effect"),
        (document(without(allow(), "Action")), "the statement has no Action"),
        (document(without(allow(), "Resource")), "the statement has no Resource"),
        (document(allow(Effect="allow")), 'the Effect of the statement is "allow", not "Allow" or "Deny"'),
        (document(allow(Effect=["Allow"])), 'the Effect of the statement is a list, not "Allow" or "Deny"'),
        (
            document(allow(Action={"Name": MANAGE})),
            "the Action of the statement is not a string or a list with strings only",
        ),
        (
            document(allow(Resource=["*", ["*"]])),
            "the Resource of the statement is not a string or a list with strings only",
        ),
        (document(allow(Action=[])), "the Action of the statement is not a string or a list with strings only"),
        (document(allow(NotAction="iam:*")), "the statement has both Action and NotAction"),
        (document(allow(Condition="never")), 'the Condition of the statement is "never", not a map'),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_is_malformed_is_unknown_and_says_why(whole: Value, reason: str) -> None:
    decision = allows(statements(whole), MANAGE, POST)
    assert (decision.verdict, decision.reason) == (Verdict.UNKNOWN, reason)


def test_a_condition_without_keys_goes_by_its_operator() -> None:
    assert statements(document(allow(Condition={"StringEquals": of(POLICY)})))[0].conditions == ("StringEquals",)


def test_the_variables_of_policies_are_filled_in_later() -> None:
    decision = decide(allow(Resource=execute_api(API, "/${aws:PrincipalTag/stage}/*")))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.reason == 'the policy variable "${aws:PrincipalTag/stage}" is filled in at run time'
    assert decide(allow(Resource=execute_api(OTHER_API, "/${aws:username}"))).verdict is Verdict.NOT_ALLOWED
    assert decide(allow(Resource=["arn:${", "*"])).verdict is Verdict.ALLOWED


def test_places_written_out_are_up_to_the_caller() -> None:
    items = statements(document(allow(Resource="arn:aws:execute-api:us-east-1:123456789012:*/@connections/*")))
    assert allows(items, MANAGE, POST).because == Pseudo("AWS::Partition")
    assert allows(items, MANAGE, POST, assume_here=True).verdict is Verdict.ALLOWED


def trust(**changes: Plain) -> Value:
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": GATEWAY}, **changes})


@pytest.mark.parametrize(
    ("whole", "verdict"),
    [
        (trust(), Verdict.ALLOWED),
        (trust(Action=["sts:TagSession", "STS:assume*"]), Verdict.ALLOWED),
        (trust(Principal={"Service": ["lambda.amazonaws.com", GATEWAY]}), Verdict.ALLOWED),
        (trust(Principal={"Service": of("apigateway.", Pseudo("AWS::URLSuffix"))}), Verdict.ALLOWED),
        (trust(Principal="*"), Verdict.ALLOWED),
        (trust(Principal={"AWS": "*"}), Verdict.ALLOWED),
        (trust(Principal={"Service": "lambda.amazonaws.com"}), Verdict.NOT_ALLOWED),
        (trust(Principal={"Service": "apigateway.*"}), Verdict.NOT_ALLOWED),
        (trust(Principal={"AWS": "arn:aws:iam::123456789012:root"}), Verdict.NOT_ALLOWED),
        (trust(Principal={"Federated": GATEWAY}), Verdict.NOT_ALLOWED),
        (trust(Action="sts:AssumeRoleWithSAML"), Verdict.NOT_ALLOWED),
        (trust(Effect="Deny"), Verdict.DENIED),
    ],
    ids=lambda given: "" if isinstance(given, Verdict) else None,
)
def test_a_trust_policy_names_who_may_assume_the_role(whole: Value, verdict: Verdict) -> None:
    decision = may_be_assumed_by(whole, GATEWAY)
    assert (decision.verdict, decision.reason) == (verdict, "")


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (trust(Principal=of(POLICY)), POLICY.reason),
        (trust(Principal={"Service": of(POLICY)}), POLICY.reason),
        (trust(Principal={"AWS": of(POLICY)}), POLICY.reason),
        (trust(Principal={"Service": "*"}), f'whether the Service "*" takes in "{GATEWAY}" is not documented'),
        (
            trust(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
            'the statement holds only under its Condition on "aws:SourceAccount"',
        ),
        (trust(Principal={}), "the statement has no Principal"),
        (trust(Principal=GATEWAY), f'the Principal of the statement is "{GATEWAY}", not a map or "*"'),
        (
            trust(Principal={"Service": {"Name": GATEWAY}}),
            "the Service Principal of the statement is not a string or a list with strings only",
        ),
        (trust(NotPrincipal="*"), "the statement has both Principal and NotPrincipal"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_an_unclear_trust_policy_is_unknown_and_says_why(whole: Value, reason: str) -> None:
    decision = may_be_assumed_by(whole, GATEWAY)
    assert (decision.verdict, decision.reason) == (Verdict.UNKNOWN, reason)


def test_not_principal_means_all_others() -> None:
    others: Plain = {"Effect": "Deny", "Action": "sts:*", "NotPrincipal": {"Service": "lambda.amazonaws.com"}}
    assert may_be_assumed_by(document(others), GATEWAY).verdict is Verdict.DENIED
    assert may_be_assumed_by(document(others), "lambda.amazonaws.com").verdict is Verdict.NOT_ALLOWED


ACTIONS = st.sampled_from(["a:x", "A:X", "a:y", "a:*", "*", "a:?", "b:x"])
RESOURCES = st.sampled_from(["r/1", "r/2", "r/*", "*", "R/1", "r/?"])
UNKNOWNS = [Unresolved("P", "no default"), Unresolved("Q", "imported")]
UNSURE = st.sampled_from([of(UNKNOWNS[0]), of("r/", UNKNOWNS[0]), of(UNKNOWNS[1]), of("a:", UNKNOWNS[1])])


@st.composite
def items(draw: st.DrawFn, effects: Sequence[str] = ("Allow", "Deny")) -> dict[str, Plain]:
    """A well-formed statement, some of it unknown."""
    actions = draw(st.lists(ACTIONS | UNSURE, min_size=1, max_size=2))
    resources = draw(st.lists(RESOURCES | UNSURE, min_size=1, max_size=2))
    return {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): actions,
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): resources,
        **draw(st.sampled_from([{}, {}, {}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}])),
    }


MANY = st.lists(items(), max_size=3)
REQUEST = ("a:x", of("r/1"))


def verdict_of(policy: list[dict[str, Plain]]) -> Verdict:
    return allows(statements(document(*policy)), *REQUEST).verdict


def concretely(policy: list[dict[str, Plain]], texts: dict[Unresolved, str], *, met: bool) -> Verdict:
    """IAM's evaluation in its own words: everything known, and all conditions `met` or none."""

    def deployed(one: Plain) -> str:
        whole = value(one)
        assert isinstance(whole, Text)
        return "".join(texts[part] if isinstance(part, Unresolved) else str(part) for part in whole.parts)

    def hit(patterns: Plain, subject: str, flags: int = 0) -> bool:
        assert isinstance(patterns, Sequence)
        return any(re.match(fnmatch.translate(deployed(one)), subject, flags) for one in patterns)

    effects = set()
    for one in policy:
        by_action = hit(one.get("Action", one.get("NotAction", ())), "a:x", re.IGNORECASE) == ("Action" in one)
        by_resource = hit(one.get("Resource", one.get("NotResource", ())), "r/1") == ("Resource" in one)
        if by_action and by_resource and (met or "Condition" not in one):
            effects.add(one["Effect"])
    if "Deny" in effects:
        return Verdict.DENIED
    return Verdict.ALLOWED if "Allow" in effects else Verdict.NOT_ALLOWED


@settings(max_examples=max(400, settings().max_examples))
@given(
    MANY,
    st.sampled_from(["a:x", "x", "", "1", "r/1", "*", "?"]),
    st.sampled_from(["r/1", "x", "*", "a:x"]),
    st.booleans(),
)
def test_a_verdict_holds_in_every_deployment(policy: list[dict[str, Plain]], one: str, two: str, met: bool) -> None:  # noqa: FBT001
    verdict = verdict_of(policy)
    actual = concretely(policy, dict(zip(UNKNOWNS, (one, two), strict=True)), met=met)
    if verdict is Verdict.NOT_ALLOWED:
        # What may be denied and is not allowed either way needs no question.
        assert actual is not Verdict.ALLOWED
    else:
        assert verdict in (actual, Verdict.UNKNOWN)


@given(MANY, items(effects=["Deny"]))
def test_a_deny_more_never_allows(policy: list[dict[str, Plain]], more: dict[str, Plain]) -> None:
    before, after = verdict_of(policy), verdict_of([*policy, more])
    assert after is before or after is Verdict.DENIED or (before, after) == (Verdict.ALLOWED, Verdict.UNKNOWN)


@given(MANY, items(effects=["Allow"]))
def test_an_allow_more_never_takes_away(policy: list[dict[str, Plain]], more: dict[str, Plain]) -> None:
    before, after = verdict_of(policy), verdict_of([*policy, more])
    assert after is before or (before in (Verdict.NOT_ALLOWED, Verdict.UNKNOWN) and after is not Verdict.DENIED)


@given(MANY.flatmap(lambda policy: st.tuples(st.just(policy), st.permutations(policy))))
def test_the_order_of_statements_is_of_no_account(both: tuple[list[dict[str, Plain]], list[dict[str, Plain]]]) -> None:
    assert verdict_of(both[0]) is verdict_of(both[1])


JSON = st.recursive(
    st.sampled_from(["Allow", "*", "", "a:x"]) | UNSURE,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "NotAction", "Resource", "Principal", "Condition", "AWS"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_anything_can_stand_where_a_policy_should(plain: Plain) -> None:
    read = statements(value(plain))
    assert all(isinstance(one, Statement) for one in read)
    for decision in (allows(read, *REQUEST), may_be_assumed_by(value(plain), GATEWAY)):
        assert (decision.reason != "") == (decision.verdict is Verdict.UNKNOWN)
