from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.wiring.model import Stage


@check(
    "stage-names-unique",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="stage",
    why="an API has one stage of a name, so the second one conflicts with the first and is refused",
    source="https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html",
)
def stage_names_unique(stage: Stage) -> Iterator[Fault]:
    """The stages of an API have different names."""
    first = next(other for other in stage.api.stages if other.name.same(stage.name))
    if first is not stage:
        yield Fault(
            at=stage.at("StageName"),
            message=f'{first.label} and {stage.label} are both named "{stage.name}"',
            label=f"the name of {first.label}",
            fix="give one of them another name, or take it away",
            notes=(Note(first.at("StageName"), f"{first.label} is named so here"),),
        )
