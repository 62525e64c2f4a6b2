from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Map
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Function


@check(
    "policy-entry-well-formed",
    on=Function,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="functions",
    why="SAM refuses the whole template",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html",
)
def policy_entry_well_formed(function: Function) -> Iterator[Fault]:
    """Each entry of a function's Policies names a managed policy or a policy template, or is a policy document."""
    if function.value("Role") is not None:
        return
    rights = roles(function.wiring).of(function)
    for entry in rights.stray if isinstance(rights, Rights) else ():
        is_statement = isinstance(entry, Map) and "Effect" in entry.entries
        yield Fault(
            at=entry.span,
            message=f"an entry of the Policies of {function.label} is "
            + ("a bare statement" if is_statement else "neither a name, nor a policy template, nor a policy document"),
            label="has no Statement",
            fix="put the statements in a list under Statement:",
        )
