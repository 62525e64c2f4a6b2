import json

import pytest
from gateways import (
    FINE,
    START,
    Played,
    api_of,
    authorizer,
    event,
    guarded,
    integration,
    one,
    policy,
    raised,
    refusal,
    result,
    route,
    some,
    stage_of,
)

from wsconform.local.deployed.model import Refusal, Throttle
from wsconform.local.gateway.effects import Accept, Invoke, Refuse
from wsconform.local.gateway.inputs import Caller
from wsconform.local.gateway.limits import Quotas
from wsconform.local.outcome import Crashed, Outcome, TimedOut, Unrunnable

HEADER = ("header", "x-token")
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcd123456/v1/$connect"


def test_without_connect_route_everybody_is_let_in_at_once() -> None:
    played = Played(route("$default"))
    assert one(Accept, played.upgrade()).subprotocol is None
    assert len(played.gateway.connections) == 1


def test_an_absent_connect_route_is_explained() -> None:
    stage = stage_of(route("test"), absent={"$connect": "the Deployment does not wait for it"})
    played = Played(api=api_of(stage))
    assert some(Accept, played.upgrade())
    assert played.why == "nobody is asked who connects: the Deployment does not wait for it"


def test_order_is_sources_then_authorizer_then_integration() -> None:
    played = Played(guarded(HEADER))
    effects = played.upgrade(headers={"X-Token": "secret"})
    asked = one(Invoke, effects)
    assert asked.function == "Guard"
    effects = played.answer(asked, policy("*"))
    connect = one(Invoke, effects)
    assert connect.function == "Connect"
    assert not played.gateway.connections
    assert some(Accept, played.answer(connect))
    assert len(played.gateway.connections) == 1


@pytest.mark.parametrize("headers", [{}, {"x-token": ""}, {"x-other": "secret"}])
def test_a_missing_identity_source_is_401_without_a_call(headers: dict[str, str]) -> None:
    played = Played(guarded(HEADER))
    effects = played.upgrade(headers=headers)
    assert refusal(effects) == (401, "Unauthorized")
    assert not some(Invoke, effects)
    assert played.why == "identity source route.request.header.x-token is missing"
    assert ("x-amzn-ErrorType", "UnauthorizedException") in one(Refuse, effects).headers
    assert played.gateway.idle


def test_every_identity_source_has_to_be_there() -> None:
    sources = (("querystring", "key"), ("stageVariables", "realm"), ("context", "identity.sourceIp"), HEADER)
    stage = stage_of(guarded(*sources), variables={"realm": "home"})
    played = Played(api=api_of(stage))
    assert some(Invoke, played.upgrade(headers={"x-token": "s"}, query={"key": "k"}))
    assert refusal(played.upgrade(headers={"x-token": "s"}, query={"KEY": "k"}))[0] == 401
    assert refusal(played.upgrade(query={"key": "k"}))[0] == 401


@pytest.mark.parametrize("name", ["Host", "connection", "Upgrade", "X-Forwarded-For", "x-amzn-trace-id"])
def test_what_every_request_has_is_no_hurdle(name: str) -> None:
    assert some(Invoke, Played(guarded(("header", name))).upgrade())


def test_case_of_header_sources_is_an_assumption() -> None:
    played = Played(guarded(HEADER), assumed={"J6": "no"})
    assert refusal(played.upgrade(headers={"X-Token": "secret"}))[0] == 401


def test_an_authorizer_without_sources_always_runs() -> None:
    assert one(Invoke, Played(guarded()).upgrade()).function == "Guard"


