"""What the tests of the commands share: a pack of two checks, and how a report is read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from wsconform.check.packs import builtin_folder

EXAMPLE = (builtin_folder() / "example.yaml").read_text()
ROOT = Path(__file__).parents[2]
PACK = """
from wsconform.check import Fault, Inconclusive, Severity, check
from wsconform.wiring.model import Route

def about(name, severity):
    return check(name, on=Route, severity=severity, area="routes", why="it is a test", source="here")

@about("key-is-short", Severity.ERROR)
def key_is_short(route):
    \"\"\"A route key has at most four letters.\"\"\"
    if len(route.key) > 4 and not route.key.startswith("$"):
        yield Fault(at=route.at("RouteKey"), message=f"{route.label} has a long key", fix="shorten it")

@about("key-is-quiet", Severity.WARNING)
def key_is_quiet(route):
    \"\"\"A route key has no capitals.\"\"\"
    if route.key != route.key.lower():
        yield Fault(at=route.at("RouteKey"), message=f"{route.label} has a loud key")
"""
OURS = ("--checks", "pack", "--select", "key-*", "--select", "suppression-*")
NO_API = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
HTTP_API = "Resources:\n  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}\n"

Run = Callable[..., Result]
Put = Callable[[str, str], Path]


def with_key(key: str) -> str:
    return EXAMPLE.replace("RouteKey: send", f"RouteKey: {key}")


def report(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def ids(result: Result) -> list[str]:
    return [one["id"] for one in report(result)["findings"]]
