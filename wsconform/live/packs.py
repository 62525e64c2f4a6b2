"""The probes of all packs: those built in, those of installed packages, and the user's folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wsconform.check.packs import builtin_folder, load_folder
from wsconform.check.registry import Registry
from wsconform.live.probe import Probes, filling


def load_probes(folders: Iterable[Path] = ()) -> Probes:
    """Every probe there is. Raises PackError where a folder is missing or one of its modules cannot be imported."""
    probes = Probes()
    token = filling.set(probes)
    try:
        for number, folder in enumerate((builtin_folder() / "live", *folders)):
            load_folder(folder, Registry(), f"wsconform_probes{number}")
    finally:
        filling.reset(token)
    return probes
