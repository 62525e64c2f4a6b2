from typing import Any

import pytest
from gateways import Played, api_of, closed, event, guarded, one, raised, route, sent, some, stage_of

from wsconform.local.gateway.effects import Accept, Effect, Happened, Invoke

MINUTE = 60


def pair(effects: list[Effect]) -> tuple[int, str]:
    context = event(effects)["requestContext"]
    return context["disconnectStatusCode"], context["disconnectReason"]


def played_with_one(**properties: Any) -> tuple[Played, str]:  # noqa: ANN401, of any field
    played = Played(route("$default"), route("$disconnect"), **properties)
    return played, played.connected()


@pytest.mark.parametrize(
    ("code", "reason", "told"),
    [
        (1000, "", (1000, "")),
        (1001, "", (1001, "")),
        (1005, "", (1005, "Client-side close frame status not set")),
        (1006, "reset by peer", (1006, "")),
        (4000, "done", (4000, "done")),
    ],
)
def test_what_disconnect_hears_of_the_client(code: int, reason: str, told: tuple[int, str]) -> None:
    played, _ = played_with_one()
    effects = played.gone(code=code, reason=reason)
    assert pair(effects) == told
    assert not closed(effects)
    assert played.gone() == []


def test_a_binary_frame_ends_the_connection() -> None:
    played, connection_id = played_with_one()
    effects = played.keep(played.gateway.binary(1, played.now))
    assert closed(effects) == (1003, "")
    assert pair(effects)[0] == 1003
    assert played.manage("POST", connection_id).status == 410
    assert played.gateway.binary(1, played.now) == []
    assert played.gateway.binary("stranger", played.now) == []


def test_ten_idle_minutes() -> None:
    played, _ = played_with_one()
    assert played.gateway.next_deadline() == played.now + 10 * MINUTE
    assert not closed(played.passed(9 * MINUTE))
    played.message("hello")
    played.passed(30)
    assert not closed(played.passed(9 * MINUTE))
    effects = played.passed(30)
    assert closed(effects) == (1001, "Going away")
    assert pair(effects) == (1001, "Going away")
    assert played.gateway.connections == {}


def test_a_push_is_activity_and_a_get_is_none() -> None:
    for method, stays in (("POST", True), ("GET", False)):
        played, connection_id = played_with_one()
        played.passed(9 * MINUTE)
        played.manage(method, connection_id)
        assert (closed(played.passed(2 * MINUTE)) is None) is stays


def test_a_ping_is_activity_if_assumed() -> None:
    for assumed, stays in (({}, False), ({"J13": "yes"}, True)):
        played, _ = played_with_one(assumed=assumed)
        played.passed(9 * MINUTE)
        assert played.gateway.ping(1, played.now) == []
        assert (closed(played.passed(2 * MINUTE)) is None) is stays
        assert played.gateway.ping("stranger", played.now) == []


def test_two_hours() -> None:
    played, _ = played_with_one(assumed={"J11": "Session expired"})
    for _ in range(23):
        assert not closed(played.passed(5 * MINUTE))
        played.message("hello")
    assert not closed(played.passed(5 * MINUTE - 1))
    effects = played.passed(1)
    assert closed(effects) == (1001, "Going away")
    assert pair(effects) == (1001, "Session expired")


def test_a_disconnect_function_that_fails_is_told_to_people_only() -> None:
    played, _ = played_with_one()
    effects = played.answer(one(Invoke, played.gone()), raised("boom"))
    assert all(isinstance(effect, Happened) for effect in effects)
    assert played.why == "the function raised Exception: boom"
    assert played.gateway.idle


def test_a_disconnect_function_that_never_returns_is_waited_for_no_longer() -> None:
    played, _ = played_with_one()
    invoke = one(Invoke, played.gone())
    assert not played.gateway.idle
    played.passed(29)
    assert played.gateway.idle
    assert played.answer(invoke) == []


def test_without_disconnect_route_nobody_is_invoked() -> None:
    stage = stage_of(route("$default"), absent={"$disconnect": "the Deployment does not wait for it"})
    played = Played(api=api_of(stage))
    played.connected()
    assert not some(Invoke, played.gone())
    assert played.why == "the Deployment does not wait for it"
    assert played.gateway.idle


def test_disconnect_without_target() -> None:
    played = Played(route("$default"), route("$disconnect", integration=None))
    played.connected()
    assert not some(Invoke, played.gone())


def test_connections_outlive_a_deployment() -> None:
    played, connection_id = played_with_one()
    pending = one(Invoke, played.message("hello"))
    played.gateway.redeploy(api_of(stage_of(guarded(("header", "x-token")), route("other"))))
    assert played.manage("POST", connection_id).status == 200
    assert "Internal server error" in str(sent(played.answer(pending, raised("boom"))))
    assert "Forbidden" in str(sent(played.message("hello")))
    assert some(Invoke, played.message('{"action": "other"}'))
    assert not some(Accept, played.upgrade())
    assert not some(Invoke, played.gone())


def test_open_connections_have_the_stage_variables_of_the_latest_deployment() -> None:
    routes = route("$default"), route("$disconnect")
    played = Played(api=api_of(stage_of(*routes, variables={"realm": "home"})))
    played.connected()
    assert event(played.message("hello"))["stageVariables"] == {"realm": "home"}
    played.gateway.redeploy(api_of(stage_of(*routes, variables={"realm": "abroad"})))
    assert event(played.message("hello"))["stageVariables"] == {"realm": "abroad"}
    played.gateway.redeploy(api_of(stage_of(*routes)))
    assert "stageVariables" not in event(played.gone())


def test_a_stage_that_a_deployment_takes_away() -> None:
    played, _ = played_with_one()
    played.gateway.redeploy(api_of(stage_of(route("$default"), name="v2")))
    assert "Forbidden" in str(sent(played.message("hello")))
    assert not some(Invoke, played.gone())


def test_strangers_who_leave_are_nothing() -> None:
    played, _ = played_with_one()
    assert played.gone("stranger") == []
    played.gateway.congested("stranger", full=True)
