"""Takes secrets out of what pytest shows of a test: a stage may have given them back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wsconform.live.secret import Redactor


def hide(report: pytest.TestReport, redact: Redactor) -> None:
    """Leave nothing of an identity in the failure, with its locals and the values that were compared, nor in output."""
    report.longrepr = _without_secrets(report.longrepr, redact)
    report.sections = [(title, redact(text)) for title, text in report.sections]


def _without_secrets(shown: Any, redact: Redactor) -> Any:  # noqa: ANN401 (whatever pytest makes of an exception)
    if isinstance(shown, str):
        return redact(shown)
    if isinstance(shown, list | tuple):
        return type(shown)([_without_secrets(one, redact) for one in shown])
    for name, value in list(vars(shown).items()) if hasattr(shown, "__dict__") else ():
        setattr(shown, name, _without_secrets(value, redact))
    return shown
