"""A function's code as far as it can be read: whether its handler is there, and what the handler calls."""

from __future__ import annotations

import contextlib
import posixpath
from weakref import WeakKeyDictionary

from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.template.reading import nearest
from wsconform.template.stack import Stack
from wsconform.wiring.functions.place import NoPlace, Place, build_method, entry_points, is_built, language_of, place_of
from wsconform.wiring.functions.python_code import PYTHON, is_judged_here
from wsconform.wiring.functions.source_file import Broken, Language, SourceFile
from wsconform.wiring.functions.source_tree import UnreadableError
from wsconform.wiring.model import Function

MOST_FILES = 200
"""Read of one function's code."""
_PACKAGED = ("/", "node_modules/")


@record(frozen=True, slots=True)
class Shipped:
    """A handler that is there. `methods` are the calls to `@connections` that it and all it imports make.

    `to_caller` says that they know of the domain name in the event; `is_whole` that nothing they run was left unread.
    """

    methods: frozenset[str]
    to_caller: bool
    is_whole: bool


@record(frozen=True, slots=True)
class Lacking:
    """A handler that is not there although the code is. `problem` completes "… is to run …, but …".

    `code` is where the template names the code.
    """

    problem: str
    label: str
    fix: str
    code: Span | None = None


@record(frozen=True, slots=True)
class Unread:
    """Code that is out of reach; `named` is where the template names a folder that is not there, `folder` its name."""

    reason: str
    named: Span | None = None
    folder: str = ""


Code = Shipped | Lacking | Unread
_PROPERTIES = ("Handler", "Runtime", "PackageType", "CodeUri", "InlineCode", "Code", "Layers")
_KNOWN: WeakKeyDictionary[Stack, dict[tuple[str, ...], Code]] = WeakKeyDictionary()


def code_of(function: Function) -> Code:
    """What can be told of a function's code. It is read once for all worlds in which it is the same."""
    known = _KNOWN.setdefault(function.wiring.evaluation.stack, {})
    key = (function.id, *(str(function.value(name)) for name in _PROPERTIES))
    if key not in known:
        known[key] = _read(function)
    return known[key]


def _read(function: Function) -> Code:
    language = language_of(function)
    if function.literal("PackageType") == "Image":
        return Unread("its code is a container image")
    if language is None:
        runtime = function.text("Runtime")
        return Unread(f'code for the runtime "{runtime}" is not read' if runtime else "it has no Runtime")
    handler = function.text("Handler")
    if handler is None:
        return Lacking("it names no Handler", "needs a Handler", f"write the file and what it defines: {language.form}")
    if handler.literal is None:
        return Unread(f'which handler "{handler}" is cannot be told')
    if handler.literal.startswith(_PACKAGED):
        return Unread(f'"{handler.literal}" lies in a layer or a package')
    parts = language.split(handler.literal)
    if parts is None:
        return Lacking("that names no file and function", "no file and function", f"write {language.form}")
    place = place_of(function)
    if isinstance(place, NoPlace):
        return Unread(place.reason, place.named, place.folder)
    if build_method(function) == "makefile":
        return Unread("a Makefile builds its code")
    if not place.tree.has_any(language.suffixes):
        return Unread(f"no source file of its runtime lies in {place.shown}")
    return _Reading(function, language, place).of(*parts)


