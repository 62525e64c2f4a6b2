from collections.abc import Iterator

from wsconform.check import Effect, Said, Severity, check
from wsconform.wiring.iam.credentials import is_declared, is_role_arn
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Function

from ._roles import not_an_arn, not_assumable

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
        yield not_an_arn(function, "Role", written)
        return
    role = roles(function.wiring).named(written)
    if not isinstance(role, Rights) or not is_declared(role):
        return
    yield from not_assumable(function, "Role", role, service=SERVICE, who="Lambda")
