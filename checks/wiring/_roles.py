"""Roles that a service is to act as, whichever service and property."""

from collections.abc import Iterator

from wsconform.check import Fault, Inconclusive, Note
from wsconform.template.values import Text
from wsconform.wiring.iam.credentials import trust
from wsconform.wiring.iam.policy import Verdict
from wsconform.wiring.iam.rights import Rights
from wsconform.wiring.model import Function, Part


def not_an_arn(part: Part | Function, name: str, written: Text) -> Fault:
    """What a property has that should name a role."""
    return Fault(
        at=part.at(name),
        message=f'the {name} of {part.label} is "{written}", which is not the ARN of a role',
        label="not a role's ARN",
        fix=f"write {name}: !GetAtt <role>.Arn",
    )


def not_assumable(part: Part | Function, name: str, role: Rights, *, service: str, who: str) -> Iterator[Fault]:
    """Unless the `service`, called `who`, may assume a declared role. Raises Inconclusive."""
    decision, span = trust(role, service)
    if decision.verdict is Verdict.UNKNOWN:
        raise Inconclusive(f"{part.label}: {decision.reason}", span)
    if decision.verdict is not Verdict.ALLOWED:
        yield Fault(
            at=span,
            resource=role.home.origin,
            message=f"{who} may not assume {role.home.origin}, the role of {part.label}",
            label=f"does not let {service} assume it",
            fix=f"let its trust policy allow sts:AssumeRole to the Service {service}",
            notes=(Note(part.at(name), f"{part.label} names the role here"),),
        )
