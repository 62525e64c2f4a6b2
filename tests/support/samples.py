"""The sample stack's API, as probes go by it."""

import json
from pathlib import Path

from other_stage import REPLY

from wsconform.config.expectation import read_expectation
from wsconform.live.plan import ApiPlan, plans_of
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

TEMPLATE = Path(__file__).parents[2] / "sample_stack" / "template.yaml"
HASTE = 0.7
"""Seconds that are waited for a stage which says nothing; one that does is given all the time it needs."""


def api_of(template: Path, within: float = 3) -> ApiPlan:
    """What probes of the one API in a template go by, if a reply to `test` has to come within some seconds."""
    stack = read_stack(read(template))
    (api,) = plans_of(stack, {"test": read_expectation({"expect": json.loads(REPLY), "within": within})}).values()
    return api


SAMPLE = api_of(TEMPLATE)
HASTY = api_of(TEMPLATE, HASTE)
