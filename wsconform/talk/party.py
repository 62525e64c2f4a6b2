"""Who talks to which stage: from a URL, the settings and, where there is one, the template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wsconform.check.registry import unknown_name
from wsconform.config.files import ConfigError
from wsconform.config.settings import Settings
from wsconform.live.credentials import Signer
from wsconform.live.identity import PARAMETER, Identity, read_identity
from wsconform.live.local import signer_on
from wsconform.live.plan import ApiPlan, plans_of
from wsconform.live.secret import Redactor, Secret
from wsconform.live.target import identities, parameters_of, redactor_of, url_of
from wsconform.live.wire import Endpoint
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

if TYPE_CHECKING:
    from wsconform.local.happenings import Happening

CREDENTIALS = frozenset({"authorization", "cookie", "x-api-key"})
"""Headers whose values identify a client, whatever the template says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A client to be. `headers` are more of them than those of the identity."""

    url: str | None
    identity: Identity
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    api: ApiPlan | None = None

    @property
    def sent_headers(self) -> dict[str, str | Secret]:
        """All headers; those that are given win."""
        given = {name.lower() for name in self.headers}
        of_identity = {name: one for name, one in self.identity.headers.items() if name.lower() not in given}
        return {**of_identity, **self.headers}

    @property
    def redactor(self) -> Redactor:
        """Takes out of text what identifies the client."""
        return redactor_of(self.identity, more=[one for one in self.headers.values() if isinstance(one, Secret)])

    @property
    def examples(self) -> list[str]:
        """Messages that lead to a route."""
        routes = self.api.routes if self.api is not None else ()
        return [route.sends for route in routes if route.sends is not None]


def party(settings: Settings, template: Path | None, api: str | None, headers: Mapping[str, str]) -> Party:
    """Raises ConfigError where that does not come to a client, TemplateError for a template that cannot be read."""
    if template is None:
        return _without_template(settings, headers)
    stack = read_stack(read(template), settings.parameters_for(template))
    plans = plans_of(stack, settings.routes)
    chosen = _chosen(plans, template, api)
    allow, _ = identities(chosen, settings, parameters_of(stack), plans.values())
    sources = {source.name.lower() for source in chosen.sources}
    return Party(
        url=url_of(chosen, list(plans), settings),
        identity=allow or Identity(),
        headers=_headers(headers, CREDENTIALS | sources),
        api=chosen,
    )


def _without_template(settings: Settings, headers: Mapping[str, str]) -> Party:
    for name, reference in settings.allow.items():
        if reference.startswith(PARAMETER):
            raise ConfigError(
                f'{settings.origin("allow", name)}: "{reference}" is of a template; name it with --template'
            )
    where = next((settings.origin("allow", name) for name in settings.allow), "allow")
    if len(settings.url) > 1:
        raise ConfigError("there are URLs for several APIs; name one, or an API with --template and --api")
    return Party(
        url=next(iter(settings.url.values()), None),
        identity=read_identity(settings.allow, (), where),
        headers=_headers(headers, CREDENTIALS),
    )


def _headers(given: Mapping[str, str], secret: frozenset[str] | set[str]) -> dict[str, str | Secret]:
    return {name: Secret(value, name) if name.lower() in secret else value for name, value in given.items()}


def _chosen(plans: Mapping[str, ApiPlan], template: Path, api: str | None) -> ApiPlan:
    if not plans:
        raise ConfigError(f"{template}: there is no WebSocket API in it")
    if api is not None:
        if api not in plans:
            raise ConfigError(f"--api: {unknown_name('API', api, plans)}")
        return plans[api]
    if len(plans) > 1:
        raise ConfigError(f"{template} has {len(plans)} APIs; say which with --api: {', '.join(plans)}")
    return next(iter(plans.values()))


def signed(client: Party, signer: Signer | str) -> Party:
    """The same with a signature on its upgrade request. Raises ConfigError where nothing can sign."""
    if isinstance(signer, str):
        raise ConfigError(signer)
    return replace(client, identity=replace(client.identity, signer=signer))


@contextmanager
def local(
    template: Path,
    settings: Settings,
    api: ApiPlan,
    on_happening: Callable[[Happening], None],
    on_line: Callable[[str, str], None],
) -> Iterator[tuple[Endpoint, Signer]]:
    """Run a template on this machine meanwhile, and tell what happens there: where, and who may sign for it.

    Raises StageError, ConfigError.
    """
    from wsconform.local.stage import LocalStage

    stage = LocalStage(template, parameters=settings.overrides, samconfig_env=settings.samconfig_env, on_line=on_line)
    stage.on_happening(on_happening)
    with stage:
        url = next((one.wss for one in stage.endpoints if one.api == api.label), None)
        if url is None:
            raise ConfigError(f"{api.label} has no stage")
        yield Endpoint(url=url, ca_file=stage.ca_file), signer_on(stage)
