from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from local_functions import Made, Stage, function, written

from wsconform.local.deployed.model import Code
from wsconform.local.functions.code import CodeError, lay_out
from wsconform.local.outcome import Returned, Unrunnable

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"


def zipped(path: Path, files: dict[str, str], *, mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, text)
    return path


def test_a_folder_is_used_as_it_is(tmp_path: Path) -> None:
    laid = lay_out(Code(folder=tmp_path), HERE, tmp_path)
    assert (laid.folder, laid.layers) == (tmp_path, ())


@pytest.mark.parametrize(("runtime", "name"), [("python3.12", "index.py"), ("nodejs22.x", "index.js")])
def test_inline_code_is_a_file(tmp_path: Path, runtime: str, name: str) -> None:
    laid = lay_out(Code(inline="text"), runtime, tmp_path)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in laid.folder.iterdir()] == [(name, "text")]


def test_an_archive_is_unpacked_with_its_permissions(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "code.zip", {"bootstrap": "#!", "in/it": "text"}, mode=0o755)
    laid = lay_out(Code(folder=archive), "provided.al2023", tmp_path)
    assert (laid.folder / "in" / "it").read_text(encoding="utf-8") == "text"
    assert (laid.folder / "bootstrap").stat().st_mode & 0o777 == 0o755


def test_an_archive_is_unpacked_once_until_it_changes(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "code.zip", {"in": "before"})
    code = Code(folder=archive, layers=(archive,))
    laid = lay_out(code, HERE, tmp_path)
    assert laid == lay_out(code, HERE, tmp_path)
    assert laid.layers == (laid.folder,)
    zipped(archive, {"in": "after it"})
    changed = lay_out(code, HERE, tmp_path)
    assert (changed.folder / "in").read_text(encoding="utf-8") == "after it"
    assert (laid.folder / "in").read_text(encoding="utf-8") == "before"


def test_an_archive_cannot_write_elsewhere(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    laid = lay_out(Code(folder=zipped(tmp_path / "code.zip", {"../out": "", "/abs": ""})), HERE, scratch)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["code.zip", "scratch"]
    assert sorted(path.name for path in laid.folder.iterdir()) == ["abs", "out"]


def test_code_that_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"no archive")
    with pytest.raises(CodeError, match=r"cannot be unpacked: File is not a zip file"):
        lay_out(Code(folder=tmp_path / "no.zip"), HERE, tmp_path)
    with pytest.raises(CodeError, match="is not there"):
        lay_out(Code(folder=tmp_path / "nowhere"), HERE, tmp_path)
    with pytest.raises(CodeError, match=r"^it has no code$"):
        lay_out(Code(), HERE, tmp_path)
    with pytest.raises(CodeError, match=r"^it lies in S3$"):
        lay_out(Code(unusable="it lies in S3"), HERE, tmp_path)


@pytest.fixture
def layered(tmp_path: Path) -> Code:
    """Python modules in two layers: both have `shared`."""
    first = written(tmp_path / "first", {"python/shared.py": "FROM = 1", "python/one.py": "", "bin/say": "#!/bin/sh\n"})
    second = written(tmp_path / "second", {f"python/lib/{HERE}/site-packages/shared.py": "FROM = 2"})
    assert first.folder is not None
    assert second.folder is not None
    (first.folder / "bin" / "say").chmod(0o755)
    return Code(folder=tmp_path / "code", layers=(first.folder, second.folder))


def test_python_finds_layers_the_later_before_the_earlier(running: Made, layered: Code) -> None:
    source = "import one, shared, shutil\ndef handler(event, context):\n    return [shared.FROM, shutil.which('say')]\n"
    stage = running(source, code=layered)
    assert stage.returned() == [2, str(stage.folder / "first" / "bin" / "say")]


def test_the_functions_own_code_comes_before_its_layers(running: Made, layered: Code) -> None:
    stage = running("import shared\nhandler = lambda event, context: shared.FROM", code=layered)
    written(stage.folder / "code", {"shared.py": "FROM = 0"})
    assert stage.returned() == 0


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("index.js", "const {from} = require('shared'); exports.handler = async () => [from];"),
        ("index.mjs", "import {from} from 'shared'; export const handler = async () => [from];"),
        ("index.mjs", "const {from} = await import('shared'); export const handler = async () => [from];"),
    ],
)
def test_node_finds_layers_the_later_before_the_earlier(running: Made, tmp_path: Path, file: str, source: str) -> None:
    for number, place in enumerate(("nodejs", "nodejs/node22")):
        package = f"{place}/node_modules/shared"
        written(tmp_path / f"layer{number}", {f"{package}/index.js": f"exports.from = {number};"})
    code = Code(folder=tmp_path / "code", layers=(tmp_path / "layer0", tmp_path / "layer1"))
    assert running(source, file=file, code=code).returned() == [1]


def test_a_bootstrap_in_a_layer(tmp_path: Path) -> None:
    layer = zipped(tmp_path / "layer.zip", {"bootstrap": f"#!{sys.executable}\n{SAYS_WHERE}"}, mode=0o755)
    (tmp_path / "code").mkdir()
    code = Code(folder=tmp_path / "code", layers=(layer,))
    stage = Stage(tmp_path, function("F", code, runtime="provided.al2023"))
    try:
        assert stage.returned() == [str(tmp_path / "code")] * 2
    finally:
        stage.stop()


SAYS_WHERE = """
import http.client, json, os
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()
    answer.read()
    id = answer.getheader("Lambda-Runtime-Aws-Request-Id")
    told = json.dumps([os.getcwd(), os.environ["LAMBDA_TASK_ROOT"]])
    connection.request("POST", f"/2018-06-01/runtime/invocation/{id}/response", told)
    connection.getresponse().read()
"""


def test_inline_code_runs(tmp_path: Path) -> None:
    code = Code(inline="def handler(event, context):\n    return [__file__, event]\n")
    stage = Stage(tmp_path, function("F", code, runtime=HERE))
    try:
        outcome = stage.invoke(event="in")
        assert isinstance(outcome, Returned)
        assert json.loads(outcome.payload)[1] == "in"
    finally:
        stage.stop()


def test_what_cannot_run_is_said_and_answers_so(tmp_path: Path) -> None:
    stage = Stage(
        tmp_path, function("F", Code(unusable="it lies in S3")), function("G", Code(inline=""), runtime="java21")
    )
    try:
        assert stage.functions.problems() == [
            ("F", "it lies in S3"),
            (
                "G",
                (
                    "java21 does not run here: "
                    "only pythonX.Y, nodejsX.x and code with an executable bootstrap of its own do"
                ),
            ),
        ]
        assert stage.invoke("F") == Unrunnable("it lies in S3")
    finally:
        stage.stop()
