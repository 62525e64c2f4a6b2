from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.iam.managed_policies import RETIRED
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Function


@check(
    "managed-policy-not-retired",
    on=Function,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="functions",
    why="a deprecated managed policy can be attached to no new role, so a fresh stack fails",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-deprecated.html",
)
def managed_policy_not_retired(function: Function) -> Iterator[Fault]:
    """The role of a function behind an API has no managed policy that AWS has retired."""
    rights = roles(function.wiring).of(function)
    for policy in rights.managed if isinstance(rights, Rights) else ():
        if policy.name in RETIRED:
            yield Fault(
                at=policy.written.span,
                resource=policy.owner.origin,
                message=f'the role of {function.label} is to have "{policy.name}", which AWS has retired',
                label="can be attached to no new role",
                fix=f"allow by statements what {function.label} does; the policy's successor is {RETIRED[policy.name]}",
            )
