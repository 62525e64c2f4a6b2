from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Attribute, Text
from wsconform.wiring.model import Api, Part, Route, Wiring
from wsconform.wiring.reader import names_of
from wsconform.wiring.references import made_by_sam


@check(
    "api-id-names-an-api",
    on=Wiring,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="the resource belongs to no API, and CloudFormation or API Gateway refuses it",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html",
)
def api_id_names_an_api(wiring: Wiring) -> Iterator[Fault]:
    """ApiId is the id of an API."""
    for part in wiring.adrift:
        if _may_be_http(part, wiring):
            continue
        named = _named(part, wiring)
        meant = named or next((api for api in wiring.apis if api.element is not None), None)
        yield Fault(
            at=part.at("ApiId"),
            element=part,
            message=f"ApiId of {part.label} {_found(part, named)}",
            label="names no API" if named is None else "not the API's id",
            fix=f"write ApiId: !Ref {'<the logical id of an API>' if meant is None else meant.label}",
        )


def _named(part: Part, wiring: Wiring) -> Api | None:
    """The API that `ApiId` means, though not by its id: by an attribute, its logical id or its `Name`."""
    written = part.text("ApiId")
    atom = written.atom if written is not None else None
    for api in wiring.apis:
        if isinstance(atom, Attribute) and atom.resource == api.key:
            return api
        if written is not None and written.literal is not None and written.literal in names_of(api):
            return api
    return None


def _found(part: Part, named: Api | None) -> str:
    """What stands in the place of an id, as the rest of the sentence "ApiId …"."""
    written, evaluation = part.text("ApiId"), part.wiring.evaluation
    atom = written.atom if written is not None else None
    if isinstance(atom, Attribute):
        if named is not None:
            return f"is the {atom.name} of {named.label}, not its id"
        if evaluation.exists(atom.resource):
            return f"is {atom.resource}, an {evaluation.resource(atom.resource).type}"
        return f"refers to {atom.resource}, which does not exist"
    if written is None:
        return "is missing"
    if written.unresolved is not None:
        return f"leads nowhere: {written.unresolved.reason}"
    if not isinstance(part.value("ApiId"), Text):
        return "is a list or map, and no id"
    return f'is "{written}", ' + ("the id of no API" if named is None else f"a name of {named.label} and not its id")


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
