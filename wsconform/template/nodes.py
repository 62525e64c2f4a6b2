"""What the reader makes of a file: plain values that know where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.records import record


@record(frozen=True, slots=True)
class Span:
    """A stretch of one file. Lines and columns count from 1; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly within this span."""
        return (
            self.file == other.file
            and (self.line, self.column) <= (other.line, other.column)
            and (other.end_line, other.end_column) <= (self.end_line, self.end_column)
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@record(frozen=True, slots=True, eq=False)
class Scalar:
    """A string, number, boolean or null as the template has it."""

    value: str | int | float | bool | None
    span: Span

    @property
    def text(self) -> str:
        """The value as CloudFormation reads it, where `true` and `"true"` are the same."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return "" if self.value is None else str(self.value)


@record(frozen=True, slots=True, eq=False)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@record(frozen=True, slots=True, eq=False)
class Mapping:
    """A map with string keys. Short-form intrinsics are maps already: `!Ref X` is `{"Ref": X}`."""

    entries: dict[str, Node]
    key_spans: dict[str, Span]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value at `key`, or None."""
        return self.entries.get(key)

    def key_span(self, key: str) -> Span:
        """Where `key` is written; the whole map where the key itself has no place of its own."""
        return self.key_spans.get(key, self.span)


Node = Scalar | Sequence | Mapping


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it, parents first. Does not recurse, so depth costs no stack."""
    stack: list[Node] = [node]
    while stack:
        here = stack.pop()
        yield here
        if isinstance(here, Mapping):
            stack.extend(reversed(here.entries.values()))
        elif isinstance(here, Sequence):
            stack.extend(reversed(here.items))


def maps_in(node: Node) -> Iterator[Mapping]:
    """The maps among `node` and everything below it, parents first."""
    stack: list[Node] = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, Mapping):
            yield here
            stack += [one for one in reversed(here.entries.values()) if not isinstance(one, Scalar)]
        elif isinstance(here, Sequence):
            stack.extend(reversed(here.items))


def child(node: Node | None, *path: str) -> Node | None:
    """The node at `path` below `node`, or None where a step is missing or is no map."""
    for step in path:
        if not isinstance(node, Mapping):
            return None
        node = node.entries.get(step)
    return node


def plain(node: Node) -> object:
    """The same value as dicts, lists and scalars, without places."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value
