"""What a `NoEcho` parameter holds is not told."""

from pathlib import Path

import pytest
from standing import TEMPLATE, write_template

from wsconform.local.deployed.discretion import Discretion
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack


def discretion(folder: Path, value: str, given: str = "") -> Discretion:
    parameter = f"Parameters:\n  Word: {{Type: String, NoEcho: true, Default: '{value}'}}\n"
    template = write_template(folder, parameter + TEMPLATE)
    return Discretion(read_stack(read(template), {"Word": given} if given else {}))


@pytest.mark.parametrize(
    ("value", "message", "told"),
    [
        ("allow", 'allow "allow" by "allow/all"', 'allow "****" by "****/all"'),
        ("long-enough", 'Send (long-enough) is "long-enough"', 'Send (****) is "****"'),
        ('a"b', 'it is "so a"b there"', 'it is "so **** there"'),
        ("a.c", 'abc "abc" "a.c"', 'abc "abc" "****"'),
        ("", 'nothing "" is hidden', 'nothing "" is hidden'),
    ],
)
def test_messages_keep_their_own_words(tmp_path: Path, value: str, message: str, told: str) -> None:
    assert discretion(tmp_path, value).message(message) == told


def test_the_value_that_is_given_is_hidden_as_the_default_is(tmp_path: Path) -> None:
    assert discretion(tmp_path, "one", given="two").value("one, two, onetwo, three") == "****, ****, ********, three"


def test_of_values_that_begin_alike_nothing_is_left_over(tmp_path: Path) -> None:
    assert discretion(tmp_path, "hush", given="hush-hush").value("hush-hush") == "****"
