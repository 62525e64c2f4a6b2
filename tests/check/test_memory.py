"""What a run has read is let go of when the run is over, also where checks keep what they worked out."""

import gc
import weakref

import pytest

from wsconform.check import examine as room
from wsconform.check.packs import builtin_folder, load_static
from wsconform.template.source import read
from wsconform.template.stack import Evaluation, Stack
from wsconform.wiring.model import Wiring
from wsconform.wiring.reader import read_stack, read_wiring


def test_no_wiring_outlives_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[weakref.ref[Wiring] | weakref.ref[Stack]] = []

    def reading(evaluation: Evaluation) -> Wiring:
        wiring = read_wiring(evaluation)
        seen.append(weakref.ref(wiring))
        return wiring

    monkeypatch.setattr(room, "read_wiring", reading)
    stack = read_stack(read(builtin_folder() / "example.yaml"))
    seen.append(weakref.ref(stack))
    room.examine(stack, load_static())
    del stack
    gc.collect()
    assert len(seen) == 2
    assert [one() for one in seen] == [None, None]
