"""The fixtures that probes are run with, and those for tests of users' own; a conftest may override each."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wsconform.check.examine import Examination
    from wsconform.live.connection import Connection
    from wsconform.live.identity import Identity
    from wsconform.live.peer import Peer, Stage
    from wsconform.live.plan import ApiPlan
    from wsconform.live.secret import Secret
    from wsconform.live.stages import Stages
    from wsconform.live.transcript import Transcript
    from wsconform.plugin.run import Run

_TRANSCRIPT: pytest.StashKey[Transcript] = pytest.StashKey()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a test of a user's own that fails with what went over the wire, and nothing of an identity."""
    report = yield
    transcript = item.stash.get(_TRANSCRIPT, None)
    if transcript is None:
        return report
    from wsconform.plugin.hiding import hide

    hide(report, transcript.redact)
    if report.failed and transcript.entries:
        report.sections.append(("wsconform transcript", "\n".join(transcript.lines())))
    return report


def _run(config: pytest.Config) -> Run:
    """The run that has a stage. Raises UsageError where there is none."""
    run: Run | None = config.pluginmanager.get_plugin("wsconform-run")
    if run is None or run.live is None:
        raise pytest.UsageError(
            "this fixture needs a stage: give --wsconform, and --wsconform-local or --wsconform-url with it"
        )
    return run


def _stages(config: pytest.Config) -> Stages:
    stages = _run(config).live
    assert stages is not None  # noqa: S101 (as `_run` has seen)
    return stages


def _hidden(given: Mapping[str, str | Secret], who: str) -> dict[str, str | Secret]:
    """The same, in a form that `-l` and a failed assertion can show."""
    from wsconform.live.secret import Secret

    return {name: value if isinstance(value, Secret) else Secret(value, who) for name, value in given.items()}


def _examination(config: pytest.Config, template: Path) -> Examination:
    """What is known of a template: from its checks, where they have run."""
    from wsconform.config.files import ConfigError
    from wsconform.template.errors import TemplateError

    run = _run(config)
    for path, examination in _stages(config).examined.items():
        if os.path.realpath(config.invocation_params.dir / path) == os.path.realpath(template):
            return examination
    try:
        return run.checker.check(template)
    except (ConfigError, TemplateError) as error:
        pytest.fail(str(error), pytrace=False)


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


@pytest.fixture(scope="session")
def wsconform_api() -> str | None:
    """Which API of the template tests talk to, by its logical id; None for the only one. Override it as you like."""
    return None


@pytest.fixture(scope="session")
def wsconform_plan(
    pytestconfig: pytest.Config, wsconform_live: Stages, wsconform_template: Path, wsconform_api: str | None
) -> ApiPlan:
    """What the template says of the API: its routes, what selects them, what is expected, who may connect."""
    from wsconform.check.registry import unknown_name

    plans = wsconform_live.plans(_examination(pytestconfig, wsconform_template))
    if wsconform_api is None and len(plans) == 1:
        return next(iter(plans.values()))
    if wsconform_api is None:
        some = f"it has {', '.join(plans)}: override the fixture wsconform_api" if plans else "it has none"
        pytest.fail(f"{wsconform_template}: tests talk to one WebSocket API, and {some}", pytrace=False)
    if wsconform_api not in plans:
        pytest.fail(f"{wsconform_template}: {unknown_name('API', wsconform_api, plans)}", pytrace=False)
    return plans[wsconform_api]


@pytest.fixture(scope="session")
def wsconform_target(
    pytestconfig: pytest.Config, wsconform_live: Stages, wsconform_template: Path, wsconform_plan: ApiPlan
) -> Stage:
    """The API's stage, here or at the URL that was given: where it is, who may connect, and `@connections`."""
    target = wsconform_live.target(_examination(pytestconfig, wsconform_template), wsconform_plan)
    if isinstance(target, str):
        pytest.fail(target, pytrace=False)
    return target


@pytest.fixture(scope="session")
def wsconform_allowed(wsconform_target: Stage) -> Identity:
    """Who may connect, as a client sends it."""
    if wsconform_target.allow is None:
        pytest.fail("no identity is given that may connect; override wsconform_allow, or configure one", pytrace=False)
    return wsconform_target.allow


@pytest.fixture(scope="session")
def wsconform_denied(wsconform_target: Stage) -> Identity:
    """Who may not connect, as a client sends it."""
    if wsconform_target.deny is None:
        pytest.fail(
            "no identity is given that may not connect; override wsconform_deny, or configure one", pytrace=False
        )
    return wsconform_target.deny


@pytest.fixture
def wsconform_client(
    request: pytest.FixtureRequest,
    wsconform_live: Stages,
    wsconform_template: Path,
    wsconform_plan: ApiPlan,
    wsconform_target: Stage,
) -> Iterator[Peer]:
    """A client of the stage that is not connected. What it opens is closed after the test."""
    from wsconform.live.peer import Peer
    from wsconform.live.transcript import Transcript

    redact = wsconform_live.redactor(_examination(request.config, wsconform_template), wsconform_plan)
    request.node.stash[_TRANSCRIPT] = transcript = Transcript(redact)
    peer = Peer(wsconform_target, transcript)
    yield peer
    peer.client.close()


@pytest.fixture
def wsconform_connection(wsconform_client: Peer, wsconform_allowed: Identity) -> Connection:
    """An open connection of a client that may connect."""
    from wsconform.live.verdict import Absent, Undecidable, Unmet

    try:
        return wsconform_client.open(wsconform_allowed)
    except (Absent, Undecidable, Unmet) as error:
        met = error.met if isinstance(error, Absent) else error
        pytest.fail(f"a client that may connect is not connected: {met}", pytrace=False)