@pytest.mark.parametrize(
    ("outcome", "status", "message"),
    [
        (raised("Unauthorized"), 401, "Unauthorized"),
        (raised("Unauthorized."), 500, "Internal server error"),
        (raised("no such user"), 500, "Internal server error"),
        (policy("*", "Deny"), 403, "Forbidden"),
        (policy(ARN.replace("v1/$connect", "v1/*/*")), 403, "Forbidden"),
        (policy(ARN.replace("$connect", "$CONNECT")), 403, "Forbidden"),
        (policy("x" * 513), 500, "Internal server error"),
        (policy("*", "allow"), 500, "Internal server error"),
        (policy("*", context={"groups": ["a"]}), 500, "Internal server error"),
        (policy("*", context={"user": {"name": "a"}}), 500, "Internal server error"),
        (policy("*", context="text"), 500, "Internal server error"),
        (policy("*", padding="x" * 8192), 500, "Internal server error"),
        (policy("*", principalId=""), 500, "Internal server error"),
        (result({"statusCode": 401}), 500, "Internal server error"),
        (result({"isAuthorized": True}), 500, "Internal server error"),
        (result("Unauthorized"), 500, "Internal server error"),
        (result({"principalId": "me", "policyDocument": {}}), 500, "Internal server error"),
        (
            result({"principalId": "me", "policyDocument": {"Statement": [{"Effect": "Allow"}]}}),
            500,
            "Internal server error",
        ),
        (result(None), 500, "Internal server error"),
        (TimedOut(3), 500, "Internal server error"),
        (Crashed("exit status 1"), 500, "Internal server error"),
        (Unrunnable("there is no node"), 500, "Internal server error"),
    ],
)
def test_what_an_authorizer_says_no_with(outcome: Outcome, status: int, message: str) -> None:
    played = Played(guarded())
    assert refusal(played.answer(one(Invoke, played.upgrade()), outcome)) == (status, message)
    assert played.why.startswith("Guard: ")
    assert played.gateway.idle


@pytest.mark.parametrize(
    "resource", [ARN, "*", ARN.replace("$connect", "*"), ARN.replace("v1/$connect", "*"), "arn:*/v?/$connect"]
)
def test_policies_that_let_in(resource: str) -> None:
    played = Played(guarded())
    assert one(Invoke, played.answer(one(Invoke, played.upgrade()), policy(resource))).function == "Connect"


def test_deny_wins_and_the_statement_is_named() -> None:
    document = {
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "EXECUTE-API:invoke", "Resource": ARN},
        ]
    }
    played = Played(guarded())
    answer = result({"principalId": "me", "policyDocument": document})
    assert refusal(played.answer(one(Invoke, played.upgrade()), answer))[0] == 403
    assert played.why == f'Guard: statement 2 of the policy denies "{ARN}"'


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, 0),
        ({"IpAddress": {"aws:SourceIp": ["198.51.100.0/24"]}}, 403),
        ({"NotIpAddress": {"aws:SourceIp": ["198.51.100.0/24"]}}, 0),
        ({"StringLike": {"aws:UserAgent": "Mozilla/*"}}, 0),
        ({"StringEquals": {"aws:UserAgent": "Mozilla/*"}}, 403),
        ({"StringEquals": {"aws:PrincipalTag/team": "chat"}}, 403),
        ({"StringEqualsIfExists": {"aws:PrincipalTag/team": "chat"}}, 0),
        ({"Bool": {"aws:SecureTransport": True}}, 0),
        ({"DateLessThan": {"aws:CurrentTime": "2024-01-20T00:00:00Z"}}, 403),
        ({"DateGreaterThan": {"aws:CurrentTime": "2024-01-20T00:00:00Z"}}, 0),
        ({"NumericLessThan": {"aws:EpochTime": START + 60}}, 0),
        ({"Null": {"aws:Referer": "true"}}, 0),
        ({"IpAddress": {"aws:SourceIp": "everywhere"}}, 500),
        ({"Near": {"aws:SourceIp": "192.0.2.1"}}, 500),
    ],
)
def test_conditions_of_a_policy(condition: dict[str, object], status: int) -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "execute-api:*", "Resource": "*", "Condition": condition}}
    played = Played(guarded())
    invoke = one(Invoke, played.upgrade(headers={"User-Agent": "Mozilla/5.0"}))
    effects = played.answer(invoke, result({"principalId": "me", "policyDocument": document}))
    refused = some(Refuse, effects)
    assert (refused.status if refused else 0) == status


def test_an_authorizer_that_may_not_be_invoked_is_500_and_explained() -> None:
    no = Refusal("no AWS::Lambda::Permission lets API Gateway invoke it", "template.yaml:12:3")
    connect = route("$connect", authorization="CUSTOM", authorizer=authorizer(refusal=no))
    played = Played(connect)
    assert refusal(played.upgrade()) == (500, "Internal server error")
    assert "no AWS::Lambda::Permission" in played.why
    assert "template.yaml:12:3" in played.why


def test_an_authorizer_that_does_not_answer() -> None:
    played = Played(guarded())
    invoke = one(Invoke, played.upgrade())
    assert not some(Refuse, played.passed(28.9))
    assert refusal(played.passed(0.2)) == (500, "Internal server error")
    assert played.answer(invoke, policy("*")) == []
    assert played.gateway.idle


def test_authorization_counts_only_where_the_route_asks_for_it() -> None:
    played = Played(route("$connect", authorizer=authorizer(HEADER)))
    assert one(Invoke, played.upgrade()).function == "Connect"


