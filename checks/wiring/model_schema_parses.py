from collections.abc import Iterator
from contextlib import suppress

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.nodes import Span
from wsconform.template.values import Map, Seq, Text, Value
from wsconform.wiring.model import Model


@check(
    "model-schema-parses",
    on=Model,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="models",
    why="API Gateway refuses a model whose schema it cannot read",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-model.html",
)
def model_schema_parses(model: Model) -> Iterator[Fault]:
    """A model's Schema is JSON Schema draft 4."""
    written = model.value("Schema")
    if written is None:
        return
    at = written.span
    if isinstance(written, Text):
        if written.literal is None:
            raise Inconclusive("the schema holds values that are known only after deployment", at)
        import json

        try:
            schema = json.loads(written.literal)
        except ValueError as error:
            yield Fault(
                at=at,
                message=f"Schema of {model.label} is no JSON: {error}",
                label="does not parse",
                fix="write the schema as a YAML map, or mend the JSON",
            )
            return
    else:
        schema = _plain(written)
    problem = _problem(schema)
    draft = schema.get("$schema") if isinstance(schema, dict) else None
    if isinstance(draft, str) and "draft-04" not in draft and not problem:
        yield Fault(
            at=_place(written),
            message=f'Schema of {model.label} is written for "{draft}"; API Gateway reads JSON Schema draft 4',
            label="another draft",
            fix='write $schema: "http://json-schema.org/draft-04/schema#", and only what that draft knows',
            severity=Severity.WARNING,
        )
    if problem:
        yield Fault(
            at=at,
            message=f"Schema of {model.label} is no JSON Schema of draft 4: {problem}",
            label="no JSON Schema",
            fix="mend the schema; http://json-schema.org/draft-04/schema# says what it may hold",
        )


def _place(schema: Value) -> Span:
    """Where the schema says of which draft it is."""
    named = schema.get("$schema") if isinstance(schema, Map) else None
    return named.span if named is not None else schema.span


def _plain(value: Value) -> object:
    """The schema as JSON; CloudFormation keeps numbers and booleans of a map as they are written."""
    if isinstance(value, Map):
        return {key: _plain(entry) for key, entry in value.entries.items()}
    if isinstance(value, Seq):
        return [_plain(item) for item in value.items]
    written = str(value)
    if written in ("true", "false") or _is_number(written):
        import json

        with suppress(ValueError):
            return json.loads(written)
    return written


def _is_number(written: str) -> bool:
    return written.removeprefix("-").replace(".", "", 1).isdigit()


def _problem(schema: object) -> str:
    """What draft 4 has against a schema; empty where nothing."""
    from jsonschema import Draft4Validator, SchemaError

    if not isinstance(schema, dict):
        return "it is no map"
    try:
        Draft4Validator.check_schema(schema)
    except SchemaError as error:
        return error.message
    return ""
