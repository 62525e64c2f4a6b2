"""One template of a stack, with the nested stacks whose templates lie beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from wsconform.template import sam
from wsconform.template.errors import TemplateError
from wsconform.template.foreach import expand_loops
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, child, walk
from wsconform.template.parameters import Parameter, read_parameters
from wsconform.template.sam.expansion import type_of
from wsconform.template.source import Source, read

NESTED = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
DEEPEST = 8
_SUB_NAME = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(slots=True)
class Module:
    """A template in its place: the root template, or that of a nested stack.

    `prefix` stands before the ids of its resources (`Chat/` in the nested stack `Chat`); `arguments` are the nodes
    that the parent passes as parameters.
    """

    source: Source
    prefix: str
    parent: Module | None
    arguments: dict[str, Node]
    root: Mapping
    expansion: sam.Expansion
    parameters: dict[str, Parameter]
    children: dict[str, Module] = field(default_factory=dict)
    unread: dict[str, TemplateError] = field(default_factory=dict)

    def section(self, name: str) -> dict[str, Node]:
        """The entries of a top-level section; empty where it is absent or no map."""
        node = self.root.get(name)
        return node.entries if isinstance(node, Mapping) else {}

    @property
    def resources(self) -> dict[str, Mapping]:
        """The resources after expansion, by logical id."""
        return self.expansion.resources

    def span_of(self, logical_id: str) -> Span:
        """Where a resource is declared."""
        return self.expansion.key_spans[logical_id]

    def lineage(self) -> Iterator[Module]:
        """The module and all that are nested in it."""
        yield self
        for nested in self.children.values():
            yield from nested.lineage()


def load(source: Source, given: dict[str, str]) -> Module:
    """The module of a root template with all that it nests. `given` are parameter values that the user gave."""
    return _module(source, prefix="", parent=None, arguments={}, given=given)


def _module(
    source: Source,
    *,
    prefix: str,
    parent: Module | None,
    arguments: dict[str, Node],
    given: dict[str, str],
) -> Module:
    parameters = read_parameters(source.root)
    values = {name: one.default for name, one in parameters.items() if one.default is not None} | given
    root = expand_loops(source.root, values)
    module = Module(
        source=source,
        prefix=prefix,
        parent=parent,
        arguments=arguments,
        root=root,
        expansion=sam.expand(root, values),
        parameters=parameters,
    )
    for logical_id, resource in module.resources.items():
        place = NESTED.get(type_of(resource))
        if place is None:
            continue
        path = _local_file(child(resource, "Properties", place), Path(source.path).parent)
        if path is None:
            continue
        nested = _read(path, module)
        if isinstance(nested, TemplateError):
            module.unread[logical_id] = nested
            continue
        passed = child(resource, "Properties", "Parameters")
        module.children[logical_id] = _module(
            nested,
            prefix=f"{prefix}{logical_id}/",
            parent=module,
            arguments=dict(passed.entries) if isinstance(passed, Mapping) else {},
            given={},
        )
    return module


def _read(path: Path, parent: Module) -> Source | TemplateError:
    """The template of a stack nested in `parent`, or why there is none."""
    around: list[Path] = []
    outer: Module | None = parent
    while outer is not None:
        around.append(Path(outer.source.path).resolve())
        outer = outer.parent
    if len(around) >= DEEPEST or path.resolve() in around:
        return TemplateError("the stack nests itself", path=str(path), fix="break the circle of nested stacks")
    try:
        return read(path)
    except TemplateError as error:
        return error


def _local_file(node: Node | None, folder: Path) -> Path | None:
    """The file beside the template that a nested stack names; None for a URL or anything computed."""
    if (
        not isinstance(node, Scalar)
        or not isinstance(node.value, str)
        or urlsplit(node.value).scheme not in ("", "file")
    ):
        return None
    return folder / node.value.removeprefix("file://")


def names_in(node: Node) -> Iterator[tuple[str, str]]:
    """What a node mentions, as (kind, name): `ref` (also `A.B` forms), or `condition`."""
    for here in walk(node):
        if isinstance(here, Mapping):
            for key, value in here.entries.items():
                found = _MENTIONS.get(key)
                if found is not None:
                    kind, names = found
                    yield from ((kind, name) for name in names(value))


def _scalar(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text


def _attribute(node: Node) -> Iterator[str]:
    if isinstance(node, Sequence):
        yield ".".join(item.text for item in node.items if isinstance(item, Scalar))
    else:
        yield from _scalar(node)


def _variables(node: Node) -> Iterator[str]:
    pattern = node.items[0] if isinstance(node, Sequence) and node.items else node
    if isinstance(pattern, Scalar):
        yield from (name.strip() for name in _SUB_NAME.findall(pattern.text))


def _tested(node: Node) -> Iterator[str]:
    if isinstance(node, Sequence) and node.items:
        yield from _scalar(node.items[0])


_MENTIONS: dict[str, tuple[str, Callable[[Node], Iterator[str]]]] = {
    "Ref": ("ref", _scalar),
    "Fn::GetAtt": ("ref", _attribute),
    "Fn::Sub": ("ref", _variables),
    "Condition": ("condition", _scalar),
    "Fn::If": ("condition", _tested),
}
