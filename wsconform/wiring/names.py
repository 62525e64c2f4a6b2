"""One spelling for what has several: ids, names and ARNs of a stack's own resources.

`!GetAtt F.Arn`, `!Ref Alias` and `!Sub arn:…:function:${F}` become the same parts here, so that texts can be compared.
Sources: AWS CloudFormation User Guide, "Return values" of each resource type; AWS SAM developer guide,
"Referencing generated resources".
"""

from __future__ import annotations

from wsconform.template.stack import Evaluation, Resource
from wsconform.template.values import Attribute, Part, Pseudo, Text, Unresolved, Value, text

FUNCTION_TYPES = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
_ID_ATTRIBUTES = frozenset(
    {"ApiId", "AuthorizerId", "DeploymentId", "IntegrationId", "ModelId", "RouteId", "IntegrationResponseId"}
)
_NAMED_BY = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::ApiGatewayV2::Stage": "StageName",
    "AWS::ApiGatewayV2::DomainName": "DomainName",
    "AWS::IAM::Role": "RoleName",
}
_DEEPEST = 8
MOST_PARTS = 500
"""Parts that a canonical text may have: names made of names of names would grow without bound."""


class Names:
    """Rewrites texts of one world to their canonical spelling."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._here = evaluation
        self._known: dict[tuple[Attribute, int], tuple[Part, ...]] = {}

    def canonical(self, value: Text, depth: int = 0) -> Text:
        """The same text, with what refers to a resource of this stack spelt one way."""
        if Attribute not in map(type, value.parts) or depth > _DEEPEST:
            return value
        parts: list[Part] = []
        for part in value.parts:
            parts.extend(self._expanded(part, depth) if isinstance(part, Attribute) else (part,))
            if len(parts) > MOST_PARTS:
                return value
        return text(parts, value.span)

    def _expanded(self, atom: Attribute, depth: int) -> tuple[Part, ...]:
        known = self._known.get((atom, depth))
        if known is None:
            known = self._known[atom, depth] = self._expand(atom, depth)
        return known

    def _expand(self, atom: Attribute, depth: int) -> tuple[Part, ...]:
        if not self._here.exists(atom.resource):
            function = self._of_sam_alias(atom)
            return (atom,) if function is None else self._function(function, Attribute(function.id, "Alias"), depth)
        resource = self._here.resource(atom.resource)
        if resource.type == "AWS::CloudFormation::CustomResource" or resource.type.startswith("Custom::"):
            reason = f'"{resource.logical_id}" is a custom resource, which tells its values when the stack is deployed'
            return (Unresolved(f"{atom.resource}.{atom.name}", reason),)
        if resource.type in FUNCTION_TYPES:
            return self._function(resource, atom, depth)
        if resource.type == "AWS::Lambda::Alias" and atom.name in ("Ref", "AliasArn"):
            return self._qualified(resource, self._given(resource, "Name", depth), atom, depth)
        if resource.type == "AWS::Lambda::Version" and atom.name in ("Ref", "FunctionArn"):
            return self._qualified(resource, (Attribute(resource.id, "Version"),), atom, depth)
        if resource.type == "AWS::ApiGatewayV2::Api" and atom.name == "ExecuteApiArn":
            return (*arn_start("execute-api"), ":", Attribute(resource.id))
        if resource.type.startswith("AWS::ApiGatewayV2::") and atom.name in _ID_ATTRIBUTES:
            return (Attribute(resource.id),)
        if atom.name == "Ref" and resource.type in _NAMED_BY:
            return self._given(resource, _NAMED_BY[resource.type], depth) or (atom,)
        return (atom,)

    def _of_sam_alias(self, atom: Attribute) -> Resource | None:
        """The function whose alias SAM makes under a logical id of its own: that of the function, `Alias`, the name."""
        if atom.name not in ("Ref", "AliasArn") or atom.resource in self._here.stack.declared:
            return None
        for function in self._here.ids(["AWS::Serverless::Function"]):
            alias = self._here.resource(function).get("AutoPublishAlias")
            if isinstance(alias, Text) and alias.literal and atom.resource == f"{function}Alias{alias.literal}":
                return self._here.resource(function)
        return None

    def _function(self, resource: Resource, atom: Attribute, depth: int) -> tuple[Part, ...]:
        name = self._given(resource, "FunctionName", depth) or (Attribute(resource.id),)
        if atom.name == "Ref":
            return name
        arn = (*arn_start("lambda"), ":function:", *name)
        if atom.name == "Arn":
            return arn
        alias = resource.get("AutoPublishAlias")
        if atom.name in ("Alias", "Alias.Arn") and isinstance(alias, Text):
            return (*arn, ":", *alias.parts)
        if atom.name == "Version":
            return (*arn, ":", Attribute(resource.id, "Version.Version"))
        return (atom,)

    def _qualified(
        self, resource: Resource, qualifier: tuple[Part, ...], atom: Attribute, depth: int
    ) -> tuple[Part, ...]:
        """The ARN of an alias or version: its function's, and the qualifier."""
        function = self._given(resource, "FunctionName", depth)
        if not function or not qualifier:
            return (atom,)
        arn = function if str(function[0]).startswith("arn:") else (*arn_start("lambda"), ":function:", *function)
        return (*arn, ":", *qualifier)

    def _given(self, resource: Resource, name: str, depth: int) -> tuple[Part, ...]:
        value: Value | None = resource.get(name)
        return self.canonical(value, depth + 1).parts if isinstance(value, Text) else ()


def arn_start(service: str) -> tuple[Part, ...]:
    """`arn:<partition>:<service>:<region>:<account>` of the deployment."""
    return ("arn:", Pseudo("AWS::Partition"), f":{service}:", Pseudo("AWS::Region"), ":", Pseudo("AWS::AccountId"))
