"""The fixtures that probes are run with; a conftest may override those that say who connects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from wsconform.live.secret import Secret

if TYPE_CHECKING:
    from wsconform.live.stages import Stages


def _stages(config: pytest.Config) -> Stages:
    """The stages of a run. Raises UsageError where there are none."""
    stages: Stages | None = getattr(config.pluginmanager.get_plugin("wsconform-run"), "live", None)
    if stages is None:
        raise pytest.UsageError(
            "this fixture needs a stage: give --wsconform, and --wsconform-local or --wsconform-url with it"
        )
    return stages


def _hidden(given: Mapping[str, str | Secret], who: str) -> dict[str, str | Secret]:
    """The same, in a form that `-l` and a failed assertion can show."""
    return {name: value if isinstance(value, Secret) else Secret(value, who) for name, value in given.items()}


@pytest.fixture(scope="session")
def wsconform_allow(pytestconfig: pytest.Config) -> Mapping[str, str | Secret]:
    """Who may connect: a value, or a reference to one, by the name of each identity source. Override it as you like."""
    return _hidden(_stages(pytestconfig).settings.allow, "allow")


@pytest.fixture(scope="session")
def wsconform_deny(pytestconfig: pytest.Config) -> Mapping[str, str | Secret]:
    """Who may not connect, in the same form."""
    return _hidden(_stages(pytestconfig).settings.deny, "deny")


@pytest.fixture(scope="session")
def wsconform_live(
    pytestconfig: pytest.Config,
    wsconform_allow: Mapping[str, str | Secret],
    wsconform_deny: Mapping[str, str | Secret],
) -> Stages:
    """The stages of this run, and their probes."""
    live = _stages(pytestconfig)
    live.allow, live.deny = _hidden(wsconform_allow, "allow"), _hidden(wsconform_deny, "deny")
    return live
