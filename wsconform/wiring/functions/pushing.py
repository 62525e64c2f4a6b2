"""Which functions push to the connections of an API, and what keeps their roles from doing so.

Rules: API Gateway developer guide, "Use IAM authorization" for WebSocket APIs (the action
`execute-api:ManageConnections` on `…:<api>/<stage>/<METHOD>/@connections/…`) and "Use @connections commands in your
backend service". What a refusal prints as the resource ends in the words `@connections/{connectionId}` whichever the
connection is, so that a resource without a tail matches nothing, as does one for a single connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from itertools import takewhile

from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.template.stack import Resource
from wsconform.template.values import Attribute, Text, Unresolved, split, texts
from wsconform.wiring.functions.code import Lacking, Shipped, Unread, code_of
from wsconform.wiring.functions.source_file import DELETE, GET, POST
from wsconform.wiring.iam.forms import Form, Forms
from wsconform.wiring.iam.pattern import Match, like
from wsconform.wiring.iam.policy import Decision, Statement, Verdict, allows
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Api, Function
from wsconform.wiring.outlets import outlets
from wsconform.wiring.permissions.grants import forms_in

ACTION = "execute-api:ManageConnections"
_METHODS = (POST, GET, DELETE)
_VERB = "manageconnections"
_ALIKE = 0.85


class Cause(Enum):
    """What keeps a role from managing connections."""

    NOTHING = "no policy is about it"
    ACTION = "the action is another"
    RESOURCE = "the resource is another"
    TAIL = "the resource does not reach to any connection, going by what refusals print"
    OTHER_API = "the resource is of another API"
    DENIED = "a statement denies it"
    BOUNDARY = "the permissions boundary does not allow it"
    UNUSED = "the policies of a function that names a role count for nothing"
    MUTE = "nothing in the template may push, and no route response is there"


@record(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A function that may not push although it does, or is meant to.

    `at` is the value that is wrong, in the resource `owner`, and `written` what stands there. `method` is the call that
    is refused, on `stage`. `calls` says that the function's code makes it; else only its policies, or the lack of any
    other way to answer, speak for that, and `is_unread` says whether its code is out of reach. `in_part` says that it
    may push on another stage of the API, `is_aimed` that its code or environment shows that it is this API it calls.
    """

    function: Function
    cause: Cause
    at: Span
    owner: Resource
    written: Text | None = None
    method: str = POST
    stage: Text | None = None
    calls: bool = False
    is_unread: bool = False
    in_part: bool = False
    is_aimed: bool = True


@record(frozen=True, slots=True)
class Doubt:
    """A function of which it cannot be told whether it may push."""

    function: Function
    reason: str
    at: Span


def shortages(api: Api) -> Iterator[Shortage | Doubt]:
    """What keeps the functions behind an API, and others that push to it, from pushing. The surest come first."""
    judge = _Judge(api)
    behind = judge.functions()
    calling: dict[Function, Shipped] = {}
    for function in api.wiring.functions:
        code = code_of(function)
        if isinstance(code, Shipped) and code.methods and _pushes_to(function, api, code, behind=function in behind):
            calling[function] = code
    said: list[Shortage | Doubt] = [one for function, code in calling.items() for one in judge.required(function, code)]
    said += [one for function in behind if function not in calling for one in judge.meant(function)]
    yield from said or judge.mute(behind)


def _pushes_to(function: Function, api: Api, code: Shipped, *, behind: bool) -> bool:
    """Whether a function that pushes somewhere does so to this API.

    One behind the API does, unless its environment names another only and its code knows no endpoint from its events.
    """
    if _is_named(api, function) or not behind:
        return _is_named(api, function)
    return code.to_caller or not any(_is_named(other, function) for other in api.wiring.apis)


def _is_named(api: Api, function: Function) -> bool:
    """Whether the environment of a function refers to an API."""
    value = function.value("Environment")
    parts = (part for one in texts(value) for part in one.parts) if value is not None else ()
    return api.element is not None and any(
        isinstance(part, Attribute) and part.resource == api.element.id for part in parts
    )


def _with_endpoints(forms: Forms) -> Forms:
    """`forms` with what is known of an API's endpoint, which is a URL and no ARN."""
    endpoint = Form("https://.*|wss://.*")
    return lambda attribute: endpoint if attribute.name == "ApiEndpoint" else forms(attribute)


