"""A running stage inside its event loop: deployment, listeners and functions together."""

from __future__ import annotations

import asyncio
import os
import socket
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wsconform.check.registry import unknown_name
from wsconform.config.deploy_region import region_for
from wsconform.config.layers import options
from wsconform.config.samconfig import file_for
from wsconform.config.settings import PROJECT_FILE, PYPROJECT, find_project, load
from wsconform.local.deployed.account import local_account
from wsconform.local.deployed.deploy import deploy
from wsconform.local.deployed.errors import DeployError, Problem
from wsconform.local.deployed.model import DeployedApi, Deployment
from wsconform.local.deployed.snapshot import Order
from wsconform.local.endpoints import Endpoint, near
from wsconform.local.errors import as_stage_errors, writing
from wsconform.local.functions.functions import Functions
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.local.gateway.core import Gateway
from wsconform.local.gateway.effects import Happened, Invoke
from wsconform.local.gateway.integration.begin import uncallable
from wsconform.local.happenings import Happening, Happenings
from wsconform.local.outcome import Invoked
from wsconform.local.sockets.certificate import Certificates
from wsconform.local.sockets.clock import Clock
from wsconform.local.sockets.connection import Page
from wsconform.local.sockets.listening import Listener, bound
from wsconform.local.sockets.shell import Shell
from wsconform.local.sockets.signature import Signatures
from wsconform.template.source import read
from wsconform.template.stack import Stack
from wsconform.wiring.reader import read_stack

MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a stage is to be; what is left out is as the project's settings have it.

    Ports are 0 for one of the system's choice; a second API has the port after the first.
    """

    template: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    samconfig_env: str | None = None
    order: Order | None = None
    assume: Mapping[str, str] = field(default_factory=dict)
    accept: Collection[str] = ()
    host: str = "127.0.0.1"
    port: int = 0
    plain_port: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    log_folder: Path | None = None
    clock: Clock = field(default_factory=Clock)
    on_line: Callable[[str, str], None] = lambda label, line: None  # noqa: ARG005

    @property
    def near(self) -> str:
        """The host by which clients on this machine reach the stage."""
        host = near(self.host)
        return f"[{host}]" if ":" in host else host


@dataclass(slots=True)
class Ports:
    """The sockets of an API, before and while it is served."""

    tls: socket.socket
    plain: socket.socket
    shell: Shell | None = None
    listeners: tuple[Listener, ...] = ()

    def close(self) -> None:
        """Give the ports back."""
        self.tls.close()
        self.plain.close()


class Running:
    """Starts and stops everything. `page` answers for people on the plain ports; set it before `start`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.happenings = Happenings()
        self.page: Page | None = None
        self.certificates: Certificates | None = None
        self.stack: Stack
        self.deployment: Deployment
        self.packs: tuple[Path, ...] = ()
        self.functions: Functions
        self.ports: dict[str, Ports] = {}
        self._project: tuple[Path, ...] = ()
        self._assumptions = Assumptions()
        self._functions_started = False
        self._redeploying = asyncio.Lock()

    async def start(self) -> None:
        """Serve. Raises StageError, after which `stop` is still to be called."""
        plan = self.plan
        asyncio.get_running_loop().set_exception_handler(self._failed)
        with as_stage_errors():
            self.stack, self.deployment = self._deployed(None)
        with writing():
            self.certificates = Certificates(near(plan.host))
        self.functions = Functions(
            self.deployment.functions,
            account=self.deployment.account,
            ca_file=self.certificates.ca_file,
            on_line=plan.on_line,
            log_folder=plan.log_folder,
            on_trouble=self._trouble,
        )
        self._functions_started = True
        with as_stage_errors(), writing():
            await self.functions.start()
        with as_stage_errors():
            for label, api in self.deployment.apis.items():
                await self._serve(label, api)

    async def stop(self) -> None:
        """End all processes, connections and ports; nothing is left."""
        for ports in self.ports.values():
            await _end(ports)
        if self._functions_started:
            await self.functions.stop()
        self.ports.clear()
        if self.certificates is not None:
            self.certificates.remove()

    async def redeploy(self) -> None:
        """Read the template and the code anew. Raises StageError, and then all stays as it was."""
        async with self._redeploying:
            before = set(self.ports)
            try:
                with as_stage_errors():
                    stack, deployment = self._deployed(self.deployment)
                with writing():
                    await self.functions.replace(deployment.functions)
            except BaseException:
                for label in set(self.ports) - before:
                    self.ports.pop(label).close()
                raise
            self.stack, self.deployment = stack, deployment
            signatures = self._signatures()
            for label, api in deployment.apis.items():
                shell = self.ports[label].shell
                if shell is not None:
                    shell.redeploy(api, signatures)
                else:
                    with as_stage_errors():
                        await self._serve(label, api)
            for label in set(self.ports) - set(deployment.apis):
                await _end(self.ports.pop(label))

    def endpoints(self) -> tuple[Endpoint, ...]:
        """All stages of all APIs."""
        return tuple(
            Endpoint(label, stage, self._address(label), self.plain_address(label))
            for label, api in self.deployment.apis.items()
            for stage in api.stages
        )

    def plain_address(self, label: str) -> str:
        """`host:port` of an API's listener without TLS."""
        return f"{self.plan.near}:{self.ports[label].plain.getsockname()[1]}"

    def remarks(self) -> list[str]:
        """Lines for people on what differs from what they may expect."""
        cannot = [f"{labels} cannot run here: {reason}" for reason, labels in _together(self.functions.problems())]
        otherwise = [f"{labels}: {remark}" for remark, labels in _together(self.functions.remarks())]
        return [*self.deployment.remarks, *uncallable(self.deployment), *cannot, *otherwise]

    def sources(self) -> list[Path]:
        """The files and folders that it was made of, and those that it lacks."""
        modules = list(self.stack.root.lineage())
        templates = {Path(module.source.path) for module in modules}
        templates |= {Path(error.path) for module in modules for error in module.unread.values()}
        code = {
            folder
            for one in self.deployment.functions.values()
            for folder in (one.code.folder, *one.code.layers, *one.code.awaited)
            if folder is not None
        }
        settings = [file_for(self.plan.template), *self._project]
        return sorted({*templates, *settings, self.plan.template, *code})

    async def advance(self, seconds: float) -> None:
        """Put the clock forward, and do at each moment on the way what is due then."""
        clock = self.plan.clock
        end = clock.now() + seconds
        shells = [ports.shell for ports in self.ports.values() if ports.shell is not None]
        for _ in range(MOST_STEPS):
            due = min((at for shell in shells if (at := shell.gateway.next_deadline()) is not None), default=end)
            if due >= end:
                break
            clock.advance(max(0.0, due - clock.now()))
            for shell in shells:
                shell.tick()
        clock.advance(max(0.0, end - clock.now()))
        for shell in shells:
            shell.tick()

    def _deployed(self, previous: Deployment | None) -> tuple[Stack, Deployment]:
        plan = self.plan
        source = read(plan.template)
        given = {"parameters": dict(plan.parameters), "samconfig_env": plan.samconfig_env}
        settings = load([plan.template], options({key: value for key, value in given.items() if value}))
        local = settings.local
        project = find_project([plan.template])
        self._project = (project.folder / PROJECT_FILE, project.folder / PYPROJECT) if project is not None else ()
        stack = read_stack(source, settings.parameters_for(plan.template))
        for name in plan.parameters:
            if name not in stack.root.parameters:
                raise DeployError([Problem(unknown_name("parameter", name, stack.root.parameters))])
        deployment = deploy(
            stack,
            address=self._address,
            order=plan.order or local.deploy_order,
            account=None if previous else local_account(region=region_for(plan.template, settings, plan.region)),
            environment={**local.environment, **plan.environment},
            packs=settings.checks,
            accept=(*local.accept, *plan.accept),
            previous=previous,
        )
        self.packs = settings.checks
        if previous is None:
            assumed = {**local.assume, **plan.assume}
            self._assumptions = Assumptions().with_(f"{name}={value}" for name, value in assumed.items())
        return stack, deployment

    def _address(self, label: str) -> str:
        """`host:port` of an API's TLS listener. What is deployed has to know it, so the port is taken first."""
        if label not in self.ports:
            plan, nth = self.plan, len(self.ports)
            tls = bound(plan.host, plan.port + nth if plan.port else 0)
            try:
                plain = bound(plan.host, plan.plain_port + nth if plan.plain_port else 0)
            except BaseException:
                tls.close()
                raise
            self.ports[label] = Ports(tls, plain)
        return f"{self.plan.near}:{self.ports[label].tls.getsockname()[1]}"

    def _signatures(self) -> Signatures:
        deployment = self.deployment
        signers = [deployment.caller, *(one.credentials for one in deployment.functions.values())]
        return Signatures(signers, deployment.account.region)

    async def _serve(self, label: str, api: DeployedApi) -> None:
        assert self.certificates is not None  # noqa: S101 (made before)
        ports, plan = self.ports[label], self.plan

        def tell(what: Happened, at: float) -> None:
            self.happenings.add(Happening(at, label, what))

        ports.shell = Shell(
            Gateway(api, domain=self._address(label), assumptions=self._assumptions),
            api,
            signatures=self._signatures(),
            invoke=self._invoke,
            tell=tell,
            clock=plan.clock,
            assumptions=self._assumptions,
        )
        ports.listeners = (
            Listener(ports.tls, ports.shell, context=self.certificates.server_context()),
            Listener(ports.plain, ports.shell, page=self.page),
        )
        for listener in ports.listeners:
            await listener.start()

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say what should not have happened; the connection that it happened to has ended, the others go on."""
        error = context.get("exception")
        if os.environ.get("WSCONFORM_DEBUG") and error is not None:
            traceback.print_exception(error)
        said = f"{type(error).__name__}: {error}" if error is not None else str(context.get("message"))
        self._trouble("internal error", f"{said}; please report it")

    def _trouble(self, text: str, explanation: str) -> None:
        """Say what went wrong with the stage itself."""
        what = Happened("error", text, explanation=explanation)
        self.happenings.add(Happening(self.plan.clock.now(), "", what))

    def _invoke(self, effect: Invoke) -> asyncio.Future[Invoked]:
        label = effect.function
        arn = f"{self.deployment.functions[label].arn}:{effect.qualifier}" if effect.qualifier else None
        return self.functions.invoke(label, effect.payload, effect.request_id, arn=arn)


def _together(said: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is said of functions, each once, with the labels of all that it is said of."""
    labels: dict[str, list[str]] = {}
    for label, what in said:
        labels.setdefault(what, []).append(label)
    return [(what, ", ".join(those)) for what, those in labels.items()]


async def _end(ports: Ports) -> None:
    if ports.shell is not None:
        await ports.shell.stop()
    for listener in ports.listeners:
        await listener.stop()
    ports.close()
