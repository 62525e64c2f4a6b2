"""The local stage from Python: what it offers, and that nothing is left of it."""

import asyncio
import gc
import json
import os
import resource
import shutil
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import websocket
import websockets.asyncio.client
from standing import ANSWER, TEMPLATE, with_function, write_template

from wsconform.local.errors import CannotDeployError, CannotListenError, CannotReadError, CannotWriteError, StageError
from wsconform.local.sockets.clock import ManualClock
from wsconform.local.stage import LocalStage

SAMPLE = Path(__file__).parents[2] / "sample_stack"
REPLY = {"message": "This response was pushed from my Lambda."}
CODE = "Code: {ZipFile: \"import os\\ndef handler(e, c): return {'statusCode': 200, 'body': os.environ['IT']}\"}"
IDENTITY = {"x-some-header-to-auth-from": "allow"}


def connect(stage: LocalStage, **header: str) -> websocket.WebSocket:
    return websocket.create_connection(
        stage.url,
        timeout=30,
        header=[f"{name}: {value}" for name, value in header.items()],
        sslopt={"ca_certs": str(stage.ca_file)},
    )


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def kinds(stage: LocalStage) -> list[str]:
    return [one.what.kind for one in stage.happenings]


def test_the_sample_stack_answers_by_pushing() -> None:
    with LocalStage(SAMPLE / "template.yaml") as stage:
        client = connect(stage, **IDENTITY)
        client.send('{"action": "test"}')
        assert json.loads(client.recv()) == REPLY
        client.close()
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            connect(stage)
        assert refused.value.status_code == 401
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            connect(stage, **{"x-some-header-to-auth-from": "wrong"})
        assert refused.value.status_code == 403
        assert any("START RequestId" in one for one in stage.logs("MyLambdaRouteHandlerFunction"))
        until(lambda: "disconnect" in kinds(stage))
        assert {"connect", "message", "invoke", "push", "result", "refuse"} <= set(kinds(stage))


