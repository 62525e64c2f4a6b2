from __future__ import annotations

import json

import pytest
from local_functions import Made, raised, written

from wsconform.local.outcome import Crashed, TimedOut

pytestmark = pytest.mark.usefixtures("node")
COMMON, MODULE = "index.js", "index.mjs"


@pytest.fixture
def running(running: Made) -> Made:
    """Starts CommonJS unless told otherwise."""
    return lambda source, **told: running(source, **{"file": COMMON, **told})


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (COMMON, "exports.handler = async (event) => ({got: event});"),
        (COMMON, "module.exports = {handler: (event) => Promise.resolve({got: event})};"),
        (COMMON, "exports.handler = (event, context, callback) => callback(null, {got: event});"),
        (COMMON, "exports.handler = (event, context) => context.succeed({got: event});"),
        (COMMON, "exports.handler = (event, context) => context.done(null, {got: event});"),
        (MODULE, "export const handler = async (event) => ({got: event});"),
        (
            MODULE,
            "const ready = await Promise.resolve(1); export async function handler(event) { return {got: event}; }",
        ),
        ("index.cjs", "exports.handler = async (event) => ({got: event});"),
    ],
)
def test_an_event_goes_in_and_a_result_comes_out(running: Made, file: str, source: str) -> None:
    stage = running(source, file=file)
    assert [stage.returned(event=text) for text in ("grüß dich", "2")] == [{"got": "grüß dich"}, {"got": "2"}]


def test_a_js_file_of_a_package_of_modules(running: Made) -> None:
    stage = running("export const handler = async () => import.meta.url.slice(-8);")
    written(stage.folder / "code", {"package.json": '{"type": "module"}'})
    assert stage.returned() == "index.js"


@pytest.mark.parametrize("handler", ["deep/er/file.handler", "deep/er/file.inner.handler"])
def test_a_handler_in_a_folder(running: Made, handler: str) -> None:
    source = "exports.handler = async () => process.cwd(); exports.inner = exports;"
    stage = running(source, file="deep/er/file.js", handler=handler)
    assert stage.returned() == str(stage.folder / "code")


def test_a_handler_gets_lambdas_context(running: Made) -> None:
    stage = running(
        "exports.handler = async (event, context) => ({...context, left: context.getRemainingTimeInMillis()});",
        timeout=7.0,
        memory=256,
    )
    told = stage.returned(request_id="the-id")
    assert 0 < told.pop("left") <= 7000
    assert told.pop("logStreamName").partition("/[")[2].startswith("$LATEST]")
    assert told == {
        "awsRequestId": "the-id",
        "functionName": "stack-F",
        "functionVersion": "$LATEST",
        "invokedFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:stack-F",
        "memoryLimitInMB": "256",
        "logGroupName": "/aws/lambda/stack-F",
        "callbackWaitsForEmptyEventLoop": True,
    }


def test_the_log_is_lambdas(running: Made) -> None:
    stage = running("exports.handler = async () => { console.log('a %s', 'b', {c: 1}); console.error('bad'); };")
    stage.returned(request_id="id-7")
    start, logged, error, end, report = stage.functions.logs("F")
    assert start == "START RequestId: id-7 Version: $LATEST"
    assert logged.split("\t")[1:] == ["id-7", "INFO", "a b { c: 1 }"]
    assert error.split("\t")[1:] == ["id-7", "ERROR", "bad"]
    assert end == "END RequestId: id-7"
    assert "Init Duration" in report


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("async () => { throw new TypeError('no') }", "TypeError", "no"),
        ("() => { throw new RangeError('no') }", "RangeError", "no"),
        ("async () => { throw 'text' }", "string", "text"),
        ("() => Promise.reject(null)", "object", "null"),
        ("(event, context, callback) => callback(new Error('no'))", "Error", "no"),
        (
            "async () => { const loop = {}; loop.loop = loop; return loop }",
            "Error",
            "Unable to stringify response body",
        ),
    ],
)
def test_a_handler_that_fails(running: Made, source: str, kind: str, message: str) -> None:
    stage = running(f"exports.handler = {source};")
    outcome = raised(stage.invoke())
    assert (outcome.type, outcome.message) == (kind, message)
    assert json.loads(outcome.payload).keys() == {"errorType", "errorMessage", "trace"}
    assert raised(stage.invoke()).type == kind


