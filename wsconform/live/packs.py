"""The probes of all packs: those built in, those of installed packages, and the user's folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wsconform.check.packs import builtin_folder, load_folder, packs
from wsconform.check.registry import Check, PackError, Registry
from wsconform.live.probe import Probes, filling


def load_probes(folders: Iterable[Path] = (), checks: Iterable[Check] = ()) -> Probes:
    """Every probe there is, beside some checks.

    Raises PackError where a folder is missing, one of its modules cannot be imported, or a probe has a check's name.
    """
    probes = Probes()
    token = filling.set(probes)
    try:
        for number, folder in enumerate((builtin_folder() / "live", *packs(folders))):
            load_folder(folder, Registry(), f"wsconform_probes{number}")
    finally:
        filling.reset(token)
    taken = {check.name: check.file for check in checks}
    for probe in probes:
        if probe.name in taken:
            raise PackError(
                f'the probe "{probe.name}" in {probe.file} has the name of the check in {taken[probe.name]}'
            )
    return probes
