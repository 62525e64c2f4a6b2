"""Whether one Lambda permission allows one call by API Gateway, property by property.

Rules: AWS Lambda API reference, "AddPermission"; AWS CloudFormation User Guide, `AWS::Lambda::Permission`; AWS Lambda
developer guide, "Viewing resource-based IAM policies in Lambda" (a permission holds for the unqualified function, or
for the one version or alias that it names); API Gateway developer guide, "Amazon Resource Name (ARN) format reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from wsconform.records import record
from wsconform.template.values import Attribute, Map, Seq, Text
from wsconform.wiring.iam.forms import Form, Forms, identifying
from wsconform.wiring.iam.pattern import Match, MatchResult, like
from wsconform.wiring.model import Api, Call, Function, Permission, Wiring
from wsconform.wiring.names import FUNCTION_TYPES
from wsconform.wiring.uris import FunctionUri, MalformedUri

SERVICE = "apigateway.amazonaws.com"
_YES, _NO = MatchResult(Match.YES), MatchResult(Match.NO)
_ACTIONS = frozenset({"lambda:invokefunction", "lambda:*", "*"})
_ID = Form("[a-z0-9]{6}[a-z0-9]*", unique=True)
_API_ID = Form("[a-z0-9]{8}[a-z0-9]*", unique=True)
_NAME = Form("[A-Za-z0-9+=,.@_-]+", unique=True)
_NAMED = ("AWS::IAM::Role", "AWS::Lambda::Permission")
_NUMBER = Form("[0-9]+", unique=True)
_NOTHING = Form("!")
_WITHOUT_ARN = ("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Authorizer", *FUNCTION_TYPES)
"""Types whose further attributes, which CloudFormation does not know, stand for nothing that could match."""
_FORMS = {"Version": _NUMBER, "Version.Version": _NUMBER, "ApiEndpoint": Form("https://.+|wss://.+")}
_IMPLICIT = ("ServerlessRestApi", "ServerlessHttpApi")
"""How the ids of the APIs begin that SAM makes for events (SAM developer guide, "Generated AWS resources")."""
APIS = frozenset(
    {
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::WebSocketApi",
    }
)
_LEAST_OF_NAME = 8
"""How many characters of a logical id a generated name keeps at least, however long the stack's name is."""


def forms_in(wiring: Wiring) -> Forms:
    """What the attributes of a stack look like.

    Source: AWS CloudFormation User Guide, "Name type" (`<stack>-<logical id>-<suffix>`) and "Return values".
    """
    stack = wiring.evaluation.stack

    def form(attribute: Attribute) -> Form:
        declared = attribute.resource in stack.declared
        kind = stack.type_of(attribute.resource) if declared else ""
        if attribute.name != "Ref":
            known = _FORMS.get(attribute.name)
            return known or (_NOTHING if kind in _WITHOUT_ARN else identifying(attribute))
        if kind in APIS or is_implicit(attribute):
            return _API_ID
        if kind.startswith("AWS::ApiGatewayV2::"):
            return _ID
        if kind in _NAMED:
            return _NAME
        element = wiring.elements.get(attribute.resource)
        if isinstance(element, Function):
            kept = re.escape(element.resource.logical_id[:_LEAST_OF_NAME])
            return Form(f"[A-Za-z0-9-]+-{kept}[A-Za-z0-9]*-[A-Za-z0-9]+", unique=True)
        return identifying(attribute)

    return form


