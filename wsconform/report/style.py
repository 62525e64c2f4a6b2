"""The few colours of a report."""

from __future__ import annotations

from typing import Any, Literal

Role = Literal["error", "warning", "note", "good", "strong", "frame", "second", "quiet"]
"""What a stretch of text is in a report: a severity, good news, a headline, the frame of an excerpt, an aside."""

_LOOKS: dict[Role, dict[str, Any]] = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan", "bold": True},
    "good": {"fg": "green"},
    "strong": {"bold": True},
    "frame": {"fg": "blue"},
    "second": {"fg": "blue", "bold": True},
    "quiet": {"dim": True},
}


class Style:
    """Gives text the look of its role; `Style(color=False)` leaves it as it is, and imports nothing."""

    __slots__ = ("color",)

    def __init__(self, *, color: bool) -> None:
        self.color = color

    def __call__(self, role: Role, text: str) -> str:
        """`text` with the look of `role`."""
        if not (self.color and text):
            return text
        from click import style

        return style(text, **_LOOKS[role])


PLAIN = Style(color=False)
