from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_functions import Made, Stage, function, written

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Made]:
    """Start one function `F` of the given source: `running(source, file=…, <fields of the function>)`."""
    stages = []

    def start(
        source: str,
        *,
        file: str = "index.py",
        executable: bool = False,
        settings: dict[str, Any] | None = None,
        **changes: Any,  # noqa: ANN401 (fields of many types)
    ) -> Stage:
        code = written(tmp_path / "code", {file: source})
        if executable:
            (tmp_path / "code" / file).chmod(0o755)
        changes.setdefault("runtime", "nodejs22.x" if file.endswith("js") else HERE)
        stage = Stage(tmp_path, function("F", changes.pop("code", code), **changes), **(settings or {}))
        stages.append(stage)
        return stage

    yield start
    for stage in stages:
        stage.stop()
