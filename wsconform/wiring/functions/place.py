"""Where a function's code lies: in the template, in a folder beside it, or out of reach.

Rules: SAM developer guide, `AWS::Serverless::Function` (CodeUri, InlineCode, PackageType) and "Resource metadata";
AWS CloudFormation User Guide, `AWS::Lambda::Function` (Code: a `ZipFile` becomes the file `index`); AWS CDK developer
guide, "Assets" (`aws:asset:path` names the folder of an asset beside the template).
"""

from __future__ import annotations

import re
from pathlib import Path
from weakref import WeakKeyDictionary

from wsconform.records import record
from wsconform.template.nodes import Node, Scalar, Sequence, Span, child
from wsconform.template.stack import Resource, Stack
from wsconform.template.values import Map, Text
from wsconform.wiring.functions.python_code import PYTHON
from wsconform.wiring.functions.source_file import Language
from wsconform.wiring.functions.source_tree import Files, Folder, Tree, UnreadableError
from wsconform.wiring.model import Function

_ARCHIVES = (".zip", ".jar", ".war", ".gz")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_BUILT = frozenset(
    {"artifacts", "bin", "build", "bundle", "dist", "generated", "lib", "out", "output", "package", "publish", "target"}
)
_FOLDERS: WeakKeyDictionary[Stack, dict[Path, Folder]] = WeakKeyDictionary()


@record(frozen=True, slots=True)
class Place:
    """Code that lies at hand. `shown` is what a message calls the place, `at` where the template names it.

    `exact` is False for text with parts in it that only a deployment could tell.
    """

    tree: Tree
    shown: str
    at: Span
    exact: bool = True
    is_inline: bool = False


@record(frozen=True, slots=True)
class NoPlace:
    """Code that does not lie at hand. `named` is where the template names a folder that is not there."""

    reason: str
    named: Span | None = None
    folder: str = ""


def language_of(function: Function) -> Language | None:
    """The language of a function's runtime; None where it is not read here."""
    runtime = function.literal("Runtime") or ""
    if runtime.startswith("python"):
        return PYTHON
    if runtime.startswith("nodejs"):
        from wsconform.wiring.functions.node_code import NODE

        return NODE
    return None


def place_of(function: Function) -> Place | NoPlace:
    """Where the code of a function lies."""
    code = function.value("InlineCode") or function.value("CodeUri") or function.value("Code")
    if code is function.value("InlineCode") and isinstance(code, Text):
        return _inline(function, code)
    if isinstance(code, Map):
        inline = code.get("ZipFile")
        if isinstance(inline, Text):
            return _inline(function, inline)
        return _asset(function, code.span) or NoPlace("its code lies in S3, not beside the template")
    if code is None:
        return NoPlace("it names no code")
    if not isinstance(code, Text) or code.literal is None:
        reason = code.unresolved.reason if isinstance(code, Text) and code.unresolved else "it is no path"
        return NoPlace(f"where its code lies cannot be told: {reason}")
    return _local(function, code.literal, code.span)


def build_method(function: Function) -> str:
    """`BuildMethod` of the function's metadata, empty where it has none."""
    node = _metadata(function.resource, "BuildMethod")
    return node.text if isinstance(node, Scalar) else ""


def entry_points(function: Function) -> list[str]:
    """The files that esbuild starts from, as the function's metadata lists them."""
    node = _metadata(function.resource, "BuildProperties", "EntryPoints")
    return [item.text for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def asset_of(resource: Resource, name: str) -> str | None:
    """The folder of the CDK asset that a property of a resource is, as the metadata names it; None where it is none."""
    named, about = _metadata(resource, "aws:asset:path"), _metadata(resource, "aws:asset:property")
    is_it = not isinstance(about, Scalar) or about.text == name
    return named.text if isinstance(named, Scalar) and is_it else None


def beside(resource: Resource, written: str) -> Path | None:
    """Where a path in the template of a resource leads from that template's folder; None for a URL."""
    if _SCHEME.match(written) and not written.startswith("file://"):
        return None
    return Path(resource.module.source.path).parent / written.removeprefix("file://")


def _metadata(resource: Resource, *path: str) -> Node | None:
    return child(resource.module.resources.get(resource.logical_id), "Metadata", *path)


def _inline(function: Function, code: Text) -> Place:
    suffix = ".py" if language_of(function) is PYTHON else ".js"
    # Whatever stands for an unknown part has to parse where a word, a number or a stretch of a string may stand.
    written = "".join(part if isinstance(part, str) else "_0" for part in code.parts)
    tree = Files({f"index{suffix}": written.encode("utf-8", "replace")})
    return Place(tree, "the code in the template", code.span, exact=code.literal is not None, is_inline=True)


def _asset(function: Function, at: Span) -> Place | NoPlace | None:
    named = asset_of(function.resource, "Code")
    if named is None:
        return None
    found = _local(function, named, at)
    return found if isinstance(found, Place) else NoPlace(found.reason)


def _local(function: Function, written: str, at: Span) -> Place | NoPlace:
    path = beside(function.resource, written)
    if path is None:
        return NoPlace(f'its code lies at "{written}", not beside the template')
    try:
        if path.is_dir():
            known = _FOLDERS.setdefault(function.wiring.evaluation.stack, {})
            return Place(known.setdefault(path, Folder(path)), f'"{written}"', at)
        language = language_of(function)
        if path.is_file() and language is not None and path.suffix in language.suffixes:
            return Place(Files({path.name: Folder(path.parent).read(path.name)}), f'"{written}"', at)
        if path.is_file() or path.suffix in _ARCHIVES:
            return NoPlace(f'its code is the file "{written}"')
    except (OSError, ValueError, UnreadableError) as error:
        return NoPlace(f'its code, "{written}", cannot be read: {error}')
    named = None if is_built(written) else at
    return NoPlace(f'its code, "{written}", does not lie beside the template', named, written)


def is_built(path: str) -> bool:
    """Whether a path goes through a folder that builds make, by its name, so that it may not be there yet."""
    return any(step.lower() in _BUILT or (step.startswith(".") and step.strip(".")) for step in Path(path).parts)
