"""The status page on the plain port: wiring, open connections, what happened, what functions logged."""

from __future__ import annotations

import json
import secrets
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wsconform.local.endpoints import LOOPBACK
from wsconform.local.gateway.frames import plain
from wsconform.local.sockets.request import Request
from wsconform.local.sockets.response import Headers

if TYPE_CHECKING:
    from wsconform.local.people.wiring import Drawn
    from wsconform.local.running import Running

PAGE, STATE = "/", "/.wsconform/state.json"
"""A stage cannot be called `.wsconform`: stage names have letters, digits, `_` and `-` only."""
MOST_CONNECTIONS, MOST_EVENTS, MOST_LINES = 200, 100, 60

_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_COMMON = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)


class StatusPage:
    """Answers requests for the page and its data. Shows no credentials and no values of environment variables."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._drawn: tuple[object, Drawn] | None = None
        self._deployed: tuple[object, str] | None = None

    def answer(self, request: Request) -> tuple[int, Headers, bytes] | None:
        """The answer to a request; None where it is for the gateway."""
        path = request.raw_path
        if path not in (PAGE, STATE) or request.method not in ("GET", "HEAD"):
            return None
        if not self._is_ours(request):
            return 403, _headers(), plain("this page is shown under the stage's own address only")
        if path == STATE:
            return 200, (*_headers(), ("Content-Type", "application/json")), json.dumps(self._state()).encode()
        nonce = secrets.token_urlsafe(16)
        return 200, (*_headers(nonce), ("Content-Type", "text/html; charset=utf-8")), self._page(nonce).encode()

    def _is_ours(self, request: Request) -> bool:
        """Whether the browser means us: another name that leads here is a web site's trick (DNS rebinding)."""
        host = next(iter(request.values("host")), "")
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name in LOOPBACK or name == self._running.plan.host.lower()

    def _page(self, nonce: str) -> str:
        from jinja2 import Environment, PackageLoader

        environment = Environment(loader=PackageLoader("wsconform.local.people"), autoescape=True)
        running = self._running
        return environment.get_template("status.html").render(
            name=running.plan.template.name,
            endpoints=running.endpoints(),
            remarks=running.remarks(),
            drawn=self._drawing(),
            version=self._version(),
            state_path=STATE,
            nonce=nonce,
        )

    def _version(self) -> str:
        """Differs for each deployment, also of another run, so that a page left open knows when to load anew."""
        stack = self._running.stack
        if self._deployed is None or self._deployed[0] is not stack:
            self._deployed = (stack, secrets.token_urlsafe(9))
        return self._deployed[1]

    def _drawing(self) -> Drawn:
        """The wiring as a picture. It is drawn once for each deployment."""
        stack = self._running.stack
        if self._drawn is None or self._drawn[0] is not stack:
            from wsconform.local.people.wiring import draw

            self._drawn = (stack, draw(stack, self._running.ports, self._running.packs))
        return self._drawn[1]

    def _state(self) -> dict[str, Any]:
        running, discretion = self._running, self._drawing().discretion
        connections = [
            {
                "api": label,
                "id": one.id,
                "stage": one.stage,
                "since": one.opened,
                "source": one.origin.identity.get("sourceIp"),
                "principal": one.principal,
            }
            for label, ports in running.ports.items()
            if ports.shell is not None
            for one in islice(ports.shell.gateway.connections.values(), MOST_CONNECTIONS)
        ]
        events = [
            {
                "at": one.at,
                "kind": one.what.kind,
                "connection": one.what.connection_id,
                "text": discretion.message(one.what.text),
                "why": discretion.message(one.what.explanation),
            }
            for one in reversed(running.happenings.last(MOST_EVENTS))
        ]
        logs = [
            {"function": label, "text": "\n".join(running.functions.logs(label, MOST_LINES))}
            for label in running.deployment.functions
        ]
        count = sum(len(ports.shell.gateway.connections) for ports in running.ports.values() if ports.shell is not None)
        return {
            "version": self._version(),
            "count": count,
            "connections": connections,
            "events": events,
            "logs": logs,
        }


def _headers(nonce: str = "") -> Headers:
    """What nothing but the page's own style and script, which have the nonce, can get around."""
    own = f"; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; img-src data:"
    return (*_COMMON, ("Content-Security-Policy", _POLICY + (own if nonce else "")))
