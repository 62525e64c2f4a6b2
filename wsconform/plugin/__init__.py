"""The pytest plugin: its options. All else is imported when `--wsconform` asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wsconform.local.stage import LocalStage

LISTS = {
    "select": ("NAME", "run only the checks that this name or glob fits"),
    "ignore": ("NAME=REASON", "suppress what the checks of this name or glob find, for the reason given"),
    "severity": ("NAME=LEVEL", "count what the checks of this name or glob find as error, warning or note"),
    "parameter": ("NAME=VALUE", "read templates with this value of a parameter"),
    "checks": ("DIR", "run the checks in this folder too"),
    "url": ("URL", "probe the stage at this URL; API=URL where the template has several APIs"),
    "allow": (
        "NAME=REFERENCE",
        "probe as a client that may connect: env:VARIABLE for the identity source of this name",
    ),
    "deny": ("NAME=REFERENCE", "probe as a client that may not connect, in the same form"),
}
"""Options that may be repeated: what each takes, and what it does."""

STRICT = "let warnings fail their checks too"
BASELINE = "leave out the findings in this file, as written by `wsconform check --write-baseline`"


TEMPLATE = "the template that the fixtures wsconform_stage, wsconform_client and the like are about"
LOCAL = "run each template on this machine, with its own functions, and probe that"
SETTINGS = ("strict", *LISTS, "baseline")
"""What has an option and an ini value of the same name."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the ini options of the same names."""
    group = parser.getgroup("wsconform", "wiring of WebSocket APIs")
    group.addoption(
        "--wsconform",
        action="store_true",
        help="check the WebSocket APIs of the templates among the files and folders to collect",
    )
    group.addoption("--wsconform-local", action="store_true", help=LOCAL)
    group.addoption("--wsconform-strict", action="store_true", help=STRICT)
    parser.addini("wsconform_strict", STRICT, type="bool", default=False)
    for name, (metavar, text) in LISTS.items():
        group.addoption(f"--wsconform-{name}", action="append", default=[], metavar=metavar, help=f"{text}; repeatable")
        parser.addini(f"wsconform_{name}", f"{text}; one {metavar} a line", type="linelist")
    group.addoption("--wsconform-baseline", metavar="FILE", help=BASELINE)
    parser.addini("wsconform_baseline", BASELINE)
    parser.addini("wsconform_template", TEMPLATE)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and, if asked for, what collects templates."""
    config.addinivalue_line("markers", "wsconform: a check of the wiring of a WebSocket API in a template")
    if config.getoption("wsconform"):
        from wsconform.plugin import fixtures
        from wsconform.plugin.run import Run

        config.pluginmanager.register(fixtures, "wsconform-fixtures")
        config.pluginmanager.register(Run(config, SETTINGS), "wsconform-run")
        return
    for name in ("local", *SETTINGS):
        if config.getoption(f"wsconform_{name}"):
            said = f"--wsconform-{name} does nothing without --wsconform"
            if name in SETTINGS:
                said += f"; to have it in every run that does, set wsconform_{name} in pytest's configuration"
            raise pytest.UsageError(said)


@pytest.fixture(scope="session")
def wsconform_template(pytestconfig: pytest.Config) -> Path:
    """The template that fixtures are about: that of the ini option of this name, else the only one that is probed.

    Override it as you like.
    """
    from wsconform.plugin.stage import template_of

    return template_of(pytestconfig)


@pytest.fixture(scope="session")
def wsconform_stage(pytestconfig: pytest.Config, wsconform_template: Path) -> Iterator[LocalStage]:
    """The template on this machine, with its own functions, for as long as the session lasts."""
    from wsconform.plugin.stage import running

    with running(pytestconfig, wsconform_template) as stage:
        yield stage
