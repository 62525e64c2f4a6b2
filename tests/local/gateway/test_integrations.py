"""Routes that call something else than a function through a proxy integration, or nothing at all."""

from gateways import Played, event, one, refusal, result, route, sent, some

from wsconform.local.deployed.model import DeployedIntegration, IntegrationResponse
from wsconform.local.gateway.effects import Accept, Fetch, Invoke
from wsconform.local.outcome import Fetched, Unreachable

MOCK = DeployedIntegration(
    label="Mock",
    type="MOCK",
    request_templates={"$default": '{"statusCode": 200}'},
    template_selection="\\$default",
    responses=(IntegrationResponse(key="$default", templates={"$default": '{"echo": $input.json("$.text")}'}),),
)
BACKEND = DeployedIntegration(label="Backend", type="HTTP_PROXY", uri="https://backend.example/chat", timeout=2)


def test_a_mock_integration_answers_at_once() -> None:
    played = Played(route("test", integration=MOCK, two_way=True))
    played.connected()
    effects = played.message('{"action": "test", "text": "hi"}')
    assert not some(Invoke, effects)
    assert len(sent(effects)) == 1


def test_connect_without_integration_response_is_an_assumption() -> None:
    bare = DeployedIntegration(
        label="Mock",
        type="MOCK",
        request_templates={"$default": '{"statusCode": 200}'},
        template_selection="\\$default",
    )
    assert refusal(Played(route("$connect", integration=bare)).upgrade())[0] == 500
    assert some(Accept, Played(route("$connect", integration=bare), assumed={"J20": "200"}).upgrade())


def test_connect_passes_a_backends_status_on() -> None:
    played = Played(route("$connect", integration=BACKEND))
    fetch = one(Fetch, played.upgrade())
    assert fetch.call.url == "https://backend.example/chat"
    answer = Fetched(400, {}, b"no")
    assert refusal(played.keep(played.gateway.completed(fetch.ticket, answer, played.now)))[0] == 400
    fetch = one(Fetch, played.upgrade())
    assert some(Accept, played.keep(played.gateway.completed(fetch.ticket, Fetched(200), played.now)))


def test_a_backend_answers_a_message_or_does_not() -> None:
    played = Played(route("test", integration=BACKEND, two_way=True))
    played.connected()
    fetch = one(Fetch, played.message('{"action": "test"}'))
    assert fetch.call.body == b'{"action": "test"}'
    assert sent(played.keep(played.gateway.completed(fetch.ticket, Fetched(200, {}, b"hello"), played.now))) == [
        "hello"
    ]
    fetch = one(Fetch, played.message('{"action": "test"}'))
    gone = Unreachable("connection refused")
    assert "Internal server error" in str(sent(played.gateway.completed(fetch.ticket, gone, played.now)))
    fetch = one(Fetch, played.message('{"action": "test"}'))
    assert "Endpoint request timed out" in str(sent(played.passed(2)))
    assert fetch.call.timeout == 2
    assert played.gateway.completed(fetch.ticket, gone, played.now) == []


def test_a_function_without_proxy_gets_what_its_template_says() -> None:
    plain = DeployedIntegration(
        label="Plain",
        type="AWS",
        target=route("x").integration.target,  # type: ignore[union-attr]
        request_templates={"$default": '{"said": $input.json("$.text"), "by": "$context.connectionId"}'},
        template_selection="\\$default",
        responses=(IntegrationResponse(key="$default"),),
    )
    played = Played(route("test", integration=plain, two_way=True))
    connection_id = played.connected()
    effects = played.message('{"action": "test", "text": "hi"}')
    assert event(effects) == {"said": "hi", "by": connection_id}
    (reply,) = sent(played.answer(one(Invoke, effects), result({"heard": True})))
    assert reply == '{"heard": true}'
