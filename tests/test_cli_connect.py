"""`wsconform connect`: a client for scripts and for people, against a stage that is not wsconform's."""

import contextlib
import os
import pty
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from other_stage import ALLOWED, HEADER, REPLY, OtherStage, Talk, running
from strange_stage import frame
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from wsconform.cli import main

ROOT = Path(__file__).parents[1]
TEST = '{"action": "test"}'
Run = Callable[..., Result]


class Watched(OtherStage):
    """Remembers what clients sent."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.codes: list[int] = []
        self.closed = threading.Event()

    def text(self, talk: Talk, text: str) -> None:
        self.heard.append(text)
        if text == "welcome me":
            talk.send('{"b": 1, "a": [1, 2]}')
        elif text == "leave me":
            talk.close(1001, "going away")
        elif text == "flood me":
            threading.Thread(target=flood, args=(talk, self.closed), daemon=True).start()
        elif text == "echo":
            talk.send(f"you are {ALLOWED}")
        else:
            super().text(talk, text)

    def _received(self, talk: Talk, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
            self.codes.append(int.from_bytes(event.data[:2], "big"))
            self.closed.set()
        super()._received(talk, event)


def flood(talk: Talk, closed: threading.Event) -> None:
    """Send more pings than anybody can answer, until the client leaves."""
    with contextlib.suppress(OSError):
        while not closed.wait(0.005):
            talk.raw(frame(b"?", 9) * 1_000)


@pytest.fixture
def stage() -> Watched:
    return Watched()


@pytest.fixture
def url(stage: Watched) -> Iterator[str]:
    with running(stage) as where:
        yield where


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Run:
    """Runs `wsconform connect` on the stage as somebody who may."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WS_TOKEN", ALLOWED)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def invoke(*args: str, given: str | None = None, allow: bool = True) -> Result:
        identity = ("--allow", f"{HEADER}=env:WS_TOKEN") if allow else ()
        return CliRunner().invoke(main, ["connect", url, *identity, "--wait", "0.3", *args], input=given)

    return invoke


# For scripts


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (("--expect", REPLY), 0),
        (("--expect", '{"message": "another"}'), 1),
        (("--expect-subset", "{}"), 0),
        (("--expect-regex", '.*"This response.*'), 0),
        (("--expect-regex", "nothing like it"), 1),
        (("--expect-nothing", "--within", "0.2"), 1),
    ],
)
def test_a_reply_is_as_expected_or_not(expected: tuple[str, ...], code: int, run: Run, stage: Watched) -> None:
    result = run("--send", TEST, *expected)
    assert result.exit_code == code
    assert result.stdout == f"{REPLY}\n"
    assert ("expected" in result.stderr) == (code == 1)
    assert stage.closed.wait(5)
    assert (stage.heard, stage.codes) == ([TEST], [1000])


def test_no_reply_is_another_than_expected(run: Run) -> None:
    result = run("--expect", REPLY, "--within", "0.1", given="")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing within 0.1 s" in result.stderr


def test_each_message_has_its_reply(run: Run) -> None:
    sent = ("--send", TEST, "--send", "welcome me")
    assert run(*sent, "--expect", REPLY, "--expect", '{"a": [1, 2], "b": 1}').exit_code == 0
    assert run(*sent, "--expect", REPLY).exit_code == 1
    result = run(*sent, "--expect", "1", "--expect", "2", "--expect", "3")
    assert (result.exit_code, "3 replies to 2 messages" in result.stderr) == (2, True)


def test_lines_of_the_input_are_messages(run: Run, stage: Watched) -> None:
    result = run("--plain", given=f"{TEST}\n\nwelcome me\n")
    assert result.exit_code == 0
    assert result.stdout == f'{REPLY}\n{{"b": 1, "a": [1, 2]}}\n'
    assert result.stderr == ""
    assert stage.heard == [TEST, "welcome me"]
    assert stage.closed.wait(5)


def test_a_flood_keeps_nobody_from_sending_and_leaving(run: Run, stage: Watched) -> None:
    assert run("--send", "flood me", "--send", "and hear me").exit_code == 0
    assert stage.heard == ["flood me", "and hear me"]
    assert stage.closed.wait(20)


def test_a_stage_that_leaves_is_heard_of(run: Run) -> None:
    result = run("--send", "leave me", "--wait", "30")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "closed with 1001 (going away)" in result.stderr
    assert run("--send", "leave me", "--expect", REPLY).exit_code == 1


def test_json_is_set_for_reading_where_colours_are_wanted(run: Run) -> None:
    result = run("--send", "welcome me", "--color", "always")
    assert '{"b": 1, "a": [1, 2]}' in result.stdout
    assert "\033[" in result.stdout
    assert "welcome me" in result.stdout


# Who connects, and why not


def test_a_refusal_says_what_it_usually_means(run: Run) -> None:
    result = run("--send", TEST, allow=False)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == "error: refused with 401"
    assert "usually: an identity source of the deployed authorizer is not in the request" in result.stderr
    assert "fix: give a value for each identity source with --allow NAME=env:VARIABLE" in result.stderr


