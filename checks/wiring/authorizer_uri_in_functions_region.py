from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import split
from wsconform.wiring.model import Authorizer
from wsconform.wiring.uris import FunctionUri


@check(
    "authorizer-uri-in-functions-region",
    on=Authorizer,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="authorizer",
    why="API Gateway looks for the function in the region that the URI names, and does not find it there",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html",
)
def authorizer_uri_in_functions_region(authorizer: Authorizer) -> Iterator[Fault]:
    """AuthorizerUri names the region of the function that it invokes."""
    value, uri = authorizer.text("AuthorizerUri"), authorizer.uri
    if value is None or not isinstance(uri, FunctionUri) or not uri.wrapped or uri.region is None:
        return
    region = split(value, ":", 4)[3].literal
    if region is not None and uri.region.literal is not None and region != uri.region.literal:
        yield Fault(
            at=authorizer.at("AuthorizerUri"),
            message=f'the authorizer URI of {authorizer.label} names the region "{region}", '
            f'and its function is in "{uri.region}"',
            label=f'"{region}" is not the function\'s region',
            fix=f"write the region {uri.region} in both places",
        )
