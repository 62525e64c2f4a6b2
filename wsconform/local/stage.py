"""A local stage to use from Python: `with LocalStage("template.yaml") as stage: …`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from concurrent.futures import CancelledError
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, get_args

from wsconform.check.registry import unknown_name
from wsconform.config.layers import parameter_text
from wsconform.local.deployed.model import Credentials, Deployment
from wsconform.local.deployed.snapshot import Order
from wsconform.local.endpoints import Endpoint
from wsconform.local.happenings import Happening
from wsconform.local.running import Plan, Running

if TYPE_CHECKING:
    from wsconform.local.sockets.certificate import Certificates
    from wsconform.local.sockets.clock import Clock

T = TypeVar("T")
NOT_RUNNING = "the local stage does not run"
_LAST_STANDARD_STREAM = 2


class LocalStage:
    """The APIs of a template, with its functions, on ports of this machine. Starts with `with` or `async with`.

    It runs in a thread of its own with an event loop of its own, so that neither blocking clients nor asyncio ones
    keep it from working. Any property may be asked from any thread while it runs.

    What is not given is as the project's settings have it. `parameters` are values of template parameters. `order` is
    the order in which CloudFormation makes what waits for nothing: `worst` leaves out of a deployment every route that
    it does not wait for, `best` none. `assume` overrides what is assumed where AWS says nothing, such as
    `{"J13": "yes"}`. `accept` names checks, or has globs of names, whose refusals are overridden. `environment` holds
    environment variables of functions, by `NAME` or `Function.NAME`. `clock` is what idle connections and the like are
    told by; `advance` puts it forward. `region` is that of the account, such as `eu-west-1`. `log_folder` is where the
    log of each function is kept in a file. `on_line` is told each line that a function writes, with its logical id, and
    Lambda's own lines of an event that fails.

    Raises AssumptionError for an assumption that there is not, ValueError for another order, and TypeError for what can
    be no environment variable. Raises StageError at the start where the template cannot be read or deployed, a port not
    be opened, or nothing be written. Whatever happens, at the end no process, thread, port or temporary file is left.
    """

    def __init__(  # noqa: PLR0913 (each by its name)
        self,
        template: str | os.PathLike[str],
        *,
        parameters: Mapping[str, str] | None = None,
        samconfig_env: str | None = None,
        order: Order | None = None,
        assume: Mapping[str, str] | None = None,
        accept: Collection[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        plain_port: int = 0,
        environment: Mapping[str, str] | None = None,
        region: str | None = None,
        log_folder: str | os.PathLike[str] | None = None,
        clock: Clock | None = None,
        on_line: Callable[[str, str], None] | None = None,
    ) -> None:
        from wsconform.local.gateway.assumptions import Assumptions
        from wsconform.local.sockets.clock import Clock

        if order not in (None, *get_args(Order)):
            raise ValueError(f'the order is "worst" or "best", not "{order}"')
        Assumptions().with_(f"{name}={value}" for name, value in (assume or {}).items())  # told apart at once
        self.plan = Plan(
            template=Path(template),
            parameters=dict(parameters or {}),
            samconfig_env=samconfig_env,
            order=order,
            assume=dict(assume or {}),
            accept=tuple(accept),
            host=host,
            port=port,
            plain_port=plain_port,
            environment={name: _written(name, value) for name, value in (environment or {}).items()},
            region=region,
            log_folder=Path(log_folder) if log_folder is not None else None,
            clock=clock or Clock(),
            on_line=on_line or _ignore,
        )
        self._running = Running(self.plan)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._end: asyncio.Event
        self._starting = threading.Lock()
        self._started = threading.Event()
        self._unwanted = False
        self._failed: BaseException | None = None

    # Start and end.

    def start(self) -> Self:
        """Start, and wait until clients can connect. Raises StageError, and RuntimeError if it was started before."""
        from wsconform.local.people.status import StatusPage

        with self._starting:
            if self._thread is not None or self._unwanted:
                raise RuntimeError("a local stage is started once; make another one")
            self._running.page = StatusPage(self._running).answer
            self._thread = threading.Thread(target=self._run, name="wsconform-stage", daemon=True)
            self._thread.start()
        try:
            self._started.wait()
        except BaseException:
            self.stop()
            raise
        if self._failed is not None:
            self._thread.join()
            raise self._failed
        return self

    def stop(self) -> None:
        """End all processes, connections and ports at once, and wait for that. Does nothing if nothing runs.

        Raises RuntimeError in the stage's own thread, which cannot wait for its end.
        """
        with self._starting:
            self._unwanted = True
            thread = self._thread
        if thread is None:
            return
        self._keep_out()
        loop = self._loop
        if loop is not None and thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it has ended by itself just now
                loop.call_soon_threadsafe(self._end.set)
        thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        try:
            return await asyncio.to_thread(self.start)
        except asyncio.CancelledError:
            self.stop()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.shield(asyncio.to_thread(self.stop))

    # What there is.

    @property
    def url(self) -> str:
        """Where clients connect with TLS: the first stage of the first API."""
        return self.endpoints[0].wss

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All stages of all APIs."""
        return self._served().endpoints()

    def plain_address(self, api: str) -> str:
        """`host:port` where an API listens without TLS, by its logical id: also of one that has no stage.

        Raises LookupError where there is no such API.
        """
        if api not in self.deployment.apis:
            raise LookupError(unknown_name("API", api, self.deployment.apis))
        return self._served().plain_address(api)

    @property
    def ca_file(self) -> Path:
        """The certificate (PEM) of the authority that clients have to trust. Only this run has it."""
        return self._certificates().ca_file

    def ssl_context(self) -> ssl.SSLContext:
        """A context for clients that trusts this run."""
        return self._certificates().client_context()

    def _certificates(self) -> Certificates:
        certificates = self._served().certificates
        assert certificates is not None  # noqa: S101 (made at the start)
        return certificates

    def _served(self) -> Running:
        """What runs. Raises RuntimeError before the start and after the end."""
        if (
            not self._started.is_set()
            or self._failed is not None
            or self._thread is None
            or not self._thread.is_alive()
        ):
            raise RuntimeError(NOT_RUNNING)
        return self._running

    @property
    def deployment(self) -> Deployment:
        """What is deployed, with names and ids as AWS would have made them."""
        if not self._started.is_set() or self._failed is not None:
            raise RuntimeError(NOT_RUNNING)
        return self._running.deployment

    @property
    def credentials(self) -> Credentials:
        """Credentials of the person at the keyboard, who may do everything. They are made for this run."""
        return self.deployment.caller

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables with which an AWS SDK signs as the person at the keyboard, and trusts this run."""
        mine, ca_file = self.credentials, str(self.ca_file)
        return {
            "AWS_ACCESS_KEY_ID": mine.access_key_id,
            "AWS_SECRET_ACCESS_KEY": mine.secret_access_key,
            "AWS_SESSION_TOKEN": mine.session_token,
            "AWS_REGION": self.deployment.account.region,
            "AWS_DEFAULT_REGION": self.deployment.account.region,
            "AWS_CA_BUNDLE": ca_file,
            "NODE_EXTRA_CA_CERTS": ca_file,
        }

    def client(self, endpoint: Endpoint | None = None, **settings: Any) -> Any:  # noqa: ANN401 (boto3's own)
        """A boto3 client of `@connections` that may do everything; of the first stage unless told otherwise.

        `settings` are more of what boto3's `Session.client` takes, such as `config`.
        """
        import boto3

        mine = self.credentials
        session = boto3.session.Session(
            aws_access_key_id=mine.access_key_id,
            aws_secret_access_key=mine.secret_access_key,
            aws_session_token=mine.session_token,
            region_name=self.deployment.account.region,
        )
        return session.client(
            "apigatewaymanagementapi",
            endpoint_url=(endpoint or self.endpoints[0]).management,
            verify=str(self.ca_file),
            **settings,
        )

    @property
    def remarks(self) -> list[str]:
        """Lines for people on what differs from what they may expect."""
        return self._served().remarks()

    @property
    def sources(self) -> list[Path]:
        """The files and folders that the stage was made of: the template, what it nests, and code."""
        return self._served().sources()

    @property
    def happenings(self) -> list[Happening]:
        """What happened lately, oldest first; of very many, the latest."""
        return self._running.happenings.last()

    def on_happening(self, listener: Callable[[Happening], None]) -> None:
        """Call `listener` with whatever happens from now on, in the stage's own thread: it must not take long."""
        self._running.happenings.listeners.append(listener)

    def logs(self, function: str, last: int = 50) -> list[str]:
        """The newest lines that a function logged, by its logical id, oldest first.

        Raises LookupError where no route and no authorizer calls such a function.
        """
        if function not in self.deployment.functions:
            raise LookupError(unknown_name("function", function, self.deployment.functions))

        async def ask() -> list[str]:
            return self._running.functions.logs(function, last)

        return self._do(ask())

    # What can be done.

    def advance(self, seconds: float) -> None:
        """Put the clock forward: what is due on the way happens, such as the end of idle connections."""
        self._do(self._running.advance(seconds))

    def redeploy(self) -> None:
        """Read template and code anew; addresses and open connections stay.

        Raises StageError, and then everything stays as it was.
        """
        self._do(self._running.redeploy())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the stage's thread, and wait for it."""
        try:
            doing = asyncio.run_coroutine_threadsafe(work, self._open_loop())
        except RuntimeError:
            work.close()
            raise
        try:
            return doing.result()
        except CancelledError:  # it ended meanwhile
            raise RuntimeError(NOT_RUNNING) from None

    def _open_loop(self) -> asyncio.AbstractEventLoop:
        """The loop of the stage's thread. Raises RuntimeError where there is none, and in that thread."""
        self._keep_out()
        if self._loop is None or not self._started.is_set() or self._loop.is_closed():
            raise RuntimeError(NOT_RUNNING)
        return self._loop

    def _keep_out(self) -> None:
        """Raise RuntimeError in the stage's own thread: what `on_happening` or `on_line` ask there waits for itself."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("this cannot be asked in the local stage's own thread")

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_new_loop) as runner:
                runner.run(self._live())
        except BaseException as error:  # noqa: BLE001 (raised where the stage is started)
            self._failed = self._failed or error
        finally:
            self._started.set()

    async def _live(self) -> None:
        self._end = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if self._unwanted:  # before there was a loop to be told
            self._end.set()
        try:
            await self._until_end(self._running.start())
            self._started.set()
            await self._end.wait()
        except BaseException as error:  # noqa: BLE001
            self._failed = error
        finally:
            await self._running.stop()

    async def _until_end(self, work: Awaitable[None]) -> None:
        """Do something, but not longer than the stage is wanted."""
        working = asyncio.ensure_future(work)
        ending = asyncio.ensure_future(self._end.wait())
        await asyncio.wait([working, ending], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait([working])
        working.result()


def _new_loop() -> asyncio.AbstractEventLoop:
    """An event loop: uvloop's where there is one, since it handles TLS at two to three times the speed.

    It ends the process when it closes what has the number of a standard stream, so none is left to be taken: a command
    may be started with streams closed.
    """
    try:
        import uvloop
    except ImportError:  # not made for Windows
        return asyncio.new_event_loop()
    nowhere = os.open(os.devnull, os.O_RDWR)
    while nowhere <= _LAST_STANDARD_STREAM:
        nowhere = os.dup(nowhere)
    os.close(nowhere)
    return uvloop.new_event_loop()


def _written(name: str, value: object) -> str:
    """The value of an environment variable as a template would have it: a number may stand for its text."""
    written = parameter_text(value)
    if written is None:
        raise TypeError(f'the environment variable "{name}" must be text, a number or a list')
    return written


def _ignore(label: str, line: str) -> None:
    """What nobody wants to hear."""
