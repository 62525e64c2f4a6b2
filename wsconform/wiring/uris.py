"""What an integration's or authorizer's URI, or a permission's function name, says.

Rules: AWS CloudFormation User Guide, `AWS::ApiGatewayV2::Integration` (IntegrationUri) and
`AWS::ApiGatewayV2::Authorizer` (AuthorizerUri); AWS Lambda API reference, AddPermission (FunctionName).
"""

from __future__ import annotations

import re

from wsconform.records import record
from wsconform.template.values import Part, Pseudo, Text, Unresolved, split, text

INVOCATIONS_PATH = "path/2015-03-31/functions/"
FORM = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/<function ARN>/invocations"
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.\w+\}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
_PATH = re.compile(r"path/([^/]+)/functions/(.*)", re.DOTALL)


@record(frozen=True, slots=True)
class FunctionUri:
    """A URI that invokes a Lambda function. `wrapped` is False for a bare function ARN.

    `name` and `qualifier` are canonical texts; `region` and `account` those of the function's ARN.
    """

    name: Text
    qualifier: Text | None
    region: Text | None
    account: Text | None
    wrapped: bool


@record(frozen=True, slots=True)
class ServiceUri:
    """A URI of another AWS service (`arn:…:apigateway:…:sqs:…`)."""

    service: str


@record(frozen=True, slots=True)
class HttpUri:
    """An `http://` or `https://` URL."""


@record(frozen=True, slots=True)
class MalformedUri:
    """A URI that API Gateway refuses; `problem` completes the sentence "the URI …"."""

    problem: str


Uri = FunctionUri | ServiceUri | HttpUri | MalformedUri | Unresolved


def parse_uri(value: Text) -> Uri:
    """Read a canonical `IntegrationUri` or `AuthorizerUri`."""
    first = value.parts[0] if value.parts else ""
    if isinstance(first, Unresolved):
        return first
    if not isinstance(first, str):
        return MalformedUri(f'is "{value}", which is no ARN')
    return HttpUri() if first.lower().startswith(("http://", "https://")) else _arn(value, first)


def _arn(value: Text, first: str) -> Uri:
    """Read what is to be an ARN; `first` is its first stretch."""
    if not first.startswith("arn:"):
        return MalformedUri(f'is "{value}", which is neither an ARN nor a URL')
    pieces = split(value, ":", 5)
    if len(pieces) < 6:  # noqa: PLR2004 (arn:partition:service:region:account:resource)
        return value.unresolved or MalformedUri(f'is "{value}", an ARN cut short')
    service = pieces[2].literal
    if service == "lambda":
        return _function(value, wrapped=False)
    if service != "apigateway":
        return pieces[2].unresolved or MalformedUri(f'is an ARN of "{pieces[2]}", not of apigateway')
    if not pieces[3].parts:
        return MalformedUri("names no region")
    if _is_no_region(pieces[3]):
        return MalformedUri(f'has "{pieces[3]}" where the region belongs')
    target = pieces[4].literal
    if target is None:
        return pieces[4].unresolved or MalformedUri(f'names the service "{pieces[4]}"')
    if target.rpartition(".")[2] != "lambda":
        return ServiceUri(target)
    return _invocations(pieces[5])


def _is_no_region(value: Text) -> bool:
    """Whether something else stands where an ARN has its region: another pseudo parameter, or text of another form."""
    if isinstance(value.atom, Pseudo):
        return value.atom.name != "AWS::Region"
    return value.literal is not None and not _REGION.fullmatch(value.literal)


def invokes_some_function(value: Text) -> bool:
    """Whether a URI has the form that invokes a function, whatever function the unknown parts of it name."""
    first, last = (value.parts[0], value.parts[-1]) if value.parts else ("", "")
    return (
        isinstance(first, str)
        and first.startswith("arn:")
        and f":lambda:{INVOCATIONS_PATH}" in str(value)
        and isinstance(last, str)
        and last.endswith("/invocations")
    )


def _invocations(path: Text) -> Uri:
    """Read what follows `…:lambda:`."""
    head = path.parts[0] if path.parts else ""
    if isinstance(head, Unresolved):
        return head
    found = _PATH.match(head) if isinstance(head, str) else None
    if found is None:
        return MalformedUri(f'has "{path}" where "{INVOCATIONS_PATH}…" belongs')
    if found.group(1) != "2015-03-31":
        return MalformedUri(f'asks for path version "{found.group(1)}"; the only one is 2015-03-31')
    tail = path.parts[-1]
    rest: list[Part] = [found.group(2), *path.parts[1:]]
    if isinstance(tail, Unresolved):
        return tail
    if not isinstance(tail, str) or not str(rest[-1]).endswith("/invocations"):
        return MalformedUri('does not end in "/invocations"')
    rest[-1] = str(rest[-1]).removesuffix("/invocations")
    return _function(text(rest, path.span), wrapped=True)


def _function(value: Text, *, wrapped: bool) -> Uri:
    """Read a function's ARN, as it stands or inside the invocation path."""
    function = parse_function(value)
    if not isinstance(function, FunctionUri):
        return function
    if _hangs_on_stage(function.name):
        return Unresolved(str(value), f'the function is named by a stage variable: "{value}"')
    if function.account is None:
        return MalformedUri(f'has "{value}" where the function\'s ARN belongs')
    qualifier = _of_stage(function.qualifier) if function.qualifier is not None else None
    return FunctionUri(function.name, qualifier, function.region, function.account, wrapped)


def _of_stage(qualifier: Text) -> Text:
    """A qualifier; unknown where a stage variable names it, since that is another one on each stage."""
    if not _hangs_on_stage(qualifier):
        return qualifier
    reason = f'the version or alias is named by a stage variable: "{qualifier}"'
    return Text((Unresolved(str(qualifier), reason),), qualifier.span)


def _hangs_on_stage(value: Text) -> bool:
    return any(isinstance(part, str) and _STAGE_VARIABLE.search(part) for part in value.parts)


def parse_function(value: Text) -> FunctionUri | MalformedUri | Unresolved:
    """Read a function's name, partial ARN or ARN, each with or without `:qualifier`, as `FunctionName` accepts them."""
    if isinstance(value.atom, Unresolved):
        return value.atom
    pieces = split(value, ":")
    if pieces[0].literal == "arn":
        if len(pieces) < 7 or pieces[2].literal != "lambda" or pieces[5].literal != "function":  # noqa: PLR2004
            return value.unresolved or MalformedUri(f'has "{value}", which is not a function\'s ARN')
        region, account, rest = pieces[3], pieces[4], pieces[6:]
    elif len(pieces) > 2 and pieces[1].literal == "function":  # noqa: PLR2004 (account:function:name)
        region, account, rest = Text((Pseudo("AWS::Region"),), value.span), pieces[0], pieces[2:]
    else:
        region, account, rest = None, None, pieces
    if not rest[0].parts or len(rest) > 2:  # noqa: PLR2004 (name and qualifier)
        return MalformedUri(f'has "{value}", which names no function')
    qualifier = rest[1] if len(rest) > 1 and rest[1].parts else None
    if isinstance(rest[0].atom, Unresolved):
        return rest[0].atom
    return FunctionUri(rest[0], qualifier, region, account, wrapped=False)
