"""`wsconform probe`: what it says of a stage that is not wsconform's, and of what it cannot do."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from other_stage import ALLOWED, HEADER, OtherStage, Talk, running

from wsconform.cli import main
from wsconform.live.secret import HIDDEN

ROOT = Path(__file__).parents[1]
SAMPLE = (ROOT / "sample_stack" / "template.yaml").read_text()
EXPECTS = '[routes.test]\nexpect = { message = "This response was pushed from my Lambda." }\nwithin = 5\n'
Run = Callable[..., Result]


class Sound(OtherStage):
    """Does as the sample stack does, but for its words."""


class Otherwise(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send(f'{{"message": "you are {ALLOWED}"}}')


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `wsconform probe` in a folder with the sample's template."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WS_TOKEN", ALLOWED)
    (tmp_path / "template.yaml").write_text(SAMPLE)
    (tmp_path / "wsconform.toml").write_text(EXPECTS)

    def invoke(*args: str, template: str = "template.yaml") -> Result:
        return CliRunner().invoke(main, ["probe", *args, "--template", template])

    return invoke


@pytest.fixture
def sound() -> Iterator[str]:
    with running(Sound()) as url:
        yield url


AS_SOMEBODY = ("--allow", f"{HEADER}=env:WS_TOKEN")
QUICK = ("--select", "stage-*", "--select", "allowed-*", "--select", "action-*", "--select", "reply-*")


def test_what_came_is_shown_line_by_line(probe: Run, sound: str) -> None:
    result = probe(sound, *AS_SOMEBODY, *QUICK)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "passed       stage-answers",
        "passed       allowed-connects",
        "passed       action-answered[test]",
        "passed       reply-goes-to-its-sender[test]",
        "",
        f"{sound}: 4 passed (4 probes)",
    ]


def test_what_cannot_be_told_for_one_reason_is_in_one_line(probe: Run, sound: str) -> None:
    result = probe(sound)
    reason = "no identity is given that may connect; give one as allow, such as NAME=env:VARIABLE"
    lines = [line for line in result.stdout.splitlines() if line.startswith("inconclusive")]
    assert lines == [
        "inconclusive transport-is-secure: the stage is plain ws://",
        (
            "inconclusive allowed-connects, subprotocol-not-made-up, action-answered[test], "
            f"reply-goes-to-its-sender[test], any-message-survived and 10 more: {reason}"
        ),
        "inconclusive management-reaches-the-connection: there are no credentials for @connections",
    ]
    assert result.exit_code == 0


def test_routes_of_which_nothing_is_expected_are_said_to_be_so_in_one_line(
    probe: Run, sound: str, tmp_path: Path
) -> None:
    (tmp_path / "wsconform.toml").unlink()
    result = probe(sound, *AS_SOMEBODY, *QUICK)
    assert (
        "inconclusive action-answered[test] and reply-goes-to-its-sender[test]: "
        "not asserted: the configuration does not say what the route answers\n"
    ) in result.stdout


def test_a_failure_is_shown_with_the_command_that_probes_again(probe: Run) -> None:
    with running(Otherwise()) as url:
        result = probe(url, *AS_SOMEBODY, "--select", "action-*", "--parameter", "StageName=v2")
    assert result.exit_code == 1
    assert "failed       action-answered[test]\n" in result.stdout
    assert f'actual: the text {{"message": "you are {HIDDEN}"}}' in result.stdout
    assert (
        f"again: wsconform probe {url} --template=template.yaml --select=action-answered "
        f"--parameter=StageName=v2 --allow={HEADER}=env:WS_TOKEN\n"
    ) in result.stdout
    assert ALLOWED not in result.output


def test_secret_parameters_are_not_in_the_command(probe: Run) -> None:
    given = ("--parameter", "Credential=zebra-quartz", "--allow", f"{HEADER}=parameter:Credential")
    with running(Otherwise()) as url:
        result = probe(url, *given, "--select", "allowed-*")
    assert result.exit_code == 1
    assert "again: wsconform probe" in result.stdout
    assert "zebra" not in result.output


def test_json_has_each_probe_by_itself(probe: Run, sound: str) -> None:
    result = probe(sound, "--format", "json")
    found = {one["id"]: one for one in json.loads(result.stdout)["probes"]}
    assert (len(found), found["stage-answers"]["outcome"]) == (21, "passed")
    assert found["many-at-once"]["reason"].startswith("no identity is given")


def test_a_stage_that_answers_is_good_where_no_more_is_asked(probe: Run, sound: str) -> None:
    assert probe(sound, "--select", "stage-answers").exit_code == 0


def test_a_stage_that_is_not_there_is_said_to_be_so_once(probe: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"ws://127.0.0.1:{server.getsockname()[1]}/v1"
    result = probe(url, *AS_SOMEBODY)
    assert result.exit_code == 2
    assert result.stdout.count("inconclusive ") == 1
    assert result.stdout.count(f"the stage at {url}: not reachable: connection refused") == 1
    assert "error[stage-answers]: not reachable: connection refused\n" in result.stdout


def test_where_nothing_could_be_told_nothing_is_green(probe: Run, sound: str) -> None:
    assert probe(sound, "--select", "allowed-connects", "--select", "stage-answers").exit_code == 2


API = SAMPLE[SAMPLE.index("  MyWebSocketApi:") : SAMPLE.index("  Auth:")]
TWO = SAMPLE.replace("Outputs:", f"{API.replace('MyWeb', 'MyOtherWeb')}\nOutputs:")
TOPIC = "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n"


@pytest.mark.parametrize(
    ("args", "template", "said"),
    [
        ([], "template.yaml", "there is no stage to probe: name its URL, or give --local"),
        (["ws://127.0.0.1:1", "--local"], "template.yaml", "a URL and --local name two stages; give one of them"),
        (["https://127.0.0.1:1"], "template.yaml", "the argument url takes API=URL"),
        (["ws://127.0.0.1:99999"], "template.yaml", "the argument url must be a URL"),
        (
            ["Mywebsocketapi=ws://x"],
            "template.yaml",
            'the argument url: there is no API "Mywebsocketapi"; did you mean',
        ),
        (["ws://127.0.0.1:1"], "two.yaml", "the argument url: the template has 2 APIs; say which with"),
        (["ws://127.0.0.1:1"], "topic.yaml", "topic.yaml: there is no WebSocket API in it"),
        (["ws://127.0.0.1:1"], "missing.yaml", "missing.yaml: there is no such file"),
        (["ws://127.0.0.1:1"], "broken.yaml", "broken.yaml:2:1: this is no YAML"),
        (["ws://127.0.0.1:1", "--select", "acton-answered"], "template.yaml", 'there is no probe "acton-answered"'),
        (["ws://127.0.0.1:1", "--parameter", "Nam=x"], "template.yaml", '--parameter: there is no parameter "Nam"'),
        (["ws://127.0.0.1:1", "--parameter", "Name"], "template.yaml", "--parameter takes NAME=VALUE"),
        (["ws://127.0.0.1:1", "--checks", "nowhere"], "template.yaml", "nowhere"),
        (["ws://127.0.0.1:1", "--allow", "x"], "template.yaml", "--allow takes NAME=REFERENCE"),
        (
            ["ws://127.0.0.1:1", "--allow", "x=env:NOT_SET_ANYWHERE"],
            "template.yaml",
            '--allow: the environment variable "NOT_SET_ANYWHERE" for x is not set',
        ),
        (
            ["ws://127.0.0.1:1", "--deny", "x=parameter:Nam"],
            "template.yaml",
            '--deny: the template has no parameter "Nam" with a known value, for x',
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    args: list[str], template: str, said: str, probe: Run, tmp_path: Path
) -> None:
    (tmp_path / "two.yaml").write_text(TWO)
    (tmp_path / "topic.yaml").write_text(TOPIC)
    (tmp_path / "broken.yaml").write_text("Resources: [\n")
    result = probe(*args, template=template)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("args", [["--nope"], ["--format", "xml"], ["one", "two"]])
def test_options_that_there_are_not_are_said(args: list[str], probe: Run) -> None:
    result = probe(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_apis_are_told_apart(probe: Run, sound: str, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO)
    result = probe(f"MyOtherWebSocketApi={sound}", "--select", "stage-*", template="two.yaml")
    assert (result.exit_code, result.stdout) == (0, f"passed       stage-answers\n\n{sound}: 1 passed (1 probe)\n")
