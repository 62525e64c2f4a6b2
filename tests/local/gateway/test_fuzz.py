"""Whatever clients, authorizers and handlers say, the gateway answers and never raises."""

import json

from gateways import START, Played, guarded, management_call, one, policy, route, sent, some
from hypothesis import given
from hypothesis import strategies as st

from wsconform.local.gateway.effects import Accept, Answer, Effect, Invoke, Refuse
from wsconform.local.gateway.inputs import Caller, Upgrade
from wsconform.local.outcome import Crashed, Outcome, Raised, Returned, TimedOut, Unrunnable

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)),
    max_leaves=12,
)
Named = st.sampled_from(
    ["principalId", "policyDocument", "context", "Statement", "Effect", "Action", "Resource", "Condition", "statusCode"]
)
Policies = st.recursive(
    st.one_of(JSON, st.sampled_from(["Allow", "Deny", "*", "execute-api:Invoke", "me", 200])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(Named, inner, max_size=6)),
    max_leaves=20,
)
Outcomes = st.one_of(
    st.builds(Returned, st.one_of(st.binary(), Policies.map(lambda value: json.dumps(value).encode()))),
    st.builds(Raised, st.text(), st.text(), st.binary()),
    st.builds(TimedOut, st.floats(0, 900)),
    st.builds(Crashed, st.text()),
    st.builds(Unrunnable, st.text()),
)
Operators = st.sampled_from(
    [
        "StringEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "IpAddress",
        "DateLessThan",
        "NumericEquals",
        "Bool",
        "Null",
    ]
)
Keys = st.sampled_from(["aws:SourceIp", "aws:CurrentTime", "aws:EpochTime", "aws:SecureTransport", "aws:UserAgent"])
Compared = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=12), st.lists(st.text(max_size=5), max_size=2)
)
Conditions = st.dictionaries(
    st.one_of(Operators, st.text(max_size=8)),
    st.one_of(Compared, st.dictionaries(Keys, Compared, max_size=2)),
    max_size=3,
)
Pairs = st.lists(
    st.tuples(
        st.one_of(st.text(max_size=6), st.sampled_from(["Host", "host", "x-token", "X-Forwarded-For", "q"])),
        st.text(max_size=6),
    ),
    max_size=5,
)


def decided(effects: list[Effect]) -> bool:
    return some(Accept, effects) is not None or some(Refuse, effects) is not None


@given(Pairs, Pairs, st.text())
def test_any_upgrade(headers: list[tuple[str, str]], query: list[tuple[str, str]], path: str) -> None:
    played = Played(guarded(("header", "x-token"), ("querystring", "q")))
    for number, where in enumerate(("/v1", path)):
        request = Upgrade(
            path=where,
            headers=tuple(headers),
            query=tuple(query),
            source_ip="192.0.2.1",
            port=80,
            secure=False,
        )
        effects = played.gateway.upgrade(number, request, START)
        assert decided(effects) or some(Invoke, effects)


@given(Outcomes, Outcomes)
def test_any_answer_to_a_connect(first: Outcome, second: Outcome) -> None:
    played = Played(guarded())
    effects = played.answer(one(Invoke, played.upgrade()), first)
    if not decided(effects):
        effects = played.answer(one(Invoke, effects), second)
    assert decided(effects)
    played.gone()
    assert played.gateway.idle


@given(Conditions)
def test_any_condition(condition: object) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    answer = policy("*", policyDocument={"Statement": [statement]})
    played = Played(guarded())
    effects = played.answer(one(Invoke, played.upgrade()), answer)
    assert some(Invoke, effects) or some(Refuse, effects)


@given(st.one_of(st.text(), JSON.map(json.dumps)), st.sampled_from(["", "[*]", "..a", "['a b']", "[0].b", "[?@.a]"]))
def test_any_message(text: str, more: str) -> None:
    for selection in ("$request.body.action", f"${{request.body.action{more}}}/x"):
        played = Played(route("1"), selection=selection)
        played.connected()
        effects = played.message(text)
        assert (some(Invoke, effects) is None) is (len(sent(effects)) == 1)


@given(Outcomes)
def test_any_answer_to_a_message(outcome: Outcome) -> None:
    played = Played(route("$default", two_way=True))
    played.connected()
    assert len(sent(played.answer(one(Invoke, played.message("hello")), outcome))) <= 1


@given(st.text(), st.text(), st.binary(), st.one_of(st.just(""), st.text()))
def test_any_management_call(method: str, path: str, body: bytes, fault: str) -> None:
    played = Played(route("$default"))
    connection_id = played.connected()
    caller = Caller(arn="" if fault else "me", fault=fault)
    for where in (path, f"/v1/@connections/{path}", f"/v1/@connections/{connection_id}"):
        assert some(Answer, played.manage_all(management_call(method, where, body, caller)))
        assert some(Answer, played.manage_all(management_call("POST", where, body, caller)))


@given(st.integers(0, 65535), st.text())
def test_any_close(code: int, reason: str) -> None:
    played = Played(route("$default"), route("$disconnect"))
    played.connected()
    assert one(Invoke, played.gone(code=code, reason=reason)).function == "Disconnect"