def test_custom_authorization_without_authorizer_is_500() -> None:
    assert refusal(Played(route("$connect", authorization="CUSTOM")).upgrade())[0] == 500


@pytest.mark.parametrize("status", [200, 201, 299])
def test_a_success_of_connect_lets_in(status: int) -> None:
    played = Played(route("$connect"))
    assert some(Accept, played.answer(one(Invoke, played.upgrade()), result({"statusCode": status})))


@pytest.mark.parametrize(
    ("status", "message"),
    [(301, "Moved Permanently"), (400, "Bad Request"), (401, "Unauthorized"), (501, "Not Implemented")],
)
def test_any_other_status_of_connect_goes_out_unchanged(status: int, message: str) -> None:
    played = Played(route("$connect"))
    answer = result({"statusCode": status, "body": "no", "headers": {"x-why": "no"}})
    effects = played.answer(one(Invoke, played.upgrade()), answer)
    assert refusal(effects) == (status, message)
    assert "x-why" not in dict(one(Refuse, effects).headers)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (raised("boom"), 502),
        (result({"body": "no status"}), 502),
        (result("text"), 502),
        (TimedOut(3), 502),
        (Crashed("exit status 1"), 502),
    ],
)
def test_a_connect_function_that_fails(outcome: Outcome, status: int) -> None:
    played = Played(route("$connect"))
    assert refusal(played.answer(one(Invoke, played.upgrade()), outcome))[0] == status


def test_a_connect_integration_that_is_too_slow_is_504() -> None:
    played = Played(route("$connect", integration=integration("Connect", timeout=2)))
    played.upgrade()
    assert refusal(played.passed(2)) == (504, "Endpoint request timed out")


def test_a_connect_function_that_may_not_be_invoked_is_500() -> None:
    played = Played(route("$connect", integration=integration("Connect", Refusal("no permission"))))
    assert refusal(played.upgrade()) == (500, "Internal server error")
    assert played.why == "no permission"


def test_connect_without_target_asks_nobody_and_lets_in() -> None:
    assert some(Accept, Played(route("$connect", integration=None)).upgrade())
    assert refusal(Played(route("$connect", integration=None), assumed={"J4": "no"}).upgrade())[0] == 500


@pytest.mark.parametrize(("path", "status"), [("/v2", 403), ("/", 403), ("/V1", 403), ("/v1/more", 403)])
def test_paths_that_lead_nowhere(path: str, status: int) -> None:
    assert refusal(Played(route("$default")).upgrade(path)) == (status, "Forbidden")


def test_a_slash_after_the_stage_is_fine() -> None:
    assert some(Accept, Played(route("$default")).upgrade("/v1/"))


def test_a_stage_without_deployment() -> None:
    played = Played(api=api_of(stage_of(snapshot=None, why_empty="the stage has neither DeploymentId nor AutoDeploy")))
    assert refusal(played.upgrade()) == (403, "Forbidden")
    assert played.why == "the stage has neither DeploymentId nor AutoDeploy"


def test_a_disabled_endpoint_and_a_long_url() -> None:
    assert refusal(Played(route("$default"), disabled=True).upgrade())[0] == 403
    assert refusal(Played(route("$default")).upgrade(target_length=4097))[0] == 414
    assumed = {"J24": "400", "J25": "404"}
    assert refusal(Played(route("$default"), disabled=True, assumed=assumed).upgrade())[0] == 404
    assert refusal(Played(route("$default"), assumed=assumed).upgrade(target_length=4097))[0] == 400


def test_a_disabled_endpoint_may_stand_for_the_custom_domain() -> None:
    played = Played(route("$default"), disabled=True, assumed={"J25": "200"})
    assert played.manage("GET", played.connected()).status == 200


def test_iam_wants_a_signature_and_the_right() -> None:
    asked = []

    def may_invoke(caller: str, resource: str) -> Refusal | None:
        asked.append((caller, resource))
        return None if caller.endswith("me") else Refusal("no statement allows it")

    played = Played(route("$connect", authorization="AWS_IAM"), may_invoke=may_invoke)
    assert refusal(played.upgrade())[0] == 403
    assert played.why == "the request is not signed"
    assert refusal(played.upgrade(caller=Caller(arn="you")))[0] == 403
    assert played.why == "no statement allows it"
    assert some(Invoke, played.upgrade(caller=Caller(arn="me")))
    assert asked == [("you", ARN), ("me", ARN)]


