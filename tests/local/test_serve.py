"""`wsconform serve`, as a process of its own."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket
from standing import ANSWER, TEMPLATE, with_function, write_template

SAMPLE = Path(__file__).parents[2] / "sample_stack/template.yaml"
SERVE = shlex.join([sys.executable, "-m", "wsconform", "serve"])
PATIENCE = 60.0
"""Seconds after which a test that waits in vain fails."""


class Started:
    """A running `wsconform serve` with a ready file, by the words of a shell."""

    def __init__(self, folder: Path, command: str) -> None:
        self.ready_file = folder / "ready.json"
        self.output = folder / "output.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 (the tests' own words)
                ["/bin/sh", "-c", command],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )

    def ready(self) -> dict[str, Any]:
        self.until(self.ready_file.exists)
        data: dict[str, Any] = json.loads(self.ready_file.read_text())
        return data

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.02)

    def said(self) -> str:
        return self.output.read_text()

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


Serve = Callable[..., Started]
Sh = Callable[[str], Started]


@pytest.fixture
def sh(tmp_path: Path) -> Iterator[Sh]:
    """Runs words of a shell that become `wsconform serve` in the test's folder; its ready file is `ready.json`."""
    running = []

    def start(command: str) -> Started:
        running.append(Started(tmp_path, command))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.fixture
def serve(tmp_path: Path, sh: Sh) -> Serve:
    """Runs `wsconform serve` with some arguments."""

    def start(*arguments: str | Path) -> Started:
        return sh(f"exec {SERVE} {shlex.join(map(str, [*arguments, '--ready-file', tmp_path / 'ready.json']))}")

    return start


def talk(url: str, text: str, **settings: Any) -> str:  # noqa: ANN401 (websocket-client's own)
    client = websocket.create_connection(url, timeout=30, **settings)
    client.send(text)
    answer = client.recv()
    client.close()
    return str(answer)


