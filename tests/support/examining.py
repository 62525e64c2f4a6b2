"""What the fixtures of `tests/checks` give: each examines the pages' stack, varied by a snippet."""

from collections.abc import Callable

from wsconform.check.finding import Finding

Everything = Callable[[str], list[tuple[str, str | None, int, str]]]
"""All findings: (check, resource, line of the template, severity), in the pack's order."""
Marked = Callable[[str], list[tuple[str, str | None, str, bool]]]
"""The findings above note: (check, resource, severity, whether it stands on a line marked with `# <--`)."""
Found = Callable[[str], list[Finding]]
"""The findings above note, with all that they say."""
Undecided = Callable[[str], list[tuple[str, str]]]
"""What could not be told: (check, reason)."""
Messages = Callable[[str], list[str]]
"""The messages of all findings; a check that breaks says so in one."""