def test_an_api_key_in_the_header() -> None:
    played = Played(guarded(HEADER, api_key_required=True), keys=frozenset({"k1"}))
    assert refusal(played.upgrade(headers={"x-token": "s"})) == (403, "Forbidden")
    assert refusal(played.upgrade(headers={"x-token": "s", "x-api-key": "k2"})) == (403, "Forbidden")
    assert one(Invoke, played.upgrade(headers={"x-token": "s", "X-API-Key": "k1"})).function == "Guard"


def test_an_api_key_is_looked_for_in_two_places_only() -> None:
    expression = "$request.querystring.key"
    played = Played(guarded(HEADER, api_key_required=True), keys=frozenset({"k1"}), key_expression=expression)
    assert refusal(played.upgrade(headers={"x-token": "s", "x-api-key": "k1"})) == (403, "Forbidden")


def test_an_api_key_from_the_authorizer() -> None:
    expression = "$context.authorizer.usageIdentifierKey"
    played = Played(guarded(api_key_required=True), keys=frozenset({"k1"}), key_expression=expression)
    for key, status in (("k2", 403), ("k1", 0)):
        effects = played.answer(one(Invoke, played.upgrade()), policy("*", usageIdentifierKey=key))
        refused = some(Refuse, effects)
        assert (refused.status if refused else 0) == status
    played = Played(route("$connect", api_key_required=True), keys=frozenset({"k1"}), key_expression=expression)
    assert refusal(played.upgrade())[0] == 403


def test_throttled_connects() -> None:
    stage = stage_of(route("$connect"), throttles={"$connect": Throttle(rate=1, burst=2)})
    played = Played(api=api_of(stage))
    assert some(Invoke, played.upgrade())
    assert some(Invoke, played.upgrade())
    assert refusal(played.upgrade()) == (429, "Too Many Requests")
    played.passed(1)
    assert some(Invoke, played.upgrade())
    played = Played(route("$default"), quotas=Quotas(connects=Throttle(rate=1)))
    assert some(Accept, played.upgrade())
    assert refusal(played.upgrade())[0] == 429


def test_the_subprotocol_is_the_integrations_choice() -> None:
    played = Played(route("$connect"))
    offer = {"Sec-WebSocket-Protocol": "chat, chess"}
    effects = played.upgrade(headers=offer)
    assert event(effects)["headers"]["Sec-WebSocket-Protocol"] == "chat, chess"
    answer = result({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chess"}})
    assert one(Accept, played.answer(one(Invoke, effects), answer)).subprotocol == "chess"
    assert one(Accept, played.answer(one(Invoke, played.upgrade(headers=offer)), FINE)).subprotocol is None
    assert "browsers will not connect" in played.why


def test_a_client_that_leaves_during_its_handshake() -> None:
    played = Played(guarded(), route("$disconnect"))
    for steps in (0, 1):
        effects = played.upgrade(peer="p")
        for _ in range(steps):
            effects = played.answer(one(Invoke, effects), policy("*"))
        invoke = one(Invoke, effects)
        assert not some(Invoke, played.gone("p", 1006))
        assert played.answer(invoke, policy("*")) == []
        assert played.gateway.idle


def test_disconnect_after_a_refusal_is_an_assumption() -> None:
    for assumed, invoked in (({}, False), ({"J10": "yes"}, True)):
        played = Played(guarded(HEADER), route("$disconnect"), assumed=assumed)
        assert (some(Invoke, played.upgrade()) is not None) is invoked


def test_disconnect_after_a_refusal_has_the_time_of_the_refusal() -> None:
    played = Played(guarded(), route("$disconnect"), assumed={"J10": "yes"})
    asked = one(Invoke, played.upgrade())
    played.now += 20
    found = event(played.answer(asked, policy("*", "Deny")))
    assert found["requestContext"]["requestTimeEpoch"] == int(played.now * 1000)
    assert played.gateway.next_deadline() == played.now + 29


def test_bodies_of_refusals_are_an_assumption() -> None:
    bodies = {}
    for choice in ("ids", "message", "none"):
        played = Played(guarded(HEADER), assumed={"J1": choice})
        bodies[choice] = one(Refuse, played.upgrade()).body
    assert json.loads(bodies["ids"]).keys() == {"message", "connectionId", "requestId"}
    assert bodies["message"] == b'{"message":"Unauthorized"}'
    assert bodies["none"] == b""


def test_a_second_upgrade_of_a_peer_is_nothing() -> None:
    played = Played(route("$default"))
    played.upgrade(peer="p")
    assert played.upgrade(peer="p") == []
