"""The Velocity Template Language: airspeed's parser and control flow, made as strict and as bounded as API Gateway's.

Rules: Apache Velocity user guide; API Gateway developer guide, "Quotas for configuring and running a REST API" (a
`#foreach` ends after 1,000 rounds). airspeed gives templates all of Python's methods, prints Python's texts and has no
bounds, so the parts of its parse tree that decide on these are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from types import MethodType, SimpleNamespace
from typing import Any

from wsconform.local.gateway.integration import java

MOST_ROUNDS = 1000
"""Rounds of one `#foreach`."""
MOST_STEPS = 100_000
"""Elements that one rendering may evaluate, those of loops and macros each time anew."""
MOST_TEMPLATE = 300 * 1024
"""Characters of a template."""


class MappingError(Exception):
    """Why a template cannot be rendered: lower-case, one line."""


class _Exceeded(Exception):  # noqa: N818, it names what happened
    pass


class _Break(BaseException):
    """`#break`. No Exception, which the library would wrap at every level."""


class _Budget:
    """What a rendering may still use."""

    __slots__ = ("steps", "text")

    def __init__(self) -> None:
        self.steps = MOST_STEPS
        self.text = java.MOST_TEXT

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise _Exceeded(f"the template takes more than {MOST_STEPS:,} steps")

    def sized(self, value: Any) -> Any:  # noqa: ANN401, any value of a template
        if isinstance(value, (str, list, dict)) and len(value) > java.MOST_TEXT:
            raise _Exceeded(f"a value in the template grows beyond {java.MOST_TEXT:,} characters")
        return java.whole(value) if isinstance(value, int) and not isinstance(value, bool) else value


_LONGEST_RANGE = 100_000
_BUDGET = "#budget"  # no template can name it
_Element = Any


def render(template: str, variables: Mapping[str, object]) -> str:
    """The text that a template comes to. Raises `MappingError`, and nothing else."""
    if len(template) > MOST_TEMPLATE:
        raise MappingError(f"the template is longer than {MOST_TEMPLATE:,} characters")
    from airspeed import TemplateError
    from airspeed.operators import NoMatch, StoppableStream

    budget = _Budget()

    class Output(StoppableStream):  # type: ignore[misc]  # the library has no types
        def write(self, text: str) -> None:
            budget.text -= len(text)
            if budget.text < 0:
                raise _Exceeded(f"the output grows beyond {java.MOST_TEXT:,} characters")
            super().write(text)

    output = Output()
    try:
        with suppress(_Break):
            _compiled(template).merge_to({**variables, _BUDGET: budget}, output)
    except RecursionError:
        raise MappingError("the template is nested too deeply") from None
    except (TemplateError, NoMatch, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
        raise MappingError(_said(fault)) from None
    return str(output.getvalue())


def _said(fault: BaseException) -> str:
    cause = fault
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, RecursionError):
        return "the template is nested too deeply"
    words = " ".join(str(cause).split()) or type(cause).__name__
    if cause is fault or isinstance(cause, (MappingError, _Exceeded)):
        return words
    return f"{words} (in {' '.join(fault.element.my_text().split())[:120]})" if hasattr(fault, "element") else words


@lru_cache(maxsize=256)
def _compiled(template: str) -> Any:  # noqa: ANN401, the library has no types
    import airspeed

    compiled = airspeed.Template(template)
    compiled.ensure_compiled()
    elements = list(_elements(compiled.root_element))
    for element in elements:
        _bind_late(element)
    for element in elements:
        adapt = _ADAPTED.get(type(element).__name__)
        if adapt is not None:
            adapt(element)
    return compiled


def _elements(root: object) -> Iterator[_Element]:
    """Every element of a parse tree, each once."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if id(element) in seen:
            continue
        seen.add(id(element))
        if isinstance(element, MethodType):
            waiting.append(element.__self__)
        elif isinstance(element, (list, tuple)):
            waiting.extend(element)
        elif isinstance(element, dict):
            waiting.extend((*element.keys(), *element.values()))
        elif type(element).__module__ == "airspeed.operators" and hasattr(element, "__dict__"):
            yield element
            waiting.extend(vars(element).values())


