"""Packs: folders of checks, found by path."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from wsconform.check.registry import PackError, Registry, filling, raised

ENTRY_POINTS = "wsconform.checks"


def builtin_folder() -> Path:
    """The built-in pack: inside the package once installed, beside it in a checkout or an editable install."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "checks", package.parent / "checks"):
        if folder.is_dir():
            return folder
    raise PackError(f"the built-in checks are missing from {package}; reinstall wsconform")


def load_static(folders: Iterable[Path] = ()) -> Registry:
    """The static checks: the built-in pack, those of installed packages, and the user's folders.

    Raises PackError where a folder is missing or one of its modules cannot be imported.
    """
    registry = Registry()
    load_folder(builtin_folder() / "wiring", registry, "wsconform_checks")
    for number, folder in enumerate(packs(folders)):
        load_folder(folder, registry, f"wsconform_pack{number}_{folder.name}")
    return registry


def packs(folders: Iterable[Path] = ()) -> list[Path]:
    """The packs besides the built-in one, each once: those of installed packages, and the user's folders."""
    once = {os.path.realpath(folder): folder for folder in (*_installed(), *folders)}
    return list(once.values())


def _installed() -> list[Path]:
    """The folders that installed packages announce: each entry point names a package whose folder is a pack."""
    if not _announced():
        return []
    from importlib.metadata import entry_points

    folders = []
    for entry in entry_points(group=ENTRY_POINTS):
        spec = importlib.util.find_spec(entry.module)
        if spec is None or not spec.submodule_search_locations:
            raise PackError(f'the installed pack "{entry.name}" names "{entry.value}", which is no package')
        folders.append(Path(next(iter(spec.submodule_search_locations))))
    return folders


def _announced() -> bool:
    """Whether any installed package names the entry-point group: importlib.metadata alone costs a tenth of a run."""
    group = f"[{ENTRY_POINTS}]".encode()
    return any(
        group in file.read_bytes()
        for folder in map(Path, sys.path)
        if folder.is_dir()
        for file in folder.glob("*.*-info/entry_points.txt")
    )


def load_folder(folder: Path, registry: Registry, package: str) -> None:
    """Import every module of a folder, so that its checks are registered.

    The folder is a package of the given name, so that its modules may import from one another. A leading underscore
    marks a module without checks.
    """
    if not folder.is_dir():
        raise PackError(f'the check folder "{folder}" {"is no folder" if folder.exists() else "does not exist"}')
    _begin_package(package, folder)
    token = filling.set(registry)
    try:
        for file in sorted(folder.glob("*.py")):
            if file.name.startswith("_"):
                continue
            _import(file, f"{package}.{file.stem}")
    finally:
        filling.reset(token)


def _begin_package(name: str, folder: Path) -> None:
    """A package of the modules in a folder, in the place of one of the same name that was loaded before."""
    for known in [module for module in sys.modules if module.startswith(f"{name}.")]:
        del sys.modules[known]
    sys.modules[name] = package = ModuleType(name)
    package.__path__ = [str(folder)]


def _import(file: Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PackError(f"{file}: Python cannot import this file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except PackError as error:
        raise PackError(str(error) if str(file) in str(error) else f"{file}: {error}") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a pack's code may raise anything, SystemExit too
        raise PackError(f"{file}: {raised(error)}") from error
