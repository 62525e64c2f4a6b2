from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.iam.managed_policies import BROAD
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Function


@check(
    "managed-policy-scoped",
    on=Function,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="functions",
    why="whoever gets hold of the function, or of a fault in it, may do all that its role may",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
)
def managed_policy_scoped(function: Function) -> Iterator[Fault]:
    """The role of a function behind an API has no managed policy that reaches far beyond what the function does."""
    rights = roles(function.wiring).of(function)
    for policy in rights.managed if isinstance(rights, Rights) else ():
        if policy.name in BROAD:
            yield Fault(
                at=policy.written.span,
                resource=policy.owner.origin,
                message=f'the role of {function.label} has "{policy.name}", which allows {BROAD[policy.name]}',
                label="far too broad",
                fix="allow what the function does by a statement of its own; pushing takes "
                "execute-api:ManageConnections on the API's own @connections",
            )
