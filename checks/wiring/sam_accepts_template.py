from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.wiring.model import Wiring


@check(
    "sam-accepts-template",
    on=Wiring,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="`sam deploy` stops before anything is deployed",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-websocketapi.html",
)
def sam_accepts_template(wiring: Wiring) -> Iterator[Said]:
    """SAM accepts what the template asks of it."""
    for module in wiring.evaluation.stack.root.lineage():
        for refusal in module.expansion.refusals:
            if not refusal.certain:
                yield Inconclusive(refusal.message, refusal.span)
                continue
            yield Fault(
                at=refusal.span,
                message=refusal.message,
                label="refused",
                fix="write what the SAM developer guide allows here",
                resource=refusal.resource,
            )
