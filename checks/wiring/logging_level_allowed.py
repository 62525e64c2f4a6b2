from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.template.values import Map, Value
from wsconform.wiring.model import Stage

LEVELS = ("ERROR", "INFO", "OFF")


@check(
    "logging-level-allowed",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="stage",
    why="API Gateway knows these three levels and refuses a stage with any other",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigatewayv2-stage-routesettings.html",
)
def logging_level_allowed(stage: Stage) -> Iterator[Said]:
    """A stage logs at the level ERROR, INFO or OFF."""
    for level in _levels(stage):
        text = stage.as_text(level)
        if text is None or text.literal in LEVELS or stage.wiring.missing(text) is not None:
            continue
        if text.unresolved is not None:
            yield Inconclusive(text.unresolved.reason, level.span)
            continue
        written = str(text).upper()
        yield Fault(
            at=level.span,
            message=f'{stage.label} logs at the level "{text}"; the levels are {", ".join(LEVELS)}',
            label="no such level",
            fix=f"write LoggingLevel: {written if written in LEVELS else 'INFO'}",
        )


def _levels(stage: Stage) -> Iterator[Value]:
    """Every LoggingLevel of a stage: of all routes, and of single ones."""
    single = stage.map("RouteSettings")
    for settings in (stage.map("DefaultRouteSettings"), *(single.entries.values() if single is not None else ())):
        level = settings.get("LoggingLevel") if isinstance(settings, Map) else None
        if level is not None:
            yield level
