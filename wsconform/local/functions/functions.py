"""Lambda on this machine: all functions of a deployment, each with its workers and its log."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from wsconform.local.deployed.model import Account, DeployedFunction
from wsconform.local.functions.code import CodeError, lay_out
from wsconform.local.functions.environment import Trust, environment, trust
from wsconform.local.functions.log import Log, Trouble, make_folder
from wsconform.local.functions.pool import Pool
from wsconform.local.functions.process import tied
from wsconform.local.functions.runtimes import RuntimeMissingError, choose
from wsconform.local.functions.worker import Event, Launch
from wsconform.local.outcome import Invoked, Unrunnable


class Functions:
    """The functions of a deployment. Everything here is called from one event loop.

    `ca_file` is the PEM of the authority that signed the local stage's certificate. `on_line` is told each line that a
    function writes, with its label, and Lambda's own lines of an event that fails. `log_folder` is where log files go,
    one for each function; `on_trouble` is told that one of them ends early. `most_workers` is how many processes one
    function may have at a time.
    """

    def __init__(  # noqa: PLR0913 (settings, each by its name)
        self,
        functions: Mapping[str, DeployedFunction],
        *,
        account: Account,
        ca_file: Path | None,
        on_line: Callable[[str, str], None],
        log_folder: Path | None = None,
        on_trouble: Trouble = lambda what, why: None,  # noqa: ARG005
        most_workers: int = 10,
    ) -> None:
        self._functions = dict(functions)
        self._account = account
        self._ca_file = ca_file
        self._trust = Trust()
        self._on_line = on_line
        self._log_folder = log_folder
        self._on_trouble = on_trouble
        self._most_workers = most_workers
        self._scratch: Path | None = None
        self._pools: dict[str, Pool] = {}
        self._logs: dict[str, Log] = {}
        self._problems: dict[str, str] = {}
        self._remarks: dict[str, str] = {}

    async def start(self) -> None:
        """Lay out the code and find the runtimes. Workers are started when events come.

        Raises LogFolderError, and OSError where nothing can be written.
        """
        if self._log_folder is not None:
            make_folder(self._log_folder)
        self._scratch = Path(tempfile.mkdtemp(prefix="wsconform-"))
        if self._ca_file is not None:
            self._trust = trust(self._ca_file, self._scratch)
        await self._prepare()

    async def stop(self) -> None:
        """End all processes, and those that they started, and take away what was written. Events in hand crash."""
        await asyncio.gather(*(pool.stop() for pool in self._pools.values()))
        for log in self._logs.values():
            log.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    async def replace(self, functions: Mapping[str, DeployedFunction]) -> None:
        """Run these from now on, and the code as it is now. Workers that have an event in hand end after it.

        Raises OSError where code that has to be unpacked cannot be; then those before go on.
        """
        before = self._functions, dict(self._problems), dict(self._remarks)
        self._functions = dict(functions)
        try:
            await self._prepare()
        except OSError:
            self._functions, self._problems, self._remarks = before
            raise

    async def warm(self, label: str) -> None:
        """Start a worker ahead of the first event."""
        if label in self._pools:
            self._pools[label].warm()

    def invoke(self, label: str, payload: bytes, request_id: str, *, arn: str | None = None) -> asyncio.Future[Invoked]:
        """Let the function `label` handle an event: JSON in UTF-8. `arn` is what was invoked, if not the function's.

        What comes of it is there later, and is never an exception. Cancelling it ends nothing but the waiting.
        """
        loop = asyncio.get_running_loop()
        event = Event(request_id, payload, arn, loop.time(), loop.create_future())
        if label in self._pools:
            self._pools[label].invoke(event)
        else:
            event.end(Unrunnable("there is no such function here"))
        return event.outcome

    def problems(self) -> list[tuple[str, str]]:
        """Functions that cannot run here, by label, and what to do about it."""
        return list(self._problems.items())

    def remarks(self) -> list[tuple[str, str]]:
        """Functions that run in another way than the template says, by label."""
        return list(self._remarks.items())

    def logs(self, label: str, last: int = 50) -> list[str]:
        """The newest lines that a function logged, oldest first."""
        return self._logs[label].last(last) if label in self._logs else []

    async def _prepare(self) -> None:
        self._problems.clear()
        self._remarks.clear()
        # In a thread, since interpreters are asked for their version and archives are unpacked.
        launches = await asyncio.to_thread(lambda: {label: self._launch(label) for label in self._functions})
        for label in launches | self._pools:
            self._pool(label).use(launches.get(label, Unrunnable("it is no longer in the template")))

    def _launch(self, label: str) -> Launch | Unrunnable:
        """How a function is started; where it cannot be, the problem is noted."""
        function = self._functions[label]
        assert self._scratch is not None  # noqa: S101 (`start` made it)
        tied()  # tried out here, so that no event waits for it
        try:
            laid = lay_out(function.code, function.runtime, self._scratch)
            chosen = choose(function.runtime, laid, memory=function.memory)
        except (CodeError, RuntimeMissingError) as error:
            self._problems[label] = str(error)
            return Unrunnable(str(error))
        if chosen.remark:
            self._remarks[label] = chosen.remark
        home = Path(tempfile.mkdtemp(prefix="home-", dir=self._scratch))
        variables = environment(function, laid, account=self._account, scratch=home, trust=self._trust)
        return Launch(function=function, command=chosen.command, folder=laid.folder, environment=variables)

    def _pool(self, label: str) -> Pool:
        if label not in self._pools:
            self._logs[label] = Log(label, on_line=self._on_line, on_trouble=self._on_trouble, folder=self._log_folder)
            self._pools[label] = Pool(self._logs[label], most=self._most_workers)
        return self._pools[label]
