from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.permissions import short_arn, target_of
from wsconform.wiring.model import Function, Permission
from wsconform.wiring.permissions.idle import is_idle


@check(
    "permission-matches-something",
    on=Permission,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="permissions",
    why="it allows nothing that happens; what it was written for has changed, or is spelt otherwise",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html",
    in_every_world=True,
)
def permission_matches_something(permission: Permission) -> Iterator[Fault]:
    """A permission for API Gateway matches a call that API Gateway makes."""
    if not is_idle(permission):
        return
    function = permission.function
    called = isinstance(function, Function) and bool(function.integrations or function.authorizers)
    name = "SourceArn" if called and permission.value("SourceArn") is not None else "FunctionName"
    problem = (
        f'"{short_arn(permission)}" is the source of no call to {function.label}'
        if isinstance(function, Function) and called
        else f"no route and no authorizer calls {target_of(permission)}"
    )
    yield Fault(
        at=permission.at(name),
        message=f"{permission.label} matches nothing that API Gateway does: {problem}",
        label="matches no call",
        fix=f"write the {name} of a call that it is for, or take {permission.label} away",
    )
