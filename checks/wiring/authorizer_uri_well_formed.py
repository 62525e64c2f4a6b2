from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Attribute, Unresolved
from wsconform.wiring.element import Missing
from wsconform.wiring.model import Authorizer
from wsconform.wiring.uris import FORM, FunctionUri, HttpUri, MalformedUri, ServiceUri, Uri, invokes_some_function


@check(
    "authorizer-uri-well-formed",
    on=Authorizer,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="authorizer",
    why="API Gateway cannot invoke the authorizer: it refuses the URI, or every client with a 500",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html",
)
def authorizer_uri_well_formed(authorizer: Authorizer) -> Iterator[Fault]:
    """AuthorizerUri is the path on which API Gateway invokes a Lambda function."""
    value, uri = authorizer.text("AuthorizerUri"), authorizer.uri
    if value is None or uri is None or isinstance(uri, Missing) or authorizer.is_jwt:
        return
    if isinstance(uri, Unresolved):
        if invokes_some_function(value):
            return
        raise Inconclusive(uri.reason, value.span)
    problem = _problem(uri)
    if problem:
        yield Fault(
            at=authorizer.at("AuthorizerUri"),
            message=f"the authorizer URI of {authorizer.label} {problem}",
            label="not the invocation path of a function",
            fix=_fix(authorizer),
        )


def _problem(uri: Uri) -> str:
    """What is wrong with a URI, as the rest of the sentence "the URI …"; empty when nothing is."""
    if isinstance(uri, MalformedUri):
        return uri.problem
    if isinstance(uri, HttpUri):
        return "is a URL, and an authorizer is a Lambda function"
    if isinstance(uri, ServiceUri):
        return f'calls the service "{uri.service}", and an authorizer is a Lambda function'
    if isinstance(uri, FunctionUri) and not uri.wrapped:
        return "is the function's ARN itself, not the path that invokes it"
    return ""


def _fix(authorizer: Authorizer) -> str:
    """The URI to write, with the function that the value seems to name."""
    value = authorizer.text("AuthorizerUri")
    named = [part.resource for part in value.parts if isinstance(part, Attribute)] if value is not None else []
    found = [one for one in authorizer.wiring.functions if one.id in named]
    name = found[0].label if found else "<function>"
    if authorizer.is_generated:
        return f"write AuthArn: !GetAtt {name}.Arn"
    return "write !Sub " + FORM.replace("<function ARN>", f"${{{name}.Arn}}")
