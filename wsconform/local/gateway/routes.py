"""Running the integration of a route, whatever it is that happened."""

from __future__ import annotations

from collections.abc import Callable

from wsconform.local.deployed.model import DeployedRoute
from wsconform.local.gateway.connections import Connection
from wsconform.local.gateway.effects import Effect, Happened
from wsconform.local.gateway.integration.begin import begin
from wsconform.local.gateway.integration.conclusion import CallFunction, Conclusion, Done, failed
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.finish import finish, timed_out
from wsconform.local.gateway.state import State
from wsconform.local.outcome import Outcome

Concluded = Callable[[Conclusion, float], list[Effect]]
"""What follows an integration: given its conclusion and the time."""


def run(  # noqa: PLR0913, PLR0917, what runs, for whom, and what follows
    state: State,
    owner: Connection | None,
    connection_id: str,
    route: DeployedRoute,
    context: MessageContext,
    now: float,
    concluded: Concluded,
) -> list[Effect]:
    """Run a route's integration. Nobody asks for its conclusion once its `owner` is over."""
    assumptions = state.assumptions
    without_response = assumptions.connect_without_response if context.connecting else 500
    begun = begin(route, context, validate_proxies=assumptions.validate_proxies, without_response=without_response)
    if isinstance(begun, Done):
        return concluded(begun.conclusion, now)
    integration = route.integration
    if integration is None:  # nothing but an integration calls
        return concluded(failed(500, "Internal server error", "the route has no integration"), now)

    def ended(outcome: Outcome | None, later: float) -> list[Effect]:
        if outcome is None:
            conclusion = timed_out(route)
        else:
            conclusion = finish(route, outcome, context, without_response=without_response)
        told = Happened(
            "result",
            f"{integration.label} {_said(conclusion)} after {(later - now) * 1000:.0f} ms",
            connection_id,
            route.key,
            fields={"status": conclusion.status, "seconds": later - now},
        )
        return [told, *concluded(conclusion, later)]

    until = now + integration.timeout
    if isinstance(begun, CallFunction):
        target = integration.target
        if target is None or target.function is None:
            return concluded(failed(500, "Internal server error", "the integration's function does not exist"), now)
        call: Effect = state.calls.invoke(owner, target.function, target.qualifier, begun.payload, until, ended)
        text = f"invoke {target.function}"
    else:
        call = state.calls.fetch(owner, begun, until, ended)
        text = f"{begun.method} {begun.url}"
    return [Happened("invoke", text, connection_id, route.key), call]


def _said(conclusion: Conclusion) -> str:
    if conclusion.failure is not None:
        return "failed"
    return f"answered {conclusion.status}"
