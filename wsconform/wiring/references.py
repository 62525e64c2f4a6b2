"""References that lead to nothing, and hard-coded places in ARNs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wsconform.template.nodes import Mapping, Scalar, Sequence, Span, child, maps_in
from wsconform.template.sam.expansion import type_of
from wsconform.template.stack import Evaluation, Resource
from wsconform.template.values import Attribute, Text, texts
from wsconform.wiring.element import Element
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Api, DomainName, Wiring
from wsconform.wiring.names import Names

NO_REFERENCES = frozenset({"InlineCode", "Code", "CodeUri", "Environment", "Tags", "Description", "Metadata"})
"""Properties whose texts say nothing of the wiring."""
_PLACE = re.compile(
    r"arn:(?P<partition>[^:]*):(?:(?:execute-api|apigateway|lambda):(?P<region>[^:]*):|iam::aws:policy/)"
)
_OF_FUNCTIONS = ("Role", "Version", "Alias", "Url", "EventInvokeConfig", "DeadLetter", "Destination", "Connector")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def surroundings(api: Api) -> Iterator[Element]:
    """Every element that takes part in an API: itself, its parts, the functions behind it, permissions and roles."""
    if api.element is not None:
        yield api.element
    yield from api.parts()
    yield from api.functions
    yield from api.permissions
    yield from {one.domain.id: one.domain for one in api.mappings if isinstance(one.domain, DomainName)}.values()
    yield from _roles(api)


def rights_around(api: Api) -> list[Rights]:
    """What the roles may do of the functions behind an API, and those that API Gateway takes on; each role once."""
    known = roles(api.wiring)
    taken = [one.text(one.role_property) for one in (*api.integrations, *api.authorizers)]
    found = [known.of(function) for function in api.functions]
    found += [known.named(role) for role in taken if role is not None]
    return list({one.home.id: one for one in found if isinstance(one, Rights)}.values())


def _roles(api: Api) -> Iterator[Element]:
    """Those roles, and the policies on them."""
    names = Names(api.wiring.evaluation)
    owners: dict[str, Resource] = {}
    for rights in rights_around(api):
        clauses = [one.owner for one in rights.clauses]
        for owner in (rights.home, *clauses, *(one.owner for one in rights.managed)):
            if owner.type.startswith("AWS::IAM::"):
                owners[owner.id] = owner
    yield from (Element(owner, names) for owner in owners.values())


def written_texts(element: Element) -> Iterator[Text]:
    """The texts of an element's properties that can be wiring, as they stand."""
    for name, value in element.resource.properties.entries.items():
        if name in NO_REFERENCES:
            continue
        if isinstance(value, Text):
            yield value
        else:
            yield from texts(value)


def dangling(element: Element, wiring: Wiring) -> Iterator[tuple[Span, str]]:
    """Each reference of an element to a resource that is not there, as (place, logical id)."""
    here = wiring.evaluation
    for written in written_texts(element):
        for part in written.parts:
            if isinstance(part, Attribute) and not here.exists(part.resource) and not made_by_sam(part.resource, here):
                yield written.span, part.resource
    resource = element.resource
    node = here.stack.declared[resource.id].node.get("DependsOn")
    for item in node.items if isinstance(node, Sequence) else (node,):
        name = resource.module.prefix + item.text if isinstance(item, Scalar) else None
        if name is not None and name not in here.stack.declared and not made_by_sam(name, here):
            yield item.span if isinstance(item, Scalar) else resource.span, name


def absent(element: Element) -> Iterator[tuple[Span, str]]:
    """Each value that an element takes from where the template has none, as (place, reason)."""
    for written in written_texts(element):
        if written.unresolved is not None and written.unresolved.is_absent:
            yield written.span, written.unresolved.reason


def undeclared_conditions(element: Element) -> Iterator[tuple[Span, str]]:
    """Each condition that an element hangs on and that its template does not declare, as (place, name)."""
    module = element.resource.module
    declared = module.section("Conditions")
    node = module.resources[element.resource.logical_id]
    named = [node.get("Condition")]
    for here in maps_in(node):
        arguments = here.get("Fn::If")
        if isinstance(arguments, Sequence):
            named += arguments.items[:1]
    for name in named:
        if isinstance(name, Scalar) and name.text not in declared:
            yield name.span, name.text


def made_by_sam(resource_id: str, evaluation: Evaluation) -> bool:
    """Whether SAM may make a resource of this id: what it makes bears the id of its SAM resource in front.

    Source: SAM developer guide, "Generated AWS CloudFormation resources".
    """
    prefix, _, name = resource_id.rpartition("/")
    if name in ("ServerlessRestApi", "ServerlessHttpApi"):
        return True
    return any(
        resource_id.startswith(other)
        and evaluation.stack.type_of(other).startswith("AWS::Serverless::")
        and _is_suffix_of(resource_id.removeprefix(other), other, evaluation)
        for other in evaluation.stack.declared
        if other.startswith(prefix)
    )


def _is_suffix_of(suffix: str, resource_id: str, evaluation: Evaluation) -> bool:
    """Whether SAM adds `suffix` to the id of a SAM resource; of other types than functions anything is believed."""
    node = evaluation.stack.declared[resource_id].node
    if type_of(node) != "AWS::Serverless::Function":
        return True
    if suffix.startswith("Alias") and evaluation.exists(resource_id):
        alias = evaluation.resource(resource_id).get("AutoPublishAlias")
        return isinstance(alias, Text) and alias.literal in (None, suffix.removeprefix("Alias"))
    events = child(node, "Properties", "Events")
    named = tuple(events.entries) if isinstance(events, Mapping) else ()
    return suffix.startswith((*_OF_FUNCTIONS, *named))


def hard_coded_in(api: Api) -> list[tuple[Text, Element, str | None, str | None]]:
    """The texts around an API that spell out a place, each with its element and with what `hard_coded` says of it."""
    return api.wiring.once(
        (hard_coded, api.key),
        lambda: [
            (written, element, *places)
            for element in surroundings(api)
            for written in written_texts(element)
            if any(places := hard_coded(written, element))
        ],
    )


def hard_coded(written: Text, element: Element) -> tuple[str | None, str | None]:
    """The partition and the region that an ARN of API Gateway or Lambda spells out; None for each that it does not.

    A text that spells out two regions is at odds with itself, which is another matter. What a parameter's value or a
    mapping spells out is chosen by whoever deploys.
    """
    spelt = "".join([part if isinstance(part, str) else "?" for part in written.parts])
    if "arn:" not in spelt:
        return None, None
    places = list(_PLACE.finditer(spelt))
    here = element.resource.module.source.text_at(written.span)
    partitions = [place["partition"] for place in places if place["partition"].startswith("aws")]
    regions = {place["region"] for place in places if _REGION.fullmatch(place["region"] or "")}
    partition = partitions[0] if partitions and partitions[0] in here else None
    region = regions.pop() if len(regions) == 1 else None
    return partition, region if region is not None and region in here else None
