from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Api


@check(
    "no-http-only-api-property",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="api",
    why="the property is for HTTP APIs only, and API Gateway refuses to make the API with it",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html",
)
def no_http_only_api_property(api: Api) -> Iterator[Fault]:
    """A WebSocket API has no property that is for HTTP APIs only, such as CorsConfiguration."""
    for name, instead in _HTTP_ONLY.items():
        if api.text(name) is not None:
            yield Fault(
                at=api.at(name),
                message=f"{api.label} has {name}, which is for HTTP APIs only",
                label="not for WebSocket APIs",
                fix=f"remove {name}{instead}",
            )


_HTTP_ONLY = {
    "BasePath": "",
    "Body": ", and declare each route; a WebSocket API is not imported from OpenAPI",
    "BodyS3Location": ", and declare each route; a WebSocket API is not imported from OpenAPI",
    "CorsConfiguration": "; browsers ask for no CORS here, so let the authorizer judge the Origin header",
    "CredentialsArn": ", and set CredentialsArn on the integration",
    "RouteKey": ", and declare an AWS::ApiGatewayV2::Route",
    "Target": ", and declare an AWS::ApiGatewayV2::Integration",
}