class _Reading:
    """A handler's file and all that it imports from the same place."""

    def __init__(self, function: Function, language: Language, place: Place) -> None:
        self._function = function
        self._language = language
        self._place = place
        self._files: dict[str, SourceFile | Broken | None] = {}

    def of(self, path: str, name: str) -> Code:
        """What comes of looking for `name` in the module at `path`."""
        main = self._main(path)
        if main is None:
            return self._no_file(path, name)
        parsed = self._file(main)
        if parsed is None:
            return Unread(f"{main} is too large to be read, or may not be")
        if isinstance(parsed, Broken):
            return self._broken(main, parsed)
        names = self._names(main, parsed)
        if names is None:
            return self._ships(main) if name in parsed.names else Unread(f"{main} makes its names when it is run")
        if name in names:
            return self._ships(main)
        if not self._place.exact:
            return Unread("parts of its code are known after a deployment only")
        near = nearest(name, sorted(names))
        return Lacking(
            f'{self._where(main)} defines no "{name}"',
            f'no "{name}" there',
            f'did you mean "{near}"?' if near else f"name a function that {main} defines",
            self._place.at,
        )

    def _main(self, path: str) -> str | None:
        """The file that the handler's module is made from."""
        if build_method(self._function) != "esbuild":
            return self._language.find(self._place.tree, path)
        for entry in entry_points(self._function):
            stem = posixpath.splitext(posixpath.normpath(entry))[0]
            if (stem == path or stem.endswith(f"/{path}")) and self._place.tree.has(posixpath.normpath(entry)):
                return posixpath.normpath(entry)
        return None

    def _no_file(self, path: str, name: str) -> Code:
        tree, language = self._place.tree, self._language
        if self._place.is_inline:
            return Lacking(
                'Lambda puts code of a template into a file "index"',
                "the file is index",
                f'write "index.{name}"',
                self._place.at,
            )
        folder, _, last = path.rpartition("/")
        if build_method(self._function) == "esbuild" or (is_built(path) and not tree.names(folder)):
            return Unread(f"what becomes of {path} when its code is built cannot be told")
        if self._function.listed("Layers"):
            return Unread(f"{path} may lie in one of its layers")
        elsewhere = language.elsewhere(tree, path)
        if elsewhere is not None:
            return Unread(elsewhere)
        stems = {posixpath.splitext(one)[0] for one in tree.names(folder) if one.endswith(language.suffixes)}
        near = nearest(last, sorted(stems))
        meant = posixpath.join(folder, f"{near}.{name}") if near else ""
        return Lacking(
            f"there is no {path}{language.suffixes[0]} in {self._place.shown}",
            f"no {last}{language.suffixes[0]} there",
            f'did you mean "{meant}"?' if near else f"name a file in {self._place.shown}, or put {path} there",
            self._place.at,
        )

    def _broken(self, main: str, fault: Broken) -> Code:
        runtime = self._function.literal("Runtime") or ""
        if not self._place.exact or not fault.line or (self._language is PYTHON and not is_judged_here(runtime)):
            return Unread(f"{main} is written for another version of Python than the one at hand")
        return Lacking(
            f"{self._where(main)} cannot be imported: {fault.problem}, in line {fault.line}",
            "fails at its import",
            f"mend line {fault.line} of {main}",
            self._place.at,
        )

    def _where(self, main: str) -> str:
        return self._place.shown if self._place.is_inline else f"{main} in {self._place.shown}"

    def _file(self, path: str) -> SourceFile | Broken | None:
        """A file of the place, read once; None for one that cannot be read, or is one too many."""
        if path not in self._files:
            self._files[path] = None
            if len(self._files) <= MOST_FILES:
                with contextlib.suppress(UnreadableError):
                    self._files[path] = self._language.parse(self._place.tree.read(path))
        return self._files[path]

    def _names(self, main: str, parsed: SourceFile) -> frozenset[str] | None:
        """What a file defines, or hands on from others; None where only running it could tell."""
        names, pending, seen = set(parsed.names), [(main, parsed)], {main}
        while pending:
            here, file = pending.pop()
            if file.makes_names:
                return None
            for star in file.stars:
                found = self._language.targets(self._place.tree, here, star)
                inner = self._file(found[-1]) if found else None
                if not found or not isinstance(inner, SourceFile):
                    return None
                if found[-1] not in seen:
                    seen.add(found[-1])
                    names |= inner.names
                    pending.append((found[-1], inner))
        return frozenset(names)

    def _ships(self, main: str) -> Shipped:
        """What the handler's file calls, and all that it imports."""
        methods: set[str] = set()
        to_caller, is_whole = False, True
        pending, seen = [main], {main}
        while pending:
            here = pending.pop()
            file = self._file(here)
            if not isinstance(file, SourceFile):
                is_whole = False
                continue
            methods |= file.methods
            to_caller |= file.to_caller
            is_whole = is_whole and not file.is_open
            for one in file.imports:
                targets = self._language.targets(self._place.tree, here, one)
                is_whole = is_whole and targets is not None
                fresh = [target for target in targets or () if target not in seen]
                seen.update(fresh)
                pending += fresh
        return Shipped(frozenset(methods), to_caller, is_whole)