class _Judge:
    """Judges the roles of functions by what one API takes."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._roles = roles(api.wiring)
        self._forms: Forms = _with_endpoints(forms_in(api.wiring))
        self._stages = [name for _, name in api.shown_stages]
        self._decided: dict[tuple[object, ...], Decision] = {}

    def functions(self) -> list[Function]:
        """The functions behind the routes of the API, in the order of the routes."""
        called = [getattr(route.integration, "function", None) for route in self._api.routes]
        return list({one.id: one for one in called if isinstance(one, Function)}.values())

    def required(self, function: Function, code: Shipped) -> Iterator[Shortage | Doubt]:
        """What a function lacks for the calls that its code makes."""
        rights = self._rights(function)
        if isinstance(rights, Unresolved):
            yield Doubt(function, rights.reason, function.at("Role"))
        if not isinstance(rights, Rights):
            return
        for method in sorted(code.methods, key=_METHODS.index):
            decisions = [(stage, self._decide(rights, stage, method)) for stage in self._stages]
            refused = [pair for pair in decisions if pair[1].verdict in (Verdict.NOT_ALLOWED, Verdict.DENIED)]
            allowed = [pair for pair in decisions if pair[1].verdict is Verdict.ALLOWED]
            if refused:
                found = self._shortage(_Call(function, rights, refused[0][0], method, made=True), refused[0][1])
                is_aimed = code.to_caller or _is_named(self._api, function)
                yield replace(found, in_part=bool(allowed), is_aimed=is_aimed)
                return
            # Where no stage is in the template another check says so, and what hangs on its name alone is left to it.
            if len(allowed) < len(decisions) and (self._api.stages or not self._stages[0].unresolved):
                decision = next(one for _, one in decisions if one.verdict is Verdict.UNKNOWN)
                span = decision.statement.span if decision.statement is not None else function.resource.span
                yield Doubt(function, decision.reason, span)
                return

    def meant(self, function: Function) -> Iterator[Shortage]:
        """What is wrong with policies that are meant for pushing to this API, whatever the code of the function says.

        They are told by their action, or one that is nearly it, and by a resource that names the API.
        """
        rights = self._rights(function)
        if not isinstance(rights, Rights) or isinstance(code_of(function), Lacking):
            return
        for stage in self._stages:
            for method in _METHODS:
                if self._decide(rights, stage, method).verdict is not Verdict.NOT_ALLOWED:
                    return
        call = _Call(function, rights, self._stages[0], POST, made=False)
        found = self._shortage(call, self._decide(rights, call.stage, call.method))
        if found.written is None:
            return
        if found.cause is Cause.RESOURCE and not (self._names_api(found.written) or self._names_no_api(found.written)):
            return
        if found.cause in (Cause.ACTION, Cause.RESOURCE, Cause.TAIL):
            yield replace(found, is_unread=not _is_told(code_of(function)))

    def mute(self, behind: list[Function]) -> Iterator[Shortage]:
        """The first function of a message route where nothing in the template could answer a message.

        Nothing could where no route has a response, and no role is known to be, or may be, allowed to push.
        """
        if self._api.route_responses or any(one.is_read_by_stacks for one in outlets(self._api)):
            return
        messages = {getattr(route.integration, "function", None) for route in self._api.routes if route.is_message}
        asked = [function for function in behind if function in messages]
        unread = [function for function in asked if not _is_told(code_of(function))]
        if not unread or any(not isinstance(self._rights(one), Rights) for one in self._api.wiring.functions):
            return
        decisions = (self._decide(rights, stage, POST) for rights in self._roles.all() for stage in self._stages)
        if all(one.verdict in (Verdict.NOT_ALLOWED, Verdict.DENIED) for one in decisions):
            function = unread[0]
            yield Shortage(
                function=function,
                cause=Cause.MUTE,
                at=function.resource.span,
                owner=function.resource,
                stage=self._stages[0],
            )

    def _rights(self, function: Function) -> Rights | Unresolved | None:
        """The rights of a function's role; None where another check tells what is wrong with it."""
        rights = self._roles.of(function)
        if isinstance(rights, Rights):
            return None if rights.stray or rights.lacks_policy else rights
        role = function.text("Role")
        return rights if role is None or self._api.wiring.missing(role) is None else None

    def _decide(self, rights: Rights, stage: Text, method: str) -> Decision:
        key = (id(rights), stage.parts, method)
        if key not in self._decided:
            self._decided[key] = rights.allows(ACTION, self._subject(stage, method), self._forms)
        return self._decided[key]

    def _subject(self, stage: Text, method: str, tail: str | Unresolved = "/{connectionId}") -> Text:
        """What IAM compares a statement's resource with when a connection of a stage is called."""
        return self._api.arn(*stage.parts, f"/{method}/@connections", tail)

    def _shortage(self, call: _Call, decision: Decision) -> Shortage:
        """What is wrong where a role may not make a call; the value that comes nearest is where."""
        rights, function = call.rights, call.function
        denied = decision.statement
        if decision.verdict is Verdict.DENIED and denied is not None:
            at = denied.actions[0].span if denied.actions else denied.span
            return call.shortage(Cause.DENIED, at, rights.owner(denied))
        if rights.boundary is not None:
            own = (one.statement for one in rights.clauses)
            subject = self._subject(call.stage, call.method)
            without = allows(own, ACTION, subject, forms=self._forms, assume_here=True)
            if without.verdict is not Verdict.NOT_ALLOWED:
                return call.shortage(Cause.BOUNDARY, rights.home.place("PermissionsBoundary"), rights.home)
        near = [
            (statement, resource)
            for statement in decision.near
            for resource in statement.resources
            if "execute-api" in str(resource) or all(action.literal != "*" for action in statement.actions)
        ]
        if near:
            statement, resource = max(near, key=lambda pair: self._likeness(pair[1], call))
            return call.shortage(self._cause(resource, call), resource.span, rights.owner(statement), resource)
        for clause in rights.clauses:
            action = self._meant_action(clause.statement, call)
            if action is not None:
                return call.shortage(Cause.ACTION, action.span, clause.owner, action)
        beside = self._roles.beside(function)
        if beside is not None and self._decide(beside, call.stage, call.method).verdict is Verdict.ALLOWED:
            return call.shortage(Cause.UNUSED, function.at("Policies"), function.resource)
        return call.shortage(Cause.NOTHING, function.resource.span, function.resource)

    def _likeness(self, resource: Text, call: _Call) -> tuple[bool, int]:
        subject = str(self._subject(call.stage, call.method))
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(str(resource), subject, strict=False))
        return self._names_api(resource), sum(1 for _ in alike)

    def _names_api(self, resource: Text) -> bool:
        return any(part in self._api.id_parts for part in resource.parts)

    def _names_no_api(self, resource: Text) -> bool:
        """Whether another part of the API stands where an ARN of execute-api has the id of the API."""
        path = split(resource, ":", 5)[-1]
        first = path.parts[0] if path.parts else ""
        return isinstance(first, Attribute) and first.resource in self._api.wiring.api_of

    def _cause(self, resource: Text, call: _Call) -> Cause:
        """Why a resource is not that of any connection."""
        some = Unresolved("the rest of the path", "connections get their ids at run time")
        subject = self._subject(call.stage, call.method, some)
        if like(resource, subject, forms=self._forms, assume_here=True).match is not Match.NO:
            return Cause.TAIL
        apis = {other.element.id for other in self._api.wiring.apis if other.element is not None}
        named = {part.resource for part in resource.parts if isinstance(part, Attribute)}
        return Cause.OTHER_API if named & apis and not self._names_api(resource) else Cause.RESOURCE

    def _meant_action(self, statement: Statement, call: _Call) -> Text | None:
        """The action that should be `execute-api:ManageConnections`, of a statement that allows another one.

        It is told by its name; else as any of execute-api that is allowed on connections, or on the whole API to a
        function that calls them.
        """
        if statement.effect != "Allow" or statement.doubt is not None:
            return None
        from difflib import SequenceMatcher

        for action in statement.actions:
            name = (action.literal or "").lower()
            service, _, verb = name.rpartition(":")
            if SequenceMatcher(None, verb, _VERB).ratio() >= _ALIKE:
                return action
            if service != "execute-api":
                continue
            subject = self._subject(call.stage, call.method)
            covering = (like(one, subject, forms=self._forms, assume_here=True) for one in statement.resources)
            pushes = call.made or any("@connections" in str(one) for one in statement.resources)
            if pushes and any(one.match is Match.YES for one in covering):
                return action
        return None


@record(frozen=True, slots=True)
class _Call:
    """A call that is judged; `made` says that the function's code makes it."""

    function: Function
    rights: Rights
    stage: Text
    method: str
    made: bool

    def shortage(self, cause: Cause, at: Span, owner: Resource, written: Text | None = None) -> Shortage:
        """What keeps the function from making the call."""
        return Shortage(
            function=self.function,
            cause=cause,
            at=at,
            owner=owner,
            written=written,
            method=self.method,
            stage=self.stage,
            calls=self.made,
        )


def _is_told(code: Shipped | Lacking | Unread) -> bool:
    """Whether a function's code tells if it pushes."""
    return isinstance(code, Lacking) or (isinstance(code, Shipped) and (code.is_whole or bool(code.methods)))
