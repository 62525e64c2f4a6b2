from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.registry import unknown_name
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api, Permission
from wsconform.wiring.references import absent, dangling, surroundings, undeclared_conditions


@check(
    "reference-exists",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="CloudFormation refuses a template that refers to what it does not have",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-ref.html",
)
def reference_exists(api: Api) -> Iterator[Fault]:
    """Everything that the wiring refers to exists."""
    declared = api.wiring.evaluation.stack.declared
    for element in surroundings(api):
        # What SAM writes into a permission that it makes is what stands in the API, and found there.
        if isinstance(element, Permission) and element.is_generated:
            continue
        for span, name in dangling(element, api.wiring):
            yield Fault(
                at=span,
                element=element,
                message=f"{element.label} refers to {name}, "
                + ("which is not made here" if name in declared else "and " + unknown_name("resource", name, declared)),
                label="leads nowhere",
                fix=f"refer to a resource that exists, or declare {name}"
                if name not in declared
                else f"give {name} the Condition of {element.label}, or choose with Fn::If",
            )
        yield from _values(element)


def _values(element: Element) -> Iterator[Fault]:
    """What is wrong with the values, other than resources, and the conditions that an element names."""
    for span, reason in absent(element):
        yield Fault(
            at=span,
            element=element,
            message=f"{element.label} takes a value that is not there: {reason}",
            label="leads nowhere",
            fix="name what exists, or declare what is named",
        )
    conditions = element.resource.module.section("Conditions")
    for span, name in undeclared_conditions(element):
        yield Fault(
            at=span,
            element=element,
            message=f"{element.label} hangs on a condition, and {unknown_name('condition', name, conditions)}",
            label="not declared",
            fix=f"name a condition that exists, or declare {name}",
        )
