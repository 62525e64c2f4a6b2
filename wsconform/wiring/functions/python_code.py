"""What Python code defines, imports and calls, by its syntax tree. It is never imported.

Rules: AWS Lambda developer guide, "Define Lambda function handler in Python"; the runtime's own source,
aws/aws-lambda-python-runtime-interface-client, `awslambdaric/bootstrap.py` (`_get_handler`).
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from wsconform.wiring.functions.source_file import DELETE, GET, POST, Broken, Import, Language, SourceFile
from wsconform.wiring.functions.source_tree import Tree, UnreadableError

_CALLS = {"get_connection": GET, "delete_connection": DELETE}
_CALLER_PARTS = frozenset({"domainName", "domain_name"})
_MAKES_NAMES = frozenset({"globals", "exec", "vars"})
_IMPORTS_BY_NAME = frozenset({"import_module", "__import__"})
_COMPILED = (".so", ".pyd", ".pyc")
_REQUIREMENTS = ("requirements.txt", "pyproject.toml", "Pipfile")


@lru_cache(maxsize=512)
def parse_python(data: bytes) -> SourceFile | Broken:
    """Read a Python file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except SyntaxError as error:
        return Broken(error.msg or "invalid syntax", error.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as error:
        return Broken(str(error) or type(error).__name__, 0)
    names: set[str] = set()
    stars: list[Import] = []
    _bind(tree.body, names, stars)
    facts = _Facts()
    facts.read(tree)
    return SourceFile(
        names=frozenset(names | facts.globals),
        imports=tuple(facts.imports),
        stars=tuple(stars),
        makes_names=facts.makes_names or "__getattr__" in names,
        methods=frozenset(facts.methods),
        to_caller=facts.to_caller,
        is_open=facts.is_open,
    )


def is_judged_here(runtime: str) -> bool:
    """Whether what this Python cannot parse is wrong in a Lambda runtime too, which must be Python 3 and no newer."""
    major, _, minor = runtime.removeprefix("python").partition(".")
    return major == "3" and minor.isdigit() and int(minor) <= sys.version_info.minor


def _bind(body: Iterable[ast.stmt], names: set[str], stars: list[Import]) -> None:
    """Gather the names that statements bind in their own scope."""
    pending = list(body)
    while pending:
        here = pending.pop()
        if isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(here.name)
            continue
        if isinstance(here, ast.Import):
            names.update(one.asname or one.name.partition(".")[0] for one in here.names)
        elif isinstance(here, ast.ImportFrom):
            names.update(one.asname or one.name for one in here.names if one.name != "*")
            if any(one.name == "*" for one in here.names):
                stars.append(Import(here.module or "", here.level, ("*",)))
        elif not isinstance(here, ast.AnnAssign) or here.value is not None:
            names.update(_assigned(here))
        for block in ("body", "orelse", "finalbody"):
            pending += getattr(here, block, [])
        for part in (*getattr(here, "handlers", []), *getattr(here, "cases", [])):
            pending += part.body


def _assigned(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement itself assigns, those of `:=` included; blocks inside it are left out."""
    pending: list[ast.AST] = [statement]
    while pending:
        here = pending.pop()
        if isinstance(here, ast.Name) and isinstance(here.ctx, ast.Store):
            yield here.id
        pending += [
            inner
            for inner in ast.iter_child_nodes(here)
            if not isinstance(inner, ast.stmt | ast.excepthandler | ast.match_case | ast.Lambda)
        ]


class _Facts:
    """What the whole of a file does, its functions included."""

    def __init__(self) -> None:
        self.globals: set[str] = set()
        self.imports: list[Import] = []
        self.methods: set[str] = set()
        self.makes_names = self.to_caller = self.is_open = False

    def read(self, tree: ast.Module) -> None:
        """Gather the facts; a text that stands alone is a docstring, and says nothing."""
        silent = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(value)) if id(node) not in silent:
                    self._text(value)
                case ast.Name(id=name):
                    self._name(name)
                case ast.Attribute(attr=name):
                    self._name(name)
                    self.makes_names |= name == "modules"
                case ast.Call():
                    self._call(node)
                case ast.Global(names=names):
                    self.globals.update(names)
                case ast.Import(names=aliases):
                    self.imports += [Import(one.name) for one in aliases]
                case ast.ImportFrom(module=module, names=aliases, level=level):
                    names = [one.name for one in aliases]
                    self.imports.append(Import(module or "", level, tuple(names)))
                    for name in names:
                        self._name(name)

    def _text(self, value: str) -> None:
        if value == "post_to_connection" or "@connections" in value:
            self.methods.add(POST)
        self.to_caller |= value in _CALLER_PARTS

    def _name(self, name: str) -> None:
        if name == "post_to_connection":
            self.methods.add(POST)
        self.to_caller |= name in _CALLER_PARTS
        self.makes_names |= name in _MAKES_NAMES
        self.is_open |= name in _IMPORTS_BY_NAME

    def _call(self, call: ast.Call) -> None:
        """`delete_connection` is a likely name for a user's own function; with `ConnectionId=` it is the client's."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in _CALLS and any(one.arg == "ConnectionId" for one in call.keywords):
            self.methods.add(_CALLS[name])


def _split(handler: str) -> tuple[str, str] | None:
    module, _, name = handler.rpartition(".")
    path = module.replace(".", "/")
    return (path, name) if name and all(path.split("/")) else None


def _find(tree: Tree, path: str) -> str | None:
    return next((file for file in (f"{path}/__init__.py", f"{path}.py") if tree.has(file)), None)


def _targets(tree: Tree, importer: str, one: Import) -> list[str] | None:
    """The files of an import, the packages on the way to them and the submodules among its names included."""
    steps = one.module.split(".") if one.module else []
    if one.level:
        package = PurePosixPath(importer).parts[:-1]
        if one.level - 1 > len(package):
            return None
        steps = [*package[: len(package) - one.level + 1], *steps]
    paths = ["/".join(steps[:length]) for length in range(1, len(steps) + 1)]
    paths += ["/".join([*steps, name]) for name in one.names if name != "*"]
    return [file for path in paths if (file := _find(tree, path)) is not None]


def _elsewhere(tree: Tree, path: str) -> str | None:
    folder, _, last = path.rpartition("/")
    if any(name.startswith(f"{last}.") and name.endswith(_COMPILED) for name in tree.names(folder)):
        return f"{path} is there in compiled form only"
    top = path.partition("/")[0].replace("_", "-").lower()
    for name in filter(tree.has, _REQUIREMENTS):
        required = ""
        with contextlib.suppress(UnreadableError):
            required = tree.read(name).decode("utf-8", "replace").replace("_", "-").lower()
        if re.search(rf"(?<![\w-]){re.escape(top)}(?![\w-])", required):
            return f'{path} may come from "{top}", which {name} requires'
    return None


PYTHON = Language(
    suffixes=(".py",),
    form="app.handler, or folder/app.handler",
    split=_split,
    parse=parse_python,
    find=_find,
    targets=_targets,
    elsewhere=_elsewhere,
)
