"""One resource as part of the wiring, and where a link may lead."""

from __future__ import annotations

import re

from wsconform.records import record
from wsconform.template.intrinsics import unknown
from wsconform.template.nodes import Span
from wsconform.template.stack import Resource
from wsconform.template.values import Map, Seq, Text, Unresolved, Value
from wsconform.wiring.names import Names

NEEDED = frozenset(
    {
        *("ApiId", "RouteKey", "Target", "AuthorizationType", "AuthorizerId", "Name", "ProtocolType"),
        *("RouteSelectionExpression", "IntegrationType", "IntegrationUri", "IntegrationMethod", "AuthorizerType"),
        *("AuthorizerUri", "IdentitySource", "RouteId", "RouteResponseKey", "IntegrationId", "IntegrationResponseKey"),
        *("Schema", "StageName", "DeploymentId", "Stage", "DomainName", "Action", "FunctionName", "Principal"),
        *("SourceArn", "Role", "Handler", "Runtime", "Code", "CodeUri"),
    }
)
"""Properties whose absence means something. What lacks them may have them from where the template cannot tell."""
_WHOLE = re.compile("-?[0-9]{1,18}")


@record(frozen=True, slots=True)
class Missing:
    """A link to a resource that does not exist, in this world or at all."""

    resource: str


@record(frozen=True, slots=True)
class Elsewhere:
    """A link to something else than it should be: a resource of another type, or text that names none."""

    what: str
    resource: Resource | None = None


Broken = Missing | Elsewhere | Unresolved


@record(eq=False)
class Element:
    """One resource as part of the wiring."""

    resource: Resource
    names: Names

    def __post_init__(self) -> None:
        self._texts: dict[str, Text | None] = {}

    @property
    def id(self) -> str:
        """The id in the whole stack."""
        return self.resource.id

    @property
    def label(self) -> str:
        """What a message calls the resource: the logical id that the user wrote."""
        return self.resource.origin

    @property
    def is_generated(self) -> bool:
        """Whether SAM made it of a resource that the user wrote."""
        return self.resource.origin != self.resource.logical_id

    def at(self, name: str) -> Span:
        """Where a property's value stands; where the resource is declared when it lacks the property."""
        return self.resource.place(name)

    def value(self, name: str) -> Value | None:
        """A property as it stands; unknown where a resource whose properties are not all told must have it."""
        value = self.resource.get(name)
        if value is None and self.resource.open and name in NEEDED:
            return unknown(self.resource.open, self.resource.span, f"{self.id}.{name}")
        return value

    def text(self, name: str) -> Text | None:
        """A property as canonical text; None where it is absent, unknown where a list or map stands in its place."""
        if name not in self._texts:
            self._texts[name] = self.as_text(self.value(name))
        return self._texts[name]

    def as_text(self, value: Value | None) -> Text | None:
        """Any value as canonical text."""
        if value is None or isinstance(value, Text):
            return None if value is None else self.names.canonical(value)
        return unknown("a list or map stands where text belongs", value.span)

    def literal(self, name: str) -> str | None:
        """A property's text when all of it is known."""
        value = self.text(name)
        return None if value is None else value.literal

    def flag(self, name: str) -> bool | Unresolved:
        """A boolean property; absent is False."""
        value = self.text(name)
        if value is None:
            return False
        return value.unresolved or value.literal in ("true", "True")

    def number(self, name: str) -> int | Unresolved | None:
        """A whole number; None where absent or no number."""
        value = self.text(name)
        if value is None:
            return None
        if value.unresolved:
            return value.unresolved
        found = _WHOLE.fullmatch(value.literal or "")
        return int(found.group()) if found else None

    def listed(self, name: str) -> tuple[Value, ...] | Unresolved:
        """A list property; a single text counts as a list of one, an absent one as empty."""
        value = self.value(name)
        if value is None:
            return ()
        if isinstance(value, Seq):
            return value.items
        if isinstance(value, Text):
            return value.unresolved or (value,)
        return (value,)

    def map(self, name: str) -> Map | None:
        """A map property; None where absent or no map."""
        value = self.value(name)
        return value if isinstance(value, Map) else None
