"""The Parameters section: what may be chosen when the stack is deployed."""

from __future__ import annotations

from wsconform.records import record
from wsconform.template.intrinsics import literal
from wsconform.template.nodes import Mapping, Scalar, Sequence, Span, child
from wsconform.template.values import Part, Seq, Text, Unresolved, Value, pieces, text

PSEUDO_PARAMETERS = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)


@record(frozen=True, slots=True)
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
        kind = self.type.removeprefix("AWS::SSM::Parameter::Value<")
        return kind.startswith(("CommaDelimitedList", "List<"))

    @property
    def comes_from_ssm(self) -> bool:
        """Whether the value given is only the name of an SSM parameter, read at deployment."""
        return self.type.startswith("AWS::SSM::Parameter::Value<")

    def disallowed(self, value: str) -> str | None:
        """The value, or the item of a list, that `AllowedValues` do not have (CloudFormation user guide, "Parameters").

        None where they have all, or there are none.
        """
        items = [item.strip() for item in value.split(",")] if self.is_list else [value]
        return next((item for item in items if self.allowed and item not in self.allowed), None)

    def unresolved(self, prefix: str = "") -> Unresolved:
        """The unknown value of this parameter, in the nested stack `prefix`."""
        if self.comes_from_ssm:
            return Unresolved(
                prefix + self.name, f'parameter "{self.name}" is read from SSM when the stack is deployed'
            )
        return Unresolved(prefix + self.name, f'parameter "{self.name}" has no default and no value was given')

    def chosen(self, value: str | None, span: Span, prefix: str = "") -> Value:
        """What `!Ref` gives when `value` (None: unknown) is chosen."""
        if value is None or self.comes_from_ssm:
            return text([self.unresolved(prefix)], span)
        return self.passed(literal(value, span), prefix)

    def passed(self, value: Value, prefix: str = "") -> Value:
        """What `!Ref` gives in the nested stack `prefix` when its parent passes `value`."""
        if self.comes_from_ssm:
            return text([self.unresolved(prefix)], value.span)
        if not self.is_list or not isinstance(value, Text):
            return value
        items = pieces(value, ",")
        return value if items is None else Seq(tuple(map(_trimmed, items)), value.span)


def _trimmed(item: Text) -> Text:
    """An item of a list without the blanks around it, as CloudFormation reads it."""
    parts: list[Part] = list(item.parts)
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return text(parts, item.span)


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
