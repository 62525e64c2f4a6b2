"""`wsconform draw`: from an examination to a picture in the format that the file's name asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wsconform.check.examine import TEMPLATE, Examination
from wsconform.check.finding import Finding
from wsconform.picture.graph import Graph, graph_of
from wsconform.picture.layout import lay_out
from wsconform.picture.mermaid import mermaid_of
from wsconform.picture.piles import pile_up
from wsconform.picture.svg import svg_of
from wsconform.template.worlds import describe
from wsconform.wiring.reader import read_wiring

FORMATS = (".svg", ".html", ".mmd")


def picture(examination: Examination, suffix: str) -> str:
    """The picture of all APIs of a template, in the world of its default parameters.

    `suffix` is one of `FORMATS`. An API that is not made in that world is drawn as it is in the nearest one that has
    it, and its title says which. Findings of other worlds are listed with theirs.
    """
    findings = list(examination.findings)
    graphs = list(_graphs(examination, findings))
    if not graphs:
        graphs = [Graph(Path(examination.stack.source.path).name, findings=findings)]
    if suffix == ".mmd":
        return mermaid_of(graphs)
    svg = svg_of([lay_out(graph) for graph in graphs])
    return svg if suffix == ".svg" else _page(examination, graphs, svg)


def _graphs(examination: Examination, findings: list[Finding]) -> Iterator[Graph]:
    """A graph for each API of an examination."""
    stack = examination.stack
    left = set(examination.apis) - {TEMPLATE}
    for world in stack.worlds:
        if not left:
            return
        for api in read_wiring(stack.in_world(world)).apis:
            if api.path not in left:
                continue
            left.remove(api.path)
            graph = graph_of(api, _about(api.path, findings))
            if world is not stack.worlds[0]:
                graph.title += f" (when {'; '.join(describe([world], stack.worlds))})"
            pile_up(graph)
            yield graph


def _about(label: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.api in (label, TEMPLATE)]


def _page(examination: Examination, graphs: list[Graph], svg: str) -> str:
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("wsconform.picture"), autoescape=True)
    findings = {id(finding): finding for graph in graphs for finding in graph.findings}
    return environment.get_template("wiring.html").render(
        name=Path(examination.stack.source.path).name, svg=svg, findings=list(findings.values())
    )