def _bind_late(element: _Element) -> None:
    """Some elements keep the method of another; they are to call whatever stands there afterwards."""
    kept = vars(element).get("calculate")
    owner: Any = kept.__self__ if isinstance(kept, MethodType) else None
    if owner is not None:

        def calculate(*given: object) -> object:
            return owner.calculate(*given)

        element.calculate = calculate


def _block(element: _Element) -> None:
    original, steps = element.evaluate_raw, 1 + len(element.children)

    def evaluate(stream: object, namespace: Any, loader: object) -> None:  # noqa: ANN401
        namespace[_BUDGET].spend(steps)
        original(stream, namespace, loader)

    element.evaluate_raw = evaluate
    for hash_sign, following in pairwise(element.children):
        if type(hash_sign).__name__ == "FallthroughHashText" and following.my_text().startswith("break"):
            hash_sign.evaluate_raw = _leave


def _leave(*_: object) -> None:
    raise _Break


def _reference(element: _Element) -> None:
    """What is undefined leaves no text behind, and all else leaves Java's."""

    def evaluate(stream: Any, namespace: Any, loader: Any) -> None:  # noqa: ANN401
        if element.expression is None:
            stream.write(element.my_text())
            return
        value = element.calculate(namespace, loader)
        if value is None and element.alternate is not None:
            value = element.alternate.calculate(namespace, loader)
        stream.write(namespace[_BUDGET].sized(java.text(value)))

    element.evaluate_raw = evaluate


def _name_or_call(element: _Element) -> None:
    """Names are keys of maps, `key` and `value` of entries, and methods of Java."""

    def calculate(current: Any, loader: object, namespace: Any) -> object:  # noqa: ANN401
        from airspeed.operators import _FunctionDefinition

        if current is namespace:
            try:
                value = namespace[element.name]
            except KeyError:
                return None
        else:
            value = _member(current, element.name)
        if isinstance(value, _FunctionDefinition):  # #define
            return _block_text(value, namespace, loader)
        if element.parameters is not None:
            arguments = element.parameters.calculate(namespace, loader)
            called = value if callable(value) else java.method(current, element.name)
            if called is None:
                return None
            value = namespace[_BUDGET].sized(called(*arguments))
        elif callable(value):
            return None
        if element.index is not None:
            value = _item(value, element.index.calculate(namespace, loader))
        return value

    element.calculate = calculate


def _member(current: object, name: str) -> object:
    if isinstance(current, dict):
        return current.get(name)
    if isinstance(current, SimpleNamespace):
        return vars(current).get(name)
    return None


def _item(value: object, index: object) -> object:
    if isinstance(value, dict):
        return value.get(index)
    if isinstance(value, (list, tuple, range)) and isinstance(index, int):
        if not -len(value) <= index < len(value):
            raise MappingError(f"the index {index} is beyond the list of {len(value)}")
        return value[index]
    return None


def _sub_expression(element: _Element) -> None:
    original = element.calculate

    def calculate(current: object, loader: object, namespace: object) -> object:
        if hasattr(element.expression, "index"):  # an index follows an index
            index = element.expression.calculate(namespace, loader)
            value = _item(current, index)
            following = element.subexpression
            return following.calculate(value, loader, namespace) if following else value
        return original(current, loader, namespace)

    if type(element.expression).__name__ == "ArrayIndex":
        element.calculate = calculate


def _block_text(definition: _Element, namespace: Any, loader: object) -> str:  # noqa: ANN401
    from airspeed.operators import StoppableStream

    stream = StoppableStream()
    definition.execute_function(stream, namespace, [], loader)
    return str(namespace[_BUDGET].sized(stream.getvalue()))


def _condition(element: _Element) -> None:
    """`null` is false."""
    element.calculate = lambda namespace, loader: _truth(element.expression.calculate(namespace, loader))


def _truth(value: object) -> bool:
    """Only false and null are false: an empty text, list or number counts as there."""
    return value is not None and value is not False


def _negation(element: _Element) -> None:
    element.calculate = lambda namespace, loader: not _truth(element.value.calculate(namespace, loader))


