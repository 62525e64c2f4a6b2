"""What the configurations of a custom domain name say."""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.template.values import Map, Text, Value
from wsconform.wiring.model import ApiMapping, DomainName


def settings_of_domain(mapping: ApiMapping, name: str) -> Iterator[tuple[DomainName, Text, Value]]:
    """A setting in each of the `DomainNameConfigurations` under which an API is mapped, as (domain, text, value)."""
    domain = mapping.domain
    if not isinstance(domain, DomainName):
        return
    configurations = domain.listed("DomainNameConfigurations")
    for configuration in configurations if isinstance(configurations, tuple) else ():
        value = configuration.get(name) if isinstance(configuration, Map) else None
        written = domain.as_text(value)
        if value is not None and written is not None:
            yield domain, written, value