def test_a_callback_waits_for_the_event_loop_unless_told_otherwise(running: Made) -> None:
    stage = running(
        """
        let done = [];
        exports.handler = (event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = event;
          setTimeout(() => done.push("late"), 20);
          callback(null, done);
        };
        """
    )
    assert stage.returned(event=True) == ["late"]
    assert stage.returned(event=False) == ["late"]


@pytest.mark.parametrize("source", ["() => {}", "() => 5", "() => new Promise(() => {})", "async () => {}"])
def test_nothing_left_to_wait_for_is_null(running: Made, source: str) -> None:
    stage = running(f"exports.handler = {source};")
    assert [stage.returned(), stage.returned()] == [None, None]


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message"),
    [
        ("require('nowhere')", "index.handler", "ImportModuleError", "Error: Cannot find module 'nowhere'"),
        ("", "other.handler", "ImportModuleError", "Error: Cannot find module 'other'"),
        ("", "index.handler", "HandlerNotFound", "index.handler is undefined or not exported"),
        ("exports.handler = 1", "index.handler", "HandlerNotFound", "index.handler is not a function"),
        ("function (", "index.handler", "UserCodeSyntaxError", "SyntaxError: "),
        ("", "handler", "MalformedHandlerName", "Bad handler"),
    ],
)
def test_a_handler_that_cannot_be_loaded(running: Made, source: str, handler: str, kind: str, message: str) -> None:
    outcome = raised(running(source, handler=handler).invoke())
    assert outcome.type == f"Runtime.{kind}"
    assert outcome.message.startswith(message)


def test_a_module_that_cannot_be_loaded(running: Made) -> None:
    outcome = raised(running("import 'nowhere';", file=MODULE).invoke())
    assert outcome.type == "Runtime.ImportModuleError"
    assert outcome.message.startswith("Error: Cannot find package 'nowhere'")


@pytest.mark.parametrize(
    ("source", "package"),
    [
        ("require('aws-sdk')", "aws-sdk"),
        ("require('@aws-sdk/client-dynamodb/deep')", "@aws-sdk/client-dynamodb"),
    ],
)
def test_the_sdk_that_lambda_brings_along(running: Made, source: str, package: str) -> None:
    stage = running(source)
    assert raised(stage.invoke()).type == "Runtime.ImportModuleError"
    told = f"Lambda brings {package} along, this machine does not: run `npm install {package}` where the code lies"
    assert told in stage.lines


def test_an_error_of_the_module_has_its_own_type(running: Made) -> None:
    assert raised(running("throw new RangeError('no')").invoke()).type == "RangeError"


def test_node_24_has_no_callbacks(running: Made) -> None:
    source = "exports.handler = (event, context, callback) => callback(null, 1);"
    outcome = raised(running(source, runtime="nodejs24.x").invoke())
    assert outcome.type == "Runtime.CallbackHandlerDeprecated"


@pytest.mark.parametrize(
    ("fault", "kind", "message"),
    [
        ("setTimeout(() => { throw new Error('late') }, 1)", "Error", "late"),
        ("Promise.reject(new Error('unheard'))", "Runtime.UnhandledPromiseRejection", "Error: unheard"),
    ],
)
def test_an_error_that_nobody_catches(running: Made, fault: str, kind: str, message: str) -> None:
    stage = running(
        f"exports.handler = async (event) => {{ if (event) {{ {fault}; await new Promise(r => setTimeout(r, 9e3)) }};"
        " return process.pid };"
    )
    before = stage.returned()
    outcome = raised(stage.invoke(event=1))
    assert (outcome.type, outcome.message) == (kind, message)
    assert stage.returned() != before


def test_a_process_that_ends(running: Made) -> None:
    stage = running("exports.handler = async (event) => { if (event) process.exit(3); return process.pid };")
    before = stage.returned()
    assert stage.invoke(event=1) == Crashed("exited with status 3")
    assert stage.returned() != before


def test_a_handler_that_hangs(running: Made) -> None:
    stage = running("exports.handler = async (event) => { while (event); return process.pid };", timeout=0.5)
    before = stage.returned()
    assert stage.invoke(event=1) == TimedOut(0.5)
    assert stage.returned() != before
