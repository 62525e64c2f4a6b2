"""Any number of clients, messages, pushes, failures and deployments in any order, beside a plain model of it all."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateways import (
    FINE,
    SOMEBODY,
    START,
    api_of,
    authorizer,
    integration,
    management_call,
    policy,
    raised,
    result,
    route,
    stage_of,
)
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wsconform.local.deployed.model import DeployedApi, DeployedRoute
from wsconform.local.gateway.core import Gateway
from wsconform.local.gateway.effects import Accept, Answer, Close, Effect, Fetch, Happened, Invoke, Refuse, Send
from wsconform.local.gateway.ids import Ids
from wsconform.local.gateway.inputs import Upgrade
from wsconform.local.outcome import Crashed, Outcome

# Never whole seconds, so that nothing falls due in the moment in which a connection has been idle for too long.
TIMEOUT = 28.75
AUTHORIZER_TIMEOUT = 29.0
IDLE, DURATION = 600.0, 7200.0
TOKEN = {"x-token": "secret"}
Pick = st.integers(0, 2**16)
T = TypeVar("T")


def deployment(*, complete: bool) -> DeployedApi:
    def named(key: str, name: str, **more: Any) -> DeployedRoute:  # noqa: ANN401, of any field
        return route(key, integration=integration(name, timeout=TIMEOUT), **more)

    routes = [named("$connect", "Connect"), named("$disconnect", "Disconnect"), named("tell", "Tell")]
    routes += [named("ask", "Ask", two_way=True)] if complete else []
    guard = {"authorization": "CUSTOM", "authorizer": authorizer(("header", "x-token"))}
    guarded = [named("$connect", "Connect", **guard), *routes[1:]]
    return api_of(stage_of(*routes, name="open"), stage_of(*guarded, name="guarded"))


DEPLOYMENTS = {True: deployment(complete=True), False: deployment(complete=False)}


@dataclass
class Client:
    """What the model knows of a client; `state` is `pending`, `open` or `over`."""

    peer: int
    stage: str
    id: str
    state: str = "pending"
    opened: float = 0.0
    active: float = 0.0
    full: bool = False
    disconnects: int = 0


@dataclass
class Call:
    """A call that the gateway is to wait for."""

    function: str
    client: Client
    until: float


@dataclass
class Told:
    """What the gateway is expected to say."""

    sends: list[tuple[int, str]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    closes: list[tuple[int, int]] = field(default_factory=list)
    accepts: list[int] = field(default_factory=list)
    refusals: list[tuple[int, int]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    calls: list[tuple[str, Client]] = field(default_factory=list)


def number(peer: object) -> int:
    assert isinstance(peer, int)
    return peer


class Conversations(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.gateway = Gateway(DEPLOYMENTS[True], domain="127.0.0.1", ids=Ids(1))
        self.complete = True
        self.now = START
        self.clients: list[Client] = []
        self.calls: dict[int, Call] = {}
        self.spent: list[int] = []
        self.said = 0

    # What is told to the gateway.

    @rule(guarded=st.booleans(), token=st.booleans())
    def arrive(self, guarded: bool, token: bool) -> None:  # noqa: FBT001
        self.connect(guarded, token=token)

    def connect(self, guarded: bool, *, token: bool) -> None:  # noqa: FBT001
        peer, stage = len(self.clients), "guarded" if guarded else "open"
        request = Upgrade(
            path=f"/{stage}",
            headers=tuple(TOKEN.items()) if token else (),
            source_ip="192.0.2.1",
            port=443,
            secure=True,
        )
        effects = self.gateway.upgrade(peer, request, self.now)
        client = Client(peer, stage, next(one.connection_id for one in effects if isinstance(one, Happened)))
        self.clients.append(client)
        if guarded and not token:
            client.state = "over"
            self.expect(effects, Told(refusals=[(peer, 401)]))
        else:
            self.expect(effects, Told(calls=[("Guard" if guarded else "Connect", client)]))

    @rule(guarded=st.booleans())
    def come_in(self, guarded: bool) -> None:  # noqa: FBT001
        self.connect(guarded, token=True)
        while self.clients[-1].state == "pending":
            self.complete_one(max(self.calls), "well")

    @precondition(lambda self: self.clients)
    @rule(pick=Pick, action=st.sampled_from(["ask", "tell", "other"]))
    def message(self, pick: int, action: str) -> None:
        client = self.someone(pick)
        told = Told()
        if client.state == "open":
            client.active = self.now
            if action == "other" or (action == "ask" and not self.complete):
                told.errors.append((client.peer, "Forbidden"))
            else:
                told.calls.append((action.capitalize(), client))
        self.expect(self.gateway.message(client.peer, json.dumps({"action": action}), self.now), told)

    @precondition(lambda self: self.calls)
    @rule(pick=Pick, how=st.sampled_from(["well", "well", "well", "refused", "raised", "crashed"]))
    def complete_a_call(self, pick: int, how: str) -> None:
        self.complete_one(self.some(sorted(self.calls), pick), how)

    def complete_one(self, ticket: int, how: str) -> None:
        call = self.calls.pop(ticket)
        self.spent.append(ticket)
        told, outcome = self.completion(call, how)
        self.expect(self.gateway.completed(ticket, outcome, self.now), told)

    def completion(self, call: Call, how: str) -> tuple[Told, Outcome]:
        client, told = call.client, Told()
        failure: Outcome = raised("boom") if how == "raised" else Crashed("exit status 1")
        failed = how in ("raised", "crashed")
        match call.function:
            case "Guard":
                if how == "well":
                    told.calls.append(("Connect", client))
                    return told, policy("*")
                client.state = "over"
                told.refusals.append((client.peer, 500 if failed else 403))
                return told, failure if failed else policy("*", "Deny")
            case "Connect":
                if how == "well":
                    client.state, client.opened, client.active = "open", self.now, self.now
                    told.accepts.append(client.peer)
                    return told, FINE
                client.state = "over"
                told.refusals.append((client.peer, 502 if failed else 418))
                return told, failure if failed else result({"statusCode": 418})
            case "Disconnect":
                return told, failure if failed else FINE
            case _:
                if failed:
                    told.errors.append((client.peer, "Internal server error"))
                    return told, failure
                self.said += 1
                if call.function == "Ask":
                    client.active = self.now
                    told.sends.append((client.peer, f"reply {self.said}"))
                return told, result({"statusCode": 200 if how == "well" else 500, "body": f"reply {self.said}"})

    @precondition(lambda self: self.spent)
    @rule(pick=Pick)
    def complete_too_late_or_twice(self, pick: int) -> None:
        ticket = self.some(self.spent, pick)
        late = result({"statusCode": 200, "body": "late"})
        assert self.gateway.completed(ticket, late, self.now) == []

    @precondition(lambda self: self.clients)
    @rule(pick=Pick)
    def push(self, pick: int) -> None:
        client = self.someone(pick)
        self.said += 1
        told = Told(answers=[410])
        if client.state == "open" and client.full:
            told.answers = [429]
        elif client.state == "open":
            client.active = self.now
            told = Told(answers=[200], sends=[(client.peer, f"push {self.said}")])
        self.manage("POST", client, f"push {self.said}".encode(), told)

    @precondition(lambda self: self.clients)
    @rule(pick=Pick)
    def get(self, pick: int) -> None:
        client = self.someone(pick)
        self.manage("GET", client, b"", Told(answers=[200 if client.state == "open" else 410]))

    @precondition(lambda self: self.clients)
    @rule(pick=Pick)
    def delete(self, pick: int) -> None:
        client = self.someone(pick)
        told = Told(answers=[410])
        if client.state == "open":
            told = Told(answers=[204], closes=[(client.peer, 1000)], calls=[("Disconnect", client)])
            self.over(client)
        self.manage("DELETE", client, b"", told)

    @precondition(lambda self: self.clients)
    @rule(pick=Pick, code=st.sampled_from([1000, 1001, 1005, 1006, 1009]))
    def leave(self, pick: int, code: int) -> None:
        client = self.someone(pick)
        told = Told(calls=[("Disconnect", client)] if client.state == "open" else [])
        self.over(client)
        self.expect(self.gateway.gone(client.peer, code, "", self.now), told)

    @precondition(lambda self: self.clients)
    @rule(pick=Pick)
    def send_binary(self, pick: int) -> None:
        client = self.someone(pick)
        told = Told()
        if client.state == "open":
            told = Told(closes=[(client.peer, 1003)], calls=[("Disconnect", client)])
            self.over(client)
        self.expect(self.gateway.binary(client.peer, self.now), told)

    @precondition(lambda self: self.clients)
    @rule(pick=Pick, full=st.booleans())
    def congest(self, pick: int, full: bool) -> None:  # noqa: FBT001
        client = self.someone(pick)
        client.full = full
        self.gateway.congested(client.peer, full)

    @rule(complete=st.booleans())
    def redeploy(self, complete: bool) -> None:  # noqa: FBT001
        self.complete = complete
        self.gateway.redeploy(DEPLOYMENTS[complete])

    @rule(seconds=st.sampled_from([1, 5, 28, 29, 60, 300, 599, 600, 3600, 7200]))
    def pass_time(self, seconds: int) -> None:
        until = self.now + seconds
        while (at := self.gateway.next_deadline()) is not None and at <= until:
            assert at >= self.now
            self.now = at
            told = Told()
            self.time_out(told)
            self.close_idle(told)
            self.expect(self.gateway.tick(at), told)
        self.now = until
        assert self.gateway.tick(until) == []

    # What the model makes of it.

    def time_out(self, told: Told) -> None:
        for ticket in [ticket for ticket, call in self.calls.items() if call.until <= self.now]:
            call = self.calls.pop(ticket)
            self.spent.append(ticket)
            client = call.client
            match call.function:
                case "Guard" | "Connect":
                    client.state = "over"
                    told.refusals.append((client.peer, 500 if call.function == "Guard" else 504))
                case "Ask" | "Tell":
                    told.errors.append((client.peer, "Endpoint request timed out"))

    def close_idle(self, told: Told) -> None:
        for client in self.clients:
            over = self.now >= client.active + IDLE or self.now >= client.opened + DURATION
            if client.state == "open" and over:
                told.closes.append((client.peer, 1001))
                told.calls.append(("Disconnect", client))
                self.over(client)

    def over(self, client: Client) -> None:
        client.state = "over"
        for ticket in [one for one, call in self.calls.items() if call.client is client]:
            if self.calls[ticket].function != "Disconnect":
                del self.calls[ticket]
                self.spent.append(ticket)

    def manage(self, method: str, client: Client, body: bytes, told: Told) -> None:
        call = management_call(method, f"/{client.stage}/@connections/{client.id}", body, SOMEBODY)
        self.expect(self.gateway.manage(call, self.now), told)

    def expect(self, effects: list[Effect], told: Told) -> None:
        """What the gateway says is what it is expected to say, no more and no less, to those it is for."""
        found = Told()
        for effect in effects:
            self.hear(effect, found)
        for name in ("sends", "errors", "closes", "accepts", "refusals", "answers"):
            assert sorted(getattr(found, name)) == sorted(getattr(told, name)), name
        assert sorted((name, one.peer) for name, one in found.calls) == sorted(
            (name, one.peer) for name, one in told.calls
        )

    def hear(self, effect: Effect, found: Told) -> None:
        match effect:
            case Send(peer, str(data)) if data.startswith("{"):
                frame = json.loads(data)
                assert frame["connectionId"] == self.clients[number(peer)].id
                found.errors.append((number(peer), frame["message"]))
            case Send(peer, str(data)):
                found.sends.append((number(peer), data))
            case Close(peer, code, _):
                found.closes.append((number(peer), code))
            case Accept(peer, _):
                found.accepts.append(number(peer))
            case Refuse(peer, status, _, _):
                found.refusals.append((number(peer), status))
            case Answer(_, status, _, _):
                found.answers.append(status)
            case Invoke():
                found.calls.append(self.invoked(effect))
            case Send() | Fetch():
                raise AssertionError(effect)

    def invoked(self, invoke: Invoke) -> tuple[str, Client]:
        context = json.loads(invoke.payload)["requestContext"]
        client = next(one for one in self.clients if one.id == context["connectionId"])
        timeout = AUTHORIZER_TIMEOUT if invoke.function == "Guard" else TIMEOUT
        assert invoke.ticket not in self.calls
        assert invoke.ticket not in self.spent
        self.calls[invoke.ticket] = Call(invoke.function, client, self.now + timeout)
        if invoke.function == "Disconnect":
            client.disconnects += 1
        elif client.stage == "guarded" and invoke.function != "Guard":
            assert context["authorizer"]["principalId"] == "me"
        else:
            assert "authorizer" not in context
        return invoke.function, client

    def someone(self, pick: int) -> Client:
        """One of the open clients as a rule, any of them now and then."""
        present = [one for one in self.clients if one.state == "open"]
        return self.some(present if present and pick % 4 else self.clients, pick // 4)

    @staticmethod
    def some(among: list[T], pick: int) -> T:
        """One of them, the latest ones before all."""
        return among[-1 - pick % len(among)]

    # What always holds.

    @invariant()
    def only_the_open_are_there(self) -> None:
        assert set(self.gateway.connections) == {one.id for one in self.clients if one.state == "open"}

    @invariant()
    def only_what_is_under_way_is_kept(self) -> None:
        assert self.gateway.waiting == len(self.calls)
        assert self.gateway.idle is not any((self.calls, [one for one in self.clients if one.state != "over"]))

    @invariant()
    def each_is_told_once_that_it_is_over(self) -> None:
        assert all(one.disconnects == (one.opened > 0 and one.state == "over") for one in self.clients)

    def teardown(self) -> None:
        for client in self.clients:
            self.over(client)
            self.gateway.gone(client.peer, 1006, "", self.now)
        self.gateway.tick(self.now + DURATION)
        assert self.gateway.idle
        assert self.gateway.next_deadline() is None


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=max(25, settings().max_examples // 10))
