from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.iam.credentials import credentials_of, is_declared
from wsconform.wiring.model import Part
from wsconform.wiring.permissions.grants import SERVICE

from ._roles import not_an_arn, not_assumable


@check(
    "credentials-role-may-be-assumed",
    on=Part,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="credentials",
    why="API Gateway cannot make the call, and answers 500 to a connect, an error frame to a message",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def credentials_role_may_be_assumed(part: Part) -> Iterator[Said]:
    """The credentials of an integration or authorizer are the ARN of a role that API Gateway may assume."""
    credentials = credentials_of(part)
    if credentials is None:
        return
    role, name = credentials.role, credentials.name
    if role is None:
        yield not_an_arn(part, name, credentials.written)
        return
    if isinstance(role, Unresolved):
        raise Inconclusive(f"{part.label}: {role.reason}", part.at(name))
    if not is_declared(role):
        yield Fault(
            at=part.at(name),
            message=f"{part.label} is to act as the role that SAM makes for {role.home.origin}, which trusts Lambda",
            label="the role of a function",
            fix=f"name a role of its own, one that the Service {SERVICE} may assume",
        )
        return
    yield from not_assumable(part, name, role, service=SERVICE, who="API Gateway")
