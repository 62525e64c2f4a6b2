"""The documentation is run: what it shows is what comes of doing what it says.

`UPDATE_DOCS=1 pytest tests/test_docs.py` writes down what comes of it now. A fence of the kind `console` is a session;
all those of a document run in one folder, which holds the sample stack. A fence with a title is a file in that folder.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

import click
import pytest
import yaml

from wsconform import plugin
from wsconform.check.examine import examine
from wsconform.check.finding import Severity
from wsconform.check.packs import ENTRY_POINTS, builtin_folder, load_folder
from wsconform.check.page import MARK, read_page, whole_template
from wsconform.check.registry import Registry
from wsconform.cli import COMMANDS, main
from wsconform.config.settings import Settings
from wsconform.live.packs import load_probes
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.plugin import fixtures, pytest_addoption
from wsconform.run import load_registry
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING = ROOT / "README.md", ROOT / "CONTRIBUTING.md"
MANUAL, CATALOGUE, PROBES, PACKS, RECIPES = (
    ROOT / "docs" / f"{name}.md" for name in ("manual", "checks", "probes", "packs", "ci")
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PAGES = sorted([*DOCUMENTS, *(page for folder in ("checks", "sample_stack") for page in (ROOT / folder).rglob("*.md"))])
ASSUMPTIONS = ROOT / "docs" / "assumptions.md"
UPDATE = bool(os.environ.get("UPDATE_DOCS"))
HOME = "/home/you/wsconform"
"""Where the documents' sessions are said to be."""

