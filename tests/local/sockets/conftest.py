from collections.abc import Iterator
from pathlib import Path

import pytest
from standing import write_template

from wsconform.local.stage import LocalStage


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """A stage whose route $default answers each message with `heard`, without a function."""
    with LocalStage(write_template(tmp_path_factory.mktemp("stage"))) as running:
        yield running


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return write_template(tmp_path)
