"""The fixtures that probes are run with; a conftest may override those that say who connects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wsconform.live.stages import Stages
    from wsconform.plugin.run import Run


def _run_of(config: pytest.Config) -> Run:
    run: Run | None = config.pluginmanager.get_plugin("wsconform-run")
    if run is None:
        raise pytest.UsageError("this fixture needs --wsconform")
    return run


@pytest.fixture(scope="session")
def wsconform_allow(pytestconfig: pytest.Config) -> Mapping[str, str]:
    """Who may connect: a value, or a reference to one, by the name of each identity source. Override it as you like."""
    return _run_of(pytestconfig).checker.settings.allow


@pytest.fixture(scope="session")
def wsconform_deny(pytestconfig: pytest.Config) -> Mapping[str, str]:
    """Who may not connect, in the same form."""
    return _run_of(pytestconfig).checker.settings.deny


@pytest.fixture(scope="session")
def wsconform_live(
    pytestconfig: pytest.Config, wsconform_allow: Mapping[str, str], wsconform_deny: Mapping[str, str]
) -> Stages:
    """The stages of this run, and their probes."""
    live = _run_of(pytestconfig).live
    if live is None:
        raise pytest.UsageError("this fixture needs a stage: give --wsconform-url or --wsconform-local")
    live.allow, live.deny = wsconform_allow, wsconform_deny
    return live
