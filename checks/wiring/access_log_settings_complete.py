from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.template.nodes import Span
from wsconform.template.values import Attribute, Map, Text, split
from wsconform.wiring.model import Stage

LONGEST_FORMAT = 3_072
REQUEST_IDS = ("$context.requestId", "$context.extendedRequestId")
_NAMES = ("DestinationArn", "Format")


@check(
    "access-log-settings-complete",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="stage",
    why="API Gateway refuses a stage with such access log settings",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigatewayv2-stage-accesslogsettings.html",
)
def access_log_settings_complete(stage: Stage) -> Iterator[Said]:
    """Access logs go to a CloudWatch Logs group, in a format that holds the request's id."""
    settings = stage.map("AccessLogSettings")
    if settings is None:
        return
    lacking = [name for name in _NAMES if settings.get(name) is None]
    if len(lacking) == 1:
        yield Fault(
            at=settings.span,
            message=f"the access log settings of {stage.label} have no {lacking[0]}",
            label=f"lacks {lacking[0]}",
            fix=f"add {lacking[0]}, or take the settings away",
        )
    for name in _NAMES:
        value = stage.as_text(settings.get(name))
        if value is not None:
            yield from (_destination if name == "DestinationArn" else _format)(stage, settings, value)


def _destination(stage: Stage, settings: Map, arn: Text) -> Iterator[Said]:
    at = _place(settings, "DestinationArn")
    first = arn.parts[0] if arn.parts else ""
    pieces = split(arn, ":", 5)
    if pieces[0].literal == "arn" and len(pieces) > 5 and pieces[2].literal == "logs":  # noqa: PLR2004 (an ARN)
        return
    found, fix = f'"{arn}"', "write DestinationArn: !GetAtt <the logical id of an AWS::Logs::LogGroup>.Arn"
    if isinstance(first, Attribute):
        if not stage.wiring.evaluation.exists(first.resource):
            return
        resource = stage.wiring.evaluation.resource(first.resource)
        is_group = resource.type == "AWS::Logs::LogGroup"
        if is_group and first.name == "Arn":
            return
        found = f"{'the name' if is_group else 'an attribute'} of {resource.logical_id}, an {resource.type}"
        fix = f"write DestinationArn: !GetAtt {resource.logical_id}.Arn" if is_group else fix
    elif arn.unresolved is not None:
        yield Inconclusive(arn.unresolved.reason, at)
        return
    yield Fault(
        at=at,
        message=f"the access log of {stage.label} goes to {found}, and not to the ARN of a CloudWatch Logs group",
        label="not the ARN of a log group",
        fix=fix,
    )


def _format(stage: Stage, settings: Map, text: Text) -> Iterator[Said]:
    at = _place(settings, "Format")
    known = "\n".join(part for part in text.parts if isinstance(part, str))
    if len(known) > LONGEST_FORMAT:
        yield Fault(
            at=at,
            message=f"the access log format of {stage.label} has {len(known)} characters; {LONGEST_FORMAT} are allowed",
            label="too long",
            fix="leave out what nobody reads",
        )
    elif not any(name in known for name in REQUEST_IDS) and stage.wiring.missing(text) is None:
        if text.unresolved is not None:
            yield Inconclusive(text.unresolved.reason, at)
            return
        yield Fault(
            at=at,
            message=f"the access log format of {stage.label} has neither {REQUEST_IDS[0]} nor {REQUEST_IDS[1]}",
            label="no request id",
            fix=f"add {REQUEST_IDS[0]} to the format",
        )


def _place(settings: Map, name: str) -> Span:
    value = settings.get(name)
    return value.span if value is not None else settings.span
