"""Which permission comes nearest to allowing a call that none allows, and what in it is wrong."""

from __future__ import annotations

from collections import defaultdict
from itertools import takewhile

from wsconform.template.values import Unresolved
from wsconform.wiring.iam.pattern import Match
from wsconform.wiring.model import Authorizer, Call, Function, Integration, Part, Wiring
from wsconform.wiring.permissions.grants import Grant, attributes_of, both, literal_tail
from wsconform.wiring.uris import FunctionUri

_FAULTS = ("Principal", "Action", "FunctionName")
_MOST_COMPARED = 20


class Nearest:
    """Among permissions that nothing needs, the one that comes nearest to allowing a call: one property is wrong."""

    def __init__(self, wiring: Wiring, spare: list[Grant]) -> None:
        self._wiring = wiring
        self._spare = spare
        self._by_tail: dict[str | None, list[Grant]] = defaultdict(list)
        self._by_function: dict[str, list[Grant]] = defaultdict(list)
        self._missing_of: dict[tuple[object, ...], dict[str | None, list[Grant]]] = {}
        for grant in spare:
            self._by_tail[grant.tail].append(grant)
            if isinstance(grant.permission.function, Function):
                self._by_function[grant.permission.function.id].append(grant)
        invoking: list[Integration | Authorizer] = []
        for api in wiring.apis:
            invoking += [*api.integrations, *api.authorizers]
        self._invoked = {one.uri.name.parts for one in invoking if isinstance(one.uri, FunctionUri)}

    def to(self, call: Call) -> tuple[Grant, str] | None:
        """The nearest permission and its wrong property."""
        tail = literal_tail(call.source, wild=True)
        fitting = [*self._by_tail[tail], *self._by_tail[None]] if tail is not None else self._spare
        near = [(grant, wrong) for grant in fitting if (wrong := self._only_fault(grant, call)) is not None]
        if near:
            return min(near, key=lambda pair: _FAULTS.index(pair[1]))
        others = self._missing(call)
        alike = others.get(tail) or [grant for some in others.values() for grant in some][:_MOST_COMPARED]
        return (max(alike, key=lambda grant: _likeness(grant, call)), "SourceArn") if alike else None

    def _only_fault(self, grant: Grant, call: Call) -> str | None:
        """The property that alone keeps a permission, whose source is right, from allowing a call."""
        same_function = grant.function(call)
        qualified = grant.qualifier(call) if same_function.match is Match.YES else same_function
        answers = {"Principal": grant.principal, "Action": grant.action, "FunctionName": both(same_function, qualified)}
        wrong = [name for name, answer in answers.items() if answer.match is not Match.YES]
        if len(wrong) != 1 or answers[wrong[0]].match is not Match.NO:
            return None
        (name,) = wrong
        elsewhere = name == "FunctionName" and same_function.match is Match.NO
        if (elsewhere and not self._is_astray(grant)) or (
            (elsewhere or name == "Principal") and not grant.names(call.caller.api)
        ):
            return None
        return name if grant.covers(call.source).match is Match.YES else None

    def _is_astray(self, grant: Grant) -> bool:
        """Whether the function that a permission names is not one outside that an integration calls."""
        target = grant.permission.target
        if isinstance(grant.permission.function, Function) or not isinstance(target, FunctionUri):
            return not isinstance(target, Unresolved)
        return target.name.unresolved is None and target.name.parts not in self._invoked

    def _missing(self, call: Call) -> dict[str | None, list[Grant]]:
        """The permissions of which only the source is wrong, and for no other service or API; by its last segment."""
        key = (call.function.id, call.uri.qualifier.parts if call.uri.qualifier is not None else None)
        known = self._missing_of.get(key)
        if known is None:
            known = self._missing_of[key] = defaultdict(list)
            for grant in self._by_function[call.function.id]:
                sound = both(grant.principal, grant.action, grant.qualifier(call)).match is Match.YES
                if sound and grant.source is not None and grant.source.unresolved is None and not is_foreign(grant):
                    known[grant.tail].append(grant)
        return known


def is_foreign(grant: Grant) -> bool:
    """Whether the source of a permission is some other resource than a WebSocket API of the stack or a part of one."""
    wiring = grant.permission.wiring
    keys = {api.key for api in wiring.apis}
    for one in attributes_of(grant.source):
        part = wiring.elements.get(one.resource)
        api = wiring.api_of.get(part.id) if isinstance(part, Part) else None
        if (api.key if api is not None else one.resource) not in keys:
            return True
    return False


def _likeness(grant: Grant, call: Call) -> int:
    """How much of the source of a permission is that of a call, from its start."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(str(grant.source), str(call.source), strict=False))
    return sum(1 for _ in same)
