from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
import trustme
from local_functions import Made

from wsconform.local.deployed.model import Code

SHOWS = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"


def test_what_lambda_sets(running: Made) -> None:
    stage = running(SHOWS, runtime="python3.11", memory=512)
    told = stage.returned()
    assert {name: told[name] for name in EXPECTED} == EXPECTED
    assert told["AWS_LAMBDA_LOG_STREAM_NAME"].partition("/[")[2].startswith("$LATEST]")
    assert told["LAMBDA_TASK_ROOT"] == str(stage.folder / "code")
    assert told["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert Path(told["LAMBDA_RUNTIME_DIR"]).is_dir()
    assert told["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")


EXPECTED = {
    "AWS_ACCESS_KEY_ID": "ASIAFUNCTION",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_FUNCTION_NAME": "stack-F",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/stack-F",
    "AWS_REGION": "eu-west-1",
    "AWS_SECRET_ACCESS_KEY": "of-the-function",
    "AWS_SESSION_TOKEN": "for-the-run",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "_HANDLER": "index.handler",
}


def test_a_trace_id_is_of_its_event(running: Made) -> None:
    stage = running(SHOWS)
    assert stage.returned()["_X_AMZN_TRACE_ID"] != stage.returned()["_X_AMZN_TRACE_ID"]


def test_the_templates_variables(running: Made) -> None:
    stage = running(SHOWS, environment={"TABLE": "connections", "TZ": "Europe/Berlin", "AWS_REGION": "not-this"})
    told = stage.returned()
    assert (told["TABLE"], told["TZ"], told["AWS_REGION"]) == ("connections", "Europe/Berlin", "eu-west-1")


def test_search_paths_that_are_written_for_lambda(running: Made, tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    for folder in (layer / "python", layer / "more", tmp_path / "code" / "lib"):
        folder.mkdir(parents=True)
    code = Code(folder=tmp_path / "code", layers=(layer,))
    told = running(SHOWS, code=code, environment={"PYTHONPATH": "/var/task/lib:/opt/more:/opt/none:/usr"}).returned()
    searched = [str(tmp_path / "code" / "lib"), str(layer / "more"), "/usr", str(layer / "python")]
    assert told["PYTHONPATH"].split(":") == searched


def test_nothing_of_the_persons_own(running: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    theirs = {"AWS_PROFILE": "mine", "AWS_SECURITY_TOKEN": "mine", "PYTHONPATH": "/mine", "TOKEN": "mine"}
    for name, value in {**theirs, "HOME": str(tmp_path), "NODE_OPTIONS": "--mine"}.items():
        monkeypatch.setenv(name, value)
    told = running(SHOWS).returned()
    assert not {*theirs, "NODE_OPTIONS"} & told.keys()
    assert told["HOME"] != str(tmp_path)
    assert told["PATH"] == os.environ["PATH"]


def test_handlers_trust_the_stage_and_whom_the_machine_trusts(running: Made, tmp_path: Path) -> None:
    ours = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ours))
    told = running(SHOWS, settings={"ca_file": ours}).returned()
    assert told["NODE_EXTRA_CA_CERTS"] == str(ours)
    assert told["AWS_CA_BUNDLE"] == told["SSL_CERT_FILE"] == told["REQUESTS_CA_BUNDLE"]
    trusted = ssl.create_default_context(cafile=told["AWS_CA_BUNDLE"]).get_ca_certs(binary_form=True)
    assert ssl.PEM_cert_to_DER_cert(ours.read_text(encoding="utf-8")) in trusted
    assert len(trusted) > 50


def test_a_handler_has_a_place_for_files_that_is_taken_away(running: Made) -> None:
    stage = running("import tempfile\ndef handler(e, c):\n    return tempfile.mkstemp()[1]\n")
    kept = Path(stage.returned())
    assert kept.exists()
    stage.run(stage.functions.stop())
    assert not kept.exists()
