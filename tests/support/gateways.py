"""APIs made by hand, and a gateway that is told what happens and remembers what it said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from wsconform.local.deployed.model import (
    Account,
    DeployedApi,
    DeployedAuthorizer,
    DeployedIntegration,
    DeployedRoute,
    DeployedStage,
    FunctionTarget,
    Refusal,
    Snapshot,
)
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.local.gateway.core import Gateway
from wsconform.local.gateway.effects import Accept, Answer, Close, Effect, Happened, Invoke, Refuse, Send
from wsconform.local.gateway.ids import Ids
from wsconform.local.gateway.inputs import Caller, ManagementCall, Upgrade
from wsconform.local.gateway.limits import Quotas
from wsconform.local.outcome import Outcome, Raised, Returned
from wsconform.wiring.selection import Selection, parse_selection

START = 1_705_751_697.5  # 20 January 2024, 11:54:57 UTC
ACCOUNT = Account(id="123456789012", region="eu-west-1", partition="aws", stack_name="chat")
SOMEBODY = Caller(arn="arn:aws:sts::123456789012:assumed-role/chat-role/chat")
FINE = Returned(b'{"statusCode": 200}')
T = TypeVar("T", bound=Effect)


def function(name: str, refusal: Refusal | None = None) -> FunctionTarget:
    return FunctionTarget(function=name, refusal=refusal)


def integration(name: str, refusal: Refusal | None = None, timeout: float = 29.0) -> DeployedIntegration:
    target = function(name, refusal)
    return DeployedIntegration(label=f"{name}Integration", type="AWS_PROXY", target=target, timeout=timeout)


def route(key: str, name: str = "", **properties: Any) -> DeployedRoute:  # noqa: ANN401, of any field
    properties.setdefault("integration", integration(name or key.strip("$").capitalize()))
    return DeployedRoute(key=key, label=f"{key}Route", **properties)


def authorizer(*sources: tuple[str, str], refusal: Refusal | None = None) -> DeployedAuthorizer:
    return DeployedAuthorizer(label="Guard", id="g1", target=function("Guard", refusal), sources=sources)


def guarded(*sources: tuple[str, str], **properties: Any) -> DeployedRoute:  # noqa: ANN401, of any field
    return route("$connect", authorization="CUSTOM", authorizer=authorizer(*sources), **properties)


def stage_of(*routes: DeployedRoute, name: str = "v1", **properties: Any) -> DeployedStage:  # noqa: ANN401, of any field
    absent = properties.pop("absent", {})
    snapshot = properties.pop("snapshot", Snapshot(routes={one.key: one for one in routes}, absent=absent))
    return DeployedStage(name=name, label="Stage", snapshot=snapshot, **properties)


def api_of(*stages: DeployedStage, selection: str = "$request.body.action", **properties: Any) -> DeployedApi:  # noqa: ANN401, of any field
    parsed = parse_selection(selection)
    assert isinstance(parsed, Selection)
    properties = {"may_manage": nobody_minds, "may_invoke": nobody_minds, **properties}
    return DeployedApi(
        id="abcd123456",
        label="Chat",
        account=ACCOUNT,
        selection=parsed,
        stages={one.name: one for one in stages},
        **properties,
    )


def nobody_minds(_caller: str, _resource: str) -> Refusal | None:
    return None


def policy(resource: str, effect: str = "Allow", **more: Any) -> Returned:  # noqa: ANN401, JSON
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return result({"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, **more})


def result(value: object) -> Returned:
    return Returned(json.dumps(value).encode())


def raised(message: str, kind: str = "Exception") -> Raised:
    return Raised(kind, message, json.dumps({"errorType": kind, "errorMessage": message}).encode())


class Played:
    """A gateway at a time of its own. Each call returns the effects, and keeps them in `all`."""

    def __init__(self, *routes: DeployedRoute, api: DeployedApi | None = None, **properties: Any) -> None:  # noqa: ANN401, of any field
        assumed = [f"{key}={value}" for key, value in properties.pop("assumed", {}).items()]
        quotas: Quotas | None = properties.pop("quotas", None)
        self.api = api or api_of(stage_of(*routes), **properties)
        self.gateway = Gateway(
            self.api, domain="127.0.0.1:8443", assumptions=Assumptions().with_(assumed), ids=Ids(1), quotas=quotas
        )
        self.now = START
        self.all: list[Effect] = []
        self._peers = 0

    def upgrade(  # noqa: PLR0913, the fields of an upgrade
        self,
        path: str = "/v1",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        *,
        peer: object = None,
        caller: Caller | None = None,
        target_length: int = 0,
    ) -> list[Effect]:
        self._peers += 1
        request = Upgrade(
            path=path,
            headers=(("Host", "127.0.0.1:8443"), *(headers or {}).items()),
            query=tuple((query or {}).items()),
            source_ip="192.0.2.1",
            port=8443,
            secure=True,
            target_length=target_length,
            **({} if caller is None else {"caller": caller}),
        )
        return self.keep(self.gateway.upgrade(self._peers if peer is None else peer, request, self.now))

    def connected(self, peer: object = 1, path: str = "/v1", **request: Any) -> str:  # noqa: ANN401, of `upgrade`
        """Connect a peer, whoever is asked, and give the connection's id."""
        before = set(self.gateway.connections)
        effects = self.upgrade(path, peer=peer, **request)
        while invoke := some(Invoke, effects):
            effects = self.answer(invoke, policy("*") if invoke.function == "Guard" else FINE)
        assert some(Accept, effects)
        (new,) = set(self.gateway.connections) - before
        return new

    def message(self, text: str, peer: object = 1) -> list[Effect]:
        return self.keep(self.gateway.message(peer, text, self.now))

    def answer(self, invoke: Invoke | None, outcome: Outcome = FINE) -> list[Effect]:
        assert invoke is not None
        return self.keep(self.gateway.completed(invoke.ticket, outcome, self.now))

    def gone(self, peer: object = 1, code: int = 1001, reason: str = "") -> list[Effect]:
        return self.keep(self.gateway.gone(peer, code, reason, self.now))

    def manage(
        self, method: str, connection_id: str, body: bytes = b"", *, path: str = "", caller: Caller = SOMEBODY
    ) -> Answer:
        path = path or f"/v1/@connections/{connection_id}"
        return one(Answer, self.manage_all(management_call(method, path, body, caller)))

    def manage_all(self, call: ManagementCall) -> list[Effect]:
        return self.keep(self.gateway.manage(call, self.now))

    def passed(self, seconds: float) -> list[Effect]:
        self.now += seconds
        return self.keep(self.gateway.tick(self.now))

    def keep(self, effects: list[Effect]) -> list[Effect]:
        self.all += effects
        return effects

    @property
    def why(self) -> str:
        """What people were last told of reasons."""
        return next(one.explanation for one in reversed(self.all) if isinstance(one, Happened) and one.explanation)


def management_call(method: str, path: str, body: bytes = b"", caller: Caller = SOMEBODY) -> ManagementCall:
    return ManagementCall(token="t", method=method, path=path, body=body, caller=caller)  # noqa: S106, no secret


def some(kind: type[T], effects: list[Effect]) -> T | None:
    found = [effect for effect in effects if isinstance(effect, kind)]
    assert len(found) <= 1
    return found[0] if found else None


def one(kind: type[T], effects: list[Effect]) -> T:
    found = some(kind, effects)
    assert found is not None
    return found


def refusal(effects: list[Effect]) -> tuple[int, str]:
    """The status of a refused upgrade and what its body says."""
    refused = one(Refuse, effects)
    assert not some(Accept, effects)
    return refused.status, json.loads(refused.body)["message"]


def event(effects: list[Effect]) -> dict[str, Any]:
    """The event of the invocation among effects."""
    found: dict[str, Any] = json.loads(one(Invoke, effects).payload)
    return found


def sent(effects: list[Effect]) -> list[str | bytes]:
    return [effect.data for effect in effects if isinstance(effect, Send)]


def closed(effects: list[Effect]) -> tuple[int, str] | None:
    close = some(Close, effects)
    return (close.code, close.reason) if close else None
