"""Who may push to connections, and who may connect with a signature: by the statements of roles.

Rules: API Gateway developer guide, "Use IAM authorization" for WebSocket APIs and "Use @connections commands": the
resource of a command ends in the literal text `@connections/{connectionId}`, whatever the connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from wsconform.local.deployed.model import May, Refusal
from wsconform.local.deployed.site import Site
from wsconform.template.values import Text, Unresolved
from wsconform.wiring.iam.policy import Decision, Verdict
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Api, Function
from wsconform.wiring.permissions.grants import forms_in

MANAGE, INVOKE = "execute-api:ManageConnections", "execute-api:Invoke"
_CONNECTIONS = "/@connections/"
_REMEMBERED = 1024
"""Answers that are kept: every push asks, and mostly the same."""


def may(site: Site, api: Api, action: str, functions: Mapping[str, Function], person: str) -> May:
    """Whether the functions, by the ARNs with which they sign, may do `action` on this API; `person` may do all."""
    here = site.account
    prefix = f"arn:{here.partition}:execute-api:{here.region}:{here.id}:{site.id_of(api)}/"

    @lru_cache(maxsize=_REMEMBERED)
    def judged(caller: str, path: str) -> Refusal | None:
        function = functions.get(caller)
        if function is None:
            return Refusal(f'"{caller}" is nobody that this template declares')
        return _judge(site, function, action, site.placed(api.arn(path)), prefix + path)

    def decide(caller: str, resource: str) -> Refusal | None:
        if caller == person:
            return None
        path = resource.removeprefix(prefix)
        if path == resource:
            return Refusal(f'"{resource}" is no part of this API')
        begun, command, _ = path.partition(_CONNECTIONS)
        return judged(caller, f"{begun}{command}{{connectionId}}" if command else path)

    return decide


def _judge(site: Site, function: Function, action: str, resource: Text, shown: str) -> Refusal | None:
    rights = roles(site.wiring).of(function)
    if isinstance(rights, Unresolved):
        return None
    decision = rights.allows(action, resource, forms_in(site.wiring))
    if decision.verdict in (Verdict.ALLOWED, Verdict.UNKNOWN):
        return None
    return _refusal(site, function, rights, decision, f'{action} on "{shown}"')


def _refusal(site: Site, function: Function, rights: Rights, decision: Decision, asked: str) -> Refusal:
    of = f"the role of {function.label}"
    if decision.verdict is Verdict.DENIED and decision.statement is not None:
        owner = rights.owner(decision.statement).logical_id
        return site.refusal(f"a statement of {owner} denies {of} {asked}", decision.statement.span)
    if decision.near:
        statement = decision.near[0]
        listed = ", ".join(f'"{site.spelt(one)}"' for one in statement.resources)
        owner = rights.owner(statement).logical_id
        tail = f": {owner} allows it on {listed} only" if listed else ""
        at = statement.resources[0].span if statement.resources else statement.span
        return site.refusal(f"no statement allows {of} {asked}{tail}", at)
    return site.refusal(f"no statement allows {of} {asked}", rights.home.span)


def remark_unknown_rights(site: Site, api: Api, stages: list[str]) -> None:
    """Say of which functions it cannot be told whether they may push, so that they may."""
    forms = forms_in(site.wiring)
    for function in api.functions:
        rights = roles(site.wiring).of(function)
        if isinstance(rights, Unresolved):
            site.remark(f"{function.label} is taken to be allowed to push: {rights.reason}")
            continue
        for stage in stages:
            decision = rights.allows(MANAGE, site.placed(api.arn(f"{stage}/POST{_CONNECTIONS}{{connectionId}}")), forms)
            if decision.verdict is Verdict.UNKNOWN:
                site.remark(f"{function.label} is taken to be allowed to push: {decision.reason}")
