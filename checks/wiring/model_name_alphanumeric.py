import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Model


@check(
    "model-name-alphanumeric",
    on=Model,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="models",
    why="API Gateway refuses any other character in a model name",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-model.html",
)
def model_name_alphanumeric(model: Model) -> Iterator[Fault]:
    """A model's Name is alphanumeric."""
    name = model.literal("Name")
    if name is not None and not re.fullmatch(r"[A-Za-z0-9]+", name):
        plain = re.sub(r"[^A-Za-z0-9]", "", name)
        yield Fault(
            at=model.at("Name"),
            message=f'Name of {model.label} is "{name}", which holds more than letters and digits',
            label="letters and digits only",
            fix=f"write Name: {plain or 'Message'}, also in the RequestModels that use it",
        )
