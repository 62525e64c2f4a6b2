"""Functions that run in tests: real processes, driven from plain code."""

from __future__ import annotations

import asyncio
import json
import textwrap
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from wsconform.local.deployed.model import Account, Code, Credentials, DeployedFunction
from wsconform.local.functions import Functions
from wsconform.local.outcome import Invoked, Raised, Returned

Result = TypeVar("Result")
ACCOUNT = Account(id="123456789012", region="eu-west-1", partition="aws", stack_name="stack")
CREDENTIALS = Credentials(
    access_key_id="ASIAFUNCTION",
    secret_access_key="of-the-function",  # noqa: S106 (made up)
    session_token="for-the-run",  # noqa: S106 (made up)
    arn="arn:aws:sts:::x",
)
LONGEST = 60
"""Seconds after which a test has failed: none comes near."""
Made = Callable[..., "Stage"]
"""What the fixture `running` is."""


def function(label: str, code: Code, **changes: Any) -> DeployedFunction:  # noqa: ANN401 (fields of many types)
    """A deployed function, with what a test says of it."""
    told: dict[str, Any] = {
        "label": label,
        "name": f"stack-{label}",
        "arn": f"arn:aws:lambda:eu-west-1:123456789012:function:stack-{label}",
        "runtime": "python3.11",
        "handler": "index.handler",
        "code": code,
        "environment": {},
        "timeout": 10.0,
        "memory": 128,
        "credentials": CREDENTIALS,
    }
    return DeployedFunction(**{**told, **changes})


class Stage:
    """Functions in an event loop of their own thread, so that they live on between a test's calls."""

    def __init__(self, folder: Path, *functions: DeployedFunction, **settings: Any) -> None:  # noqa: ANN401 (of many types)
        self.folder = folder
        self.lines: list[str] = []
        self.troubles: list[tuple[str, str]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.functions = Functions(
            {one.label: one for one in functions},
            account=ACCOUNT,
            ca_file=settings.pop("ca_file", None),
            on_line=lambda _label, line: self.lines.append(line),
            on_trouble=lambda what, why: self.troubles.append((what, why)),
            **settings,
        )
        self.run(self.functions.start())

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait for something of the functions'."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST)

    def invoke(
        self, label: str = "F", event: object = None, request_id: str = "id-1", arn: str | None = None
    ) -> Invoked:
        """One invocation, and what is logged of it."""
        outcome = self.begin(event, label, request_id, arn).result(LONGEST)
        self.run(asyncio.sleep(0))
        return outcome

    def begin(
        self, event: object, label: str = "F", request_id: str = "id-0", arn: str | None = None
    ) -> Future[Invoked]:
        """An invocation that is not waited for."""

        async def work() -> Invoked:
            return await self.functions.invoke(label, json.dumps(event).encode(), request_id, arn=arn)

        return asyncio.run_coroutine_threadsafe(work(), self._loop)

    def returned(self, label: str = "F", event: object = None, request_id: str = "id-1") -> Any:  # noqa: ANN401
        """What the handler returned; the test fails if it did not."""
        outcome = self.invoke(label, event, request_id)
        assert isinstance(outcome, Returned), (outcome, self.lines[-20:])
        return json.loads(outcome.payload)

    def at_once(self, *events: object, label: str = "F") -> list[Invoked]:
        """Several invocations at the same time."""

        async def all_of_them() -> list[Invoked]:
            calls = [
                self.functions.invoke(label, json.dumps(event).encode(), f"id-{index}")
                for index, event in enumerate(events)
            ]
            return await asyncio.gather(*calls)

        return self.run(all_of_them())

    def call(self, work: Callable[[], object]) -> None:
        """Do something in the event loop."""
        self._loop.call_soon_threadsafe(work)

    def until(self, line: str, label: str = "F") -> None:
        """Wait until a line is logged."""
        until = time.monotonic() + LONGEST
        while line not in self.functions.logs(label) and time.monotonic() < until:
            time.sleep(0.005)

    def stop(self) -> None:
        """End it all. May be called twice."""
        if self._loop.is_closed():
            return
        self.run(self.functions.stop())
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST)
        self._loop.close()


def written(folder: Path, files: Mapping[str, str]) -> Code:
    """Code in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return Code(folder=folder)


def raised(outcome: Invoked) -> Raised:
    """The error that came; the test fails if none did."""
    assert isinstance(outcome, Raised), outcome
    return outcome


def alive(pid: int) -> bool:
    """Whether a process runs: one that has ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def ends(*pids: int) -> bool:
    """Whether processes come to their end, which takes a moment after they are killed."""
    until = time.monotonic() + LONGEST
    while any(alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.005)
    return not any(alive(pid) for pid in pids)
