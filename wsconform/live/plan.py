"""What of an API's wiring probes go by: who may connect, and what messages lead where."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wsconform.config.expectation import Expectation
from wsconform.live.identity import Source
from wsconform.live.message import selecting
from wsconform.template.nodes import Span
from wsconform.template.stack import Stack
from wsconform.template.values import Text
from wsconform.wiring.identity import IdentitySource, read_source
from wsconform.wiring.model import CONNECT, DEFAULT, Api, Authorizer, Function, Integration, Route
from wsconform.wiring.reader import read_wiring
from wsconform.wiring.selection import Selection, selection_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """A route for messages. `message` selects it, None where none can be made up; `two_way`: it has a RouteResponse.

    `function` is the logical id of the function behind it, empty where there is none in the template; `parts` are those
    of all that belongs to the route.
    """

    key: str
    span: Span
    message: str | None
    two_way: bool
    function: str = ""
    parts: frozenset[str] = frozenset()
    expectation: Expectation | None = None

    @property
    def sends(self) -> str | None:
        """What is sent to it: what the expectation says, else a message that selects it and no more."""
        told = self.expectation.send if self.expectation is not None else None
        return told if told is not None else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPlan:
    """An API. `sources` are what a client has to send to be asked about at all; `spans` are places by what they say.

    `authorization` is that of `$connect`: `NONE` also where there is no such route. `connect_integration` says whether
    something answers `$connect` that could choose a subprotocol; `connect_functions` are the logical ids of the
    authorizer's function and of its own, `connect_parts` those of all that belongs to `$connect`.
    """

    label: str
    template: str
    authorization: str
    sources: tuple[Source, ...]
    selection: Selection | None
    routes: tuple[RoutePlan, ...]
    default: RoutePlan | None
    connect_integration: bool
    connect_functions: tuple[str, ...] = ()
    connect_parts: frozenset[str] = frozenset()
    spans: Mapping[str, Span] = field(default_factory=dict)

    @property
    def all_routes(self) -> tuple[RoutePlan, ...]:
        """The routes for messages, `$default` with them."""
        return (*self.routes, *([self.default] if self.default is not None else []))

    @property
    def is_guarded(self) -> bool:
        """Whether a client has to say who it is."""
        return self.authorization != "NONE"

    @property
    def is_signed(self) -> bool:
        """Whether a client has to sign its upgrade request with AWS credentials."""
        return self.authorization == "AWS_IAM"

    def unused_message(self) -> str | None:
        """A message that selects no route but `$default`, different each time; None where none can be made up."""
        return None if self.selection is None else selecting(self.selection, f"wsconform-{secrets.token_hex(4)}")


def plans_of(stack: Stack, expectations: Mapping[str, Expectation]) -> dict[str, ApiPlan]:
    """What probes go by for each API of a template, by its logical id, in the world that the parameters choose."""
    wiring = read_wiring(stack.in_world(stack.worlds[0]))
    return {api.path: plan(api, expectations) for api in wiring.apis if api.element is not None}


def plan(api: Api, expectations: Mapping[str, Expectation]) -> ApiPlan:
    """What probes of an API go by. `expectations` are by route key, or by `<api>/<route key>`."""
    connect = api.route(CONNECT)
    authorizer = connect.authorizer if connect is not None else None
    selection = selection_of(api)
    selected = selection if isinstance(selection, Selection) else None
    routes = [_route(route, selected, api, expectations) for route in api.routes if route.is_message]
    spans = {
        "selection": api.at("RouteSelectionExpression"),
        "connect": connect.at("RouteKey") if connect else api.at(),
    }
    if isinstance(authorizer, Authorizer):
        spans["sources"] = authorizer.at("IdentitySource")
    return ApiPlan(
        label=api.path,
        template=api.at().file,
        authorization=(connect.authorization.literal or "") if connect is not None else "NONE",
        sources=tuple(_sources(authorizer)) if isinstance(authorizer, Authorizer) else (),
        selection=selected,
        routes=tuple(one for one in routes if one.key != DEFAULT),
        default=next((one for one in routes if one.key == DEFAULT), None),
        connect_functions=tuple(_functions(authorizer, connect.integration if connect is not None else None)),
        connect_parts=frozenset(_parts(connect)) if connect is not None else frozenset(),
        connect_integration=connect is not None and isinstance(connect.integration, Integration),
        spans=spans,
    )


def _route(route: Route, selection: Selection | None, api: Api, expectations: Mapping[str, Expectation]) -> RoutePlan:
    key = route.key or ""
    told = expectations.get(f"{api.path}/{key}") or expectations.get(key)
    sent = f"wsconform-{secrets.token_hex(4)}" if key == DEFAULT else key
    return RoutePlan(
        key=key,
        span=route.at("RouteKey"),
        message=selecting(selection, sent) if selection is not None else None,
        two_way=bool(route.responses),
        function=next(_functions(route.integration), ""),
        parts=frozenset(_parts(route)),
        expectation=told,
    )


def _parts(route: Route) -> Iterator[str]:
    """The logical ids of what belongs to a route: what it leads to, what answers for that, and who may invoke it."""
    yield route.label
    yield from (one.label for one in route.responses)
    for invoker in (route.authorizer, route.integration):
        if not isinstance(invoker, Authorizer | Integration):
            continue
        yield invoker.label
        if isinstance(invoker, Integration):
            yield from (one.label for one in invoker.responses)
        if isinstance(invoker.function, Function):
            yield invoker.function.label
            yield from (one.label for one in route.api.permissions if one.function is invoker.function)


def _functions(*invokers: object) -> Iterator[str]:
    for invoker in invokers:
        if isinstance(invoker, Authorizer | Integration) and isinstance(invoker.function, Function):
            yield invoker.function.label


def _sources(authorizer: Authorizer) -> Iterator[Source]:
    """The sources that a client can leave out."""
    listed = authorizer.listed("IdentitySource")
    for value in listed if isinstance(listed, tuple) else ():
        text = authorizer.as_text(value) if isinstance(value, Text) else None
        source = read_source(text) if text is not None else None
        if isinstance(source, IdentitySource) and source.kind in ("header", "querystring") and source.name.literal:
            yield Source(source.kind, source.name.literal)
