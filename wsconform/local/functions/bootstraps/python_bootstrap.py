"""Runs a Python handler: Lambda's programming model on top of the Runtime API. Works from Python 3.8 on, alone."""

from __future__ import annotations

import importlib
import io
import json
import logging
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

BASE = "/2018-06-01/runtime/"
NEXT = f"GET {BASE}invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n".encode()
OK = 200
CHUNK = 1 << 16
FIXED = [
    os.environ.get(f"AWS_LAMBDA_{name}", "")
    for name in ("FUNCTION_NAME", "FUNCTION_VERSION", "FUNCTION_MEMORY_SIZE", "LOG_GROUP_NAME", "LOG_STREAM_NAME")
]
"""What is the same in the context of every event. Read once: reading the environment takes time."""


class Closed(Exception):
    """The Runtime API is gone, and so is what this process is for."""


class Refused(Exception):
    """The handler cannot be used: Lambda's type of error, its message, and the lines of its trace."""

    def __init__(self, kind: str, message: str, trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace


class Api:
    """The Runtime API over one connection that is kept."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def ask(self) -> None:
        """Ask for the next event."""
        self._send(NEXT)

    def event(self) -> tuple[dict[str, str], bytes]:
        """The event that was asked for: its headers, in lower case, and its payload."""
        while True:
            status, headers, body = self._read()
            if status == OK:
                return headers, body

    def finish(self, path: str, body: bytes, error_type: str = "") -> None:
        """Send what became of an event, and ask for the next in the same breath."""
        self._send(self._post(path, body, error_type) + NEXT)

    def tell(self, path: str, body: bytes, error_type: str = "") -> None:
        """Send something, and wait until it is taken."""
        self._send(self._post(path, body, error_type))
        self._read()

    @staticmethod
    def _post(path: str, body: bytes, error_type: str) -> bytes:
        kind = f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n" if error_type else ""
        head = f"POST {BASE}{path} HTTP/1.1\r\nHost: runtime\r\n{kind}Content-Length: {len(body)}\r\n\r\n"
        return head.encode("latin-1", "replace") + body

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError:
            raise Closed from None

    def _read(self) -> tuple[int, dict[str, str], bytes]:
        head = self._until_blank_line()
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return int(lines[0].split(" ", 2)[1]), headers, self._exactly(int(headers.get("content-length", 0)))

    def _until_blank_line(self) -> bytes:
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if found:
                self._buffer = rest
                return head
            self._buffer += self._receive()

    def _exactly(self, size: int) -> bytes:
        if len(self._buffer) < size:
            parts = [self._buffer]
            missing = size - len(self._buffer)
            while missing > 0:
                data = self._receive()
                parts.append(data)
                missing -= len(data)
            self._buffer = b"".join(parts)
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return body

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(CHUNK)
        except OSError:
            raise Closed from None
        if not data:
            raise Closed
        return data


class Context:
    """The handler's second argument, as "AWS Lambda context object in Python" describes it."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn", "")
        (
            self.function_name,
            self.function_version,
            self.memory_limit_in_mb,
            self.log_group_name,
            self.log_stream_name,
        ) = FIXED
        self.identity = Identity()
        self.client_context = None
        self._deadline = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds that are left before the function's timeout."""
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message: object) -> None:
        """Write to the log, without more around it."""
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={value}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"LambdaContext([{shown}])"


class Identity:
    """Who called through Cognito: nobody, through API Gateway."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class AddRequestId(logging.Filter):
    """Gives each record the id of the event in hand, for Lambda's format."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        record.aws_request_id = self.request_id
        return True


def set_up_logging() -> AddRequestId:
    """A handler on the root logger, in Lambda's format; levels stay as they are."""
    logging.Formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
        )
    )
    request_id = AddRequestId()
    handler.addFilter(request_id)
    logging.getLogger().addHandler(handler)
    return request_id


def find_handler(named: str) -> Callable[[Any, Context], Any]:
    """The function that `Handler` names: `module.function`, where the module may have dots or slashes."""
    name, found, attribute = named.rpartition(".")
    if not found:
        raise Refused("Runtime.MalformedHandlerName", f"Bad handler '{named}': not enough values to unpack")
    try:
        module = importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        raise Refused(
            "Runtime.ImportModuleError", f"Unable to import module '{name}': {error}", own_frames(error)
        ) from None
    except SyntaxError as error:
        where = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        raise Refused("Runtime.UserCodeSyntaxError", f"Syntax error in module '{name}': {error}", [where]) from None
    if not hasattr(module, attribute):
        raise Refused("Runtime.HandlerNotFound", f"Handler '{attribute}' missing on module '{name}'")
    handler: Callable[[Any, Context], Any] = getattr(module, attribute)
    return handler


def own_frames(error: BaseException) -> list[str]:
    """The lines of a traceback, without those of this file and of the import system."""
    frames = traceback.extract_tb(error.__traceback__)
    told = [f for f in frames if f.filename != __file__ and "importlib" not in f.filename]
    return traceback.format_list(told)


def failure(error: Exception, request_id: str = "") -> tuple[str, bytes]:
    """An error as Lambda tells it, also to the log: its type and its JSON."""
    kind = error.kind if isinstance(error, Refused) else type(error).__name__
    trace = list(error.trace) if isinstance(error, Refused) else own_frames(error)
    message = str(error)
    told = "".join(["Traceback (most recent call last):\n", *trace]).rstrip()
    print(f"[ERROR] {kind}: {message}\n{told}", flush=True)
    body = {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}
    return kind, json.dumps(body).encode()


def marshal(result: object) -> bytes:
    """The handler's result as JSON."""
    try:
        return json.dumps(result).encode()
    except Exception as error:
        raise Refused("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def run() -> None:
    """Ask for events, one after the other, until the Runtime API is gone."""
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, "utf-8", "backslashreplace", line_buffering=True)
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    request_id = set_up_logging()
    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = find_handler(os.environ["_HANDLER"])
    except Exception as error:
        kind, body = failure(error)
        api.tell("init/error", body, kind)
        sys.exit(1)
    here = os.getpid()
    api.ask()
    while True:
        headers, payload = api.event()
        context = Context(headers)
        request_id.request_id = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        path, kind = f"invocation/{context.aws_request_id}/", ""
        try:
            body = marshal(handler(json.loads(payload), context))
            path += "response"
        except Exception as error:
            kind, body = failure(error, context.aws_request_id)
            path += "error"
        sys.stdout.flush()
        sys.stderr.flush()
        if os.getpid() != here:  # a fork of the handler's came back as well; the event is answered once
            os._exit(0)
        api.finish(path, body, kind)


if __name__ == "__main__":
    try:
        run()
    except Closed:
        os._exit(0)
