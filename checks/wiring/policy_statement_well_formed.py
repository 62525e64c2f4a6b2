from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.nodes import Span
from wsconform.wiring.iam.policy import Statement
from wsconform.wiring.model import Api
from wsconform.wiring.references import rights_around


@check(
    "policy-statement-well-formed",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="functions",
    why="IAM refuses the whole policy, and the stack rolls back",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
def policy_statement_well_formed(api: Api) -> Iterator[Fault]:
    """Each statement about a role has an Effect, which is Allow or Deny, an Action and a Resource."""
    for rights in rights_around(api):
        for clause in (*rights.clauses, *(rights.boundary or ())):
            flaw = _flaw(clause.statement)
            if flaw is not None:
                at, problem = flaw
                yield Fault(
                    at=at,
                    resource=clause.owner.origin,
                    message=f"a policy of {clause.owner.origin} is malformed: {problem}",
                    label="malformed",
                    fix="give the statement Effect: Allow or Effect: Deny, an Action and a Resource",
                )


def _flaw(statement: Statement) -> tuple[Span, str] | None:
    """What is wrong with a statement as it is written: where, and what."""
    if statement.doubt is not None:
        return None if statement.flawed_at is None else (statement.flawed_at, statement.doubt.reason)
    if not statement.actions and not statement.not_actions:
        return statement.span, "the statement has no Action"
    if not statement.resources and not statement.not_resources:
        return statement.span, "the statement has no Resource"
    if statement.principals or statement.not_principals:
        return statement.span, "the statement has a Principal, which the policy of a role cannot have"
    return None
