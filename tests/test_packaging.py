import ast
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
BUILTIN_FOLDER = "from wsconform.check.packs import builtin_folder; print(builtin_folder())"


def python(*arguments: str | Path, cwd: Path) -> str:
    """What a Python of its own prints, which must not fail; `cwd` keeps it from seeing the sources by chance."""
    done = subprocess.run(  # noqa: S603 - the tests' own interpreter
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def build(target: str, source: Path, into: Path) -> Path:
    python("-m", "hatchling", "build", "--target", target, "--directory", into, cwd=source)
    (built,) = into.iterdir()
    return built


def install(wheel: Path, into: Path) -> None:
    python("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", into, wheel, cwd=into.parent)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sources(folder: str) -> Iterator[Path]:
    return (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("editable")
    # PEP 660: what `pip install --editable` asks the build backend for.
    hook = "import sys, hatchling.build as backend; print(backend.build_editable(sys.argv[1]))"
    return into / python("-c", hook, into, cwd=ROOT)


@pytest.fixture(scope="module")
def unpacked_sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sdist = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    into = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(into, filter="data")
    (folder,) = into.iterdir()
    return folder


def test_the_wheel_holds_the_package_and_the_checks_inside_it(wheel: Path) -> None:
    expected = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sources("wsconform")}
    expected |= {f"wsconform/{path.relative_to(ROOT).as_posix()}": path.read_bytes() for path in sources("checks")}
    held = {name: data for name, data in contents(wheel).items() if ".dist-info/" not in name}

    assert held == expected
    assert "wsconform/py.typed" in held
    assert any(name.startswith("wsconform/checks/") and name.endswith(".py") for name in held)


def test_every_check_travels_with_its_page(wheel: Path) -> None:
    held = {Path(name) for name in contents(wheel) if name.startswith("wsconform/checks/")}
    modules = {path.with_suffix("") for path in held if path.suffix == ".py" and not path.name.startswith("_")}

    assert modules
    assert modules == {path.with_suffix("") for path in held if path.suffix == ".md"}


def test_an_install_adds_one_name(wheel: Path, tmp_path: Path) -> None:
    install(wheel, tmp_path / "site")
    added = {path.name for path in (tmp_path / "site").iterdir()} - {"bin"}

    assert {name for name in added if not name.endswith(".dist-info")} == {"wsconform"}
    assert {path.name for path in (tmp_path / "site" / "bin").iterdir()} == {"wsconform"}


def test_an_installed_wheel_finds_its_own_checks(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(wheel, site)
    found = python("-c", f"import sys; sys.path.insert(0, {str(site)!r}); {BUILTIN_FOLDER}", cwd=tmp_path)

    assert Path(found) == site / "wsconform" / "checks"
    assert any(Path(found).rglob("*.py"))


def test_an_editable_install_finds_the_checks_where_they_are_written(editable: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(editable, site)
    held = {name for name in contents(editable) if ".dist-info/" not in name}
    found = python("-c", f"import site; site.addsitedir({str(site)!r}); {BUILTIN_FOLDER}", cwd=tmp_path)

    assert held == {"_wsconform.pth"}
    assert Path((site / "_wsconform.pth").read_text()) == ROOT
    assert Path(found) == ROOT / "checks"


def test_the_sdist_builds_the_same_wheel(wheel: Path, unpacked_sdist: Path, tmp_path: Path) -> None:
    assert contents(build("wheel", unpacked_sdist, tmp_path)) == contents(wheel)


@pytest.mark.parametrize("folder", ["benchmarks", "docs", "sample_stack", "tests"])
def test_the_sdist_holds_all_that_is_needed_to_work_on_it(folder: str, unpacked_sdist: Path) -> None:
    assert (unpacked_sdist / "tox.ini").is_file()
    for path in sources(folder):
        assert (unpacked_sdist / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_the_wheel_announces_the_plugin_and_the_command(wheel: Path) -> None:
    (announced,) = (data.decode() for name, data in contents(wheel).items() if name.endswith("entry_points.txt"))

    assert "[console_scripts]\nwsconform = wsconform.cli:main" in announced
    assert "[pytest11]\nwsconform = wsconform.plugin" in announced


def declared_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}


def providers_in(folder: str) -> Iterator[tuple[str, set[str]]]:
    """Each module of others that is imported in a folder, where, and the distributions that provide it."""
    providers = packages_distributions()
    for path in (path for path in sources(folder) if path.suffix == ".py"):
        for module in imported(path) - sys.stdlib_module_names - {"wsconform"}:
            yield f"{path}: {module}", {canonicalize_name(name) for name in providers.get(module, [])}


@pytest.mark.parametrize("folder", ["wsconform", "checks"])
def test_whatever_is_imported_is_a_declared_dependency(folder: str) -> None:
    declared = declared_dependencies()
    for place, providers in providers_in(folder):
        assert providers & declared, place


def test_whatever_is_a_declared_dependency_is_imported() -> None:
    """Else it costs its users an install, and some bring a plugin into each run of pytest."""
    used = set().union(*(providers for folder in ("wsconform", "checks") for _, providers in providers_in(folder)))
    assert declared_dependencies() - used == {"hypothesis"}  # for tests of users' own, as docs/live.md has one


def imported(path: Path) -> set[str]:
    """The top-level names of the modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