def _operator(element: _Element) -> None:
    operation = element.apply_to
    joined: dict[str, Callable[[object, object], object]] = {
        "&&": lambda one, other: _truth(one) and _truth(other),
        "and": lambda one, other: _truth(one) and _truth(other),
        "||": lambda one, other: _truth(one) or _truth(other),
        "or": lambda one, other: _truth(one) or _truth(other),
    }
    sign = element.my_text().strip()
    if sign in joined:
        element.apply_to = joined[sign]
    elif sign == "+":
        element.apply_to = _sum
    elif sign == "/":
        element.apply_to = _quotient
    elif sign in {"==", "eq", "!=", "ne"}:
        equal = sign in {"==", "eq"}
        element.apply_to = lambda one, other: _equal(one, other) is equal
    elif sign in {"<", "lt", "<=", "le", ">", "gt", ">=", "ge"}:
        element.apply_to = lambda one, other: _compared(operation, one, other)
    else:
        element.apply_to = lambda one, other: _arithmetic(operation, one, other)


def _sum(one: object, other: object) -> object:
    if isinstance(one, str) or isinstance(other, str):
        return java.text(one) + java.text(other)
    return _arithmetic(lambda a, b: a + b, one, other)


def _quotient(one: object, other: object) -> object:
    def divided(a: Any, b: Any) -> Any:  # noqa: ANN401, numbers
        if b == 0:
            return None
        return int(a / b) if isinstance(a, int) and isinstance(b, int) else a / b

    return _arithmetic(divided, one, other)


def _equal(one: object, other: object) -> bool:
    """Java's: texts of unlike kinds are compared as texts, a truth value is no number."""
    if isinstance(one, bool) is not isinstance(other, bool) or (isinstance(one, str) is not isinstance(other, str)):
        return one is not None and other is not None and java.text(one) == java.text(other)
    return one == other


def _compared(operation: Callable[[Any, Any], object], one: object, other: object) -> object:
    if isinstance(one, str) and isinstance(other, str):
        return operation(one, other)
    return _arithmetic(operation, one, other)


def _arithmetic(operation: Callable[[Any, Any], object], one: object, other: object) -> object:
    """Of what is no number nothing comes."""
    numbers = all(isinstance(side, (int, float)) and not isinstance(side, bool) for side in (one, other))
    return operation(one, other) if numbers else None


def _sized(element: _Element) -> None:
    original = element.calculate
    element.calculate = lambda namespace, loader: namespace[_BUDGET].sized(original(namespace, loader))


def _range(element: _Element) -> None:
    def calculate(namespace: object, loader: object) -> range:
        ends = [value.calculate(namespace, loader) for value in (element.value1, element.value2)]
        if not all(isinstance(end, int) for end in ends):
            raise MappingError("the ends of a range are not whole numbers")
        start, end = ends
        if abs(end - start) > _LONGEST_RANGE:
            raise MappingError(f"a range is longer than {_LONGEST_RANGE:,}")
        return range(start, end + 1) if start <= end else range(start, end - 1, -1)

    element.calculate = calculate


def _foreach(element: _Element) -> None:
    """At most so many rounds, over lists and the values of maps; all else is passed over."""
    values = element.value.calculate

    def calculate(namespace: object, loader: object) -> object:
        value = values(namespace, loader)
        if isinstance(value, dict):
            value = list(value.values())
        return value[:MOST_ROUNDS] if isinstance(value, (list, tuple, range)) else None

    element.value.calculate = calculate
    original = element.evaluate_raw

    def evaluate(*given: object) -> None:
        with suppress(_Break):
            original(*given)

    element.evaluate_raw = evaluate


def _unknown(element: _Element) -> None:
    def evaluate(*_: object) -> None:
        raise MappingError(f'"{element.my_text().partition("(")[0]}" is no directive of mapping templates')

    element.evaluate_raw = evaluate


_ADAPTED: Mapping[str, Callable[[_Element], None]] = {
    "BinaryOperator": _operator,
    "Block": _block,
    "Condition": _condition,
    "EvaluateDirective": _unknown,
    "Expression": _sized,
    "ForeachDirective": _foreach,
    "FormalReference": _reference,
    "IncludeDirective": _unknown,
    "InterpolatedStringLiteral": _sized,
    "NameOrCall": _name_or_call,
    "ParseDirective": _unknown,
    "Range": _range,
    "ReturnDirective": _unknown,
    "SubExpression": _sub_expression,
    "UnaryOperatorValue": _negation,
}
