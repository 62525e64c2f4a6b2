"""What the parts of one API's gateway share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wsconform.local.deployed.model import DeployedApi, DeployedRoute, DeployedStage
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.local.gateway.calls import Calls
from wsconform.local.gateway.connections import Connections
from wsconform.local.gateway.ids import Ids
from wsconform.local.gateway.limits import Bucket, Quotas
from wsconform.local.gateway.selection import Selector
from wsconform.local.gateway.timers import Timers

DISABLED = "the API's DisableExecuteApiEndpoint is set"
"""Why nothing reaches an API at its own address."""
_REFUSED = 300


class Stage:
    """A stage with a deployment behind it, ready for requests. `absent` tells why a route is not in its snapshot."""

    def __init__(self, api: DeployedApi, stage: DeployedStage, assumptions: Assumptions) -> None:
        assert stage.snapshot is not None, "a stage without deployment serves nothing"  # noqa: S101, `stages_of` sees to it
        self.variables = stage.variables
        self.routes: Mapping[str, DeployedRoute] = stage.snapshot.routes
        self.absent = stage.snapshot.absent
        self.selector = Selector(api.selection, self.routes, assumptions)
        self._buckets = {key: Bucket(throttle) for key, throttle in stage.throttles.items()}

    def admits(self, route_key: str, now: float) -> bool:
        """Whether a request to a route is within what the stage's settings allow."""
        bucket = self._buckets.get(route_key)
        return bucket is None or bucket.take(now)


def stages_of(api: DeployedApi, assumptions: Assumptions) -> dict[str, Stage]:
    """The stages that have a deployment, by name."""
    return {name: Stage(api, stage, assumptions) for name, stage in api.stages.items() if stage.snapshot is not None}


@dataclass(slots=True, kw_only=True)
class State:
    """All there is; `domain` is the `domainName` of events. `api` and `stages` change with a deployment."""

    api: DeployedApi
    stages: Mapping[str, Stage]
    domain: str
    assumptions: Assumptions
    ids: Ids
    timers: Timers
    calls: Calls
    connections: Connections
    connects: Bucket
    requests: Bucket

    @property
    def disabled(self) -> bool:
        """Whether the address here is one that the API has given up, and does not stand for its custom domain."""
        return self.api.disabled and self.assumptions.disabled_endpoint >= _REFUSED


def new_state(api: DeployedApi, domain: str, assumptions: Assumptions, ids: Ids, quotas: Quotas) -> State:
    """The state of a gateway that begins."""
    timers = Timers()
    return State(
        api=api,
        stages=stages_of(api, assumptions),
        domain=domain,
        assumptions=assumptions,
        ids=ids,
        timers=timers,
        calls=Calls(timers, ids),
        connections=Connections(),
        connects=Bucket(quotas.connects),
        requests=Bucket(quotas.requests),
    )
