"""The status page on the plain port: wiring, open connections, what happened, what functions logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wsconform.local.sockets.request import Request
from wsconform.local.sockets.response import Headers, message

if TYPE_CHECKING:
    from wsconform.local.running import Running

PAGE, STATE = "/", "/.wsconform/state.json"
"""A stage cannot be called `.wsconform`: stage names have letters, digits, `_` and `-` only."""
MOST_CONNECTIONS, MOST_EVENTS, MOST_LINES = 200, 100, 60

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"
_COMMON = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", f"{_POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class StatusPage:
    """Answers requests for the page and its data. Shows no credentials and no values of environment variables."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._drawn: tuple[object, str] | None = None

    def answer(self, request: Request) -> tuple[int, Headers, bytes] | None:
        """The answer to a request; None where it is for the gateway."""
        path = request.raw_path
        if path not in (PAGE, STATE) or request.method not in ("GET", "HEAD"):
            return None
        if not self._is_ours(request):
            return 403, _COMMON, message("this page is shown under the stage's own address only")
        if path == STATE:
            return 200, (*_COMMON, ("Content-Type", "application/json")), json.dumps(self._state()).encode()
        return 200, (*_COMMON, ("Content-Type", "text/html; charset=utf-8")), self._page().encode()

    def _is_ours(self, request: Request) -> bool:
        """Whether the browser means us: another name that leads here is a web site's trick (DNS rebinding)."""
        host = next(iter(request.values("host")), "")
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name in _LOOPBACK or name == self._running.plan.host.lower()

    def _page(self) -> str:
        from jinja2 import Environment, PackageLoader

        environment = Environment(loader=PackageLoader("wsconform.local.people"), autoescape=True)
        running = self._running
        return environment.get_template("status.html").render(
            name=running.plan.template.name,
            endpoints=running.endpoints(),
            remarks=running.remarks(),
            svg=self._svg(),
            state=self._state(),
            state_path=STATE,
        )

    def _svg(self) -> str:
        """The wiring as a picture. It is drawn once for each deployment."""
        stack = self._running.stack
        if self._drawn is None or self._drawn[0] is not stack:
            from wsconform.picture.graph import graph_of
            from wsconform.picture.layout import lay_out
            from wsconform.picture.piles import pile_up
            from wsconform.picture.svg import svg_of
            from wsconform.template.worlds import World
            from wsconform.wiring.reader import read_wiring

            wiring = read_wiring(stack.in_world(World(features=(), choices={})))
            graphs = [graph_of(api, []) for api in wiring.apis if api.path in self._running.ports]
            for graph in graphs:
                pile_up(graph)
            self._drawn = (stack, svg_of([lay_out(graph) for graph in graphs]))
        return self._drawn[1]

    def _state(self) -> dict[str, Any]:
        running = self._running
        connections = [
            {
                "api": label,
                "id": one.id,
                "stage": one.stage,
                "since": _clock(one.opened or 0.0),
                "source": one.origin.identity.get("sourceIp"),
                "principal": one.principal,
            }
            for label, ports in running.ports.items()
            if ports.shell is not None
            for one in islice(ports.shell.gateway.connections.values(), MOST_CONNECTIONS)
        ]
        events = [
            {
                "at": _clock(one.at),
                "kind": one.what.kind,
                "connection": one.what.connection_id,
                "text": one.what.text,
                "why": one.what.explanation,
            }
            for one in reversed(running.happenings.last(MOST_EVENTS))
        ]
        logs = [
            {"function": label, "lines": running.functions.logs(label, MOST_LINES)}
            for label in running.deployment.functions
        ]
        count = sum(len(ports.shell.gateway.connections) for ports in running.ports.values() if ports.shell is not None)
        return {"count": count, "connections": connections, "events": events, "logs": logs}


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")