def test_the_body_of_a_refusal_is_shown(run: Run, stage: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def greet(sock: socket.socket, head: bytes) -> bool:
        del head
        sock.sendall(b'HTTP/1.1 403 Forbidden\r\nContent-Length: 23\r\n\r\n{"message":"Forbidden"}')
        return True

    monkeypatch.setattr(stage, "greet", greet)
    assert '  body: {"message":"Forbidden"}\n' in run("--send", TEST).stderr


def test_an_identity_that_is_echoed_is_hidden(run: Run) -> None:
    result = run("--send", "echo")
    assert result.stdout == "you are •••\n"
    assert ALLOWED not in result.output


def test_headers_and_settings_say_who_connects(run: Run, tmp_path: Path) -> None:
    assert run("-H", f"{HEADER}: {ALLOWED}", "--send", TEST, "--expect", REPLY, allow=False).exit_code == 0
    (tmp_path / "wsconform.toml").write_text(f'[identity.allow]\n{HEADER} = "env:WS_TOKEN"\n')
    assert run("--send", TEST, "--expect", REPLY, allow=False).exit_code == 0
    assert run("--anonymous", "--send", TEST, allow=False).exit_code == 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["wss://127.0.0.1:99999/v1"], "the argument url must be a URL"),
        (["https://127.0.0.1/"], "the argument url must begin with wss:// or ws://"),
        (["ws://127.0.0.1:1/v1", "--send", "x"], "not reachable"),
        ([], "name the URL of a stage"),
        (["ws://127.0.0.1:1", "--allow", "x=env:NOT_SET_ANYWHERE"], '"NOT_SET_ANYWHERE" for x is not set'),
        (["ws://127.0.0.1:1", "--allow", "x=parameter:P"], "name it with --template"),
        (["ws://127.0.0.1:1", "-H", "nonsense"], "-H takes 'NAME: VALUE'"),
        (["ws://127.0.0.1:1", "--expect", "{"], "--expect takes JSON"),
        (["ws://127.0.0.1:1", "--expect-regex", "("], "no regular expression"),
        (["ws://127.0.0.1:1", "--expect", "1", "--expect-nothing"], "is enough"),
        (["ws://127.0.0.1:1", "--within", "1"], "--within is of a reply"),
        (["ws://127.0.0.1:1", "--ca", "missing.pem"], "missing.pem: no such file"),
        (["ws://127.0.0.1:1", "--ca", "template.yaml"], "no certificate (PEM)"),
        (["--local"], "--local takes a --template"),
        (["--template", "missing.yaml", "--local"], "there is no such file"),
        (["--template", "template.yaml", "--local", "--api", "ChadApi"], 'there is no API "ChadApi"'),
        (["--template", "topic.yaml", "--local"], "there is no WebSocket API in it"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    args: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text((ROOT / "sample_stack" / "template.yaml").read_text())
    (tmp_path / "topic.yaml").write_text("Resources:\n  Topic: {Type: AWS::SNS::Topic}\n")
    result = CliRunner().invoke(main, ["connect", *args], input="")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert "internal error" not in result.output


def test_the_template_runs_here_and_tells_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    template = ROOT / "sample_stack" / "template.yaml"
    args = ["connect", "--template", str(template), "--local", "--send", TEST, "--expect", REPLY, "--within", "60"]
    result = CliRunner().invoke(main, args)
    assert (result.exit_code, result.stdout) == (0, f"{REPLY}\n")
    assert "MyLambdaRouteHandlerFunction" in result.stderr
    assert "disconnected 1000" in result.stderr


# For people


class Terminal:
    """A person at a terminal with `wsconform connect` on it."""

    def __init__(self, *args: str, env: dict[str, str]) -> None:
        ours, theirs = pty.openpty()
        controlled = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"  # so that Ctrl-C is a signal too
        code = f"{controlled}; from wsconform.cli import main; main()"
        self.process = subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-c", code, "connect", *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT), "PROMPT_TOOLKIT_NO_CPR": "1", **env},
            start_new_session=True,
        )
        os.close(theirs)
        self._ours = ours
        self.shown = ""

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def until(self, word: str, seconds: float = 30) -> str:
        """Read until a word is there, or nothing comes any more."""
        deadline = time.monotonic() + seconds
        seen = self.shown
        while word not in seen and time.monotonic() < deadline:
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    data = os.read(self._ours, 65_536)
                except OSError:
                    break
                if not data:
                    break
                seen += data.decode("utf-8", "replace")
        assert word in seen, seen
        before, _, self.shown = seen.partition(word)
        return before

    def end(self) -> int:
        """Wait for its end."""
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self._ours)


@pytest.fixture
def terminal(url: str, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def at(*args: str) -> Terminal:
        env = {"WS_TOKEN": ALLOWED, "XDG_STATE_HOME": str(tmp_path / "state")}
        one = Terminal(url, "--allow", f"{HEADER}=env:WS_TOKEN", *args, env=env)
        opened.append(one)
        one.until("Ctrl-D leaves")
        return one

    yield at
    for one in opened:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.mark.parametrize("leaving", ["\x03", "\x04", "/close\r"], ids=["ctrl-c", "ctrl-d", "close"])
def test_a_person_talks_and_leaves_with_a_close_frame(
    leaving: str, terminal: Callable[..., Terminal], stage: Watched, tmp_path: Path
) -> None:
    one = terminal()
    one.until(">")
    one.type("welcome me\r")
    one.until('{"b": 1, "a": [1, 2]}')
    one.type("/ping\r")
    one.until("a pong, after")
    one.type("/what\r")
    one.until("there is no command")
    one.type(f"I am {ALLOWED}\r")
    one.until("Forbidden")
    stage.talks[0].send("by the way")
    one.until("by the way")
    one.until(">")
    one.type(leaving)
    assert one.end() == 0
    assert stage.closed.wait(5)
    assert (stage.heard, stage.codes) == (["welcome me", f"I am {ALLOWED}"], [1000])
    history = tmp_path / "state" / "wsconform" / "history"
    assert history.read_text().splitlines()[:3] == ["welcome me", "/ping", "/what"]
    assert ALLOWED not in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600


def test_a_stage_that_leaves_ends_the_prompt(terminal: Callable[..., Terminal], stage: Watched) -> None:
    one = terminal()
    one.until(">")
    stage.talks[0].close(1001, "going away")
    one.until("closed with 1001 (going away)")
    assert one.end() == 0