def test_another_region_and_logs_in_files(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    with LocalStage(SAMPLE / "template.yaml", region="eu-central-1", log_folder=logs) as stage:
        client = connect(stage, **IDENTITY)
        client.send('{"action": "test"}')
        assert json.loads(client.recv()) == REPLY
        client.close()
        with pytest.raises(websocket.WebSocketBadStatusException):
            connect(stage, **{"x-some-header-to-auth-from": "wrong"})
        assert any("arn:aws:execute-api:eu-central-1:" in one.what.explanation for one in stage.happenings)
        assert stage.environment["AWS_REGION"] == "eu-central-1"
    files = {one.name: one.read_text() for one in logs.iterdir()}
    assert files.keys() == {"LambdaRequestAuthFunction.log", "MyLambdaRouteHandlerFunction.log"}
    assert all("REPORT RequestId" in text for text in files.values())


def test_the_articles_order_lets_everybody_in(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "sample")
    template = tmp_path / "sample/template.yaml"
    template.write_text(template.read_text().replace("DependsOn: [ConnectRoute, TestRoute]", "DependsOn: [TestRoute]"))

    with LocalStage(template) as stage:
        connect(stage).close()
        assert any("$connect" in one for one in stage.remarks)
    with LocalStage(template, order="best") as stage, pytest.raises(websocket.WebSocketBadStatusException):
        connect(stage)


def test_what_holds_for_several_functions_is_said_once(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "sample")
    template = tmp_path / "sample/template.yaml"
    template.write_text(template.read_text().replace("python3.13", "java21"))

    with LocalStage(template) as stage:
        (remark,) = [one for one in stage.remarks if "cannot run here" in one]
    assert remark.startswith("LambdaRequestAuthFunction, MyLambdaRouteHandlerFunction cannot run here: ")


def test_a_call_of_an_aws_service_is_named(tmp_path: Path) -> None:
    service = """IntegrationType: AWS
      IntegrationMethod: POST
      IntegrationUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/jobs
      CredentialsArn: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/caller"""
    template = write_template(tmp_path, TEMPLATE.replace("IntegrationType: MOCK", service))

    with LocalStage(template) as stage:
        assert any('"Mock" calls the AWS service sqs, which cannot be called here' in one for one in stage.remarks)


def test_parameters_and_environment_are_given() -> None:
    template = SAMPLE / "template.yaml"
    with LocalStage(template, parameters={"Credential": "other", "StageName": "dev"}) as stage:
        assert stage.url.endswith("/dev")
        connect(stage, **{"x-some-header-to-auth-from": "other"}).close()
    with LocalStage(template, environment={"LambdaRequestAuthFunction.CREDENTIAL": "third"}) as stage:
        connect(stage, **{"x-some-header-to-auth-from": "third"}).close()


def test_asynchronous_use(tmp_path: Path) -> None:
    async def talk() -> str:
        async with (
            LocalStage(write_template(tmp_path)) as stage,
            websockets.asyncio.client.connect(stage.url, ssl=stage.ssl_context()) as client,
        ):
            await client.send("hello")
            return str(await client.recv())

    assert asyncio.run(talk()) == ANSWER


def test_nothing_is_left() -> None:
    threads = set(threading.enumerate())
    stage = LocalStage(SAMPLE / "template.yaml")
    with stage:
        client = connect(stage, **IDENTITY)
        folder = stage.ca_file.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        address = stage.endpoints[0].tls
        mine = os.getpid()
        assert workers(mine)
    assert client.recv_data()[0] == 8  # it is told
    client.shutdown()  # type: ignore[no-untyped-call]

    assert not workers(mine)
    assert not folder.exists()
    assert {one for one in threading.enumerate() if one.name.startswith("wsconform")} <= threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.rpartition(":")[0], int(address.rpartition(":")[2])), 5)
    stage.stop()  # again
    for ask in (lambda: stage.advance(1), lambda: stage.url, lambda: stage.remarks):
        with pytest.raises(RuntimeError, match="does not run"):
            ask()
    with pytest.raises(RuntimeError, match="started once"):
        stage.start()
    gc.collect()


