"""Where the time of one `test` round trip goes: each part of it alone, as CPU time in microseconds.

A part is run in blocks, and the cheapest block counts: what else a machine does makes a block dearer, never cheaper.
Alone, a part finds its code and data in the caches; within a whole round trip, which wakes three processes by turns, it
takes two to four times as long.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvloop
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from benchmarks.stage import node
from benchmarks.stage.client import text_frame
from benchmarks.stage.load import PUSHED, Load
from wsconform.local.deployed.deploy import deploy
from wsconform.local.deployed.model import Deployment
from wsconform.local.functions.functions import Functions
from wsconform.local.gateway.core import Gateway
from wsconform.local.gateway.effects import Effect, Happened, Invoke
from wsconform.local.gateway.inputs import Caller, ManagementCall, Upgrade
from wsconform.local.happenings import Happening
from wsconform.local.outcome import Returned
from wsconform.local.people.lines import line, log_line
from wsconform.local.sockets.certificate import Certificates
from wsconform.local.sockets.request import RequestReader
from wsconform.local.sockets.signature import Signatures
from wsconform.report.style import PLAIN
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

BLOCK = 300
BLOCKS = 10
INVOKED = 2000  # a process's time is told in hundredths of a second
INVOKED_BLOCKS = 4
ADDRESS = "127.0.0.1:8443"
MESSAGE = Load(kind="talk", url="").message
BODY = json.dumps({"message": PUSHED}).encode()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a round trip: whose it is, and its CPU time in microseconds."""

    name: str
    owner: str
    cost: float


def parts(app: Path) -> Iterator[Part]:
    """The parts in the order of a round trip; `app` is what `node.install` made."""
    deployment = deploy(read_stack(read(app / "template.yaml")), address=lambda _: ADDRESS)
    ours = "wsconform"
    yield Part("WebSocket: a frame from the client, one to it", ours, _frames())
    yield Part("gateway: route, event, outcome", ours, _message(deployment))
    api, worker = uvloop.run(_runtime_api(deployment))
    yield Part("Runtime API: an event and its result, START, END and REPORT", ours, api)
    yield Part("worker: the same in Node, without a handler's work", "the function", worker)
    sdk, http = _sdk(app)
    yield Part("SDK: PostToConnection, signature included, without HTTP", "the function", sdk - http)
    yield Part("Node's HTTP client", "the function", http)
    yield Part("TLS: a request and its response, both ends", "both", _tls())
    yield Part("HTTP: read the request", ours, _read(deployment))
    yield Part("signature: verify it", ours, _read_and_verify(deployment) - _read(deployment))
    yield Part("gateway: may it push, and to whom", ours, _push(deployment))
    yield Part("lines for people", ours, _lines())


