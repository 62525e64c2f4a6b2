"""A check's page, and the examples in it as whole templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import node

from wsconform.check.page import HEADINGS, Page, read_page, whole_template
from wsconform.template.nodes import plain
from wsconform.template.source import parse

PAGE = """\
# a-b

## What it requires

Something.

## Why

```console
$ no example
```

## Fails

```yaml
One: {}
```

Or so:

```yaml
Two:
  x: y # <--
```

## Passes

```yaml
Three: {}
```

## Source

https://example.com
"""
BASE = """\
Transform: T
# a comment
Parameters:
  P: {Type: String}
Resources:
  # what comes first
  A:
    Type: T

    Properties:
      x: 1
  B: {Type: T}
"""


def page(text: str, folder: Path) -> Page:
    (folder / "page.md").write_text(text, encoding="utf-8")
    return read_page(folder / "page.md")


def test_a_page_has_sections_and_examples(tmp_path: Path) -> None:
    found = page(PAGE, tmp_path)
    assert found.title == "a-b"
    assert tuple(found.sections) == HEADINGS
    assert found.sections["What it requires"] == "Something.\n"
    assert found.failing == ["One: {}\n", "Two:\n  x: y # <--\n"]
    assert found.passing == ["Three: {}\n"]
    assert found.text == PAGE


def test_a_page_without_examples(tmp_path: Path) -> None:
    found = page("# a-b\n\nTéxt only.\n", tmp_path)
    assert found.title == "a-b\n\nTéxt only."
    assert (found.sections, found.failing, found.passing) == ({}, [], [])


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        read_page(tmp_path / "none.md")


def whole(example: str) -> object:
    return plain(parse(whole_template(example, BASE).encode(), "t.yaml").root)


def expected(resources: dict[str, object], **sections: object) -> object:
    head: dict[str, object] = {"Transform": "T", "Parameters": {"P": {"Type": "String"}}}
    return plain(node(head | sections | {"Resources": resources}))


A, B = {"Type": "T", "Properties": {"x": 1}}, {"Type": "T"}


def test_what_an_example_does_not_show_is_that_of_the_base() -> None:
    assert whole("  C: {Type: U}\n") == expected({"A": A, "B": B, "C": {"Type": "U"}})
    assert whole("") == expected({"A": A, "B": B})


def test_what_an_example_shows_takes_the_place_of_the_base() -> None:
    assert whole("  A: {Type: U}\n") == expected({"A": {"Type": "U"}, "B": B})


@pytest.mark.parametrize("written", ["null", "~", "null # <--", " null"])
def test_what_an_example_shows_as_null_is_taken_away(written: str) -> None:
    assert whole(f"  A: {written}\n") == expected({"B": B})


def test_an_example_with_sections() -> None:
    example = "Parameters:\n  Q: {Type: Number}\nConditions:\n  C: {}\nResources:\n  B: null\n"
    assert whole(example) == expected({"A": A}, Parameters={"Q": {"Type": "Number"}}, Conditions={"C": {}})


def test_comments_survive() -> None:
    found = whole_template("  B:\n    Type: U # <--\n", BASE)
    assert "    Type: U # <--\n" in found
    assert "# a comment" in found
