from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.check.wording import quoted
from wsconform.template.values import Attribute
from wsconform.wiring.model import ApiMapping, Stage


@check(
    "mapping-names-a-stage",
    on=ApiMapping,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="domain",
    why="API Gateway finds no stage of that name in the API and refuses the mapping",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-apimapping.html",
)
def mapping_names_a_stage(mapping: ApiMapping) -> Iterator[Fault]:
    """A mapping of a custom domain names a stage of its own API."""
    api, stage, name = mapping.api, mapping.stage, mapping.text("Stage")
    if name is None or (isinstance(stage, Stage) and stage.api is api):
        return
    at = mapping.at("Stage")
    if api.element is None:
        raise Inconclusive(f'the API "{api.label}" is declared elsewhere', at)
    unknown = name.unresolved or next((one.name.unresolved for one in api.stages if one.name.unresolved), None)
    if unknown is not None:
        raise Inconclusive(unknown.reason, at)
    made = [one for one in (deployment.text("StageName") for deployment in api.deployments) if one is not None]
    if any(one.same(name) or one.unresolved for one in made) or not (api.stages or made):
        return
    if any(mapping.wiring.missing(one.name) is not None for one in api.stages):
        return
    atom = name.atom
    if isinstance(atom, Attribute):
        known = mapping.wiring.elements.get(atom.resource)
        # A reference that leads nowhere, or to a stage without a name, is at fault itself.
        if not mapping.wiring.evaluation.exists(atom.resource) or isinstance(known, Stage):
            return
    own = [one.name for one in api.stages] + made
    message = f'{mapping.label} maps the stage "{name}", and {api.label} has only {quoted(own)}'
    notes: tuple[Note, ...] = ()
    if isinstance(stage, Stage):
        message += f"; it is a stage of {stage.api.label}"
        notes = (Note(stage.at("ApiId"), f"{stage.label} joins {stage.api.label} here"),)
    yield Fault(
        at=at,
        message=message,
        label=f"no stage of {api.label}",
        fix="write Stage: " + (f"!Ref {api.stages[0].resource.logical_id}" if api.stages else str(own[0])),
        notes=notes,
    )
