from collections.abc import Iterator

from wsconform.check import Fault, Inconclusive, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Authorizer
from wsconform.wiring.uris import FORM, FunctionUri, HttpUri, MalformedUri, ServiceUri, Uri


@check(
    "authorizer-uri-well-formed",
    on=Authorizer,
    severity=Severity.ERROR,
    area="authorizer",
    why="API Gateway cannot invoke the authorizer, so it refuses the authorizer, or every client with a 500",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html",
)
def authorizer_uri_well_formed(authorizer: Authorizer) -> Iterator[Fault]:
    """AuthorizerUri is the path on which API Gateway invokes a Lambda function."""
    value, uri = authorizer.text("AuthorizerUri"), authorizer.uri
    if value is None or not authorizer.may_be_request:
        return
    if isinstance(uri, Unresolved) and not has_invocation_form(value):
        raise Inconclusive(uri.reason, value.span)
    problem = _problem(uri) if uri is not None and not isinstance(uri, Missing) else ""
    if problem:
        yield Fault(
            at=value.span,
            message=f"the authorizer's URI of {authorizer.label} {problem}",
            label="not the invocation path of a function",
            fix=f"write !Sub {FORM}",
        )


def _problem(uri: Uri) -> str:
    """What is wrong with a URI, as the rest of the sentence "the URI …"; empty when nothing is."""
    if isinstance(uri, MalformedUri):
        return uri.problem
    if isinstance(uri, HttpUri):
        return "is a URL; an authorizer is a Lambda function"
    if isinstance(uri, ServiceUri):
        return f'invokes the service "{uri.service}"; an authorizer is a Lambda function'
    if isinstance(uri, FunctionUri) and not uri.wrapped:
        return f"is the function's ARN itself, not the path that invokes it"
    return ""
