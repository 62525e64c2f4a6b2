"""A first configuration for a template: identities by reference, and what each route could be expected to answer."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from wsconform.live.identity import Source
from wsconform.live.plan import ApiPlan, RoutePlan, plan
from wsconform.report.cells import visible
from wsconform.wiring.functions.code import Shipped, code_of
from wsconform.wiring.functions.source_file import POST
from wsconform.wiring.model import DEFAULT, Api, Function, Integration, Wiring

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NO_LETTER = re.compile(r"[^A-Z0-9]+")


def first_configuration(wiring: Wiring) -> str:
    """The text of a `wsconform.toml` for the APIs of a template; settings read it back as it is."""
    apis = {api.path: api for api in wiring.apis if api.element is not None}
    plans = {name: plan(api, {}) for name, api in apis.items()}
    tables = [*_urls(list(plans)), *_signed(plans), *_identities(list(plans.values()))]
    shared = Counter(route.key for one in plans.values() for route in one.all_routes)
    for name, one in plans.items():
        for route in one.all_routes:
            key = route.key if shared[route.key] == 1 else f"{name}/{route.key}"
            if _can_be_written(key):
                tables.append(_route(key, route, _function(apis[name], route)))
    tables.append('# [local]\n# environment = { TABLE = "local-table" }  # of functions that run on this machine')
    return "\n\n".join(tables) + "\n"


def _urls(apis: Sequence[str]) -> Iterator[str]:
    said = "# Where it is deployed. Without a URL, --local and --wsconform-local run it on this machine."
    example = '"wss://abcdef1234.execute-api.eu-west-1.amazonaws.com/v1"'
    if len(apis) > 1:
        yield "\n".join([said, "# [url]", *(f"# {_key(name)} = {example}" for name in apis if _can_be_written(name))])
    else:
        yield f"{said}\n# url = {example}"


def _signed(plans: Mapping[str, ApiPlan]) -> Iterator[str]:
    """Why there is nobody to be named for some APIs."""
    signed = [name for name, one in plans.items() if one.is_signed]
    if signed:
        of = f" of {visible(', '.join(signed))}" if len(plans) > 1 else ""
        yield f"# $connect{of} asks for AWS_IAM: requests are signed with the credentials that the AWS SDK finds."


def _identities(plans: Sequence[ApiPlan]) -> Iterator[str]:
    """A reference to the environment for each identity source of each API."""
    sources = list(dict.fromkeys(source for one in plans for source in one.sources if _can_be_written(source.name)))
    if not sources:
        if any(one.is_guarded and not one.is_signed for one in plans):
            yield "# Who may connect, by the names of headers.\n# [identity.allow]"
        return
    variables = _variables(sources)
    names = Counter(source.name for source in sources)
    allowed, denied = ["[identity.allow]"], ["# [identity.deny]"]
    for source, variable in variables.items():
        kind = "header" if source.kind == "header" else "query"
        name = _key(source.name if names[source.name] == 1 else f"{kind}:{source.name}")
        allowed.append(f'{name} = "env:{variable}"')
        denied.append(f'# {name} = "env:{variable}_DENIED"')
    yield "\n".join(["# Who may connect: a reference to an environment variable for each identity source.", *allowed])
    yield "\n".join(["# Who may not; without it, probes make up values of their own.", *denied])


def _variables(sources: Sequence[Source]) -> Mapping[Source, str]:
    """A name of an environment variable for each source, none twice."""
    found: dict[Source, str] = {}
    for source in sources:
        name = "WS_" + _NO_LETTER.sub("_", source.name.upper()).strip("_")
        taken = set(found.values())
        found[source] = next(
            one
            for number in range(1, len(sources) + 2)
            if (one := name if number == 1 else f"{name}_{number}") not in taken
        )
    return found


def _function(api: Api, route: RoutePlan) -> Function | None:
    """The function behind a route, where it is in the template."""
    integration = next((one.integration for one in api.routes if one.key == route.key), None)
    function = integration.function if isinstance(integration, Integration) else None
    return function if isinstance(function, Function) else None


def _route(key: str, route: RoutePlan, function: Function | None) -> str:
    """The table of a route: filled where the template tells what comes, else as a comment to fill in."""
    head, send = f"[routes.{_key(key)}]", _send(route)
    code = code_of(function) if function is not None else None
    if isinstance(code, Shipped) and not code.methods and not route.two_way:
        silent = f"# {_label(function)} pushes nothing, and there is no route response: no reply comes."
        return "\n".join([silent, head, *send, "expect-nothing = true", "within = 1", "repeat = 1"])
    if route.two_way:
        why = "# It has a route response: what its integration answers comes back."
    elif isinstance(code, Shipped) and POST in code.methods:
        why = f"# {_label(function)} pushes a reply."
    else:
        why = "# What it answers, the template does not tell."
    wanted = "expect-subset = { }  # what the reply has to have; or expect, expect-schema, expect-regex"
    return "\n".join([why, *(f"# {line}" for line in (head, *send, wanted))])


def _label(function: Function | None) -> str:
    return visible(function.label) if function is not None else ""


def _send(route: RoutePlan) -> list[str]:
    """The message that selects the route, to add to; `$default` is selected by what no other route is."""
    if route.key == DEFAULT:
        return []
    if route.message is None:
        return ['send = "…"'] if route.two_way else []
    message = json.loads(route.message)
    return [f"send = {_value(message)}"] if _can_be_written(route.message) and message else []


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + " }"
    return _quoted(str(value))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _can_be_written(text: str) -> bool:
    """Whether it is text at all: JSON may hold halves of characters, which TOML may not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
