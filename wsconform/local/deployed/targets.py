"""The functions that integrations and authorizers name on a stage, and whether API Gateway may invoke them."""

from __future__ import annotations

from dataclasses import dataclass, field

from wsconform.local.deployed.functions import DeployedFunctions
from wsconform.local.deployed.model import FunctionTarget
from wsconform.local.deployed.permissions import Permissions
from wsconform.local.deployed.site import Site
from wsconform.template.values import Text, Unresolved, split, text
from wsconform.wiring.model import Authorizer, Call, Function, Integration, Route, Stage
from wsconform.wiring.uris import FunctionUri, MalformedUri, Uri, parse_function, parse_uri


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A stage as what is called on it sees it. `stage` is None where only a Deployment names it."""

    name: str
    stage: Stage | None = None
    variables: dict[str, str] = field(default_factory=dict)


class Targets:
    """Finds the functions of URIs."""

    def __init__(self, site: Site, permissions: Permissions, functions: DeployedFunctions) -> None:
        self._site = site
        self._permissions = permissions
        self._functions = functions

    def uri(self, part: Integration | Authorizer, shown: Shown) -> tuple[Text, Uri]:
        """The URI of a part on a stage, its stage variables filled in, and what it says."""
        written = part.text(part.uri_property)
        if written is None:
            return Text((), part.resource.span), MalformedUri("is not there")
        filled = with_stage_variables(written, shown.variables)
        return filled, parse_uri(filled)

    def of_route(self, route: Route, integration: Integration, uri: Uri, shown: Shown) -> FunctionTarget:
        """The function that a route calls on a stage."""
        source = self._site.placed(route.api.arn(shown.name, "/", *route.key_text.parts))
        return self._target(integration, uri, route, source, shown)

    def of_authorizer(self, authorizer: Authorizer, uri: Uri, shown: Shown) -> FunctionTarget:
        """The function of an authorizer on a stage."""
        if isinstance(uri, FunctionUri) and not uri.wrapped:
            uri = MalformedUri("is a function's ARN by itself, which is no path on which to invoke it")
        elif isinstance(uri, FunctionUri):
            uri = self._elsewhere(authorizer, uri) or uri
        source = self._site.placed(authorizer.api.authorizer_arn(authorizer))
        return self._target(authorizer, uri, authorizer, source, shown)

    def _elsewhere(self, authorizer: Authorizer, uri: FunctionUri) -> MalformedUri | None:
        """What is wrong where API Gateway is to invoke in another region than that of the authorizer's function."""
        written = authorizer.text(authorizer.uri_property)
        if written is None or uri.region is None:
            return None
        here, there = self._site.literal(split(written, ":", 4)[3]), self._site.literal(uri.region)
        if not isinstance(here, str) or not isinstance(there, str) or here == there:
            return None
        return MalformedUri(f'names the region "{here}", and its function is in "{there}"')

    def _target(
        self, part: Integration | Authorizer, uri: Uri, caller: Route | Authorizer, source: Text, shown: Shown
    ) -> FunctionTarget:
        site, at = self._site, part.at(part.uri_property)
        if not isinstance(uri, FunctionUri):
            reason = f"the {part.uri_property} of {part.label} {_problem(uri)}"
            return FunctionTarget(function=None, refusal=site.refusal(reason, at))
        found = site.wiring.function_named(uri)
        if not isinstance(found, Function):
            name = site.literal(uri.name)
            is_label = isinstance(name, str) and site.wiring.is_only_a_logical_id(name)
            reason = f'the function "{uri.name}" is not in this template' + (
                f": {name} is the logical id of one, and not its name" if is_label else ""
            )
            return FunctionTarget(function=None, refusal=site.refusal(reason, at))
        label = self._functions.deploy(found)
        known = site.literal(uri.qualifier)
        qualifier = known if isinstance(known, str) else ""
        if isinstance(known, Unresolved):
            site.remark(f"{part.label} is taken to call {label} without alias or version: {known.reason}")
        elif qualifier and not self._has(found, qualifier):
            reason = f'{label} has no alias or version "{qualifier}" in this template'
            return FunctionTarget(function=label, qualifier=qualifier, refusal=site.refusal(reason, at))
        if part.text(part.role_property) is not None:
            return FunctionTarget(function=label, qualifier=qualifier, refusal=self._permissions.of_role(part, uri))
        refusal = self._permissions.of_call(Call(found, uri, caller, source, shown.stage, at))
        return FunctionTarget(function=label, qualifier=qualifier, refusal=refusal)

    def _has(self, function: Function, qualifier: str) -> bool:
        """Whether the template makes an alias or version of a function; `$LATEST` is always there."""
        site = self._site
        published = site.literal(function.text("AutoPublishAlias"))
        names = {"$LATEST", published} | ({"1"} if published is not None else set())
        for kind, name in (("AWS::Lambda::Alias", "Name"), ("AWS::Lambda::Version", "")):
            for resource_id in site.evaluation.ids([kind]):
                resource = site.evaluation.resource(resource_id)
                of = resource.get("FunctionName")
                named = parse_function(site.names.canonical(of)) if isinstance(of, Text) else None
                if not isinstance(named, FunctionUri) or site.wiring.function_named(named) is not function:
                    continue
                value = resource.get(name) if name else Text(("1",), resource.span)
                names.add(site.literal(value) if isinstance(value, Text) else None)
        return qualifier in names


def with_stage_variables(value: Text, variables: dict[str, str]) -> Text:
    """A text with the variables of a stage in the place of `${stageVariables.…}`."""
    parts = list(value.parts)
    for index, part in enumerate(parts):
        if isinstance(part, str):
            filled = part
            for name, held in variables.items():
                filled = filled.replace(f"${{stageVariables.{name}}}", held)
            parts[index] = filled
    return text(parts, value.span)


def _problem(uri: Uri) -> str:
    if isinstance(uri, MalformedUri):
        return uri.problem
    return f"is not known: {uri.reason}" if isinstance(uri, Unresolved) else "names no function"
