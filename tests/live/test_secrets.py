"""What identifies a client is searched for in every byte that a run writes."""

import json
import os
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

USER_TEST = """
def test_that_fails(wsconform_allow, wsconform_live):
    local = wsconform_allow
    assert local == {}
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
    (tmp_path / "test_own.py").write_text(USER_TEST)
    (tmp_path / "template.yaml").write_text((ROOT / "sample_stack" / "template.yaml").read_text())
    (tmp_path / "wsconform.toml").write_text('[routes.test]\nexpect = "never"\nwithin = 1\n')
    with running(stage) as url:
        done = subprocess.run(  # noqa: S603
            [
                *(sys.executable, "-m", "pytest", "-p", "wsconform.plugin", "-vv", "-l", "--tb=long", "-rA"),
                *("--wsconform", "template.yaml", "test_own.py", "--wsconform-url", url, "--junitxml=report.xml"),
                *("--wsconform-allow", f"{HEADER}={given}", "--wsconform-deny", f"{HEADER}={given}"),
                *("-k", "live or own", "-W", "error::wsconform.WiringWarning"),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "WS_TOKEN": SECRET,
                "PYTHONPATH": str(ROOT),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            },
            capture_output=True,
            check=False,
        )
    assert done.returncode == 1, done.stdout.decode()
    assert HIDDEN in done.stdout.decode()
    written = {"the terminal": done.stdout + done.stderr}
    written |= {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert any("report.xml" in name for name in written)
    for name, data in written.items():
        for word in (b"zebra", b"quartz", b"plinth"):
            assert word not in data, (name, data[max(0, data.index(word) - 200) : data.index(word) + 60].decode())
