from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Map, Seq, Text, Value
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api

COUNTS = {"routes": 300, "integrations": 300, "stages": 10, "authorizers": 10}
LENGTHS = {
    ("::Api", "Name"): 128,
    ("::Authorizer", "Name"): 128,
    ("::Model", "Name"): 128,
    ("::Route", "OperationName"): 64,
    ("::Model", "Schema"): 32_768,
}
SECONDS = range(1, 901)
"""What Lambda takes for the Timeout of a function."""


@check(
    "within-service-limits",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="API Gateway refuses what exceeds a quota",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
)
def within_service_limits(api: Api) -> Iterator[Fault]:
    """An API keeps within the quotas of the service."""
    for name, most in COUNTS.items():
        parts: list[Element] = getattr(api, name)
        if len(parts) > most:
            yield Fault(
                at=parts[most].resource.span,
                element=parts[most],
                message=f"{api.label} has {len(parts)} {name}; the quota is {most} unless it was raised",
                label=f"the one past {most}",
                fix="have the quota raised before deploying, or split the API",
                severity=Severity.WARNING,
            )
    yield from _overlong(api)
    for function in api.functions:
        timeout = function.number("Timeout")
        if isinstance(timeout, int) and timeout not in SECONDS:
            yield Fault(
                at=function.at("Timeout"),
                element=function,
                message=f"Timeout of {function.label} is {timeout} seconds; Lambda takes 1 to {SECONDS[-1]}",
                label="out of range",
                fix="write Timeout: 29 or less, for as long as API Gateway waits",
            )


def _overlong(api: Api) -> Iterator[Fault]:
    for part in (*([api.element] if api.element is not None else ()), *api.parts()):
        for (kind, prop), most in LENGTHS.items():
            value = part.value(prop) if part.resource.type.endswith(kind) else None
            length = _length(value) if value is not None else 0
            if length > most:
                yield Fault(
                    at=part.at(prop),
                    element=part,
                    message=f"{prop} of {part.label} has {length} characters; {most} are allowed",
                    label="too long",
                    fix="shorten it",
                )


def _length(value: Value) -> int:
    """How long a text is, or the JSON of a map; unknown stretches count nothing."""
    if isinstance(value, Text):
        return sum(len(part) for part in value.parts if isinstance(part, str))
    import json

    return len(json.dumps(_plain(value)))


def _plain(value: Value) -> object:
    if isinstance(value, Map):
        return {key: _plain(entry) for key, entry in value.entries.items()}
    if isinstance(value, Seq):
        return [_plain(item) for item in value.items]
    return str(value)
