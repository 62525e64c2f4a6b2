from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Said, Severity, check
from wsconform.wiring.functions.code import Lacking, Shipped, Unread, code_of
from wsconform.wiring.model import Function


@check(
    "handler-exists",
    on=Function,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="functions",
    why="the function fails before its first line: a connect is answered with 502, a message with an error frame",
    source="https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html",
)
def handler_exists(function: Function) -> Iterator[Said]:
    """The file and the function that a Handler names are in the code beside the template."""
    code = code_of(function)
    if isinstance(code, Lacking):
        handler = function.text("Handler")
        yield Fault(
            at=function.at("Handler"),
            message=f'{function.label} is to run "{handler}", but {code.problem}'
            if handler
            else f"{function.label} cannot be run: {code.problem}",
            label=code.label,
            fix=code.fix,
            notes=(Note(code.code, "its code is here"),) if code.code is not None else (),
        )
    elif isinstance(code, Unread):
        if code.named is not None and _others_have_code(function):
            yield Fault(
                at=code.named,
                severity=Severity.WARNING,
                message=f'the code of {function.label} is to lie in "{code.folder}", and there is no such folder',
                label="no such folder beside the template",
                fix="name the folder with its code, as the other functions do",
            )
            return
        raise Inconclusive(f"{function.label}: {code.reason}", function.at("Handler"))


def _others_have_code(function: Function) -> bool:
    """Whether the code of another function lies beside the template, so that not the template alone was copied."""
    return any(isinstance(code_of(other), Shipped | Lacking) and _is_in_a_folder(other) for other in _others(function))


def _others(function: Function) -> list[Function]:
    return [other for other in function.wiring.functions if other is not function]


def _is_in_a_folder(function: Function) -> bool:
    return function.value("CodeUri") is not None or function.literal("Code") is not None
