"""Between the sockets and the gateway of one API: what happens goes in, and what comes out is carried out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from wsconform.local.deployed.model import DeployedApi
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.local.gateway.core import Gateway
from wsconform.local.gateway.effects import (
    Accept,
    Answer,
    Close,
    Effect,
    Fetch,
    Happened,
    Invoke,
    Refuse,
    Send,
)
from wsconform.local.gateway.inputs import Caller, ManagementCall, Upgrade
from wsconform.local.outcome import Crashed, Fetched, Invoked, Unreachable
from wsconform.local.sockets.clock import Clock
from wsconform.local.sockets.fetch import fetch
from wsconform.local.sockets.peer import Peer
from wsconform.local.sockets.request import Request
from wsconform.local.sockets.response import Headers
from wsconform.local.sockets.signature import Signatures

Invoking = Callable[[Invoke], asyncio.Future[Invoked]]
Work = asyncio.Future[Invoked] | asyncio.Future[Fetched | Unreachable]
Telling = Callable[[Happened, float], None]
"""Takes what happened, and when (seconds since the epoch)."""


class Token(Protocol):
    """What a management call is answered by."""

    def answer(self, status: int, headers: Headers, body: bytes) -> None: ...  # noqa: D102


class Shell:
    """Carries out what the gateway of an API says."""

    def __init__(  # noqa: PLR0913 (each by its name)
        self,
        gateway: Gateway,
        api: DeployedApi,
        *,
        signatures: Signatures,
        invoke: Invoking,
        tell: Telling,
        clock: Clock,
        assumptions: Assumptions,
    ) -> None:
        self.gateway = gateway
        self.api = api
        self.signatures = signatures
        self.assumptions = assumptions
        self._invoke = invoke
        self._tell = tell
        self._clock = clock
        self._running: set[Work] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._stopped = False

    # What happens.

    def upgrade(self, peer: Peer, request: Upgrade) -> None:
        """A client wants to connect."""
        self._carry_out(self.gateway.upgrade(peer, request, self._clock.now()), peer)

    def message(self, peer: Peer, text: str) -> None:
        """A message came."""
        self._carry_out(self.gateway.message(peer, text, self._clock.now()), peer)

    def binary(self, peer: Peer) -> None:
        """A binary frame came."""
        self._carry_out(self.gateway.binary(peer, self._clock.now()), peer)

    def ping(self, peer: Peer) -> None:
        """A ping came."""
        self._carry_out(self.gateway.ping(peer, self._clock.now()), peer)

    def gone(self, peer: Peer, code: int, reason: str) -> None:
        """A connection ended."""
        if not self._stopped:
            self._carry_out(self.gateway.gone(peer, code, reason, self._clock.now()), None)

    def congested(self, peer: Peer, *, full: bool) -> None:
        """A client does not read, or does again."""
        self.gateway.congested(peer, full)

    def manage(self, call: ManagementCall) -> None:
        """A management call came."""
        self._carry_out(self.gateway.manage(call, self._clock.now()), None)

    def malformed(self, status: int, reason: str) -> None:
        """A request was turned away before the gateway saw it."""
        self._tell(Happened("refuse", f"refused with {status}", explanation=reason), self._clock.now())

    def tick(self) -> None:
        """Time went on."""
        self._timer = self._due = None
        self._carry_out(self.gateway.tick(self._clock.now()), None)

    # What is asked.

    def caller(self, request: Request) -> Caller:
        """Who signed a request."""
        return self.signatures.caller(request, time.time())

    def is_stage(self, path: str) -> bool:
        """Whether a path is that of a stage."""
        return path.strip("/") in self.api.stages

    def redeploy(self, api: DeployedApi, signatures: Signatures) -> None:
        """Go on with another deployment; open connections stay."""
        self.api, self.signatures = api, signatures
        self.gateway.redeploy(api)

    async def stop(self) -> None:
        """End all that runs, and wait for its end."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        for work in self._running:
            work.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    # Inside.

    def _carry_out(self, effects: Iterable[Effect], source: Peer | None) -> None:
        """Carry out effects; what they invoke counts for `source`, whose message or handshake it was."""
        for effect in effects:
            match effect:
                case Happened():
                    self._tell(effect, self._clock.now())
                case Invoke():
                    self._start(self._invoke(effect), effect.ticket, source)
                case Send(peer=Peer() as peer, data=data):
                    peer.send(data)
                case Answer(token=token):
                    token.answer(effect.status, effect.headers, effect.body)  # type: ignore[attr-defined]
                case Accept(peer=Peer() as peer, subprotocol=subprotocol):
                    peer.accept(subprotocol)
                case Refuse(peer=Peer() as peer):
                    peer.refuse(effect.status, effect.headers, effect.body)
                case Close(peer=Peer() as peer):
                    peer.close(effect.code, effect.reason)
                case Fetch():
                    self._start(asyncio.ensure_future(fetch(effect.call)), effect.ticket, source)
        self._set_timer()

    def _start(self, work: Work, ticket: int, source: Peer | None) -> None:
        if source is not None:
            source.running += 1
        self._running.add(work)
        work.add_done_callback(partial(self._complete, ticket, source))

    def _complete(self, ticket: int, source: Peer | None, work: Work) -> None:
        self._running.discard(work)
        if work.cancelled():  # at the end of all
            return
        error = work.exception()
        outcome = work.result() if error is None else Crashed(f"{type(error).__name__}: {error}")
        try:
            self._carry_out(self.gateway.completed(ticket, outcome, self._clock.now()), source)
        finally:
            if source is not None:
                source.done()

    def _set_timer(self) -> None:
        """Wake up for the gateway's next deadline. A later one than is waited for is looked at when that is reached."""
        due = self.gateway.next_deadline()
        if due is None or self._stopped or (self._due is not None and due >= self._due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = asyncio.get_running_loop().call_later(max(0.0, due - self._clock.now()), self.tick)
