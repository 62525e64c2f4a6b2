import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import Stage

MOST = 128
_ODD = re.compile(r"[^A-Za-z0-9_]")


@check(
    "stage-name-allowed",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="stage",
    why="API Gateway refuses a stage whose name has other characters",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html",
)
def stage_name_allowed(stage: Stage) -> Iterator[Fault]:
    """A stage's name has 1 to 128 letters, digits and underscores."""
    name = stage.text("StageName")
    if name is None:
        return
    at = stage.at("StageName")
    if name.literal == "$default":
        yield Fault(
            at=at,
            message=f'{stage.label} is named "$default", which is meant for HTTP APIs',
            label="whether a WebSocket API may have it is not documented",
            fix="name the stage with letters, digits and underscores, such as v1",
            severity=Severity.NOTE,
            effect=Effect.UNSEEN,
        )
        return
    known = [part for part in name.parts if isinstance(part, str)]
    odd = dict.fromkeys(sign for part in known for sign in _ODD.findall(part))
    if name.literal == "" or sum(map(len, known)) > MOST:
        yield Fault(
            at=at,
            message=f"the name of {stage.label} has {sum(map(len, known))} characters; 1 to {MOST} are allowed",
            label="too long" if known else "empty",
            fix="name the stage with a short word, such as v1",
        )
    elif odd:
        disputed = set(odd) == {"-"}
        signs = " and ".join(f'"{sign}"' for sign in odd)
        yield Fault(
            at=at,
            message=f'the name of {stage.label}, "{name}", has {signs}'
            + (", which API Gateway has been seen to refuse" if disputed else ""),
            label="a hyphen" if disputed else f"not allowed: {signs}",
            fix="use letters, digits and underscores only",
            severity=Severity.WARNING if disputed else None,
        )
    elif name.unresolved is not None:
        raise Inconclusive(name.unresolved.reason, at)
