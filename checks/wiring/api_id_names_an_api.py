from collections import defaultdict
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.check.wording import listed
from wsconform.template.values import Attribute, Text
from wsconform.wiring.model import Api, Part, Route, Wiring
from wsconform.wiring.reader import names_of
from wsconform.wiring.references import made_by_sam

_MOST_NAMED = 3


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
    missing: dict[str, list[Part]] = defaultdict(list)
    for part in wiring.adrift:
        if _may_be_http(part, wiring):
            continue
        atom = _atom(part)
        if isinstance(atom, Attribute) and not wiring.evaluation.exists(atom.resource):
            missing[atom.resource].append(part)
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

    for name, parts in missing.items():
        yield _about_missing(name, parts, wiring)


def _about_missing(name: str, parts: list[Part], wiring: Wiring) -> Fault:
    """The finding for an API that is not there: one, however many parts are to join it."""
    first = next((one for one in parts if isinstance(one, Route)), parts[0])
    others = [one for one in parts if one is not first]
    meant = next((api.label for api in wiring.apis if api.element is not None), "<the logical id of an API>")
    return Fault(
        at=first.at("ApiId"),
        element=first,
        message=f"ApiId of {listed([first.label, *(one.label for one in others)], _MOST_NAMED)} refers to {name}, "
        + ("which does not exist" if name not in wiring.evaluation.stack.declared else "which is not made here"),
        label="names no API",
        fix=f"write ApiId: !Ref {meant}" + ("" if wiring.apis else f", or declare {name}"),
        notes=tuple(Note(one.at("ApiId"), f"{one.label} names it here") for one in others[:_MOST_NAMED]),
    )


def _atom(part: Part) -> object:
    """What `ApiId` refers to, as it is written: the name of a stage, say, is not followed."""
    written = part.value("ApiId")
    return written.atom if isinstance(written, Text) else None


def _named(part: Part, wiring: Wiring) -> Api | None:
    """The API that `ApiId` means, though not by its id: by an attribute, its logical id or its `Name`."""
    written, atom = part.text("ApiId"), _atom(part)
    for api in wiring.apis:
        if isinstance(atom, Attribute) and atom.resource == api.key:
            return api
        if written is not None and written.literal is not None and written.literal in names_of(api):
            return api
    return None


def _found(part: Part, named: Api | None) -> str:
    """What stands in the place of an id, as the rest of the sentence "ApiId …"."""
    written, atom = part.text("ApiId"), _atom(part)
    if isinstance(atom, Attribute):
        if named is not None:
            return f"is the {atom.name} of {named.label}, not its id"
        return f"is {atom.resource}, an {part.wiring.evaluation.resource(atom.resource).type}"
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