def workers(parent: int) -> list[str]:
    """The processes that a process has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(status.parent.name)
    return found


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotReadError) as raised, LocalStage(tmp_path / "none.yaml"):
        pass
    (problem,) = raised.value.problems
    assert "none.yaml" in problem.place


def test_what_aws_would_refuse(tmp_path: Path) -> None:
    text = TEMPLATE.replace("RouteSelectionExpression: $request.body.action", "Description: none")
    with pytest.raises(CannotDeployError) as raised, LocalStage(write_template(tmp_path, text)):
        pass
    assert all(one.message and one.place for one in raised.value.problems)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    template = write_template(tmp_path)
    with LocalStage(template) as stage:
        port = int(stage.endpoints[0].plain.rpartition(":")[2])
        with (
            pytest.raises(CannotListenError, match=f"127.0.0.1:{port} cannot be opened"),
            LocalStage(template, plain_port=port),
        ):
            pass
        connect(stage).close()


def test_an_end_that_comes_before_the_start(tmp_path: Path) -> None:
    async def give_up(seconds: float) -> None:
        stage = LocalStage(template)
        starting = asyncio.ensure_future(stage.__aenter__())
        await asyncio.sleep(seconds)
        if starting.cancel():
            with pytest.raises(asyncio.CancelledError):
                await starting
        else:
            stage.stop()

    template = write_template(tmp_path)
    before = set(threading.enumerate())
    for seconds in (0, 0.0001, 0.001, 0.01, 0.1):
        asyncio.run(give_up(seconds))
    assert not [one for one in set(threading.enumerate()) - before if one.name.startswith("wsconform")]


def test_what_would_wait_for_itself_is_refused(tmp_path: Path) -> None:
    said: list[str] = []

    def ask(_: object) -> None:
        for what in (stage.stop, stage.redeploy, lambda: stage.advance(1)):
            with pytest.raises(RuntimeError, match="own thread"):
                what()
        said.append(stage.happenings[-1].what.kind)

    with LocalStage(write_template(tmp_path)) as stage:
        stage.on_happening(ask)
        connect(stage).close()
        until(lambda: said[:1] == ["connect"])


def test_one_port_for_both(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        pytest.raises(CannotListenError, match=f"127.0.0.1:{port} cannot be opened: Address already in use"),
        LocalStage(write_template(tmp_path), port=port, plain_port=port),
    ):
        pass


def test_a_host_that_is_none(tmp_path: Path) -> None:
    with (
        pytest.raises(StageError, match="has no address"),
        LocalStage(write_template(tmp_path), host="no.such.invalid"),
    ):
        pass


@pytest.mark.parametrize("what", ["url", "deployment", "environment", "ca_file", "remarks", "sources"])
def test_a_stage_that_has_not_started(tmp_path: Path, what: str) -> None:
    with pytest.raises(RuntimeError, match="does not run"):
        getattr(LocalStage(write_template(tmp_path)), what)


def test_an_order_or_a_port_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='the order is "worst" or "best", not "odd"'):
        LocalStage(write_template(tmp_path), order="odd")  # type: ignore[arg-type]
    for port in (70_000, -1):
        with pytest.raises(StageError, match=f"^there is no port {port}; choose one up to 65535"):
            LocalStage(write_template(tmp_path), port=port).start()


def test_names_that_nothing_has(tmp_path: Path) -> None:
    with LocalStage(write_template(tmp_path)) as stage:
        with pytest.raises(LookupError, match='there is no function "Chatter"'):
            stage.logs("Chatter")
        with pytest.raises(LookupError, match='there is no API "Chatt"; did you mean "Chat"'):
            stage.plain_address("Chatt")


def test_values_that_are_no_text(tmp_path: Path) -> None:
    template = write_template(tmp_path, with_function("F", f"{CODE}\nHandler: index.handler\nRuntime: python3.13"))
    with LocalStage(template, environment={"IT": 3}) as stage:  # type: ignore[dict-item]
        client = connect(stage)
        client.send("hello")
        assert client.recv() == "3"
        client.close()
    with LocalStage(template, environment={"IT": "a\0b"}) as stage:
        client = connect(stage)
        client.send("hello")
        assert json.loads(client.recv())["message"] == "Internal server error"
        client.close()
        assert any("cannot be run: embedded null byte" in one.what.explanation for one in stage.happenings)
    with pytest.raises(TypeError, match='the environment variable "IT" must be text'):
        LocalStage(template, environment={"IT": object()})  # type: ignore[dict-item]


def test_an_assumption_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='no assumption "J99"'):
        LocalStage(write_template(tmp_path), assume={"J99": "yes"})


def test_idle_connections_end_when_the_clock_says_so(tmp_path: Path) -> None:
    with LocalStage(write_template(tmp_path), clock=ManualClock()) as stage:
        client = connect(stage)
        stage.advance(599)
        client.send("hello")
        assert client.recv() == ANSWER
        stage.advance(599)
        client.send("hello")
        assert client.recv() == ANSWER
        stage.advance(601)
        assert client.recv_data() == (8, b"\x03\xe9Going away")
        client.shutdown()  # type: ignore[no-untyped-call]


def test_two_hours_are_the_most(tmp_path: Path) -> None:
    with LocalStage(write_template(tmp_path)) as stage:
        client = connect(stage)
        for _ in range(14):
            stage.advance(540)
            client.send("hello")
            if client.recv_data()[0] == 8:
                break
        else:
            pytest.fail("it is still open")
        assert stage.happenings[-1].at - stage.happenings[0].at == pytest.approx(7200, abs=5)
        client.shutdown()  # type: ignore[no-untyped-call]


def test_what_changes_is_deployed_anew(tmp_path: Path) -> None:
    template = write_template(tmp_path)
    with LocalStage(template) as stage:
        client, url = connect(stage), stage.url
        template.write_text(TEMPLATE.replace("'heard'", "'changed'"))
        stage.redeploy()
        client.send("hello")
        assert client.recv() == "changed"
        assert stage.url == url

        template.write_text("Resources: [")
        with pytest.raises(CannotReadError):
            stage.redeploy()
        client.send("hello")
        assert client.recv() == "changed"
        client.close()


def test_what_it_is_made_of_is_known(tmp_path: Path) -> None:
    built = tmp_path / ".aws-sam/build"
    built.mkdir(parents=True)
    (tmp_path / "wsconform.toml").touch()
    with LocalStage(write_template(built)) as stage:
        made_of = {built / "template.yaml", tmp_path / "samconfig.toml", tmp_path / "wsconform.toml"}
        assert made_of <= set(stage.sources)
        (tmp_path / "wsconform.toml").write_text("[")
        with pytest.raises(CannotReadError, match="this is no TOML"):
            stage.redeploy()
        assert made_of <= set(stage.sources)


def test_without_room_for_new_code_the_old_goes_on(tmp_path: Path) -> None:
    def saying(word: str) -> str:
        code = f"def handler(event, context): return {{'statusCode': 200, 'body': '{word}'}}"
        return with_function("F", f'Code: {{ZipFile: "{code}"}}\nHandler: index.handler\nRuntime: python3.13')

    template = write_template(tmp_path, saying("first"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with LocalStage(template) as stage:
        client = connect(stage)
        template.write_text(saying("second"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
        try:
            with pytest.raises(
                CannotWriteError, match=r"^temporary files cannot be written in .*: File too large; make"
            ):
                stage.redeploy()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        client.send("hello")
        assert client.recv() == "first"
        stage.redeploy()
        client.send("hello")
        assert client.recv() == "second"
        client.close()


def test_a_second_api_comes_and_goes(tmp_path: Path) -> None:
    second = TEMPLATE.partition("Resources:")[2]
    for name in ("Chat", "Echo", "EchoResponse", "MockResponse", "Mock", "Deployment", "Stage"):
        second = second.replace(f"  {name}:\n", f"  Second{name}:\n").replace(f"!Ref {name}", f"!Ref Second{name}")
    second = second.replace("${Mock}", "${SecondMock}").replace(
        "[Echo, EchoResponse, MockResponse]", "[SecondEcho, SecondEchoResponse, SecondMockResponse]"
    )
    template = write_template(tmp_path)
    with LocalStage(template) as stage:
        template.write_text(TEMPLATE + second)
        stage.redeploy()
        assert [one.api for one in stage.endpoints] == ["Chat", "SecondChat"]
        client = websocket.create_connection(stage.endpoints[1].ws, timeout=20)
        client.send("hello")
        assert client.recv() == ANSWER

        template.write_text(TEMPLATE)
        stage.redeploy()
        assert client.recv_data()[0] == 8
        client.shutdown()  # type: ignore[no-untyped-call]
        assert [one.api for one in stage.endpoints] == ["Chat"]


def test_compression_is_agreed_on_where_it_is_assumed(tmp_path: Path) -> None:
    async def talk() -> None:
        async with (
            LocalStage(write_template(tmp_path), assume={"J21": "yes"}) as stage,
            websockets.asyncio.client.connect(stage.url, ssl=stage.ssl_context()) as client,
        ):
            assert client.response is not None
            assert "permessage-deflate" in client.response.headers["Sec-WebSocket-Extensions"]
            await client.send("hello" * 1000)
            assert await client.recv() == ANSWER

    asyncio.run(talk())


@pytest.mark.parametrize("host", ["::1", "localhost"])
def test_other_names_of_this_machine(tmp_path: Path, host: str) -> None:
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with LocalStage(write_template(tmp_path), host=host) as stage:
        client = connect(stage)
        client.send("hello")
        assert client.recv() == ANSWER
        client.close()
        with urllib.request.urlopen(stage.endpoints[0].status, timeout=20) as page:  # noqa: S310 (the stage's own)
            assert page.status == 200