FENCE = re.compile(
    r'^(?P<ticks>`{3,})(?P<kind>\w*)(?: title="(?P<title>[^"\n]+)")?\n(?P<text>.*?)^(?P=ticks)$',
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][a-z-]*")
VOLATILE = [
    (re.compile(r"^platform .*$", re.MULTILINE), "platform"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:port"),
    (re.compile(r"\+\d+\.\d{3}(?= )"), "+a while"),
    (re.compile(r"^=* ?(.* in )[\d.]+s ?=*$", re.MULTILINE), r"\1 a while"),
]
"""What differs from machine to machine, and from run to run."""

Shell = Callable[..., list[str]]


def refresh(file: Path, text: str) -> None:
    """Write down what is so now, if that is asked for."""
    if UPDATE and file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def fences(document: Path, *kinds: str) -> Iterator[re.Match[str]]:
    """The fences of a document that are of some kinds."""
    return (fence for fence in FENCE.finditer(document.read_text(encoding="utf-8")) if fence["kind"] in kinds)


def code_in(document: Path) -> Iterator[str]:
    """Every line of code in a document, in fences and in the text."""
    text = document.read_text(encoding="utf-8")
    for fence in FENCE.finditer(text):
        yield from fence["text"].replace("\\\n", " ").splitlines()
    yield from CODE.findall(FENCE.sub("", text))


def sections(document: Path) -> dict[str, str]:
    """What stands under each heading of a document."""
    _, *parts = re.split(r"^#+ (.+)\n", FENCE.sub("", document.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without the lines at their heads."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines if not set(line) <= set("-| ")]


def written(text: str) -> str:
    """Text as it is written in the cell of a table."""
    return re.sub(r"([|<*\\])", r"\\\1", text)


def anchor(heading: str) -> str:
    """What a link to a heading ends in."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder of a document's sessions."""
    folder = tmp_path / "wsconform"
    shutil.copytree(ROOT / "sample_stack", folder / "sample_stack", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def shell(here: Path, tmp_path: Path) -> Shell:
    """Runs commands one after the other in one shell: what each says."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, start in (("wsconform", "from wsconform.cli import main"), ("pytest", "from pytest import main")):
        code = f"import sys; sys.argv[0] = '{name}'; {start}; sys.exit(main())"
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
        (programs / name).chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": "wsconform.plugin",
        "LC_ALL": "C.UTF-8",
    }
    mark = "=== next ==="

    def run(*commands: str, folder: Path = here) -> list[str]:
        done = subprocess.run(  # noqa: S603 (what our own documents say)
            ["/bin/sh", "-c", "".join(f"{one}\ncode=$?; printf '\\n{mark}\\n'; (exit $code)\n" for one in commands)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        said = done.stdout.replace(str(here), HOME).replace(sys.executable, f"{HOME}/.venv/bin/python")
        return said.split(f"\n{mark}\n")[:-1]

    return run


def session(shown: str, shell: Shell) -> str:
    """A session as it goes now; an answer that differs in what is volatile only stays as it is shown."""
    _, *parts = COMMAND.split(shown)
    commands, answers = parts[::2], parts[1::2]
    lines = []
    for command, before, now in zip(commands, answers, shell(*commands), strict=True):
        words = [before.strip("\n"), now.strip("\n")]
        for pattern, instead in VOLATILE:
            words = [pattern.sub(instead, one) for one in words]
        fresh = now.strip("\n") + "\n" if now.strip() else ""
        gap = "\n" if before.endswith("\n\n") or before == "\n" else ""
        lines.append(f"$ {command}\n" + (before if words[0] == words[1] else fresh + gap))
    return "".join(lines)


@pytest.mark.parametrize("document", [pytest.param(one, id=one.name) for one in DOCUMENTS])
def test_a_session_shows_what_happens(document: Path, here: Path, shell: Shell) -> None:
    def again(fence: re.Match[str]) -> str:
        if fence["title"]:
            file = here / fence["title"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence["text"], encoding="utf-8")
        return f"```console\n{session(fence['text'], shell)}```" if fence["kind"] == "console" else fence[0]

    played = FENCE.sub(again, document.read_text(encoding="utf-8"))
    refresh(document, played)
    assert document.read_text(encoding="utf-8") == played
    for fence in fences(document, "console"):
        assert not re.search("Traceback|internal error|not found|cannot be read", fence["text"])
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", played):
        drawn = (here / Path(picture).name).read_text(encoding="utf-8")
        refresh(document.parent / picture, drawn)
        assert (document.parent / picture).read_text(encoding="utf-8") == drawn


def test_the_catalogue_lists_every_check() -> None:
    of_area = defaultdict(list)
    for one in sorted(load_registry([]), key=lambda one: one.name):
        page = Path("..", "checks", one.page.relative_to(builtin_folder())).as_posix()
        of_area[one.area].append(f"| [{one.name}]({page}) | {one.severity} | {one.effect} | {written(one.summary)} |\n")
    introduction = CATALOGUE.read_text(encoding="utf-8").partition("\n## ")[0].rstrip("\n") + "\n"
    head = "| check | severity | effect | requires |\n| --- | --- | --- | --- |\n"
    tables = [f"\n## {area}\n\n{head}{''.join(lines)}" for area, lines in sorted(of_area.items())]
    whole = introduction + "".join(tables)
    refresh(CATALOGUE, whole)
    assert CATALOGUE.read_text(encoding="utf-8") == whole


def test_the_catalogue_lists_every_probe() -> None:
    of_area = defaultdict(list)
    for one in load_probes():
        page = Path("..", "checks", one.page.relative_to(builtin_folder())).as_posix()
        of_area[one.area].append(f"| [{one.name}]({page}) | {one.level} | {one.per} | {written(one.summary)} |\n")
    introduction = PROBES.read_text(encoding="utf-8").partition("\n## ")[0].rstrip("\n") + "\n"
    head = "| probe | level | for each | requires |\n| --- | --- | --- | --- |\n"
    whole = introduction + "".join(f"\n## {area}\n\n{head}{''.join(lines)}" for area, lines in of_area.items())
    refresh(PROBES, whole)
    assert PROBES.read_text(encoding="utf-8") == whole


class _Yaml(yaml.SafeLoader):
    """Reads YAML whatever its tags."""


_Yaml.add_multi_constructor("!", lambda *_: None)

READERS: dict[str, Callable[[str], Any]] = {
    "yaml": lambda text: yaml.load(text, Loader=_Yaml),  # noqa: S506 (a safe one)
    "json": json.loads,
    "toml": tomllib.loads,
    "python": ast.parse,
}


@pytest.mark.parametrize("page", [pytest.param(one, id=one.stem) for one in PAGES])
def test_what_is_said_to_be_of_a_form_is(page: Path) -> None:
    for fence in fences(page, *READERS):
        READERS[fence["kind"]](fence["text"])


@pytest.mark.parametrize("page", [pytest.param(one, id=one.stem) for one in PAGES])
def test_a_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))):
        if "://" not in link:
            path, _, heading = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not heading or heading in map(anchor, sections(target)), link


# Commands and options


class _Options:
    """Takes the place of pytest's parser: the options and ini options that the plugin adds."""

    def __init__(self) -> None:
        self.options: set[str] = set()
        self.ini: set[str] = set()
        pytest_addoption(self)  # type: ignore[arg-type]

    def getgroup(self, *_: str) -> Self:
        return self

    def addoption(self, name: str, **_: object) -> None:
        self.options.add(name)

    def addini(self, name: str, *_: object, **__: object) -> None:
        self.ini.add(name)


PLUGIN = _Options()
FIXTURES = {name for module in (plugin, fixtures) for name in vars(module) if name.startswith("wsconform_")}
"""What users' own tests go by."""


def options_of(command: str) -> set[str]:
    """The options of a command, but for its help."""
    found = main.get_command(click.Context(main), command)
    assert found is not None
    return {name for one in found.params if isinstance(one, click.Option) for name in one.opts}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_in_the_manual(command: str) -> None:
    table = rows(sections(MANUAL)[f"wsconform {command}"])[1:]
    assert {name for cells in table for name in OPTION.findall(cells[0])} == options_of(command)


def test_every_option_of_the_plugin_is_in_the_manual() -> None:
    table = rows(sections(MANUAL)["In pytest"])
    assert {cells[0].strip("`") for cells in table if cells[0].startswith("`--")} == PLUGIN.options


def test_every_setting_is_in_the_manual_by_all_its_names() -> None:
    named = [[cell.strip("`") for cell in cells[:4]] for cells in rows(sections(MANUAL)["Configuration"])[1:]]
    assert {key for key, *_ in named} == {one.name for one in fields(Settings)} - {"overrides", "origins"}
    assert {name for *_, name in named if name} == PLUGIN.ini - {"wsconform_template"}  # of the fixtures' alone
    for key, option, of_plugin, of_ini in named:
        assert not option or option in options_of("check") | options_of("probe")
        name = key.removesuffix("s" if key == "parameters" else "")
        assert not option or option.strip("-").replace("-", "_") == name
        assert not of_plugin or of_plugin == f"--wsconform-{name}"
        assert not of_ini or of_ini == f"wsconform_{name}"
        assert (of_plugin in PLUGIN.options) == (of_ini in PLUGIN.ini)


def test_every_fixture_is_documented() -> None:
    shown = "\n".join(line for page in ("live", "local") for line in code_in(ROOT / "docs" / f"{page}.md"))
    assert {name for name in FIXTURES if not re.search(rf"\b{name}\b", shown)} == {"wsconform_live"}  # the probes' own


def test_every_variable_is_in_the_manual() -> None:
    named = {cells[0].strip("`") for cells in rows(sections(MANUAL)["Environment variables"])[1:]}
    read = {
        name
        for file in (ROOT / "wsconform").rglob("*.py")
        for name in re.findall(r'environ\.get\("(\w+)"\)|^DEBUG = "(\w+)"', file.read_text(), re.MULTILINE)
        for name in name
        if name
    }
    assert named == read - {"TERM"}


def test_every_assumption_is_listed() -> None:
    def shown(value: object) -> str:
        return {"True": "yes", "False": "no", "": "(empty)"}.get(str(value), str(value))

    table = "".join(
        f"| {one.metadata['key']} | `{one.name}` | {shown(one.default)} | {written(one.metadata['question'])} "
        f"| {written(one.metadata['why'])} |\n"
        for one in fields(Assumptions)
    )
    text = ASSUMPTIONS.read_text(encoding="utf-8")
    head = re.search(r"^\| id \|.*\n\| ---.*\n", text, re.MULTILINE)
    assert head is not None
    end = text.index("\n\n", head.end() - 1)
    now = f"{text[: head.end()]}{table}{text[end + 1 :]}"
    refresh(ASSUMPTIONS, now)
    assert ASSUMPTIONS.read_text(encoding="utf-8") == now


@pytest.mark.parametrize("page", [pytest.param(one, id=one.stem) for one in PAGES])
def test_what_is_written_of_options_is_so(page: Path) -> None:
    for line in code_in(page):
        for name in re.findall(r"--wsconform[\w-]*", line):
            assert name in PLUGIN.options, line
        for name in re.findall(r"\bwsconform_\w+", line):
            assert name in PLUGIN.ini | FIXTURES, line
        for command, rest in re.findall(r"(?<![\w-])wsconform (\w+)(?![\w.])([^|;#]*)", line):
            assert command in COMMANDS, line
            assert set(OPTION.findall(rest)) <= options_of(command) | {"--help"}, line


# What stands elsewhere too


def test_the_first_commands_are_those_of_ci() -> None:
    start = "python3 -m venv .venv && .venv/bin/pip install -q tox && .venv/bin/tox"
    assert [fence["text"] for fence in fences(README, "sh")][:2] == [f"{start} -q -e sample\n", f"{start}\n"]
    assert start in CONTRIBUTING.read_text(encoding="utf-8")
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == start


def test_the_check_in_the_instructions_is_the_one_in_the_pack() -> None:
    (shown,) = (fence["text"].splitlines() for fence in fences(CONTRIBUTING, "python"))
    module = (builtin_folder() / "wiring" / "target_in_same_api.py").read_text(encoding="utf-8").splitlines()
    assert [line for line in shown if line not in module and "source=" not in line] == []


def test_the_environments_are_those_of_tox() -> None:
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    named = set(re.findall(r"tox -e (\w+)", CONTRIBUTING.read_text(encoding="utf-8")))
    assert named == set(re.findall(r"^\[testenv:(\w+)\]", tox, re.MULTILINE))
    checks_the_sample, *_ = re.findall(r"^\$ (pytest .*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert f"commands = {checks_the_sample} {{posargs}}" in tox


def test_the_page_of_the_example_behaves_as_it_says(here: Path) -> None:
    pack = Registry()
    for fence in fences(PACKS, "python", "markdown"):
        (here / fence["title"]).parent.mkdir(exist_ok=True)
        (here / fence["title"]).write_text(fence["text"], encoding="utf-8")
    load_folder(here / "house_rules", pack, "house_rules_of_the_docs")
    (check,) = pack
    base = (builtin_folder() / "example.yaml").read_text(encoding="utf-8")

    def lines(example: str) -> list[int]:
        template = whole_template(example, base)
        found = examine(read_stack(parse(template.encode(), str(here / "template.yaml"))), pack).findings
        return [one.span.line for one in found if one.severity > Severity.NOTE]

    page = read_page(check.page)
    (failing,), (passing,) = page.failing, page.passing
    marked = [number for number, line in enumerate(whole_template(failing, base).splitlines(), 1) if MARK in line]
    assert lines(failing) == marked
    assert lines(passing) == []
    assert check.source in page.sections["Source"]


def test_a_pack_is_announced_by_the_group_that_is_looked_for() -> None:
    (project,) = (READERS["toml"](one["text"]) for one in fences(PACKS, "toml") if one["title"].startswith("package"))
    assert set(project["project"]["entry-points"]) == {ENTRY_POINTS}


def test_the_recipes_run(here: Path, shell: Shell) -> None:
    github, gitlab, pre_commit = (READERS["yaml"](fence["text"]) for fence in fences(RECIPES, "yaml"))
    (hook,) = pre_commit["repos"][0]["hooks"]
    files = [
        file.as_posix() for file in (here / "sample_stack").rglob("*") if re.search(hook["files"], file.as_posix())
    ]
    steps = [step["run"] for step in github["jobs"]["wiring"]["steps"] if "run" in step]
    commands = [one for one in (*steps, *gitlab["wiring"]["script"]) if not one.startswith("pip ")]
    commands += [line for fence in fences(RECIPES, "sh") for line in fence["text"].splitlines() if "build" not in line]
    commands = [one for one in commands if "cdk" not in one]
    assert len(files) > 1
    assert len(commands) > 3
    codes = shell(
        *(f"({one}) > out.txt 2>&1; echo $?" for one in (*commands, f"{hook['entry']} template.yaml")),
        folder=here / "sample_stack",
    )
    assert [code.strip() for code in codes] == ["0"] * len(codes)
