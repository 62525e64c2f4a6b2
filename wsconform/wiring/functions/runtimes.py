"""When Lambda's runtimes are deprecated, and from when on no function can be created with one.

Source: AWS Lambda developer guide, "Lambda runtimes" (Supported runtimes, Deprecated runtimes), with the dates that it
gave in November 2026.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime

from wsconform.records import record
from wsconform.template.reading import nearest

_DATES: dict[str, tuple[str, str]] = {
    "dotnet10": ("2028-11-14", "2028-12-14"),
    "dotnet8": ("2026-11-10", "2027-02-01"),
    "dotnet6": ("2024-12-20", "2027-02-01"),
    "dotnetcore3.1": ("2023-04-03", "2023-04-03"),
    "dotnetcore2.1": ("2022-01-05", "2022-01-05"),
    "dotnetcore2.0": ("2019-05-30", "2019-04-30"),
    "dotnetcore1.0": ("2019-06-27", "2019-06-30"),
    "go1.x": ("2024-01-08", "2024-02-08"),
    "java25": ("2029-06-30", "2029-07-31"),
    "java21": ("2029-06-30", "2029-07-31"),
    "java17": ("2027-06-30", "2027-07-31"),
    "java11": ("2027-06-30", "2027-07-31"),
    "java8.al2": ("2027-06-30", "2027-07-31"),
    "java8": ("2024-01-08", "2024-02-08"),
    "nodejs24.x": ("2028-04-30", "2028-06-01"),
    "nodejs22.x": ("2027-04-30", "2027-06-01"),
    "nodejs20.x": ("2026-04-30", "2027-02-01"),
    "nodejs18.x": ("2025-09-01", "2027-02-01"),
    "nodejs16.x": ("2024-06-12", "2027-02-01"),
    "nodejs14.x": ("2023-12-04", "2024-01-09"),
    "nodejs12.x": ("2023-03-31", "2023-03-31"),
    "nodejs10.x": ("2021-07-30", "2021-07-30"),
    "nodejs8.10": ("2020-03-06", "2020-02-04"),
    "nodejs6.10": ("2019-08-12", "2019-07-12"),
    "nodejs4.3": ("2020-03-05", "2020-02-03"),
    "nodejs4.3-edge": ("2020-03-05", "2019-03-31"),
    "nodejs": ("2016-08-30", "2016-09-30"),
    "provided.al2023": ("2029-06-30", "2029-07-31"),
    "provided.al2": ("2026-07-31", "2027-02-01"),
    "provided": ("2024-01-08", "2024-02-08"),
    "python3.14": ("2029-06-30", "2029-07-31"),
    "python3.13": ("2029-06-30", "2029-07-31"),
    "python3.12": ("2028-10-31", "2028-11-30"),
    "python3.11": ("2027-06-30", "2027-07-31"),
    "python3.10": ("2026-10-31", "2027-02-01"),
    "python3.9": ("2025-12-15", "2027-02-01"),
    "python3.8": ("2024-10-14", "2027-02-01"),
    "python3.7": ("2023-12-04", "2024-01-09"),
    "python3.6": ("2022-07-18", "2022-07-18"),
    "python2.7": ("2021-07-15", "2021-07-15"),
    "ruby4.0": ("2029-03-31", "2029-04-30"),
    "ruby3.4": ("2028-03-31", "2028-04-30"),
    "ruby3.3": ("2027-03-31", "2027-04-30"),
    "ruby3.2": ("2026-03-31", "2027-02-01"),
    "ruby2.7": ("2023-12-07", "2024-01-09"),
    "ruby2.5": ("2021-07-30", "2021-07-30"),
}
_DATELESS = ("java8.al2023", "java11.al2023", "java17.al2023", "nodejs26.x", "python3.15")
_SUCCESSORS = {
    "dotnet": "dotnet10",
    "go": "provided.al2023",
    "java": "java25",
    "nodejs": "nodejs24.x",
    "provided": "provided.al2023",
    "python": "python3.14",
    "ruby": "ruby4.0",
}
_VERSION = re.compile(r"(?P<family>nodejs|python|ruby|java|dotnet)(?P<major>\d+)(?:\.(?P<minor>\d+))?(?P<rest>.*)")
_FORM = {
    "nodejs": re.compile(r"nodejs\d+\.x"),
    "python": re.compile(r"python3\.\d+"),
    "ruby": re.compile(r"ruby\d+\.\d+"),
    "java": re.compile(r"java\d+(\.al\d+)?"),
    "dotnet": re.compile(r"dotnet\d+"),
}


@record(frozen=True, slots=True)
class Lifecycle:
    """The life of a runtime: from when on it gets no updates, and from when on no function can be created with it."""

    deprecated: date
    blocked: date
    successor: str


def today() -> date:
    """The day in UTC; that of `SOURCE_DATE_EPOCH` (seconds since 1970) where it is set, so that a run can be repeated.

    Source: reproducible-builds.org, "SOURCE_DATE_EPOCH".
    """
    try:
        now = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), tz=UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        now = datetime.now(tz=UTC)
    return now.date()


def lifecycle(runtime: str) -> Lifecycle | None:
    """The life of a runtime; None for one that is not known, or whose end has no date yet."""
    dates = _DATES.get(runtime)
    if dates is None:
        return None
    family = next(name for name in _SUCCESSORS if runtime.startswith(name))
    return Lifecycle(date.fromisoformat(dates[0]), date.fromisoformat(dates[1]), _SUCCESSORS[family])


def is_known(runtime: str) -> bool:
    """Whether Lambda has, or had, a runtime of this name as far as this table goes."""
    return runtime in _DATES or runtime in _DATELESS


def may_be_newer(runtime: str) -> bool:
    """Whether a name that is not known has the form of a version newer than those that are."""
    mine = _VERSION.fullmatch(runtime)
    if mine is None or not _FORM[mine["family"]].fullmatch(runtime):
        return False
    known = (_VERSION.fullmatch(name) for name in (*_DATES, *_DATELESS))
    latest = max(_number(one) for one in known if one is not None and one["family"] == mine["family"])
    return _number(mine) > latest


def nearest_runtime(runtime: str) -> str | None:
    """The runtime that still takes new functions and whose name comes nearest to one that is not known."""
    offered = [name for name, dates in _DATES.items() if date.fromisoformat(dates[1]) > today()]
    return nearest(runtime.lower(), offered) or None


def _number(version: re.Match[str]) -> tuple[int, int]:
    return int(version["major"]), int(version["minor"] or 0)