@record(eq=False)
class Grant:
    """A permission, read once for all calls.

    Where a property is absent although required, a list or map, or refers to a resource that does not exist, another
    check says so; here it counts as right, and `is_flawed` tells.
    """

    permission: Permission
    forms: Forms

    @cached_property
    def action(self) -> MatchResult:
        """Whether `Action` covers an invocation."""
        value = self.permission.text("Action")
        if value is None or self._dangles("Action"):
            return _YES
        if value.unresolved:
            return MatchResult(Match.MAYBE, value.unresolved)
        return _YES if (value.literal or "").lower() in _ACTIONS else _NO

    @cached_property
    def principal(self) -> MatchResult:
        """Whether `Principal` is API Gateway, or everybody."""
        value = self.permission.text("Principal")
        if value is None or value.literal == "*" or self._dangles("Principal"):
            return _YES
        # A principal is no pattern: the service is looked for in it, not the other way round.
        return like(Text((SERVICE,), value.span), value, assume_here=True)

    @property
    def source(self) -> Text | None:
        """`SourceArn`; None where any source will do."""
        return self.permission.text("SourceArn")

    @cached_property
    def source_dangles(self) -> bool:
        """Whether `SourceArn` refers to a resource that does not exist."""
        return self._dangles("SourceArn")

    @cached_property
    def tail(self) -> str | None:
        """The last segment of `SourceArn` where it is known and without wildcards: only equal ones match it."""
        return None if self.source is None else literal_tail(self.source, wild=False)

    @cached_property
    def is_flawed(self) -> bool:
        """Whether another check finds it at fault."""
        required = ("Action", "FunctionName", "Principal")
        return any(self.permission.value(name) is None for name in required) or any(
            self._dangles(name) or self._is_no_text(name) for name in (*required, "SourceArn")
        )

    def names(self, api: Api) -> bool:
        """Whether `SourceArn` names an API."""
        return self.source is not None and any(part in api.id_parts for part in self.source.parts)

    def function(self, call: Call) -> MatchResult:
        """Whether `FunctionName` names the function of a call, whatever the qualifier.

        A name that comes from elsewhere is taken not to be the one that CloudFormation makes up for a function here;
        one that is cut out of the function's own ARN may be.
        """
        target, found = self.permission.target, self.permission.function
        if isinstance(found, Function):
            return _YES if found is call.function else _NO
        if target is None or self._dangles("FunctionName") or self._is_no_text("FunctionName"):
            return _YES
        if isinstance(target, MalformedUri):
            return _NO
        named = target.name if isinstance(target, FunctionUri) else Text((target,), call.at)
        made_here = f"${{{call.function.id}." in (named.unresolved.key if named.unresolved is not None else "")
        if named.unresolved is not None and isinstance(call.function.name.atom, Attribute) and not made_here:
            return _NO
        return like(named, call.function.name, forms=self.forms)

    def qualifier(self, call: Call) -> MatchResult:
        """Whether `FunctionName` has the qualifier of a call: the same alias or version, or none as it has none."""
        target = self.permission.target
        if not isinstance(target, FunctionUri) or self._dangles("FunctionName"):
            return _YES
        mine, theirs = target.qualifier, call.uri.qualifier
        if theirs is not None and theirs.unresolved is not None and mine is None:
            return MatchResult(Match.MAYBE, theirs.unresolved)
        if mine is None or theirs is None:
            return _YES if mine is theirs else _NO
        return like(mine, theirs, forms=self.forms)

    def covers(self, source: Text) -> MatchResult:
        """Whether `SourceArn` matches the source of a call, as IAM's `StringLike`."""
        if self.source is None or self.source_dangles:
            return _YES
        return like(self.source, source, forms=self.forms, assume_here=True)

    def _is_no_text(self, name: str) -> bool:
        return isinstance(self.permission.value(name), Seq | Map)

    def _dangles(self, name: str) -> bool:
        value = self.permission.text(name)
        exists = self.permission.wiring.evaluation.exists
        return any(not exists(one.resource) and not is_implicit(one) for one in attributes_of(value))


def is_implicit(attribute: Attribute) -> bool:
    """Whether an attribute is of an API that SAM makes for the events of functions."""
    return attribute.resource.rpartition("/")[2].startswith(_IMPLICIT)


def literal_tail(arn: Text, *, wild: bool) -> str | None:
    """What stands behind the last `/` of an ARN, where that is known; a wildcard in it is allowed only if `wild`."""
    last = arn.parts[-1] if arn.parts else ""
    if not isinstance(last, str) or "/" not in last:
        return None
    tail = last.rpartition("/")[2]
    return tail if wild or not any(sign in tail for sign in "*?") else None


def both(*answers: MatchResult) -> MatchResult:
    """All of some answers at once: NO as soon as one is, else the first that is open."""
    if any(answer.match is Match.NO for answer in answers):
        return _NO
    return next((answer for answer in answers if answer.match is Match.MAYBE), _YES)


def attributes_of(value: Text | None) -> Iterator[Attribute]:
    """The resources that a text refers to."""
    for part in value.parts if value is not None else ():
        if isinstance(part, Attribute):
            yield part
