"""What stands in an account after a template is deployed: all that the gateway and the functions need, and no more.

Everything here is settled: ids, names and ARNs are text, and who may do what is decided. `wsconform.local.deployed`
makes it of a wiring; nothing that reads it knows of templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from wsconform.wiring.selection import Selection


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not allowed: what AWS would not tell, for the people who watch the stage.

    `reason` is lower-case without a stop; `place` is `file:line:col` of the value that decides, empty for none.
    """

    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where everything is deployed. The ids are made up, in the form that AWS gives them.

    `is_chosen` says that somebody named the region: only then does a template that writes out another one mean another.
    """

    id: str
    region: str
    partition: str
    stack_name: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Temporary credentials made for one run; `arn` is who signs with them."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Where a function's code lies. Of `folder` and `inline` one is set; `inline` is the text of `index.<suffix>`.

    `layers` become `/opt`, in order. Each of them, and `folder`, may be a `.zip` that is unpacked where it runs.
    `unusable` says why the code cannot be run, empty where it can. `awaited` are places beside the template where code
    or a layer should lie and does not: a build may put it there.
    """

    folder: Path | None = None
    inline: str | None = None
    layers: tuple[Path, ...] = ()
    unusable: str = ""
    awaited: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedFunction:
    """A Lambda function. `label` is the logical id that the user wrote; `timeout` in seconds, `memory` in MiB.

    `environment` holds the template's variables only; what Lambda adds is added where the function runs.
    """

    label: str
    name: str
    arn: str
    runtime: str
    handler: str
    code: Code
    environment: Mapping[str, str]
    timeout: float
    memory: int
    credentials: Credentials
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTarget:
    """A function as an integration or authorizer calls it. `refusal` says why API Gateway may not; None where it may.

    `function` is the label, a key of `Deployment.functions`; None where the URI names a function that is not there,
    which `refusal` then says. `qualifier` is an alias or version, empty for none.
    """

    function: str | None
    qualifier: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedAuthorizer:
    """A REQUEST authorizer. `sources` are `(kind, name)` with the kinds of `wiring.identity.IdentitySource`."""

    label: str
    id: str
    target: FunctionTarget
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationResponse:
    """How a non-proxy integration's answer becomes a reply. `key` is `$default` or `/regex/`."""

    key: str
    templates: Mapping[str, str] = field(default_factory=dict)
    template_selection: str | None = None
    content_handling: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedIntegration:
    """An integration. `type` is `AWS_PROXY`, `AWS`, `HTTP_PROXY`, `HTTP` or `MOCK`; `timeout` in seconds.

    `target` is set where it calls a function, `uri` and `method` where it calls a URL; `service` names the AWS service
    of any other AWS integration, which the local stage cannot call.
    """

    label: str
    type: Literal["AWS_PROXY", "AWS", "HTTP_PROXY", "HTTP", "MOCK"]
    target: FunctionTarget | None = None
    uri: str = ""
    method: str = "POST"
    service: str = ""
    timeout: float = 29.0
    request_templates: Mapping[str, str] = field(default_factory=dict)
    template_selection: str | None = None
    passthrough: Literal["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"] = "WHEN_NO_MATCH"
    request_parameters: Mapping[str, str] = field(default_factory=dict)
    content_handling: str | None = None
    responses: tuple[IntegrationResponse, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedRoute:
    """A route in a snapshot. `two_way` says that it has a RouteResponse; `models` maps selected keys to JSON Schemas.

    `required_parameters` are `(kind, name)` of what `$connect` demands.
    """

    key: str
    label: str
    authorization: Literal["NONE", "CUSTOM", "AWS_IAM"] = "NONE"
    authorizer: DeployedAuthorizer | None = None
    api_key_required: bool = False
    integration: DeployedIntegration | None = None
    two_way: bool = False
    model_selection: str | None = None
    models: Mapping[str, Any] = field(default_factory=dict)
    required_parameters: tuple[tuple[str, str], ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a deployment holds. `absent` tells, by route key, why a route of the template is not in it."""

    routes: Mapping[str, DeployedRoute]
    absent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Requests per second and how many at once; None for no bound."""

    rate: float | None = None
    burst: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedStage:
    """A stage. `snapshot` is None where no deployment stands behind it, which `why_empty` explains.

    `throttles` go by route key; the stage's default settings are worked into them.
    """

    name: str
    label: str
    snapshot: Snapshot | None
    variables: Mapping[str, str] = field(default_factory=dict)
    throttles: Mapping[str, Throttle] = field(default_factory=dict)
    why_empty: str = ""


May = Callable[[str, str], Refusal | None]
"""Whether a caller (its ARN) may do something on a resource ARN: None, or why not."""
KEY_IN_HEADER = "$request.header.x-api-key"
"""Where an API key is looked for unless `ApiKeySelectionExpression` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedApi:
    """A WebSocket API with its stages. `key_expression` is the `ApiKeySelectionExpression`, `keys` what it accepts.

    `may_manage` tells of `execute-api:ManageConnections`, `may_invoke` of `execute-api:Invoke`, which `AWS_IAM` on
    `$connect` demands.
    """

    id: str
    label: str
    account: Account
    selection: Selection | None
    stages: Mapping[str, DeployedStage]
    may_manage: May
    may_invoke: May
    key_expression: str = KEY_IN_HEADER
    keys: frozenset[str] = frozenset()
    disabled: bool = False

    def arn(self, path: str) -> str:
        """`arn:…:execute-api:…:<api id>/<path>`."""
        here = self.account
        return f"arn:{here.partition}:execute-api:{here.region}:{here.id}:{self.id}/{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployed template. `caller` are the credentials of the person at the keyboard, who may do everything.

    `remarks` are lines for people about what differs from what they may expect (a route left out of a snapshot, a
    value that only AWS could tell).
    """

    account: Account
    apis: Mapping[str, DeployedApi]
    functions: Mapping[str, DeployedFunction]
    caller: Credentials
    remarks: tuple[str, ...] = ()
