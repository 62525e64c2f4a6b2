"""One template of a stack, with the nested stacks whose templates lie beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from wsconform.template import sam
from wsconform.template.errors import TemplateError
from wsconform.template.foreach import expand_loops
from wsconform.template.nodes import Mapping, Node, Scalar, Span, child, walk
from wsconform.template.parameters import Parameter, read_parameters
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
        """This module and all that are nested in it."""
        yield self
        for nested in self.children.values():
            yield from nested.lineage()


def type_of(resource: Mapping) -> str:
    """The type of a resource node, empty where it has none."""
    node = resource.get("Type")
    return node.text if isinstance(node, Scalar) else ""


def load(source: Source, given: dict[str, str]) -> Module:
    """The module of a root template with all that it nests. `given` are parameter values that the user gave."""
    return _module(source, "", None, {}, given, (Path(source.path).resolve(),))


def _module(  # noqa: PLR0913 (the place of a module among others)
    source: Source,
    prefix: str,
    parent: Module | None,
    arguments: dict[str, Node],
    given: dict[str, str],
    trail: tuple[Path, ...],
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
        try:
            if len(trail) >= DEEPEST or path.resolve() in trail:
                raise TemplateError("the stack nests itself", path=str(path), fix="break the circle of nested stacks")
            nested = read(path)
        except TemplateError as error:
            module.unread[logical_id] = error
            continue
        passed = child(resource, "Properties", "Parameters")
        module.children[logical_id] = _module(
            nested,
            f"{prefix}{logical_id}/",
            module,
            dict(passed.entries) if isinstance(passed, Mapping) else {},
            {},
            (*trail, path.resolve()),
        )
    return module


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
        if not isinstance(here, Mapping):
            continue
        for key, value in here.entries.items():
            if key == "Ref" and isinstance(value, Scalar):
                yield "ref", value.text
            elif key == "Fn::GetAtt":
                if isinstance(value, Scalar):
                    yield "ref", value.text
                elif not isinstance(value, Mapping):
                    yield "ref", ".".join(item.text for item in value.items if isinstance(item, Scalar))
            elif key == "Fn::Sub":
                pattern = value.items[0] if not isinstance(value, Mapping | Scalar) and value.items else value
                if isinstance(pattern, Scalar):
                    yield from (("ref", name.strip()) for name in _SUB_NAME.findall(pattern.text))
            elif key == "Condition" and isinstance(value, Scalar):
                yield "condition", value.text
            elif key == "Fn::If" and not isinstance(value, Mapping | Scalar) and value.items:
                if isinstance(value.items[0], Scalar):
                    yield "condition", value.items[0].text
