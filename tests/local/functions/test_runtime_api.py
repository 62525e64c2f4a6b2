"""The Runtime API, to runtimes that are not ours: an executable `bootstrap` in the code."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest
from local_functions import Made, Stage

from wsconform.local.outcome import Raised, Returned, Unrunnable

# Connects anew for each request, as shell scripts with curl do. A test says what it does with an event.
BOOTSTRAP = f"""#!{sys.executable}
import http.client, json, os, socket, sys, time

ADDRESS = os.environ["AWS_LAMBDA_RUNTIME_API"]
BASE = "/2018-06-01/runtime/"

def call(method, path, body=None, **headers):
    connection = http.client.HTTPConnection(ADDRESS)
    told = {{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, BASE + path, body, {{"Connection": "close", **told}})
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return result

def respond(id, result):
    return call("POST", f"invocation/{{id}}/response", json.dumps(result))

def handle(event, id, headers):
    respond(id, event)

exec(os.environ.get("HOW", ""))
while True:
    status, headers, body = call("GET", "invocation/next")
    handle(json.loads(body), headers["Lambda-Runtime-Aws-Request-Id"], headers)
"""


@pytest.fixture
def provided(running: Made) -> Made:
    """Starts a function with this `bootstrap`; `how` is executed in it before it asks for events."""

    def start(how: str = "", *, body: str = "", **changes: Any) -> Stage:  # noqa: ANN401 (fields of many types)
        how = f"{how}\ndef handle(event, id, headers):\n    {body}\n" if body else how
        return running(
            BOOTSTRAP,
            file="bootstrap",
            executable=True,
            runtime="provided.al2023",
            environment={"HOW": how},
            **changes,
        )

    return start


def test_any_executable_bootstrap_is_a_runtime(provided: Made) -> None:
    stage = provided()
    assert [stage.returned(event=number) for number in range(3)] == [0, 1, 2]


def test_an_event_comes_with_lambdas_headers(provided: Made) -> None:
    stage = provided(body="respond(id, [headers, time.time() * 1000])")
    headers, now = stage.returned(request_id="8476a536-e9f4-11e8-9739-2dfe598c3fcd")
    told = {name: value for name, value in headers.items() if name.startswith("Lambda-Runtime-")}
    assert 0 < int(told.pop("Lambda-Runtime-Deadline-Ms")) - now <= 10_000
    root, parent, sampled = told.pop("Lambda-Runtime-Trace-Id").split(";")
    assert (len(root), len(parent), sampled) == (len("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"), 23, "Sampled=0")
    assert told == {
        "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:stack-F",
    }
    assert headers["Content-Type"] == "application/json"


def test_the_arn_is_that_of_what_was_invoked(provided: Made) -> None:
    stage = provided(body="respond(id, headers['Lambda-Runtime-Invoked-Function-Arn'])")
    assert stage.invoke(arn="arn:aws:lambda:::function:F:live") == Returned(b'"arn:aws:lambda:::function:F:live"')


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ('{"errorType": "MyError", "errorMessage": "why", "stackTrace": []}', "MyError", "why"),
        ('{"errorMessage": "why"}', "Told.InTheHeader", "why"),
        ("not JSON", "Told.InTheHeader", "not JSON"),
        ("[1]", "Told.InTheHeader", "[1]"),
    ],
)
def test_an_error(provided: Made, body: str, kind: str, message: str) -> None:
    told = "Lambda_Runtime_Function_Error_Type='Told.InTheHeader'"
    stage = provided(body=f"call('POST', f'invocation/{{id}}/error', {body!r}, {told})")
    assert stage.invoke() == Raised(kind, message, body.encode())
    assert stage.invoke() == Raised(kind, message, body.encode())


def test_an_error_at_the_start(provided: Made) -> None:
    told = '{"errorType": "Runtime.NoConfig", "errorMessage": "no config"}'
    stage = provided(f"call('POST', 'init/error', {told!r}); sys.exit(1)")
    assert stage.invoke() == Raised("Runtime.NoConfig", "no config", told.encode())


def test_an_error_at_the_start_whose_answer_is_not_waited_for(provided: Made) -> None:
    stage = provided(
        """
plain = socket.create_connection(ADDRESS.split(":"))
told = '{"errorType": "MyError", "errorMessage": "' + "x" * 2_000_000 + '"}'
head = f"POST {BASE}init/error HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {len(told)}\\r\\n\\r\\n"
plain.sendall((head + told).encode())
os._exit(1)
"""
    )
    outcome = stage.invoke()
    assert isinstance(outcome, Raised), outcome
    assert (outcome.type, len(outcome.message)) == ("MyError", 2_000_000)


def test_an_error_at_the_start_that_is_seen_after_the_end(provided: Made) -> None:
    """While we are busy elsewhere the runtime connects, tells its error, and is gone."""
    stage = provided(
        """
print("begins", flush=True)
plain = socket.create_connection(ADDRESS.split(":"))
plain.sendall(f"POST {BASE}init/error HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 2\\r\\n\\r\\n{{}}".encode())
os._exit(1)
"""
    )

    def ended_meanwhile(_label: str, line: str) -> None:
        if line == "begins":
            [worker] = stage.functions._pools["F"]._workers  # noqa: SLF001
            process = worker._process  # noqa: SLF001
            assert process is not None
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    stage.functions._logs["F"]._on_line = ended_meanwhile  # noqa: SLF001
    assert isinstance(stage.invoke(), Raised)


def test_requests_out_of_turn_are_refused(provided: Made) -> None:
    stage = provided(
        body="""statuses = [
        respond("unknown", 1)[0],
        call("GET", "invocation/next")[0],
        call("POST", "init/error", "{}")[0],
        call("GET", "nothing")[0],
        call("PUT", "invocation/next")[0],
        call("GET", "../2099-01-01/runtime/invocation/next")[0],
    ]
    respond(id, statuses)
    if respond(id, "twice")[0] != 400:
        sys.exit(1)
    """
    )
    assert stage.returned() == [400, 403, 403, 404, 404, 404]
    assert stage.returned() == [400, 403, 403, 404, 404, 404]


def test_a_second_one_cannot_take_an_event(provided: Made) -> None:
    """While the runtime waits for an event, others that ask are refused."""
    stage = provided(
        """
waiting = http.client.HTTPConnection(ADDRESS)
waiting.request("GET", BASE + "invocation/next")
refused = call("GET", "invocation/next")[0]
answer = waiting.getresponse()
respond(answer.getheader("Lambda-Runtime-Aws-Request-Id"), [json.loads(answer.read()), refused])
"""
    )
    stage.run(stage.functions.warm("F"))
    assert stage.returned(event="mine") == ["mine", 403]


def test_a_client_that_waits_to_send_its_body(provided: Made) -> None:
    stage = provided(
        body="""plain = socket.create_connection(ADDRESS.split(":"))
    head = f"POST {BASE}invocation/{id}/response HTTP/1.1\\r\\nHost: x\\r\\nExpect: 100-continue\\r\\n"
    plain.sendall(head.encode() + b"Content-Length: 4\\r\\n\\r\\n")
    if plain.recv(99).startswith(b"HTTP/1.1 100 "):
        plain.sendall(b"true")
        plain.recv(99)
    """
    )
    assert stage.returned() is True


def test_a_chunked_body(provided: Made) -> None:
    stage = provided(body="call('POST', f'invocation/{id}/response', iter([b'[1,', b'2]']))")
    assert stage.returned() == [1, 2]


def test_a_result_and_the_next_question_in_one_go(provided: Made) -> None:
    """Each request is answered once, also where the next event is there already."""
    stage = provided(
        """
plain = socket.create_connection(ADDRESS.split(":"))
NEXT = f"GET {BASE}invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
plain.sendall(NEXT.encode())
while True:
    seen = ""
    while "\\r\\n\\r\\n1" not in seen:  # up to the event, which is the number 1
        seen += plain.recv(9999).decode()
    id = seen.partition("Request-Id: ")[2].partition("\\r")[0]
    answers = str(seen.count("HTTP/1.1 "))
    head = f"POST {BASE}invocation/{id}/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\n\\r\\n"
    plain.sendall((head + answers + NEXT).encode())
""",
        settings={"most_workers": 1},
    )
    assert stage.at_once(1, 1, 1, 1) == [Returned(b"1"), Returned(b"2"), Returned(b"2"), Returned(b"2")]
    assert stage.returned(event=1) == 2


def test_garbage_ends_its_connection_only(provided: Made) -> None:
    stage = provided(
        body="""plain = socket.create_connection(ADDRESS.split(":"))
    plain.sendall(b"\\x16\\x03\\x01 garbage\\r\\n\\r\\n")
    respond(id, plain.recv(99).decode())
    """
    )
    assert stage.returned() == ""


def test_a_bootstrap_that_cannot_be_executed(running: Made) -> None:
    stage = running("#!/nowhere/at-all\n", file="bootstrap", executable=True, runtime="provided.al2023")
    outcome = stage.invoke()
    assert isinstance(outcome, Unrunnable), json.dumps(stage.lines)
    assert outcome.reason.endswith('is a script for "/nowhere/at-all": install that')
