from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Text, split
from wsconform.wiring.model import Function, Permission
from wsconform.wiring.permissions.grants import SERVICE

_RESOURCE = 5
"""The place of the resource among the pieces of an ARN, after that of the account."""


@check(
    "permission-names-its-source",
    on=Permission,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="permissions",
    why="whoever has an API of their own, in any account, can have API Gateway invoke the function",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-permission.html",
)
def permission_names_its_source(permission: Permission) -> Iterator[Fault]:
    """A permission for API Gateway says for which API it is."""
    principal, function = permission.text("Principal"), permission.function
    if principal is None or not isinstance(function, Function):
        return
    if not str(principal).startswith("apigateway.") and principal.literal != "*":
        return
    source = permission.text("SourceArn")
    if permission.value("SourceAccount") is not None or (source is not None and _names_api(source)):
        return
    account = source is not None and _names_account(source)
    called = [one.api for one in (*function.integrations, *function.authorizers) if one.api.element is not None]
    name = called[0].element.resource.logical_id if called and called[0].element is not None else "<the API>"
    caller = "everybody" if principal.literal == "*" and source is None else f"any API of {SERVICE}"
    yield Fault(
        at=permission.at("SourceArn"),
        severity=Severity.NOTE if account else None,
        message=f"{permission.label} lets {'any API of the account' if account else caller} invoke {function.label}: "
        + ("it has no SourceArn" if source is None else f'its SourceArn is "{source}"'),
        label="no SourceArn" if source is None else "any API",
        fix=f"{'add' if source is None else 'write'} SourceArn: !Sub "
        f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{name}}}/*",
    )


def _names_api(source: Text) -> bool:
    """Whether something else than a wildcard stands where an ARN has the id of the API, or at its end before that."""
    return split(split(source, ":", _RESOURCE)[-1], "/")[0].literal != "*"


def _names_account(source: Text) -> bool:
    pieces = split(source, ":", _RESOURCE)
    return len(pieces) > _RESOURCE and pieces[_RESOURCE - 1].literal not in ("", "*")
