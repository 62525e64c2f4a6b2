import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.wiring.model import Stage

_NAME = re.compile(r"\w+", re.ASCII)
_ODD = re.compile(r"[^A-Za-z0-9\-._~:/?#&=,]")


@check(
    "stage-variables-allowed",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="stage",
    why="API Gateway refuses a stage whose variables have other characters",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html",
)
def stage_variables_allowed(stage: Stage) -> Iterator[Said]:
    """Stage variables have the characters that API Gateway allows in their names and values."""
    variables = stage.map("StageVariables")
    for name, value in variables.entries.items() if variables is not None else ():
        if variables is not None and not _NAME.fullmatch(name):
            yield Fault(
                at=variables.key_span(name),
                message=f'{stage.label} has a stage variable "{name}"; names have letters, digits and underscores',
                label="not a variable's name",
                fix=f'write "{re.sub(r"[^A-Za-z0-9_]+", "_", name) or "name"}"',
            )
        text = stage.as_text(value)
        if text is None:
            continue
        odd = dict.fromkeys(sign for part in text.parts if isinstance(part, str) for sign in _ODD.findall(part))
        if odd or text.literal == "":
            signs = " and ".join(f'"{sign}"' for sign in odd)
            yield Fault(
                at=value.span,
                message=f'the stage variable "{name}" of {stage.label} '
                + (f"has {signs}, which a value may not have" if odd else "is empty"),
                label=f"not allowed: {signs}" if odd else "empty",
                fix="leave to letters, digits and -._~:/?#&=, or hand the value over in another way",
            )
        elif text.unresolved is not None:
            yield Inconclusive(text.unresolved.reason, value.span)
