"""Runs pytest with the plugin, on small templates and a pack of checks that find what the keys of routes say."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import wsconform.plugin
import wsconform.plugin.run
import wsconform.template.yaml_nodes

LOADED = (wsconform.plugin.run, wsconform.template.yaml_nodes)
"""Loaded here once, or each run within a test would load them anew."""

ROOT = Path(__file__).parents[2]

PACK = '''
from wsconform.check import Fault, Inconclusive, Severity, check
from wsconform.wiring.model import Api, Route, Wiring

SOURCE = "https://example.com/routes"


def no(word, severity):
    @check(f"own-no-{word}", on=Route, severity=severity, area="own", why="its key says so", source=SOURCE)
    def body(route):
        """No route has such a key."""
        if word in route.key:
            yield Fault(at=route.at("RouteKey"), message=f'route "{route.key}" is there', fix=f"drop {route.label}")


no("error", Severity.ERROR)
no("warning", Severity.WARNING)
no("note", Severity.NOTE)


@check("own-no-open", on=Route, severity=Severity.ERROR, area="own", why="its key says so", source=SOURCE)
def no_open_routes(route):
    """What becomes of a route is known."""
    if "open" in route.key:
        yield Inconclusive(f"{route.label} is open", route.at("RouteKey"))


@check("own-no-raising", on=Route, severity=Severity.ERROR, area="own", why="its key says so", source=SOURCE)
def no_raising_routes(route):
    """No route breaks this check."""
    if "raising" in route.key:
        raise ValueError(route.key)
    yield from ()


@check("own-has-routes", on=Wiring, severity=Severity.ERROR, area="own", why="they must", source=SOURCE)
def templates_have_routes(wiring):
    """A template has routes."""
    if not any(api.routes for api in wiring.apis):
        yield Fault(at=wiring.apis[0].element.resource.span, message="there are no routes")
'''

NAMES = [
    "own-no-error",
    "own-no-warning",
    "own-no-note",
    "own-no-open",
    "own-no-raising",
]
"""The checks of the pack that are about an API, in their order."""

Run = Callable[..., pytest.RunResult]
Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other plugins that may be installed stay out, and so does an installed wsconform."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def names() -> list[str]:
    return NAMES


@pytest.fixture
def write(pytester: pytest.Pytester) -> Write:
    """Write a template whose API has routes of some keys. Each takes five lines, the first key stands in line 10."""

    def template(*keys: str, name: str = "template.yaml", api: str = "ChatApi") -> Path:
        lines = [
            "Resources:",
            f"  {api}:",
            "    Type: AWS::ApiGatewayV2::Api",
            "    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}",
            "",
        ]
        for number, key in enumerate(keys):
            lines += [
                f"  Route{number}:",
                "    Type: AWS::ApiGatewayV2::Route",
                "    Properties:",
                f"      ApiId: !Ref {api}",
                f"      RouteKey: {key}",
            ]
        file = pytester.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n")
        return file

    return template


@pytest.fixture
def pack(pytester: pytest.Pytester) -> Path:
    """The folder of the pack."""
    folder = pytester.path / "own"
    folder.mkdir()
    (folder / "pack.py").write_text(PACK)
    return folder


@pytest.fixture
def run(pytester: pytest.Pytester, pack: Path) -> Run:
    """Run pytest with the plugin asked for, and the checks of the pack only."""

    def pytest_with(*args: str, select: str = "own-*") -> pytest.RunResult:
        chosen = ["--wsconform", f"--wsconform-checks={pack}", f"--wsconform-select={select}"]
        with warnings.catch_warnings():
            warnings.simplefilter("default")  # not those of the tests around it
            return pytester.runpytest_inprocess(*chosen, *args, plugins=[wsconform.plugin])

    return pytest_with
