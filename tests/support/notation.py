"""The same template as text in many ways: JSON and YAML, line ends, comments, aliases."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml
from cfn_tools import dump_yaml
from cfn_tools.odict import ODict
from hypothesis import strategies as st

Json = Any


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (the interface of PyYAML)
        return True


def written(draw: st.DrawFn, template: dict[str, Json]) -> str:
    """A template as JSON, or as YAML with long or short intrinsics, aliases or comments; with either line end."""
    way = draw(st.sampled_from(("json", "block", "flow", "short", "aliases", "commented")))
    if way == "json":
        text = json.dumps(template, indent=draw(st.sampled_from((None, 1, 2))), ensure_ascii=draw(st.booleans()))
    elif way == "short":
        text = str(dump_yaml(_ordered(template)))
    elif way == "aliases":
        text = str(yaml.safe_dump(_sharing(template, {}), sort_keys=False))
    else:
        # PyYAML breaks long quoted texts wrongly where they are indented far.
        text = str(
            yaml.dump(
                template,
                Dumper=_NoAliases,
                sort_keys=False,
                default_flow_style=way == "flow",
                indent=draw(st.integers(2, 5)),
                width=100_000,
            )
        )
    if way == "commented":
        text = "# what follows means the same\n---\n" + re.sub(r"(?m)^(?=[A-Z])", "# a section\n\n", text)
    if draw(st.integers(0, 3)) == 0:
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if draw(st.integers(0, 9)) == 0 else "") + text


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        return ODict((key, _ordered(entry)) for key, entry in value.items())
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


_APART = frozenset({"Runtime", "Timeout"})
"""What checks report where it stands: written once for several functions, it is one fault in one place, and not two."""


def _sharing(value: Json, shared: dict[str, Json]) -> Json:
    """Equal maps and lists as one object, which YAML writes as an anchor and aliases."""
    if isinstance(value, dict):
        value = {key: entry if key in _APART else _sharing(entry, shared) for key, entry in value.items()}
    elif isinstance(value, list):
        value = [_sharing(item, shared) for item in value]
    else:
        return value
    return shared.setdefault(json.dumps(value), value)
