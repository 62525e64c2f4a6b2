"""What JavaScript and TypeScript code exports, imports and calls, by the names in its text. It is never run.

The forms of an export are those that the language has for a name that stands there; where a file exports what only
running it could tell (`module.exports = make()`), it `makes_names`.

Rules: AWS Lambda developer guide, "Define Lambda function handler in Node.js"; the runtime's own source,
aws/aws-lambda-nodejs-runtime-interface-client, `src/UserFunction.js`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from wsconform.wiring.functions.source_file import DELETE, GET, POST, Broken, Import, Language, SourceFile
from wsconform.wiring.functions.source_tree import Tree

_STRING = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
_STRING_OR_COMMENT = re.compile(rf"(?P<string>{_STRING})|//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)", re.DOTALL)
_QUOTED = re.compile(_STRING, re.DOTALL)
_NAME = r"[A-Za-z_$][\w$]*"
_EXPORTED = (
    re.compile(rf"\b(?:module\.)?exports\d*\.({_NAME})\s*=(?!=)"),
    re.compile(rf"\b(?:module\.)?exports\d*\[\s*[\"']({_NAME})[\"']\s*\]\s*=(?!=)"),
    re.compile(rf"\bexport\s+(?:declare\s+)?(?:async\s+)?function\s*\*?\s*({_NAME})"),
    re.compile(rf"\bexport\s+(?:const|let|var|(?:abstract\s+)?class|(?:const\s+)?enum)\s+({_NAME})"),
    re.compile(rf"\bexport\s*\*\s*as\s+({_NAME})"),
    re.compile(r"\bexport\s+(default)\b"),
    re.compile(rf"\bObject\.defineProperty\(\s*(?:module\.)?exports\d*\s*,\s*[\"']({_NAME})[\"']"),
)
_LISTED = re.compile(r"\bexport\s*\{([^{}]*)\}")
_LISTED_ITEM = re.compile(rf"(?:type\s+)?({_NAME})(?:\s+as\s+({_NAME}))?\s*$")
_OBJECT = re.compile(r"\bmodule\.exports\s*=\s*\{|\b__export\(\s*[\w$]+\s*,\s*\{")
_OBJECT_KEY = re.compile(rf"(?:(?:async|get)\s+(?=[\w$\"']))?\*?\s*(?:[\"']({_NAME})[\"']|({_NAME}))")
_MADE = re.compile(
    r"\bmodule\.exports\s*=\s*(?!\s*(?:\{|function\b|async\b|class\b|\())\S"
    r"|\bObject\.assign\(\s*(?:module\.)?exports"
    r"|\b__exportStar\b|\bexports\s*\[\s*[^\"'\s]|\bexport\s*=|\bexport\s+import\b"
    r"|\bexport\s+(?:const|let|var)\s*[\[{]|\b__webpack_exports__\b"
)
_STAR = re.compile(r"\bexport\s*\*\s*from\s*[\"'](\.[^\"']*)[\"']")
_FOREIGN_STAR = re.compile(r"\bexport\s*\*\s*from\s*[\"'][^.\"']")
_IMPORTED = re.compile(r"(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)[\"'](\.[^\"']*)[\"']")
_IMPORTED_BY_NAME = re.compile(r"\b(?:require|import)\(\s*[^\"'\s)]|[\"'](?:@|~|src)/[^\"']*[\"']")
_METHODS = {
    POST: re.compile(r"\bPostToConnectionCommand\b|\bpostToConnection\b|@connections"),
    GET: re.compile(r"\bGetConnectionCommand\b|\.getConnection\(\s*\{[^{}]*\bConnectionId\b"),
    DELETE: re.compile(r"\bDeleteConnectionCommand\b|\.deleteConnection\(\s*\{[^{}]*\bConnectionId\b"),
}
_CALLER = re.compile(r"\bdomainName\b")
_LONGEST_OBJECT = 20_000
_PAIRS = {"{": "}", "[": "]", "(": ")"}
_COMPILED = (".ts", ".mts", ".cts", ".tsx", ".jsx")
_SUFFIXES = (".js", ".mjs", ".cjs", *_COMPILED)
_COMPILES_TO = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",)}


@lru_cache(maxsize=512)
def parse_node(data: bytes) -> SourceFile | Broken:
    """Read a JavaScript or TypeScript file. It is never `Broken`: telling would take the language's own parser."""
    text = _STRING_OR_COMMENT.sub(lambda found: found["string"] or " ", data.decode("utf-8", "replace"))
    names = {name for pattern in _EXPORTED for name in pattern.findall(text)}
    for listed in _LISTED.findall(text):
        found = (_LISTED_ITEM.match(item.strip()) for item in listed.split(","))
        names.update(one[2] or one[1] for one in found if one)
    makes_names = bool(_MADE.search(text) or _FOREIGN_STAR.search(text))
    for item in _items(text):
        key = _OBJECT_KEY.match(item)
        if key:
            names.add(key[1] or key[2])
        elif item:
            makes_names = True
    return SourceFile(
        names=frozenset(names),
        imports=tuple(Import(path) for path in _IMPORTED.findall(text)),
        stars=tuple(Import(path) for path in _STAR.findall(text)),
        makes_names=makes_names,
        methods=frozenset(method for method, pattern in _METHODS.items() if pattern.search(text)),
        to_caller=bool(_CALLER.search(text)),
        is_open=bool(_IMPORTED_BY_NAME.search(text)),
    )


def _items(text: str) -> Iterator[str]:
    """The entries of the object literals that are exported, each from its first character to its comma."""
    end = 0
    while (start := _OBJECT.search(text, end)) is not None:
        end = start.end()
        closing, begin, last = ["}"], end, min(len(text), end + _LONGEST_OBJECT)
        while closing and end < last:
            char = text[end]
            string = _QUOTED.match(text, end) if char in "\"'`" else None
            if string is not None:
                end = string.end()
                continue
            if char in _PAIRS:
                closing.append(_PAIRS[char])
            elif char == closing[-1]:
                closing.pop()
            if not closing or (char == "," and len(closing) == 1):
                yield text[begin:end].strip()
                begin = end + 1
            end += 1
        if closing:
            yield "..."


def _split(handler: str) -> tuple[str, str] | None:
    """The name is what stands between the first dot of the last path step and the next."""
    folder, slash, rest = handler.rpartition("/")
    module, _, name = rest.partition(".")
    if not module or not name or ".." in handler:
        return None
    return f"{folder}{slash}{module}".removeprefix("./"), name.partition(".")[0]


def _find(tree: Tree, path: str) -> str | None:
    stem, suffix = posixpath.splitext(path)
    candidates = (
        path,
        *(path + one for one in _SUFFIXES),
        *(stem + one for one in _COMPILES_TO.get(suffix, ())),
        *(posixpath.join(path, f"index{one}") for one in _SUFFIXES),
    )
    return next((file for file in candidates if tree.has(file)), None)


def _targets(tree: Tree, importer: str, one: Import) -> list[str] | None:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), one.module))
    if path.startswith(".."):
        return None
    file = _find(tree, "" if path == "." else path)
    return [file] if file is not None and file.endswith(_SUFFIXES) else []


def _elsewhere(tree: Tree, path: str) -> str | None:
    if tree.has_any(_COMPILED):
        return f"{path} may be what a build makes of TypeScript"
    return None


NODE = Language(
    suffixes=_SUFFIXES,
    form="index.handler, or folder/index.handler",
    split=_split,
    parse=parse_node,
    find=_find,
    targets=_targets,
    elsewhere=_elsewhere,
)