def _cheapest(once: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(BLOCKS):
        before = time.process_time()
        for _ in range(BLOCK):
            once()
        best = min(best, time.process_time() - before)
    return best / BLOCK * 1e6


def _frames() -> float:
    server = ServerProtocol(state=State.OPEN)
    incoming = text_frame(MESSAGE)

    def once() -> None:
        server.receive_data(incoming)
        (frame,) = server.events_received()
        assert isinstance(frame, Frame)  # noqa: S101 (for mypy)
        assert frame.opcode is Opcode.TEXT  # noqa: S101 (a measurement of nothing would be quick)
        server.send_text(BODY)
        server.data_to_send()

    return _cheapest(once)


class _Connected:
    """A gateway with one connection, and a clock that runs ahead so that no throttle takes hold."""

    def __init__(self, deployment: Deployment) -> None:
        (api,) = deployment.apis.values()
        self.gateway = Gateway(api, domain=ADDRESS)
        self.now = time.time()
        headers = (("Host", ADDRESS), ("x-token", "allow"), ("Upgrade", "websocket"), ("Connection", "Upgrade"))
        request = Upgrade(path="/v1", headers=headers, source_ip="127.0.0.1", port=1, secure=True)
        invoke = _invoke(self.gateway.upgrade(self, request, self.now))
        allow = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": json.loads(invoke.payload)["methodArn"]}
        policy = {"principalId": "client", "policyDocument": {"Version": "2012-10-17", "Statement": [allow]}}
        asked = self.gateway.completed(invoke.ticket, Returned(json.dumps(policy).encode()), self.now)
        self.gateway.completed(_invoke(asked).ticket, Returned(b'{"statusCode": 200}'), self.now)
        (self.connection_id,) = self.gateway.connections

    def later(self) -> float:
        """A hundredth of a second on."""
        self.now += 0.01
        return self.now


def _invoke(effects: list[Effect]) -> Invoke:
    (found,) = (effect for effect in effects if isinstance(effect, Invoke))
    return found


def _message(deployment: Deployment) -> float:
    connected = _Connected(deployment)
    gateway = connected.gateway

    def once() -> None:
        now = connected.later()
        invoke = _invoke(gateway.message(connected, MESSAGE, now))
        gateway.completed(invoke.ticket, Returned(b'{"statusCode": 200}'), now)

    return _cheapest(once)


def _push(deployment: Deployment) -> float:
    connected = _Connected(deployment)
    caller = Caller(arn=deployment.functions["TestFunction"].credentials.arn)
    path = f"/v1/@connections/{connected.connection_id}"

    def once() -> None:
        call = ManagementCall(token=0, method="POST", path=path, body=BODY, caller=caller)
        answered = connected.gateway.manage(call, connected.later())
        assert any(getattr(effect, "status", 0) == 200 for effect in answered), answered  # noqa: S101, PLR2004

    return _cheapest(once)


def _signed(deployment: Deployment) -> bytes:
    """A request as the JavaScript SDK sends it."""
    mine = deployment.functions["TestFunction"].credentials
    path = "/v1/%40connections/L0SM9cOFvHcCIhw%3D"
    headers = {
        "content-type": "application/octet-stream",
        "content-length": str(len(BODY)),
        "host": ADDRESS,
        "user-agent": "aws-sdk-js/3 ua/2.1 os/linux lang/js md/nodejs#22 api/apigatewaymanagementapi#3 m/E,N,e",
        "x-amz-user-agent": "aws-sdk-js/3",
        "amz-sdk-invocation-id": "2f6c2a0e-0000-4000-8000-123456789012",
        "amz-sdk-request": "attempt=1; max=3",
    }
    request = AWSRequest("POST", f"https://{ADDRESS}{path}", data=BODY, headers=headers)
    signing = SigningCredentials(mine.access_key_id, mine.secret_access_key, mine.session_token)
    SigV4Auth(signing, "execute-api", deployment.account.region).add_auth(request)
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
    return "\r\n".join([*lines, "connection: keep-alive", "", ""]).encode() + BODY


def _read(deployment: Deployment) -> float:
    reader, signed = RequestReader(), _signed(deployment)

    def once() -> None:
        reader.feed(signed)
        reader.requests.popleft()

    return _cheapest(once)


def _read_and_verify(deployment: Deployment) -> float:
    reader, signed = RequestReader(), _signed(deployment)
    credentials = [function.credentials for function in deployment.functions.values()]
    signatures = Signatures(credentials, deployment.account.region)

    def once() -> None:
        reader.feed(signed)
        caller = signatures.caller(reader.requests.popleft(), time.time())
        assert not caller.fault, caller.fault  # noqa: S101 (a measurement of a refusal would be quick)

    return _cheapest(once)


def _tls() -> float:
    certificates = Certificates()
    inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = certificates.server_context().wrap_bio(inward, outward, server_side=True)
    client = certificates.client_context().wrap_bio(outward, inward, server_hostname="127.0.0.1")
    for end in (client, server, client, server):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    request, response = bytes(1200), bytes(200)

    def once() -> None:
        client.write(request)
        server.read(4096)
        server.write(response)
        client.read(4096)

    cost = _cheapest(once)
    certificates.remove()
    return cost


def _lines() -> float:
    now = time.time()
    happened = (
        Happened("message", "message of 18 characters to test", "L0SM9cOFvHcCIhw=", "test"),
        Happened("invoke", "invoked TestFunction", "L0SM9cOFvHcCIhw=", "test"),
        Happened("push", "pushed 54 bytes", "L0SM9cOFvHcCIhw="),
        Happened("result", "TestFunction returned after 2.1 ms", "L0SM9cOFvHcCIhw=", "test"),
    )
    happenings = [Happening(now, "Api", one) for one in happened]
    request_id = "2f6c2a0e-0000-4000-8000-123456789012"
    logged = [
        f"START RequestId: {request_id} Version: $LATEST",
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\tDuration: 1.20 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB",
    ]

    def once() -> None:
        for happening in happenings:
            line(happening, PLAIN)
        for text in logged:
            log_line("TestFunction", text, PLAIN)

    return _cheapest(once)


def _sdk(app: Path) -> tuple[float, float]:
    done = subprocess.run(
        ["node", "--no-warnings", "push_cost.js"],  # noqa: S607 - the Node that everybody here runs on
        cwd=app,
        env=node.environment(app),
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    cost = json.loads(done.stdout)
    return cost["sdk"], cost["http"]


async def _runtime_api(deployment: Deployment) -> tuple[float, float]:
    """Ours, and the worker's, for a handler that returns at once."""
    functions = Functions(
        {"ConnectFunction": deployment.functions["ConnectFunction"]},
        account=deployment.account,
        ca_file=None,
        on_line=lambda _label, _text: None,
    )
    await functions.start()

    async def invoke() -> None:
        outcome = await functions.invoke("ConnectFunction", b"{}", "2f6c2a0e-0000-4000-8000-123456789012")
        assert isinstance(outcome, Returned), outcome  # noqa: S101 (a measurement of a failure would be quick)

    try:
        for _ in range(BLOCK):
            await invoke()
        (process,) = psutil.Process().children(recursive=True)
        costs = []
        for _ in range(INVOKED_BLOCKS):
            before, theirs = time.process_time(), sum(process.cpu_times()[:2])
            for _ in range(INVOKED):
                await invoke()
            costs.append((time.process_time() - before, sum(process.cpu_times()[:2]) - theirs))
    finally:
        await functions.stop()
    mine, worker = (min(one) / INVOKED * 1e6 for one in zip(*costs, strict=True))
    return mine, worker
