from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.wiring.functions.pushing import ACTION, Cause, Shortage, shortages
from wsconform.wiring.functions.source_file import DELETE, GET, POST
from wsconform.wiring.model import Api

_CALLS = {POST: "PostToConnection", GET: "GetConnection", DELETE: "DeleteConnection"}
_LABELS = {
    Cause.NOTHING: f"its role lacks {ACTION}",
    Cause.ACTION: f"is not {ACTION}",
    Cause.TAIL: "matches no call: it has to end in /@connections/*",
    Cause.OTHER_API: "belongs to another API",
    Cause.DENIED: "denies it",
    Cause.BOUNDARY: "does not allow it",
    Cause.UNUSED: "counts for nothing, since Role is given",
    Cause.MUTE: f"its role lacks {ACTION}",
}


@check(
    "function-may-push",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="functions",
    why="the call is refused with 403, and the client that waits for the message never gets it",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html",
)
def function_may_push(api: Api) -> Iterator[Said]:
    """A function that answers by pushing to a connection may do so on every stage of the API."""
    for one in shortages(api):
        if not isinstance(one, Shortage):
            yield Inconclusive(f"{one.function.label}: {one.reason}", one.at)
            continue
        yield Fault(
            at=one.at,
            resource=one.owner.origin,
            severity=_severity(one),
            message=_message(one, api),
            label=_LABELS.get(one.cause) or f"does not match {_resource(one, api, '…')}",
            fix=_fix(one, api),
        )


def _severity(shortage: Shortage) -> Severity:
    """A warning where the fault is inferred, or where a function is not known to make the call, or to this API."""
    is_astray = shortage.cause is Cause.OTHER_API and not shortage.is_aimed
    if shortage.cause in (Cause.TAIL, Cause.MUTE) or shortage.in_part or is_astray:
        return Severity.WARNING
    return Severity.ERROR if shortage.calls or shortage.is_unread else Severity.WARNING


def _message(shortage: Shortage, api: Api) -> str:
    function = shortage.function.label
    if shortage.cause is Cause.MUTE:
        return (
            f"{function} cannot answer a message of {api.label}: no route has a route response, "
            f"and no role in the template may push"
        )
    call = _CALLS[shortage.method]
    stage = f', stage "{shortage.stage}"' if shortage.in_part else ""
    verb = f"calls {call} on" if shortage.calls else "is meant to push to"
    problem = {
        Cause.ACTION: f'its role has "{shortage.written}" in place of {ACTION}',
        Cause.DENIED: "a statement denies it",
        Cause.BOUNDARY: "its permissions boundary does not allow it",
        Cause.UNUSED: "SAM passes over its Policies, since it names a Role",
        Cause.NOTHING: f"its role does not allow {ACTION}",
    }.get(shortage.cause) or f'its role allows {ACTION} on "{shortage.written}"'
    return f"{function} {verb} {api.label}{stage}, but {problem}"


def _fix(shortage: Shortage, api: Api) -> str:
    resource = _resource(shortage, api, "*")
    match shortage.cause:
        case Cause.ACTION:
            return f"write {ACTION}"
        case Cause.RESOURCE | Cause.TAIL | Cause.OTHER_API:
            return f"write !Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"
        case Cause.DENIED:
            return f"leave {resource} out of what the statement denies"
        case Cause.BOUNDARY:
            return f"allow {ACTION} in the boundary too"
        case Cause.UNUSED:
            return "move the statements to the role, or take Role away"
    return (
        f"allow its role {ACTION} on "
        f"!Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"
    )


def _resource(shortage: Shortage, api: Api, tail: str) -> str:
    """The last part of the resource that is asked for."""
    known = shortage.stage is not None and shortage.stage.unresolved is None
    stage = str(shortage.stage) if known else "*"
    name = api.element.resource.logical_id if api.element is not None else api.label
    return f"${{{name}}}/{stage}/{shortage.method}/@connections/{tail}"
