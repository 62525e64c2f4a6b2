"""How a report tells that no permission lets API Gateway invoke a function, and what to write."""

from __future__ import annotations

from wsconform.check.finding import Fault, Note
from wsconform.records import record
from wsconform.wiring.element import Element
from wsconform.wiring.model import Authorizer, Call, Function, Permission, Route
from wsconform.wiring.permissions.coverage import Shortfall
from wsconform.wiring.permissions.grants import SERVICE
from wsconform.wiring.uris import FunctionUri

_MOST_NOTES = 3


def fault_of(shortfall: Shortfall, what: str) -> Fault:
    """The finding for some calls; `what` names them, as in `route "send"`."""
    call = shortfall.calls[0]
    if shortfall.permission is None or shortfall.wrong is None:
        return Fault(
            at=call.at,
            element=_caller(call),
            message=f"no permission lets API Gateway invoke {_function(call)} for {what}",
            label=f"API Gateway may not invoke {call.function.label}",
            fix=f"add an AWS::Lambda::Permission with Action: lambda:InvokeFunction, Principal: {SERVICE}, "
            f"FunctionName: {_function_name(call)} and SourceArn: {_source_arn(shortfall)}",
            notes=tuple(
                Note(one.at("SourceArn"), f"{one.label} allows other calls only")
                for one in shortfall.partial[:_MOST_NOTES]
            ),
        )
    wrong = _wrong(shortfall, shortfall.permission, shortfall.wrong)
    generated = shortfall.permission.label != shortfall.permission.resource.logical_id
    return Fault(
        at=shortfall.permission.at(shortfall.wrong),
        element=shortfall.permission,
        message=f"{wrong.problem}, so API Gateway may not invoke {_function(call)} for {what}",
        label=wrong.label,
        fix=f"change {shortfall.permission.label} so that it gives {shortfall.wrong}: {wrong.right}"
        if generated
        else f"write {shortfall.wrong}: {wrong.right}",
        notes=(Note(call.at, f"{_caller(call).label} invokes {call.function.label} here"),),
    )


@record(frozen=True, slots=True)
class _Wrong:
    problem: str
    label: str
    right: str


def _wrong(shortfall: Shortfall, permission: Permission, name: str) -> _Wrong:
    """What is wrong with a property of a permission, and the text that would be right."""
    written, call = permission.text(name), shortfall.calls[0]
    if name == "Principal":
        return _Wrong(f'{permission.label} names the principal "{written}"', "not API Gateway", SERVICE)
    if name == "Action":
        return _Wrong(f'{permission.label} allows "{written}"', "does not invoke", "lambda:InvokeFunction")
    if name == "FunctionName":
        other = permission.function is not call.function
        label = f"not {call.function.label}" if other else "another version or alias"
        return _Wrong(f"{permission.label} is on {target_of(permission)}", label, _function_name(call))
    problem = f'{permission.label} is for the source "{short_arn(permission)}"'
    return _Wrong(problem, "does not match the call", _source_arn(shortfall))


def target_of(permission: Permission) -> str:
    """The function that a permission is on, with its version or alias."""
    target = permission.target
    if not isinstance(permission.function, Function) or not isinstance(target, FunctionUri):
        return f'"{permission.text("FunctionName")}"'
    name = permission.function.label
    return f'{name} as "{target.qualifier}"' if target.qualifier is not None else name


def short_arn(permission: Permission) -> str:
    """`SourceArn` without what all ARNs of API Gateway begin with."""
    return str(permission.text("SourceArn")).rpartition(":")[2]


def _caller(call: Call) -> Element:
    """The resource whose URI makes the call."""
    integration = call.caller.integration if isinstance(call.caller, Route) else call.caller
    return integration if isinstance(integration, Element) else call.caller


def _function(call: Call) -> str:
    qualifier = call.uri.qualifier
    return call.function.label if qualifier is None else f'{call.function.label} as "{qualifier}"'


def _function_name(call: Call) -> str:
    """What to write as FunctionName."""
    name, qualifier = call.function.resource.logical_id, call.uri.qualifier
    if qualifier is None:
        return f"!Ref {name}"
    if qualifier.literal is not None:
        return f"!Sub ${{{name}.Arn}}:{qualifier.literal}"
    return "the same version or alias as in the URI"


def _source_arn(shortfall: Shortfall) -> str:
    """What to write as SourceArn: the narrowest form that takes in all calls on any stage."""
    caller = shortfall.calls[0].caller
    api = caller.api.element.resource.logical_id if caller.api.element is not None else "<the id of the API>"
    if isinstance(caller, Authorizer):
        path = f"authorizers/${{{caller.resource.logical_id}}}"
    else:
        keys = {call.caller.key for call in shortfall.calls if isinstance(call.caller, Route)}
        only = keys.pop() if len(keys) == 1 else None
        path = f"*/{only or '*'}"
    return (
        f"!Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}}}/{path}"
        if caller.api.element is not None
        else f"the ARN of {api}, with /{path}"
    )
