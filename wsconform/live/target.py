"""From settings and a template to the stage that its probes talk to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from wsconform.check.registry import unknown_name
from wsconform.config.files import ConfigError
from wsconform.config.settings import Settings
from wsconform.live.credentials import SIGNATURE, Signer, found, usual_region
from wsconform.live.identity import Identity, read_identity
from wsconform.live.management import Management
from wsconform.live.peer import Stage, signed
from wsconform.live.plan import ApiPlan
from wsconform.live.secret import Redactor, Secret
from wsconform.live.wire import Endpoint
from wsconform.template.stack import Stack

_REGION = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")


def url_of(api: ApiPlan, apis: list[str], settings: Settings) -> str | None:
    """The URL that is given for an API; None where none is. Raises ConfigError for one of an API that is not there."""
    for name in settings.url:
        if name and name not in apis:
            said = unknown_name("API", name, apis)
            choice = "" if "did you mean" in said else f"; the template has {', '.join(apis)}"
            raise ConfigError(f"{settings.origin('url', name)}: {said}{choice}")
    if "" in settings.url and len(apis) > 1:
        listed = ", ".join(f"{one}=wss://…" for one in apis)
        raise ConfigError(f"{settings.origin('url', '')}: the template has {len(apis)} APIs; say which with {listed}")
    return settings.url.get(api.label) or settings.url.get("")


def identities(
    api: ApiPlan, settings: Settings, parameters: Mapping[str, str], siblings: Iterable[ApiPlan] = ()
) -> tuple[Identity | None, Identity | None]:
    """Who may connect, and who may not; None where nobody said. Raises ConfigError for a reference to nothing.

    A value for an identity source of `siblings`, other APIs of the template, is nothing that this API should see.
    """
    mine = {source.name.lower() for source in api.sources}
    others = {source.name.lower() for one in siblings for source in one.sources} - mine
    allow, deny = (
        read_identity(kept, api.sources, _where(settings, who), parameters, who=who) if kept else None
        for who, given in (("allow", settings.allow), ("deny", settings.deny))
        for kept in [{name: one for name, one in given.items() if name.rpartition(":")[2].lower() not in others}]
    )
    if allow is None and not api.is_guarded:
        allow = Identity()
    return allow, deny


def _where(settings: Settings, key: str) -> str:
    return next((settings.origin(key, name) for name in getattr(settings, key)), key)


def parameters_of(stack: Stack) -> dict[str, str]:
    """The values of a template's parameters, as far as they are known: given ones, then defaults."""
    known = {name: one.default for name, one in stack.root.parameters.items()} | stack.given
    return {name: value for name, value in known.items() if value is not None}


def redactor_of(*identified: Identity | None, more: Iterable[Secret] = ()) -> Redactor:
    """Takes out of text what must not be shown of some identities, and `more`."""
    known = [identity for identity in identified if identity is not None]
    signers = [identity.signer for identity in known if identity.signer is not None]
    values = [value for identity in known for value in identity.values.values()]
    of_signers = [value for signer in signers for value in signer.hidden]
    return Redactor([*values, *of_signers, *more], [SIGNATURE] if signers else [])


def stage_at(url: str, api: ApiPlan, allow: Identity | None, deny: Identity | None) -> Stage:
    """A stage that somebody else runs.

    On AWS, `@connections` is called with the credentials of the SDK's chain; wherever it is, upgrade requests are
    signed with them if `$connect` asks for that.
    """
    endpoint = Endpoint(url=url.rstrip("/"))
    region = region_of(url)
    management = None
    if endpoint.is_aws and region is not None and found() is not None:
        management = Management(url=endpoint.url.replace("wss://", "https://", 1), region=region)
    stage = Stage(endpoint=endpoint, allow=allow, deny=deny, management=management)
    if not api.is_signed:
        return stage
    signer = signer_for(url)
    if isinstance(signer, str):
        return replace(stage, allow=None, nobody=signer)
    return signed(stage, signer)


def signer_for(url: str) -> Signer | str:
    """What signs upgrade requests to a stage of somebody else's; why nothing does."""
    credentials, region = found(), region_of(url) or usual_region()
    if credentials is None:
        return "there are no AWS credentials to sign with, as $connect asks for: the AWS SDK finds none"
    if region is None:
        return "the region to sign for is told neither by the URL nor by AWS_DEFAULT_REGION"
    return Signer(credentials, region)


def region_of(url: str) -> str | None:
    """The region of a host of API Gateway's own."""
    told = _REGION.search(url)
    return told[1] if told is not None else None
