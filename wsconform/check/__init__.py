"""What a pack of checks imports."""

from wsconform.check.finding import Effect, Fault, Inconclusive, Note, Severity
from wsconform.check.registry import Said, check

__all__ = ["Effect", "Fault", "Inconclusive", "Note", "Said", "Severity", "check"]
