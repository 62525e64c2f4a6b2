import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.permissions import short_arn
from wsconform.wiring.model import Permission

_EXTRA_SEGMENT = re.compile(r"[^/]+/[^/]*/\*\$?\w[^/]*")


@check(
    "source-arn-has-websocket-form",
    on=Permission,
    severity=Severity.NOTE,
    effect=Effect.UNSEEN,
    area="permissions",
    why="the Lambda console finds no route for it, and some report that their functions were not called",
    source="https://github.com/aws/aws-cdk/issues/19532",
)
def source_arn_has_websocket_form(permission: Permission) -> Iterator[Fault]:
    """The SourceArn of a permission ends in a stage and a route key, without a segment between them."""
    if permission.literal("Principal") != "apigateway.amazonaws.com" or permission.value("SourceArn") is None:
        return
    path = short_arn(permission)
    if _EXTRA_SEGMENT.fullmatch(path):
        stage, _, key = path.partition("/")[2].rpartition("/")
        yield Fault(
            at=permission.at("SourceArn"),
            message=f'SourceArn of {permission.label} ends in "/{stage}/{key}", as for the methods of a REST API',
            label="matches, but is disputed",
            fix=f"let it end in /{stage}/{key.removeprefix('*')}",
        )
