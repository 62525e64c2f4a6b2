from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Said, Severity, check
from wsconform.wiring.iam.credentials import is_declared, is_role_arn, trust
from wsconform.wiring.iam.policy import Verdict
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Function

SERVICE = "lambda.amazonaws.com"


@check(
    "function-role-may-be-assumed",
    on=Function,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="functions",
    why="Lambda makes no function whose role it may not assume",
    source="https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
)
def function_role_may_be_assumed(function: Function) -> Iterator[Said]:
    """The Role of a function is the ARN of a role that Lambda may assume."""
    written = function.text("Role")
    if written is None or written.literal == "" or function.wiring.missing(written) is not None:
        return
    if not is_role_arn(written, function.wiring):
        yield Fault(
            at=function.at("Role"),
            message=f'the Role of {function.label} is "{written}", which is not the ARN of a role',
            label="not a role's ARN",
            fix="write Role: !GetAtt <role>.Arn",
        )
        return
    role = roles(function.wiring).named(written)
    if not isinstance(role, Rights) or not is_declared(role):
        return
    decision, span = trust(role, SERVICE)
    if decision.verdict is Verdict.UNKNOWN:
        raise Inconclusive(f"{function.label}: {decision.reason}", span)
    if decision.verdict is not Verdict.ALLOWED:
        yield Fault(
            at=span,
            resource=role.home.origin,
            message=f"Lambda may not assume {role.home.origin}, the role of {function.label}",
            label=f"does not let {SERVICE} assume it",
            fix=f"let its trust policy allow sts:AssumeRole to the Service {SERVICE}",
            notes=(Note(function.at("Role"), f"{function.label} names the role here"),),
        )
