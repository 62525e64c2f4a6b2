"""`wsconform draw`: from an examination to a picture in the format that the file's name asks for."""

from __future__ import annotations

from pathlib import Path

from wsconform.check.examine import TEMPLATE, Examination
from wsconform.check.finding import Finding
from wsconform.picture.graph import Graph, graph_of
from wsconform.picture.layout import lay_out
from wsconform.picture.mermaid import mermaid_of
from wsconform.picture.piles import pile_up
from wsconform.picture.svg import svg_of
from wsconform.wiring.reader import read_wiring

FORMATS = (".svg", ".html", ".mmd")


def picture(examination: Examination, suffix: str) -> str:
    """The picture of all APIs of a template, in the world of its default parameters.

    `suffix` is one of `FORMATS`. Findings of other worlds are listed with theirs.
    """
    stack = examination.stack
    wiring = read_wiring(stack.in_world(stack.worlds[0]))
    findings = list(examination.findings)
    graphs = [graph_of(api, _about(api.path, findings)) for api in wiring.apis]
    for graph in graphs:
        pile_up(graph)
    if suffix == ".mmd":
        return mermaid_of(graphs)
    svg = svg_of([lay_out(graph) for graph in graphs])
    return svg if suffix == ".svg" else _page(examination, graphs, svg)


def _about(label: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.api in (label, TEMPLATE)]


def _page(examination: Examination, graphs: list[Graph], svg: str) -> str:
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("wsconform.picture"), autoescape=True)
    findings = {id(finding): finding for graph in graphs for finding in graph.findings}
    return environment.get_template("wiring.html").render(
        name=Path(examination.stack.source.path).name, svg=svg, findings=list(findings.values())
    )
