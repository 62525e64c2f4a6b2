"""The language of the scripts on the pages of checks."""

import pytest
from stage_script import (
    Connect,
    Invoked,
    Leave,
    Receive,
    Scene,
    ScriptError,
    Send,
    Start,
    Step,
    Told,
    Wait,
    read_script,
)


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("start -> refused", [Start(refused=True)]),
        ("start -> ready", [Start(refused=False)]),
        ("connect -> open", [Connect(None)]),
        ("connect -> 401", [Connect(401)]),
        ("connect to Rooms/v2 signed -> 403", [Connect(403, "Rooms", "v2", signed=True)]),
        (
            'connect x-token="open sesame" ?room=a=b -> open',
            [Connect(None, headers=(("x-token", "open sesame"),), query=(("room", "a=b"),))],
        ),
        ("send hello", [Send("hello")]),
        ("send a -> b -> c", [Send("a -> b"), Receive("c")]),
        ('send {"action": "x"} -> {"message": "y"}', [Send('{"action": "x"}'), Receive({"message": "y"})]),
        ("send good morning -> nothing", [Send("good morning"), Receive(None)]),
        ("receive good evening", [Receive("good evening")]),
        ("receive nothing", [Receive(None)]),
        ("leave", [Leave()]),
        ("told who may not", [Told("who may not")]),
        ("invoked F", [Invoked("F", was=True)]),
        ("not invoked F", [Invoked("F", was=False)]),
        ("wait 29 s", [Wait(29.0)]),
    ],
)
def test_a_step(line: str, steps: list[Step]) -> None:
    (scene,) = read_script(f"fails:\n  {line}\n")
    assert list(scene.steps) == steps


def test_scenes() -> None:
    script = """\
fails:
  # a comment
  connect -> open

fails 2 with Environment=dev Guarded=no:
  connect -> 401
passes 1:
  leave
"""
    assert read_script(script) == [
        Scene("fails", None, {}, (Connect(None),)),
        Scene("fails", 2, {"Environment": "dev", "Guarded": "no"}, (Connect(401),)),
        Scene("passes", 1, {}, (Leave(),)),
    ]


def test_a_scene_is_of_its_example_or_of_all() -> None:
    assert Scene("fails", None).is_of("fails", 3)
    assert Scene("fails", 3).is_of("fails", 3)
    assert not Scene("fails", 2).is_of("fails", 3)
    assert not Scene("passes", None).is_of("fails", 3)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("  connect -> open\n", "neither a scene"),
        ("fails:\nconnect -> open\n", "neither a scene"),
        ("fails:\n", 'nothing is tried in "fails:"'),
        ("fails 0:\n  leave\n", "neither a scene"),
        ("fails:\n  connect\n", '"connect" is no step'),
        ("fails:\n  connect -> closed\n", "is no step"),
        ("fails:\n  connect token -> open\n", '"token" in "connect token -> open" is neither a header'),
        ("fails:\n  dance\n", '"dance" is no step'),
        ("fails:\n  wait a moment\n", "is no step"),
    ],
)
def test_what_cannot_be_read_is_told(script: str, said: str) -> None:
    with pytest.raises(ScriptError, match=said):
        read_script(script)
