from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Said, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.iam.credentials import credentials_of, is_declared, trust
from wsconform.wiring.iam.policy import Verdict
from wsconform.wiring.model import Part
from wsconform.wiring.permissions.grants import SERVICE


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
        yield Fault(
            at=part.at(name),
            message=f'the {name} of {part.label} is "{credentials.written}", which is not the ARN of a role',
            label="not a role's ARN",
            fix=f"write {name}: !GetAtt <role>.Arn",
        )
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
    decision, span = trust(role)
    if decision.verdict is Verdict.UNKNOWN:
        raise Inconclusive(f"{part.label}: {decision.reason}", span)
    if decision.verdict is not Verdict.ALLOWED:
        yield Fault(
            at=span,
            resource=role.home.origin,
            message=f"API Gateway may not assume {role.home.origin}, the role of {part.label}",
            label=f"does not let {SERVICE} assume it",
            fix=f"let its trust policy allow sts:AssumeRole to the Service {SERVICE}",
            notes=(Note(part.at(name), f"{part.label} names the role here"),),
        )
