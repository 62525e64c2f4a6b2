"""What one source file tells of itself, in whichever language it is written."""

from __future__ import annotations

from collections.abc import Callable

from wsconform.records import record
from wsconform.wiring.functions.source_tree import Tree

POST, GET, DELETE = "POST", "GET", "DELETE"
"""The methods of a stage's `@connections` (API Gateway developer guide, "Use @connections commands …")."""


@record(frozen=True, slots=True)
class Import:
    """An import. In Python `level` dots, `module`, and the `names` taken from it; in JavaScript `module` is a path."""

    module: str
    level: int = 0
    names: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class SourceFile:
    """What a source file defines, imports and calls.

    `names` are what it defines at its top level, or exports; `makes_names` says that it may have more, made at run
    time. `stars` are the imports that bring every name of another file. `methods` are its calls to `@connections`;
    `to_caller` says that it knows of the domain name in the event, from which the caller's own endpoint is built.
    `is_open` says that it runs code which its text does not name.
    """

    names: frozenset[str]
    imports: tuple[Import, ...]
    stars: tuple[Import, ...] = ()
    makes_names: bool = False
    methods: frozenset[str] = frozenset()
    to_caller: bool = False
    is_open: bool = False


@record(frozen=True, slots=True)
class Broken:
    """A file that cannot be imported: what is wrong, and in which line (0 where that is not known)."""

    problem: str
    line: int


@record(frozen=True, slots=True, kw_only=True)
class Language:
    """How Lambda finds the code of a runtime, and how its files are read.

    `split` takes a handler apart into the path of a module, without suffix, and a name in it; None where it cannot.
    `find` gives the file of the module at a path. `targets` gives the files of one tree that an import in one of them
    runs, or None where it leads out of the tree. `elsewhere` says of a module that is not there why it may yet be.
    """

    suffixes: tuple[str, ...]
    form: str
    split: Callable[[str], tuple[str, str] | None]
    parse: Callable[[bytes], SourceFile | Broken]
    find: Callable[[Tree, str], str | None]
    targets: Callable[[Tree, str, Import], list[str] | None]
    elsewhere: Callable[[Tree, str], str | None]
