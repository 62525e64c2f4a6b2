from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Function, Permission
from wsconform.wiring.permissions.grants import SERVICE


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
    if permission.value("SourceArn") is not None or permission.value("SourceAccount") is not None:
        return
    called = [one.api for one in (*function.integrations, *function.authorizers) if one.api.element is not None]
    name = called[0].element.resource.logical_id if called and called[0].element is not None else "<the API>"
    yield Fault(
        at=permission.resource.span,
        message=f"{permission.label} lets "
        + ("everybody" if principal.literal == "*" else f"any API of {SERVICE}")
        + f" invoke {function.label}: it has no SourceArn",
        label="no SourceArn",
        fix="add SourceArn: !Sub "
        f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{name}}}/*",
    )
