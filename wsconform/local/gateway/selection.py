"""Which route a message goes to.

Rules: API Gateway developer guide, "Create routes for WebSocket APIs" (a path that is not found is the empty string,
keys are compared exactly, then there is `$default`) and "Overview of WebSocket APIs" (text that is not JSON goes to
`$default`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from wsconform.local.deployed.model import DeployedRoute
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.local.gateway.json_path import as_text, find
from wsconform.records import record
from wsconform.wiring.selection import Selection, Variable

CONNECT, DISCONNECT, DEFAULT = "$connect", "$disconnect", "$default"


@record(frozen=True, slots=True)
class Chosen:
    """The route of a message, None for none; `why` completes "the message …" for people.

    `key` is what the expression came to, None where it could not be evaluated.
    """

    route: DeployedRoute | None
    why: str
    key: str | None = None


class Selector:
    """Chooses among the routes of one snapshot."""

    def __init__(
        self, selection: Selection | None, routes: Mapping[str, DeployedRoute], assumptions: Assumptions
    ) -> None:
        self._selection = selection
        self._constant = selection.constant if selection is not None else None
        self._default = routes.get(DEFAULT)
        self._null = assumptions.null_route_value == "null"
        self._other_json_to_default = assumptions.other_json_to_default
        reserved = () if assumptions.messages_choose_system_routes else (CONNECT, DISCONNECT)
        named = {key: route for key, route in routes.items() if key not in reserved}
        self._chosen = {key: Chosen(route, f'comes to "{key}"', key) for key, route in named.items()}

    def choose(self, message: str) -> Chosen:
        """The route that `message` goes to. Never raises."""
        if self._constant is not None:
            return self._named(self._constant)
        try:
            document = json.loads(message)
        except (ValueError, RecursionError):
            return Chosen(self._default, "is not JSON")
        if not isinstance(document, dict):
            return Chosen(self._default if self._other_json_to_default else None, "is JSON, but no object")
        try:
            key = self._key(document)
        except RecursionError:
            return Chosen(self._default, "is nested too deeply")
        return self._named(key)

    def _named(self, key: str) -> Chosen:
        chosen = self._chosen.get(key)
        if chosen is not None:
            return chosen
        why = f'comes to "{key}", for which there is no route' if key else "names no route"
        return Chosen(self._default, why, key)

    def _key(self, document: object) -> str:
        if self._selection is None:
            return ""
        pieces = self._selection.pieces
        return "".join([self._value(one.path, document) if isinstance(one, Variable) else one for one in pieces])

    def _value(self, path: str, document: object) -> str:
        found = find(path, document)
        if found is not None and type(found.value) is str:  # as nearly always
            return found.value
        if found is None:
            return ""
        return "null" if found.value is None and self._null else as_text(found.value)
