"""What identifies a client is searched for in every byte that a run writes."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from other_stage import HEADER, OtherStage, Talk, running

from wsconform.live.secret import HIDDEN

ROOT = Path(__file__).parents[2]
SECRET = "zebra/quartz+9041 'plinth'"  # noqa: S105 (made up)
"""In a spelling of its own in URLs, JSON and Python."""

SIGNED = re.compile("Signature=([0-9a-f]{64})")
USER_TEST = """
def test_that_fails(wsconform_allow, wsconform_live, wsconform_allowed):
    local = wsconform_allow, wsconform_allowed
    assert local == {}

def test_that_shows_what_came(wsconform_client, wsconform_allowed):
    outcome = wsconform_client.connect(wsconform_allowed)
    came = getattr(outcome, "body", "")
    if hasattr(outcome, "connection"):
        outcome.connection.send('{"action": "test"}')
        came = outcome.connection.receive(within=5).text
    print(came)
    assert came == "something else"

def test_that_is_broken_off(wsconform_client, wsconform_allowed, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("wsconform.live.client._failed", broken)
    monkeypatch.setattr("wsconform.live.wire.Wire.recv", broken)
    wsconform_client.connect(wsconform_allowed)
"""


class Echo(OtherStage):
    """Lets nobody in, and gives back all that was sent: in a refusal, or in a reply."""

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if HEADER.encode() not in head:
            return False
        shown = next(line for line in head.splitlines() if HEADER.encode() in line)
        body = repr(shown).encode() + b" " + json.dumps(shown.decode()).encode() + b" " + shown
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return True


class Leak(OtherStage):
    """Lets everybody in, and answers with what it was shown."""

    def status(self, request: object) -> int:
        self.shown = getattr(request, "headers", {}).get(HEADER, "")
        return 101

    def test(self, talk: Talk) -> None:
        talk.send(self.shown or "nothing")


@pytest.mark.parametrize("stage", [Echo(), Leak()], ids=["refused", "let in"])
@pytest.mark.parametrize("given", ["env:WS_TOKEN", SECRET], ids=["reference", "literal"])
def test_a_secret_is_in_nothing_that_a_run_writes(stage: OtherStage, given: str, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text((ROOT / "sample_stack" / "template.yaml").read_text())
    options = (f"--wsconform-allow={HEADER}={given}", f"--wsconform-deny={HEADER}={given}")
    written = written_by_a_run(stage, tmp_path, *options, WS_TOKEN=SECRET)
    for name, data in written.items():
        for word in (b"zebra", b"quartz", b"plinth"):
            assert word not in data, (name, data[max(0, data.index(word) - 200) : data.index(word) + 60].decode())


class LeakSigned(OtherStage):
    """Takes any signature for good, and answers with what it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.signatures: list[str] = []

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        del sock
        self.shown = [line for line in head.decode().splitlines() if line.lower().startswith(("auth", "x-amz"))]
        self.signatures += SIGNED.findall(head.decode())
        return False

    def status(self, request: object) -> int:
        del request
        return 101

    def test(self, talk: Talk) -> None:
        talk.send(json.dumps(self.shown))


class EchoSigned(LeakSigned):
    """Lets nobody in, and gives that back in its refusal."""

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        super().greet(sock, head)
        body = "\n".join(self.shown).encode()
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return True


@pytest.mark.parametrize("stage", [EchoSigned(), LeakSigned()], ids=["refused", "let in"])
def test_nothing_of_a_signature_is_in_what_a_run_writes(stage: LeakSigned, tmp_path: Path) -> None:
    template = (ROOT / "sample_stack" / "template.yaml").read_text()
    custom = "AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Auth\n"
    assert custom in template
    (tmp_path / "template.yaml").write_text(template.replace(custom, "AuthorizationType: AWS_IAM\n"))
    known = {"AWS_ACCESS_KEY_ID": "ASIAZEBRA", "AWS_SECRET_ACCESS_KEY": "quartz", "AWS_SESSION_TOKEN": "plinth+9041/="}
    written = written_by_a_run(stage, tmp_path, **known, AWS_DEFAULT_REGION="eu-west-1")
    assert stage.signatures
    for name, data in written.items():
        for word in ("ZEBRA", "quartz", "plinth", *stage.signatures):
            assert word.encode() not in data, (name, word)


def written_by_a_run(stage: OtherStage, folder: Path, *options: str, **environment: str) -> dict[str, bytes]:
    """What a run writes whose probes and own tests fail, as talkative as can be: by the names of files."""
    (folder / "test_own.py").write_text(USER_TEST)
    (folder / "wsconform.toml").write_text('[routes.test]\nexpect = "never"\nwithin = 1\n')
    with running(stage) as url:
        done = subprocess.run(  # noqa: S603
            [
                *(sys.executable, "-m", "pytest", "-p", "wsconform.plugin", "-vv", "-l", "--tb=long", "-rA"),
                *("--wsconform", "template.yaml", "test_own.py", f"--wsconform-url={url}", "--junitxml=report.xml"),
                *options,
                *("-k", "live or own", "-W", "error::wsconform.WiringWarning"),
            ],
            cwd=folder,
            env={**os.environ, **environment, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            check=False,
        )
    assert done.returncode == 1, done.stdout.decode()
    assert HIDDEN in done.stdout.decode()
    written = {"the terminal": done.stdout + done.stderr}
    written |= {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert any("report.xml" in name for name in written)
    return written
