from collections.abc import Iterator

from wsconform.check import Fault, Severity, check
from wsconform.template.values import Attribute
from wsconform.wiring.model import Part, Route, Wiring
from wsconform.wiring.references import made_by_sam


@check(
    "api-id-names-an-api",
    on=Wiring,
    severity=Severity.ERROR,
    area="template",
    why="the resource belongs to no API, and CloudFormation or API Gateway refuses it",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html",
)
def api_id_names_an_api(wiring: Wiring) -> Iterator[Fault]:
    """ApiId is the id of an API."""
    for part in wiring.adrift:
        if _may_be_http(part, wiring):
            continue
        written = part.text("ApiId")
        atom = written.atom if written is not None else None
        if isinstance(atom, Attribute) and wiring.evaluation.exists(atom.resource):
            found = f"is {atom.resource}, an {wiring.evaluation.resource(atom.resource).type}"
        elif isinstance(atom, Attribute):
            found = f"refers to {atom.resource}, which does not exist"
        else:
            found = "is missing" if written is None else f'is "{written}", the id of no API'
        yield Fault(
            at=part.at("ApiId"),
            element=part,
            message=f"ApiId of {part.label} {found}",
            label="names no API",
            fix="write ApiId: !Ref "
            + next((api.label for api in wiring.apis if api.element is not None), "<the logical id of an API>"),
        )


def _may_be_http(part: Part, wiring: Wiring) -> bool:
    """Whether a part that joins no API here is, or may be, one of an HTTP API that SAM makes."""
    atom = getattr(part.text("ApiId"), "atom", None)
    if isinstance(part, Route) and " " in (part.key or ""):
        return True
    if not isinstance(atom, Attribute):
        return False
    if wiring.evaluation.exists(atom.resource):
        return wiring.evaluation.resource(atom.resource).type in ("AWS::Serverless::HttpApi", "AWS::Serverless::Api")
    return made_by_sam(atom.resource, wiring.evaluation)
