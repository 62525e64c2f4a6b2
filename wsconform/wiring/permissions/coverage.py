"""Which calls by API Gateway no permission allows, what comes nearest to it, and which permissions go unused.

Calls are judged in groups: those of one API's routes, or one authorizer, to one function with one qualifier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import cached_property

from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.template.sam.expansion import CONNECTOR
from wsconform.template.values import Atom, Map, Seq, Text
from wsconform.wiring.iam.pattern import Match, MatchResult, explain
from wsconform.wiring.model import CONNECT, Api, Authorizer, Call, Function, Permission, Route, Wiring
from wsconform.wiring.permissions.grants import Grant, both, forms_in, literal_tail
from wsconform.wiring.permissions.nearest import Nearest


@record(frozen=True, slots=True)
class Shortfall:
    """Calls of one group that no permission allows.

    `wrong` is the property of `permission` that keeps it from allowing them; both are None where no permission comes
    near. `partial` are permissions that allow other calls of the group.
    """

    calls: tuple[Call, ...]
    permission: Permission | None = None
    wrong: str | None = None
    partial: tuple[Permission, ...] = ()

    @property
    def caller(self) -> Route | Authorizer:
        """The first route, or the authorizer, that may not call."""
        return self.calls[0].caller


@record(frozen=True, slots=True)
class Doubt:
    """A call of which it cannot be told whether a permission allows it."""

    call: Call
    permission: Permission
    because: Atom

    @property
    def reason(self) -> str:
        """What the answer hangs on."""
        return explain(self.because)

    @property
    def at(self) -> Span:
        """Where it stands."""
        texts = ((name, self.permission.text(name)) for name in ("SourceArn", "FunctionName", "Principal", "Action"))
        name = next((name for name, value in texts if value is not None and self.because in value.parts), "SourceArn")
        return self.permission.at(name)


@record(slots=True)
class Coverage:
    """What the permissions of a wiring come to.

    Shortfalls and doubts go by the id of the route or authorizer that calls. `unused` are the grants that allow no
    call, but for those that a shortfall blames and those that another check finds at fault; by the permission's id.
    `misdirected` are the ids of the routes and authorizers that nothing allows to call a function, and that seem to
    name the wrong one: an authorizer's behind a route, or a route's behind an authorizer.
    """

    shortfalls: dict[str, list[Shortfall]] = field(default_factory=lambda: defaultdict(list))
    doubts: dict[str, list[Doubt]] = field(default_factory=lambda: defaultdict(list))
    unused: dict[str, Grant] = field(default_factory=dict)
    misdirected: set[str] = field(default_factory=set)


def coverage(wiring: Wiring) -> Coverage:
    """The coverage of a wiring, worked out once."""
    return wiring.once(Coverage, lambda: _Judgement(wiring).result())


@record(slots=True)
class _Group:
    """Calls to one function with one qualifier, and the grants that may allow some, by the tail of their source."""

    api: Api
    calls: list[Call]
    able: dict[str | None, list[tuple[Grant, MatchResult]]] = field(default_factory=lambda: defaultdict(list))
    open: list[Call] = field(default_factory=list)
    partial: dict[str, Permission] = field(default_factory=dict)


class _Judgement:
    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        forms = forms_in(wiring)
        self._grants = [Grant(permission, forms) for permission in wiring.permissions]
        self._by_function: dict[str, list[Grant]] = defaultdict(list)
        self._adrift: list[Grant] = []
        for grant in self._grants:
            function = grant.permission.function
            if isinstance(function, Function):
                self._by_function[function.id].append(grant)
            else:
                self._adrift.append(grant)
        self._needed: set[str] = set()
        self._used: set[str] = set()
        self._blamed: set[str] = set()
        self._found = Coverage()

    def result(self) -> Coverage:
        groups = [group for api in self._wiring.apis for group in _groups(api)]
        for group in groups:
            self._allow(group)
        spare = [grant for grant in self._grants if grant.permission.id not in self._needed and not grant.is_flawed]
        nearest = Nearest(self._wiring, spare)
        for group in groups:
            self._blame(group, nearest)
        spoken_of = self._used | self._blamed
        self._found.unused = {grant.permission.id: grant for grant in spare if grant.permission.id not in spoken_of}
        return self._found

    @cached_property
    def _promised(self) -> set[str]:
        """The functions that connectors lead to which SAM refuses, as another check says."""
        evaluation = self._wiring.evaluation
        found: set[str] = set()
        for one in evaluation.ids([CONNECTOR]):
            ends = evaluation.resource(one).get("Destination")
            for end in ends.items if isinstance(ends, Seq) else (ends,):
                name = end.get("Id") if isinstance(end, Map) else None
                found.add(str(name) if isinstance(name, Text) else "")
        return found

    def _allow(self, group: _Group) -> None:
        """Find the calls of a group that no permission allows; note which permissions are needed, and used at all."""
        first = group.calls[0]
        for grant in (*self._by_function[first.function.id], *self._adrift):
            base = both(grant.principal, grant.action, grant.function(first), grant.qualifier(first))
            if base.match is not Match.NO:
                group.able[grant.tail].append((grant, base))
        for call in group.calls:
            answers = [
                (grant, answer)
                for grant, base in _with_tail(group.able, call)
                if (answer := both(base, grant.covers(call.source))).match is not Match.NO
            ]
            allowing = [grant for grant, answer in answers if answer.match is Match.YES]
            self._used.update(grant.permission.id for grant, _ in answers)
            if not answers:
                group.open.append(call)
            elif not allowing:
                grant, answer = answers[0]
                if answer.because is not None and not _awaits_stage(call, answer.because):
                    self._found.doubts[call.caller.id].append(Doubt(call, grant.permission, answer.because))
            if len(allowing) == 1:
                self._needed.add(allowing[0].permission.id)
            group.partial.update((grant.permission.id, grant.permission) for grant in allowing)

    def _blame(self, group: _Group, nearest: Nearest) -> None:
        """Sort the calls that nothing allows by what keeps them from being allowed."""
        promised = self._promised
        reasons: dict[tuple[str, str] | None, list[Call]] = {}
        blamed: dict[tuple[str, str], Grant] = {}
        for call in group.open:
            if _is_misdirected(call, self._grants):
                self._found.misdirected.add(call.caller.id)
                continue
            if call.function.resource.logical_id in promised:
                continue
            near = nearest.to(call)
            if near is None:
                reasons.setdefault(None, []).append(call)
                continue
            grant, wrong = near
            if _awaits_connect(group.api, grant, wrong):
                self._blamed.add(grant.permission.id)
                continue
            blamed[grant.permission.id, wrong] = grant
            reasons.setdefault((grant.permission.id, wrong), []).append(call)
        for key, calls in reasons.items():
            if key is None:
                fault = Shortfall(tuple(calls), partial=tuple(group.partial.values()))
            elif key[0] in self._blamed:
                continue
            else:
                fault = Shortfall(tuple(calls), blamed[key].permission, key[1])
            self._found.shortfalls[fault.caller.id].append(fault)
        self._blamed.update(permission for permission, _ in blamed)


def _groups(api: Api) -> Iterator[_Group]:
    found: dict[tuple[object, ...], _Group] = {}
    for call in api.calls:
        if isinstance(call.caller, Authorizer) and not any(route.api is api for route in call.caller.routes):
            continue
        if isinstance(call.caller, Route) and call.caller.is_refused:
            continue
        qualifier = call.uri.qualifier.parts if call.uri.qualifier is not None else None
        caller = call.caller.id if isinstance(call.caller, Authorizer) else None
        found.setdefault((call.function.id, qualifier, caller), _Group(api, [])).calls.append(call)
    yield from found.values()


def _with_tail(
    grants: dict[str | None, list[tuple[Grant, MatchResult]]], call: Call
) -> Iterable[tuple[Grant, MatchResult]]:
    """The grants whose source may match that of a call, going by its last segment."""
    tail = literal_tail(call.source, wild=True)
    if tail is None:
        return [pair for pairs in grants.values() for pair in pairs]
    return [*grants.get(tail, ()), *grants.get(None, ())]


def _is_misdirected(call: Call, grants: list[Grant]) -> bool:
    """Whether the function of a call is the other kind's, an authorizer's or a route's, and the permission on another.

    Then what names the function is wrong, and `authorizer-function-handles-no-route` says so.
    """
    api = call.caller.api
    other_kind = call.function.authorizers if isinstance(call.caller, Route) else call.function.integrations
    if all(one.api is not api for one in other_kind):
        return False
    return any(
        grant.permission.function is not call.function
        and grant.names(api)
        and both(grant.principal, grant.action, grant.covers(call.source)).match is Match.YES
        for grant in grants
    )


def _awaits_stage(call: Call, because: Atom) -> bool:
    """Whether an answer hangs on the name of a stage that is not in the template, as another check says."""
    return isinstance(call.caller, Route) and not call.caller.api.stages and because in call.source.parts


def _awaits_connect(api: Api, grant: Grant, wrong: str) -> bool:
    """Whether a permission is for the `$connect` route of an API that has none, as another check says."""
    return wrong == "SourceArn" and grant.tail == CONNECT and grant.names(api) and api.route(CONNECT) is None
