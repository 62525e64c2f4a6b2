from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import ANY

import pytest
from local_functions import Made, raised, written


def test_an_event_goes_in_and_a_result_comes_out(running: Made) -> None:
    stage = running("def handler(event, context):\n    return {'got': event}\n")
    assert stage.returned(event={"text": "grüß dich"}) == {"got": {"text": "grüß dich"}}


def test_a_handler_gets_lambdas_context(running: Made) -> None:
    stage = running(
        """
        def handler(event, context):
            return {
                **{name: getattr(context, name) for name in event},
                "left": context.get_remaining_time_in_millis(),
                "identity": context.identity.cognito_identity_id,
                "client": context.client_context,
            }
        """,
        timeout=7.0,
        memory=256,
    )
    names = ["aws_request_id", "function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb"]
    told = stage.returned(event=[*names, "log_group_name", "log_stream_name"], request_id="the-id")
    assert 0 < told.pop("left") <= 7000
    assert told.pop("log_stream_name").partition("/[")[2].startswith("$LATEST]")
    assert told == {
        "aws_request_id": "the-id",
        "function_name": "stack-F",
        "function_version": "$LATEST",
        "invoked_function_arn": "arn:aws:lambda:eu-west-1:123456789012:function:stack-F",
        "memory_limit_in_mb": "256",
        "log_group_name": "/aws/lambda/stack-F",
        "identity": None,
        "client": None,
    }


def test_a_worker_stays_warm(running: Made) -> None:
    stage = running("seen = []\ndef handler(event, context):\n    seen.append(event)\n    return seen\n")
    assert [stage.returned(event=number) for number in range(3)] == [[0], [0, 1], [0, 1, 2]]


def test_the_log_is_lambdas(running: Made) -> None:
    stage = running(
        """
        import logging
        def handler(event, context):
            print("printed")
            logging.getLogger(__name__).warning("logged")
            print("no line", end="")
        """
    )
    stage.returned(request_id="id-7")
    start, printed, logged, unended, end, report = stage.functions.logs("F")
    assert start == "START RequestId: id-7 Version: $LATEST"
    assert printed == "printed"
    level, when, request, text = logged.split("\t")
    assert (level, when[10], when[-1], request, text) == ("[WARNING]", "T", "Z", "id-7", "logged")
    assert unended == "no line"
    assert end == "END RequestId: id-7"
    named = [part.partition(": ")[0] for part in report.split("\t")]
    told = ["Duration", "Billed Duration", "Memory Size", "Max Memory Used", "Init Duration"]
    assert named == ["REPORT RequestId", *told]
    stage.returned()
    assert "Init Duration" not in stage.functions.logs("F", last=1)[0]
    assert stage.lines == 2 * [printed, ANY, unended]


def test_what_lambda_reports_is_told_where_an_event_fails(running: Made) -> None:
    stage = running("def handler(event, context):\n    return event['a']\n")
    stage.returned(event={"a": 1})
    assert stage.lines == []
    raised(stage.invoke(event={}, request_id="id-8"))
    *_, end, report = stage.lines
    assert end == "END RequestId: id-8"
    assert report.startswith("REPORT RequestId: id-8\t")


def test_an_exception_is_told_as_lambda_does(running: Made) -> None:
    stage = running("def handler(event, context):\n    raise KeyError(event)\n")
    outcome = raised(stage.invoke(event="who"))
    assert (outcome.type, outcome.message) == ("KeyError", "'who'")
    told = json.loads(outcome.payload)
    assert told.keys() == {"errorMessage", "errorType", "requestId", "stackTrace"}
    assert [frame.split(",")[1].strip() for frame in told["stackTrace"]] == ["line 2"]
    assert "[ERROR] KeyError: 'who'" in stage.lines
    assert raised(stage.invoke(event="again")).message == "'again'"


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message"),
    [
        ("import nowhere", "index.handler", "ImportModuleError", "Unable to import module 'index': No module named"),
        ("", "other.handler", "ImportModuleError", "Unable to import module 'other': No module named 'other'"),
        ("", "index.handler", "HandlerNotFound", "Handler 'handler' missing on module 'index'"),
        ("def (", "index.handler", "UserCodeSyntaxError", "Syntax error in module 'index': invalid syntax"),
        ("", "handler", "MalformedHandlerName", "Bad handler 'handler'"),
    ],
)
def test_a_handler_that_cannot_be_loaded(running: Made, source: str, handler: str, kind: str, message: str) -> None:
    outcome = raised(running(source, handler=handler).invoke())
    assert outcome.type == f"Runtime.{kind}"
    assert outcome.message.startswith(message)


def test_an_error_of_the_module_has_its_own_type_and_the_next_event_tries_anew(running: Made) -> None:
    stage = running("raise RuntimeError('not today')")
    assert raised(stage.invoke()) == raised(stage.invoke())
    assert raised(stage.invoke()).type == "RuntimeError"
    written(stage.folder / "code", {"index.py": "handler = lambda event, context: 'today'"})
    assert stage.returned() == "today"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("{1, 2}", "Object of type set is not JSON serializable"),
        ("coroutine()", "Object of type coroutine is not JSON serializable"),
    ],
)
def test_a_result_that_is_not_json(running: Made, result: str, message: str) -> None:
    stage = running(f"async def coroutine(): pass\ndef handler(event, context):\n    return {result}\n")
    outcome = raised(stage.invoke())
    assert outcome.type == "Runtime.MarshalError"
    assert outcome.message == f"Unable to marshal response: {message}"


def test_a_result_beyond_the_limit(running: Made) -> None:
    stage = running("def handler(event, context):\n    return 'x' * event\n")
    assert len(stage.returned(event=6_291_554)) == 6_291_554
    outcome = raised(stage.invoke(event=6_291_555))
    assert outcome.type == "Function.ResponseSizeTooLarge"
    assert outcome.message == (
        "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes)."
    )
    assert stage.returned(event=1) == "x"


@pytest.mark.parametrize("handler", ["package.module.handler", "package/module.handler"])
def test_a_handler_in_a_package(running: Made, handler: str) -> None:
    source = "import os, sys\ndef handler(event, context):\n    return [os.getcwd(), sys.path[0], __name__]\n"
    stage = running(source, file="package/module.py", handler=handler)
    code = str(stage.folder / "code")
    assert stage.returned() == [code, code, "package.module"]


def test_nothing_is_written_into_the_code(running: Made) -> None:
    stage = running("import other\nhandler = lambda event, context: other.VALUE", handler="index.handler")
    written(stage.folder / "code", {"other.py": "VALUE = 1"})
    assert stage.returned() == 1
    assert sorted(path.name for path in Path(stage.folder / "code").iterdir()) == ["index.py", "other.py"]
