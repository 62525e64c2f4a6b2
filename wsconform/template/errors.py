"""What can be wrong with a template before anything is checked."""

from __future__ import annotations

from wsconform.template.nodes import Span


class TemplateError(Exception):
    """A template that cannot be read: what is wrong, where, and what to do next.

    `message` is lower-case without a trailing stop; `fix` says what to do; `span` is None where no place is known.
    `is_missing` tells a file that is not there from one that is at fault.
    """

    def __init__(
        self, message: str, *, path: str, span: Span | None = None, fix: str = "", is_missing: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.span = span
        self.fix = fix
        self.is_missing = is_missing

    def __str__(self) -> str:
        place = str(self.span) if self.span else self.path
        return f"{place}: {self.message}" + (f"; {self.fix}" if self.fix else "")