def children(parent: int) -> set[int]:
    """The processes that a process started."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.add(int(status.parent.name))
    return found


def test_the_sample_stack_from_start_to_end(serve: Serve) -> None:
    served = serve(SAMPLE)
    ready = served.ready()
    (stage,) = ready["stages"]
    header = ["x-some-header-to-auth-from: allow"]
    for url in (stage["ws"], stage["wss"]):
        said = talk(url, '{"action": "test"}', header=header, sslopt={"ca_certs": ready["ca"]})
        assert json.loads(said) == {"message": "This response was pushed from my Lambda."}
    with pytest.raises(websocket.WebSocketBadStatusException):
        talk(stage["ws"], "", header=["x-some-header-to-auth-from: none"])
    served.until(lambda: "refused 403" in served.said())
    workers = children(served.process.pid)
    assert workers
    assert served.ready_file.stat().st_mode & 0o777 == 0o600

    assert served.end() == 130

    said = served.said()
    for address in (stage["wss"], stage["ws"], f"{stage['management']}/@connections", stage["status"]):
        assert address in said
    for expected in ("connected as", "invoke MyLambdaRouteHandlerFunction", "pushed", "why Auth: statement 1"):
        assert expected in said
    assert "Traceback" not in said
    assert ready["credentials"]["secret_access_key"] not in said
    assert not served.ready_file.exists()
    assert not Path(ready["ca"]).exists()
    assert not [one for one in workers if Path(f"/proc/{one}").exists()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_terminated_it_ends_cleanly(serve: Serve, tmp_path: Path, number: signal.Signals) -> None:
    served = serve(write_template(tmp_path))
    ready = served.ready()

    assert served.end(number) == 0
    assert not served.ready_file.exists()
    assert not Path(ready["ca"]).exists()


def test_a_start_may_be_interrupted(sh: Sh, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    served = sh(f"TMPDIR={temporary} exec {SERVE} {write_template(tmp_path)}")
    served.until(lambda: any(temporary.iterdir()))

    # Python ends by the signal where that came while it was making a class: shells know no difference.
    assert served.end() in (130, -signal.SIGINT)
    assert served.said().splitlines()[-1] in ("interrupted", "Ctrl-C ends it")
    assert not list(temporary.iterdir())


def test_it_outlives_its_terminal_where_that_is_wanted(sh: Sh, tmp_path: Path) -> None:
    served = sh(f"trap '' HUP INT; exec {SERVE} {write_template(tmp_path)} --ready-file ready.json")
    (stage,) = served.ready()["stages"]

    served.process.send_signal(signal.SIGHUP)

    assert talk(stage["ws"], "hello") == ANSWER
    assert served.end() == 130


def test_streams_may_be_closed(sh: Sh, tmp_path: Path) -> None:
    served = sh(f"exec {SERVE} {write_template(tmp_path)} --ready-file ready.json <&- >&- 2>&-")
    (stage,) = served.ready()["stages"]

    assert talk(stage["ws"], "hello") == ANSWER
    assert served.end() == 130


def test_no_room_for_temporary_files_is_said(tmp_path: Path) -> None:
    command = f"ulimit -f 1; exec {SERVE} {write_template(tmp_path)}"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(  # noqa: S603 (the tests' own words)
        ["/bin/sh", "-c", command], check=False, capture_output=True, text=True, env=environment, timeout=PATIENCE
    )

    assert ended.returncode == 2
    said = (
        f'error: temporary files cannot be written in "{tmp_path}": File too large; make room, or name another folder'
    )
    assert ended.stderr.startswith(said)
    assert [one.name for one in tmp_path.iterdir()] == ["template.yaml"]


def test_ports_are_those_that_are_asked_for(serve: Serve, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        tls, plain = one.getsockname()[1], other.getsockname()[1]
    served = serve(write_template(tmp_path), "--port", str(tls), "--plain-port", str(plain))
    (stage,) = served.ready()["stages"]

    assert stage["wss"] == f"wss://127.0.0.1:{tls}/v1"
    assert stage["ws"] == f"ws://127.0.0.1:{plain}/v1"


def test_events_as_json(serve: Serve, tmp_path: Path) -> None:
    served = serve(write_template(tmp_path), "--log-json")
    (stage,) = served.ready()["stages"]
    assert talk(stage["ws"], "hello") == ANSWER
    served.until(lambda: "disconnect" in served.said())
    served.end()

    listening, *told = [json.loads(line) for line in served.said().splitlines()]
    assert listening == {"kind": "listening", **stage, "ca": listening["ca"]}
    assert [one["kind"] for one in told] == ["connect", "message", "reply", "disconnect"]
    assert {one["api"] for one in told} == {"Chat"}
    assert len({one["connectionId"] for one in told}) == 1


def test_what_changes_is_reloaded(serve: Serve, tmp_path: Path) -> None:
    template = write_template(tmp_path)
    served = serve(template, "--watch")
    (stage,) = served.ready()["stages"]
    client = websocket.create_connection(stage["ws"], timeout=30)

    template.write_text(TEMPLATE.replace("'heard'", "'changed'"))
    served.until(lambda: "reloaded in" in served.said())
    client.send("hello")
    assert client.recv() == "changed"

    template.write_text("Resources: [")
    served.until(lambda: "what was there before stays" in served.said())
    client.send("hello")
    assert client.recv() == "changed"

    template.write_text(TEMPLATE)
    served.until(lambda: served.said().count("reloaded in") == 2)
    client.send("hello")
    assert client.recv() == ANSWER
    client.close()
    served.end()


def test_a_stage_that_comes_is_told_of(serve: Serve, tmp_path: Path) -> None:
    template = write_template(tmp_path)
    served = serve(template, "--watch")
    assert [one["stage"] for one in served.ready()["stages"]] == ["v1"]

    second = TEMPLATE[TEMPLATE.index("  Stage:") :].replace("  Stage:", "  Second:").replace("v1", "v2")
    template.write_text(TEMPLATE + second)
    served.until(lambda: len(served.ready()["stages"]) == 2)
    (_, added) = served.ready()["stages"]
    served.until(lambda: f"Chat stage v2\n  {added['wss']}\n" in served.said())
    assert talk(added["ws"], "hello") == ANSWER
    assert served.said().count("Chat stage v1") == 1
    served.end()
    assert not served.ready_file.exists()


def test_handlers_that_change_are_reloaded(serve: Serve, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    handler = code / "app.py"
    handler.write_text("def handler(event, context):\n    return {'statusCode': 200, 'body': 'first'}\n")
    template = write_template(tmp_path, TWO_WAY)
    served = serve(template, "--watch")
    (stage,) = served.ready()["stages"]
    assert talk(stage["ws"], "hello") == "first"

    handler.write_text("def handler(event, context):\n    return {'statusCode': 200, 'body': 'the second'}\n")
    served.until(lambda: "reloaded in" in served.said())
    assert talk(stage["ws"], "hello") == "the second"

    code.rename(tmp_path / "away")  # as builds do
    served.until(lambda: 'Function cannot run here: its code, "code", does not lie beside' in served.said())
    (tmp_path / "away").rename(code)
    served.until(lambda: served.said().count("reloaded in") == 3)
    assert talk(stage["ws"], "hello") == "the second"
    served.end()


TWO_WAY = with_function("Function", "Code: code\nHandler: app.handler\nRuntime: python3.13")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.yaml"], "none.yaml"),
        (["template.yaml", "--assume", "J99=yes"], 'there is no assumption "J99"'),
        (["template.yaml", "--assume", "J13"], "--assume takes NAME=VALUE"),
        (["template.yaml", "--parameter", "None=1"], 'there is no parameter "None"'),
        (["template.yaml", "--port", "70000"], "70000 is not in the range"),
        (["template.yaml", "--host", "no.such.invalid"], 'the host "no.such.invalid" has no address'),
        (["template.yaml", "--host", "203.0.113.7"], "; choose an address of this machine"),
        (["template.yaml", "--region", "Europe"], 'error: region: "Europe" is no AWS region'),
        (["template.yaml", "--log-folder", "template.yaml/logs"], "Not a directory; choose a folder in which you may"),
        (["template.yaml", "--log-folder", ""], "a folder cannot have an empty name"),
        (["template.yaml", "--env", "=x"], "--env takes NAME=VALUE"),
        (["template.yaml", "--deploy-order", "odd"], "'odd' is not one of 'worst', 'best'"),
        (["refused.yaml"], "RouteSelectionExpression"),
        (["template.yaml", "--accept", "route-key-unique"], 'did you mean "route-keys-unique"?'),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_what_cannot_be_served_is_said(serve: Serve, tmp_path: Path, arguments: list[str], said: str) -> None:
    write_template(tmp_path)
    refused = TEMPLATE.replace(", RouteSelectionExpression: $request.body.action", "")
    (tmp_path / "refused.yaml").write_text(refused)
    served = serve(*arguments)

    assert served.process.wait(PATIENCE) == 2
    assert said in served.said()
    assert "Traceback" not in served.said()
    assert not served.ready_file.exists()


def test_what_aws_refuses_is_reported_as_any_finding(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "refused.yaml").write_text(TEMPLATE.replace(", RouteSelectionExpression: $request.body.action", ""))
    served = serve("refused.yaml")

    assert served.process.wait(PATIENCE) == 2
    assert served.said().startswith("error[selection-expression-present]: ")
    assert "\n  --> refused.yaml:" in served.said()
    assert "--accept selection-expression-present serves it all the same" in served.said()


def test_what_is_accepted_is_served_and_said(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "refused.yaml").write_text(TEMPLATE.replace(", RouteSelectionExpression: $request.body.action", ""))
    served = serve("refused.yaml", "--accept", "selection-expression-*")

    served.ready()
    assert "AWS refuses this, and it is accepted here: " in served.said()


def test_a_port_in_use_is_said(serve: Serve, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        served = serve(write_template(tmp_path), "--plain-port", str(port))

        assert served.process.wait(PATIENCE) == 2
    assert f"error: 127.0.0.1:{port} cannot be opened" in served.said()
    assert len(served.said().splitlines()) == 1


def test_other_machines_are_let_in_with_a_warning(serve: Serve, tmp_path: Path) -> None:
    served = serve(write_template(tmp_path), "--host", "0.0.0.0")  # noqa: S104 (what is tested)
    ready = served.ready()

    assert talk(ready["stages"][0]["wss"], "hello", sslopt={"ca_certs": ready["ca"]}) == ANSWER
    assert "warning: 0.0.0.0 can be reached from other machines" in served.said()


def test_a_full_disk_ends_a_log_file_and_nothing_else(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context):\n    return {'statusCode': 200, 'body': 'heard'}\n")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/Function.log").symlink_to("/dev/full")
    template = write_template(tmp_path, with_function("Function", "Code: .\nHandler: app.handler\nRuntime: python3.13"))
    served = serve(template, "--log-folder", "logs", "--region", "eu-west-1")
    (stage,) = served.ready()["stages"]

    assert talk(stage["ws"], "hello") == ANSWER
    served.until(lambda: "the log file of Function ends here" in served.said())
    assert talk(stage["ws"], "hello") == ANSWER
    assert '"logs/Function.log" cannot be written: No space left on device' in served.said()
    assert "region eu-west-1" in served.said()


def test_settings_of_the_project_count(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "wsconform.toml").write_text('[local]\nassume = {J19 = "418"}\n')
    served = serve(write_template(tmp_path))
    (stage,) = served.ready()["stages"]
    host, _, port = stage["ws"].removeprefix("ws://").removesuffix("/v1").rpartition(":")
    with socket.create_connection((host, int(port)), 30) as raw:
        raw.sendall(b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert raw.recv(1000).startswith(b"HTTP/1.1 418 ")
