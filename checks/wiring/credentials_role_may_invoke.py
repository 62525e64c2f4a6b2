from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Said, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.iam.credentials import INVOKE, credentials_of, invocation, is_declared, is_let_in, trust
from wsconform.wiring.iam.policy import Verdict
from wsconform.wiring.iam.rights import Rights
from wsconform.wiring.model import Authorizer, Function, Integration, Part


@check(
    "credentials-role-may-invoke",
    on=Part,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="credentials",
    why="with credentials it is the role that calls the function, and Lambda refuses a role that may not",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def credentials_role_may_invoke(part: Part) -> Iterator[Said]:
    """The role with which API Gateway invokes a function may invoke it."""
    credentials = credentials_of(part)
    if (
        credentials is None
        or not isinstance(credentials.role, Rights)
        or not isinstance(part, Integration | Authorizer)
    ):
        return
    role, function = credentials.role, part.function
    # A role that API Gateway may not assume is another one than was meant, or at fault for that.
    if is_declared(role) and trust(role)[0].verdict in (Verdict.NOT_ALLOWED, Verdict.DENIED):
        return
    if not is_declared(role) or role.lacks_policy or (isinstance(function, Function) and is_let_in(function)):
        return
    decision = invocation(part, role)
    if isinstance(decision, Unresolved):
        raise Inconclusive(f"{part.label}: {decision.reason}", part.at(credentials.name))
    if decision is None or decision.verdict is Verdict.ALLOWED:
        return
    if decision.verdict is Verdict.UNKNOWN:
        raise Inconclusive(f"{part.label}: {decision.reason}", role.home.span)
    called = function.label if isinstance(function, Function) else "its function"
    nearest = next((one for one in decision.near if one.resources), decision.statement)
    at = role.home.span if nearest is None else nearest.resources[0].span if nearest.resources else nearest.span
    yield Fault(
        at=at,
        resource=role.owner(nearest).origin,
        message=f"{role.home.origin}, the role of {part.label}, may not invoke {called}",
        label=f"is not {called}" if nearest in decision.near else f"denies {INVOKE}" if nearest else f"no {INVOKE}",
        fix=f"allow {INVOKE} on the ARN that {part.label} names, with its qualifier where it has one",
        notes=(Note(part.at(credentials.name), f"{part.label} names the role here"),),
    )
