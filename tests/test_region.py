"""Which AWS region a template is deployed to on this machine."""

from pathlib import Path

import pytest

from wsconform.config.deploy_region import region_for
from wsconform.config.files import ConfigError
from wsconform.config.settings import load

SAMCONFIG = 'default.global.parameters.region = "sa-east-1"\ndefault.deploy.parameters.region = "eu-north-1"\n'


def region(folder: Path, given: str | None = None) -> str | None:
    template = folder / "template.yaml"
    return region_for(template, load([template]), given)


def test_what_is_nearer_to_the_run_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert region(tmp_path) is None
    (tmp_path / "samconfig.toml").write_text(SAMCONFIG)
    assert region(tmp_path) == "eu-north-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert region(tmp_path) == "eu-west-2"
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert region(tmp_path) == "eu-west-3"
    (tmp_path / "wsconform.toml").write_text('local.region = "us-gov-west-1"')
    assert region(tmp_path) == "us-gov-west-1"
    assert region(tmp_path, "cn-north-1") == "cn-north-1"


def test_an_empty_variable_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "")
    assert region(tmp_path) is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("given", 'region: "Europe" is no AWS region, which is as "eu-west-1"'),
        ("AWS_REGION", 'AWS_REGION: "Europe" is no AWS region'),
        ("wsconform.toml", r'wsconform\.toml: local\.region: "Europe" is no AWS region'),
        ("samconfig.toml", r'samconfig\.toml: default\.deploy\.parameters\.region: "Europe" is no AWS region'),
    ],
)
def test_what_is_no_region_is_said_with_its_place(
    source: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "wsconform.toml": 'local.region = "Europe"',
        "samconfig.toml": 'default.deploy.parameters.region = "Europe"',
    }
    if source in files:
        (tmp_path / source).write_text(files[source])
    elif source != "given":
        monkeypatch.setenv(source, "Europe")
    with pytest.raises(ConfigError, match=f"^{message}"):
        region(tmp_path, "Europe" if source == "given" else None)
