"""Stages that run here for as long as they are probed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from standing import TEMPLATE, write_template

from wsconform.config.settings import Settings
from wsconform.live.identity import Identity
from wsconform.live.local import Locals
from wsconform.live.peer import Stage
from wsconform.live.plan import ApiPlan, plans_of
from wsconform.template.source import read
from wsconform.template.stack import Stack
from wsconform.wiring.reader import read_stack

NAMED = "Parameters:\n  Name: {Type: String, Default: v1}\n" + TEMPLATE.replace("StageName: v1", "StageName: !Ref Name")


@pytest.fixture
def stages() -> Iterator[list[Locals]]:
    made: list[Locals] = []
    yield made
    for one in made:
        one.close()


def stack_and_api(template: Path, settings: Settings) -> tuple[Stack, ApiPlan]:
    stack = read_stack(read(template), settings.parameters_for(template))
    return stack, plans_of(stack, {})["Chat"]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(), "default"),
        (Settings(samconfig_env="other"), "other"),
        (Settings(overrides={"Name": "given", "Nothing": "of another template"}), "given"),
    ],
)
def test_what_runs_is_what_is_probed(settings: Settings, name: str, tmp_path: Path, stages: list[Locals]) -> None:
    (tmp_path / "samconfig.toml").write_text(
        'version = 0.1\n[default.deploy.parameters]\nparameter_overrides = "Name=default"\n'
        '[other.deploy.parameters]\nparameter_overrides = "Name=other"\n'
    )
    stack, api = stack_and_api(write_template(tmp_path, NAMED), settings)
    stages.append(Locals(settings))
    found = stages[0].stage(stack, api, Identity(), None)
    assert isinstance(found, Stage)
    assert found.endpoint.url.endswith(f"/{name}")
    assert found.endpoint.url == stages[0].url(stack, api)
    assert found.management is not None
    assert stages[0].start(stack) is stages[0].start(stack)


def test_what_does_not_start_says_why(tmp_path: Path, stages: list[Locals]) -> None:
    stack, api = stack_and_api(write_template(tmp_path, TEMPLATE.replace("MockResponse]", "Nothing]")), Settings())
    stages.append(Locals(Settings()))
    found = stages[0].stage(stack, api, Identity(), None)
    assert isinstance(found, str)
    assert found.startswith("the local stage does not start: ")
    assert 'there is no resource "Nothing"' in found
    assert stages[0].url(stack, api) == ""
    assert stages[0].start(stack) is stages[0].start(stack)


def test_an_api_without_a_stage_has_none_here(tmp_path: Path, stages: list[Locals]) -> None:
    chat = TEMPLATE[TEMPLATE.index("  Chat:") : TEMPLATE.index("  Echo:")].replace("Chat", "Talk")
    template = write_template(tmp_path, TEMPLATE.replace("Resources:", f"Resources:\n{chat}"))
    stack = read_stack(read(template))
    stages.append(Locals(Settings()))
    assert stages[0].stage(stack, plans_of(stack, {})["Talk"], Identity(), None) == "Talk has no stage"
