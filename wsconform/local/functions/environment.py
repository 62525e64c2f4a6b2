"""The environment of a function's processes: the template's variables, Lambda's, and what the local stage needs.

What Lambda sets is in "Working with Lambda environment variables", AWS Lambda Developer Guide. Nothing else of the
person's own environment goes in, so that no credentials or profile of theirs are used by a handler.
"""

from __future__ import annotations

import os
import secrets
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wsconform.local.deployed.model import Account, DeployedFunction
from wsconform.local.functions.code import Laid
from wsconform.local.functions.runtimes import BOOTSTRAPS

KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""Of the person's environment: what finding and loading programs takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom handlers trust: `own` is the local stage's authority, `all` a file of it and those that this machine trusts.

    botocore, OpenSSL and Go replace their authorities by those of the file that they are told of: with ours alone, no
    handler could call anything on the internet. Node adds what it is told of to its own.
    """

    own: Path | None = None
    all: Path | None = None

    def variables(self) -> dict[str, str]:
        """What tells the SDKs."""
        if self.own is None:
            return {}
        told = dict.fromkeys(("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(self.all))
        return {**told, "NODE_EXTRA_CA_CERTS": str(self.own)}


def trust(ca_file: Path, scratch: Path) -> Trust:
    """Trust in an authority, beside those that are trusted anyway. A file is written into `scratch`."""
    usual = ssl.get_default_verify_paths().cafile
    found = find_spec("botocore")
    vendored = Path(found.origin).with_name("cacert.pem") if found and found.origin else None
    known = Path(usual) if usual else vendored
    bundle = scratch / "authorities.pem"
    bundle.write_bytes(ca_file.read_bytes() + b"\n" + (known.read_bytes() if known and known.exists() else b""))
    return Trust(own=ca_file.resolve(), all=bundle)


def environment(
    function: DeployedFunction, laid: Laid, *, account: Account, scratch: Path, trust: Trust
) -> dict[str, str]:
    """The variables, but for `AWS_LAMBDA_RUNTIME_API`, which each worker has of its own.

    The template's come after the defaults that Lambda lets a function change, and before the reserved ones.
    """
    own = dict(function.environment)
    searched = _searched(laid, function.runtime)
    for name in searched.keys() & own.keys():
        own[name] = _joined(_here(own[name], laid), searched[name])
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        **{name: value for name, value in searched.items() if value},
        **_defaults(scratch),
        **trust.variables(),
        **own,
        **_reserved(function, laid, account),
    }


def _searched(laid: Laid, runtime: str) -> dict[str, str]:
    """The search paths, by which what Lambda has in `/opt` is found in the layers."""
    return {
        "PATH": _joined([layer / "bin" for layer in laid.layers], os.environ.get("PATH", os.defpath)),
        "LD_LIBRARY_PATH": _joined([layer / "lib" for layer in laid.layers], os.environ.get("LD_LIBRARY_PATH", "")),
        "NODE_PATH": _joined([place for layer in laid.layers for place in _node_modules(layer, runtime)]),
        "PYTHONPATH": _joined([place for layer in laid.layers for place in _python_modules(layer, runtime)]),
    }


def _here(path: str, laid: Laid) -> list[Path]:
    """A search path that is written for Lambda, as it is here."""
    found = []
    for part in filter(None, path.split(":")):
        if part.startswith("/var/task"):
            found.append(laid.folder / part.removeprefix("/var/task").lstrip("/"))
        elif part.startswith("/opt"):
            found += [layer / part.removeprefix("/opt").lstrip("/") for layer in laid.layers]
        else:
            found.append(laid.folder / part)
    return found


def _defaults(scratch: Path) -> dict[str, str]:
    return {
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",  # the code's folder is the user's, and on Lambda nothing can be written there
    }


def _reserved(function: DeployedFunction, laid: Laid, account: Account) -> dict[str, str]:
    made = {
        "_HANDLER": function.handler,
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{secrets.token_hex(16)}",
        "AWS_ACCESS_KEY_ID": function.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": function.credentials.secret_access_key,
        "AWS_SESSION_TOKEN": function.credentials.session_token,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": str(laid.folder),
        "LAMBDA_RUNTIME_DIR": str(BOOTSTRAPS),
    }
    if not function.runtime.startswith("provided"):
        made["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{function.runtime}"
    return made


def _node_modules(layer: Path, runtime: str) -> list[Path]:
    major = runtime.removeprefix("nodejs").removesuffix(".x")
    return [layer / "nodejs" / f"node{major}" / "node_modules", layer / "nodejs" / "node_modules"]


def _python_modules(layer: Path, runtime: str) -> list[Path]:
    return [layer / "python" / "lib" / runtime / "site-packages", layer / "python"]


def _joined(folders: Sequence[Path], rest: str = "") -> str:
    """A search path of the folders that are there, then of what is in `rest`."""
    return os.pathsep.join([*(str(folder) for folder in folders if folder.is_dir()), *([rest] if rest else [])])
