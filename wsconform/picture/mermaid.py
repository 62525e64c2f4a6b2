"""The picture as a Mermaid flow chart."""

from __future__ import annotations

from collections.abc import Sequence

from wsconform.check.finding import Severity
from wsconform.picture.graph import Box, Graph

_SIGNS = frozenset('#"<>|&%`;{}\\')
_CLASSES = {Severity.ERROR: "fault", Severity.WARNING: "doubt"}


def mermaid_of(graphs: Sequence[Graph]) -> str:
    """One `flowchart LR` with a subgraph for each API; faults are red, missing links dashed."""
    lines = ["flowchart LR"]
    styles: list[str] = []
    number = edge = 0
    for index, graph in enumerate(graphs):
        names = {}
        lines.append(f"  subgraph api{index}[{_quoted(graph.title)}]")
        for box in graph.boxes.values():
            names[box.id] = f"n{number}"
            number += 1
            lines.append(f"    {names[box.id]}[{_quoted(_label(box))}]{_class(box)}")
        for line in graph.lines:
            if line.source not in names or line.target not in names:
                continue
            arrow = "-.->" if line.broken else "-->"
            label = f"|{_quoted(line.label)}|" if line.label else ""
            lines.append(f"    {names[line.source]} {arrow}{label} {names[line.target]}")
            if line.severity is not None and line.severity > Severity.NOTE:
                colour = "#c62828" if line.severity is Severity.ERROR else "#b26a00"
                styles.append(f"  linkStyle {edge} stroke:{colour},stroke-width:2px")
            edge += 1
        lines.append("  end")
    lines += styles
    lines += [
        "  classDef fault stroke:#c62828,stroke-width:3px",
        "  classDef doubt stroke:#b26a00,stroke-width:2px",
        "  classDef missing stroke:#c62828,stroke-dasharray:5 4,color:#c62828,fill:#ffffff",
    ]
    return "\n".join(lines) + "\n"


def _label(box: Box) -> str:
    return box.title + (f"\n{box.subtitle}" if box.subtitle else "")


def _class(box: Box) -> str:
    name = "missing" if box.ghost else _CLASSES.get(box.severity) if box.severity is not None else None
    return f":::{name}" if name else ""


def _quoted(text: str) -> str:
    """Text that Mermaid takes as it is: its own signs and HTML's become entities, and it stays on one line."""
    return '"' + "<br/>".join("".join(map(_sign, line)) for line in text.split("\n")) + '"'


def _sign(sign: str) -> str:
    if sign in _SIGNS:
        return f"#{ord(sign)};"
    return sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}"
