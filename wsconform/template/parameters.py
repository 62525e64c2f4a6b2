"""The Parameters section: what may be chosen when the stack is deployed."""

from __future__ import annotations

from dataclasses import dataclass

from wsconform.template.nodes import Mapping, Scalar, Sequence, Span, child
from wsconform.template.values import Text, Unresolved, text

PSEUDO_PARAMETERS = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `default` and `allowed` are as CloudFormation reads them, as text."""

    name: str
    type: str
    default: str | None
    allowed: tuple[str, ...]
    span: Span

    @property
    def is_list(self) -> bool:
        """Whether `!Ref` gives a list (`CommaDelimitedList`, `List<…>`)."""
        return self.type == "CommaDelimitedList" or self.type.startswith("List<") or "Value<List" in self.type

    @property
    def comes_from_ssm(self) -> bool:
        """Whether the value given is only the name of an SSM parameter, read at deployment."""
        return self.type.startswith("AWS::SSM::Parameter::Value<")

    def unresolved(self, prefix: str = "") -> Unresolved:
        """The unknown value of this parameter, in the nested stack `prefix`."""
        if self.comes_from_ssm:
            return Unresolved(
                prefix + self.name, f'parameter "{self.name}" is read from SSM when the stack is deployed'
            )
        return Unresolved(prefix + self.name, f'parameter "{self.name}" has no default and no value was given')

    def as_text(self, value: str | None, span: Span, prefix: str = "") -> Text:
        """What `!Ref` gives when `value` (None: unknown) is chosen."""
        if value is None or self.comes_from_ssm:
            return text([self.unresolved(prefix)], span)
        return text([value], span)


def read_parameters(root: Mapping) -> dict[str, Parameter]:
    """The parameters of a template; entries that are no maps are passed over."""
    section = root.get("Parameters")
    if not isinstance(section, Mapping):
        return {}
    found = {}
    for name, node in section.entries.items():
        if not isinstance(node, Mapping):
            continue
        kind, default, allowed = (child(node, key) for key in ("Type", "Default", "AllowedValues"))
        found[name] = Parameter(
            name=name,
            type=kind.text if isinstance(kind, Scalar) else "String",
            default=default.text if isinstance(default, Scalar) else None,
            allowed=tuple(item.text for item in allowed.items if isinstance(item, Scalar))
            if isinstance(allowed, Sequence)
            else (),
            span=section.key_span(name),
        )
    return found
