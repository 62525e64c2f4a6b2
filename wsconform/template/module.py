"""One template of a stack, with the nested stacks whose templates lie beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from wsconform.records import record
from wsconform.template import sam
from wsconform.template.errors import TemplateError
from wsconform.template.foreach import expand_loops
from wsconform.template.nodes import Mapping, Node, Scalar, Span, child
from wsconform.template.parameters import Parameter, read_parameters
from wsconform.template.sam.expansion import type_of
from wsconform.template.source import Source, read

NESTED = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
DEEPEST = 8
MOST_MODULES = 200
"""Templates that a stack may be made of, itself included: far more than anyone keeps beside one another."""


@record(slots=True, eq=False)
class Module:
    """A template in its place: the root template, or that of a nested stack.

    `prefix` stands before the ids of its resources (`Chat/` in the nested stack `Chat`); `arguments` are the nodes
    that the parent passes as parameters; `values` are the parameters whose value is known in every world or by
    default, as `Fn::ForEach` and SAM read them.
    """

    source: Source
    prefix: str
    parent: Module | None
    arguments: dict[str, Node]
    root: Mapping
    expansion: sam.Expansion
    parameters: dict[str, Parameter]
    values: dict[str, str]
    children: dict[str, Module] = field(default_factory=dict)
    unread: dict[str, TemplateError] = field(default_factory=dict)

    def section(self, name: str) -> dict[str, Node]:
        """The entries of a top-level section; empty where it is absent or no map."""
        node = self.root.get(name)
        return node.entries if isinstance(node, Mapping) else {}

    @property
    def logical_id(self) -> str:
        """The logical id of the nested stack that it is, in its parent; empty for the root template."""
        return self.prefix.removesuffix("/").rpartition("/")[2]

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
    return _Loader().module(source, given=given)


class _Loader:
    """Loads the templates of one stack, each file once."""

    def __init__(self) -> None:
        self._sources: dict[Path, Source | TemplateError] = {}
        self._modules = 0

    def module(
        self,
        source: Source,
        *,
        given: dict[str, str],
        prefix: str = "",
        parent: Module | None = None,
        arguments: dict[str, Node] | None = None,
    ) -> Module:
        """The module of a template, with those that it nests."""
        self._modules += 1
        parameters = read_parameters(source.root)
        known = given if parent is None else _passed(arguments or {}, parent)
        values = {
            name: value
            for name, one in parameters.items()
            if not one.comes_from_ssm
            and (value := known.get(name, None if name in (arguments or {}) else one.default)) is not None
        }
        root = expand_loops(source.root, values)
        module = Module(
            source=source,
            prefix=prefix,
            parent=parent,
            arguments=arguments or {},
            root=root,
            expansion=sam.expand(root, values),
            parameters=parameters,
            values=values,
        )
        for logical_id, resource in module.resources.items():
            place = NESTED.get(type_of(resource))
            if place is not None:
                self._nest(module, logical_id, resource, place)
        return module

    def _nest(self, module: Module, logical_id: str, resource: Mapping, place: str) -> None:
        """Load the template of a nested stack, where it is a file beside that of `module`."""
        path = _local_file(child(resource, "Properties", place), Path(module.source.path).parent)
        if path is None:
            return
        nested = self._read(path, module)
        if isinstance(nested, TemplateError):
            module.unread[logical_id] = nested
            return
        passed = child(resource, "Properties", "Parameters")
        module.children[logical_id] = self.module(
            nested,
            given={},
            prefix=f"{module.prefix}{logical_id}/",
            parent=module,
            arguments=dict(passed.entries) if isinstance(passed, Mapping) else {},
        )

    def _read(self, path: Path, parent: Module) -> Source | TemplateError:
        """The template of a stack nested in `parent`, or why there is none."""
        if self._modules >= MOST_MODULES:
            return TemplateError(
                f"the stack nests more than {MOST_MODULES} templates", path=str(path), fix="check this one by itself"
            )
        around = list(_files_around(parent))
        if _real(path) in around:
            return TemplateError("the stack nests itself", path=str(path), fix="break the circle of nested stacks")
        if len(around) >= DEEPEST:
            return TemplateError(
                f"nested stacks lie more than {DEEPEST} deep in one another", path=str(path), fix="nest it less deeply"
            )
        known = self._sources.get(path)
        if known is None:
            try:
                known = read(path)
            except TemplateError as error:
                known = error
            self._sources[path] = known
        return known


def _files_around(module: Module | None) -> Iterator[Path]:
    while module is not None:
        yield _real(Path(module.source.path))
        module = module.parent


def _real(path: Path) -> Path:
    """The file itself, links followed; `path` as it is where no file can have such a name."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links is a RuntimeError before Python 3.13
        return path


def _passed(arguments: dict[str, Node], parent: Module) -> dict[str, str]:
    """What a parent passes as parameters, as far as that is text or a parameter of its own whose value is known."""
    found: dict[str, str] = {}
    for name, node in arguments.items():
        referred = child(node, "Ref")
        if isinstance(node, Scalar):
            found[name] = node.text
        elif isinstance(referred, Scalar) and referred.text in parent.values:
            found[name] = parent.values[referred.text]
    return found


def _local_file(node: Node | None, folder: Path) -> Path | None:
    """The file beside the template that a nested stack names; None for a URL or anything computed."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    from urllib.parse import urlsplit

    try:
        scheme = urlsplit(node.value).scheme
    except ValueError:
        return None
    return folder / node.value.removeprefix("file://") if scheme in ("", "file") else None
