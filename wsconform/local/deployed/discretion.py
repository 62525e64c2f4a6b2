"""Keeps the values of `NoEcho` parameters out of what people are told of a template."""

from __future__ import annotations

import re
from dataclasses import replace

from wsconform.check.finding import Finding
from wsconform.template.nodes import Scalar, child
from wsconform.template.stack import Stack

HIDDEN = "****"
"""What stands in place of a value, as CloudFormation shows it (CloudFormation User Guide, "Parameters")."""
UNLIKE_WORDS = 8
"""Characters of a value that is hidden outside quotation marks too: a shorter one is a word of messages by chance."""
_QUOTED = re.compile(r'"[^"]*"')


class Discretion:
    """Knows the values of a stack's `NoEcho` parameters: those given, and the defaults."""

    def __init__(self, stack: Stack) -> None:
        values = sorted(_secrets(stack), key=len, reverse=True)  # a longer one may hold a shorter one
        self._any = _one_of(values)
        self._anywhere = _one_of([value for value in values if len(value) >= UNLIKE_WORDS or '"' in value])

    def message(self, text: str) -> str:
        """A message without them, whose own words stay."""
        secrets = self._any
        if secrets is None:
            return text
        if self._anywhere is not None:
            text = self._anywhere.sub(HIDDEN, text)
        return _QUOTED.sub(lambda quoted: secrets.sub(HIDDEN, quoted.group()), text)

    def finding(self, finding: Finding) -> Finding:
        """A finding that says nothing of them."""
        return replace(
            finding,
            message=self.message(finding.message),
            label=self.message(finding.label),
            fix=self.message(finding.fix),
            notes=tuple(replace(note, text=self.message(note.text)) for note in finding.notes),
        )

    def value(self, text: str) -> str:
        """A text of the template without them."""
        return text if self._any is None else self._any.sub(HIDDEN, text)


def _secrets(stack: Stack) -> set[str]:
    values = set()
    for module in stack.root.lineage():
        for name, node in module.section("Parameters").items():
            hidden = child(node, "NoEcho")
            if isinstance(hidden, Scalar) and hidden.text.lower() == "true":
                default = child(node, "Default")
                values |= {stack.given.get(name, ""), default.text if isinstance(default, Scalar) else ""}
    return values - {""}


def _one_of(values: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, values))) if values else None
