from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.iam.policy import Statement
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Function


@check(
    "role-statement-scoped",
    on=Function,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="functions",
    why="whoever gets hold of the function, or of a fault in it, may do all that its role may",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
)
def role_statement_scoped(function: Function) -> Iterator[Fault]:
    """No statement about the role of a function behind an API allows everything, or pushing to every API."""
    rights = roles(function.wiring).of(function)
    if not isinstance(rights, Rights):
        return
    for clause in rights.clauses:
        statement = clause.statement
        action = _broad_action(statement)
        if action is None or any(statement.span == one.written.span for one in rights.managed):
            continue
        everything = action == "*"
        yield Fault(
            at=statement.actions[0].span if everything else statement.resources[0].span,
            resource=clause.owner.origin,
            severity=Severity.WARNING if everything else Severity.NOTE,
            message=f"the role of {function.label} may do everything"
            if everything
            else f'the role of {function.label} may do "{action}" on every API of the account',
            label="every action on every resource" if everything else "every API",
            fix="name the actions that the function takes, and what it takes them on"
            if everything
            else "name the API: arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*",
        )


def _broad_action(statement: Statement) -> str | None:
    """The action that a statement allows on everything, where that is everything or has to do with APIs."""
    if statement.effect != "Allow" or statement.doubt is not None or statement.conditions:
        return None
    if not any(resource.literal == "*" for resource in statement.resources):
        return None
    actions = [action.literal or "" for action in statement.actions]
    if any(action in ("*", "*:*") for action in actions):
        return "*"
    return next((action for action in actions if action.lower().startswith("execute-api:")), None)
