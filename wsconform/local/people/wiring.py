"""The wiring of what is served, as a picture, in words, and with what the checks find in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wsconform.check import suppression
from wsconform.check.examine import TEMPLATE, examine
from wsconform.check.finding import Finding, Severity
from wsconform.local.deployed.discretion import Discretion
from wsconform.local.refusals import checks_of
from wsconform.picture.graph import Graph, graph_of
from wsconform.picture.layout import lay_out
from wsconform.picture.piles import pile_up
from wsconform.picture.svg import svg_of
from wsconform.template.stack import Stack
from wsconform.template.worlds import AS_GIVEN
from wsconform.wiring.reader import read_wiring


@dataclass(frozen=True, slots=True)
class Drawn:
    """`svg` is the picture, `words` say what leads where for who cannot see it, `findings` what is at fault.

    The worst finding comes first. `discretion` is what the rest of the page has to keep.
    """

    svg: str
    words: tuple[str, ...]
    findings: tuple[Finding, ...]
    discretion: Discretion

    @property
    def tally(self) -> str:
        """How many findings of which severity there are, as `1 error, 2 warnings`."""
        counts = Counter(one.severity for one in self.findings)
        return ", ".join(f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items())


def draw(stack: Stack, apis: Collection[str], packs: Sequence[Path] = ()) -> Drawn:
    """Draw APIs of a stack, by their labels, in the world that its parameter values lead to.

    `packs` are folders of further checks. What the template suppresses is left out. Notes are too: they are no faults.
    The values of `NoEcho` parameters are hidden wherever they would show.
    """
    discretion = Discretion(stack)
    wiring = read_wiring(stack.in_world(AS_GIVEN))
    checks = checks_of(tuple(packs))
    examination = examine(stack, checks, only=wiring)
    suppression.apply(examination, suppression.Rules(known=[check.name for check in checks], checks=()))
    findings = [discretion.finding(one) for one in examination.findings if one.severity > Severity.NOTE]
    findings.sort(key=lambda one: one.severity, reverse=True)
    graphs = []
    for api in wiring.apis:
        if api.path in apis:
            graph = graph_of(api, [one for one in findings if one.api in (api.path, TEMPLATE)])
            _hide(graph, discretion)
            pile_up(graph)
            graph.findings = []  # the page lists them itself, where they can be read and copied
            graphs.append(graph)
    words = tuple(said for graph in graphs for said in _words(graph))
    return Drawn(svg_of([lay_out(graph) for graph in graphs]), words, tuple(findings), discretion)


def _hide(graph: Graph, discretion: Discretion) -> None:
    """Boxes quote the template without quotation marks: keys of routes, addresses, ARNs."""
    for box in graph.boxes.values():
        box.title, box.subtitle = discretion.value(box.title), discretion.value(box.subtitle)


def _words(graph: Graph) -> Iterator[str]:
    """A line for each box that leads anywhere, in the order of columns."""
    for box in sorted(graph.boxes.values(), key=lambda one: one.column):
        leads = [
            f"{graph.boxes[line.target].title}{' (broken)' if line.broken else ''}"
            for line in graph.lines
            if line.source == box.id and line.target in graph.boxes
        ]
        if leads:
            yield f"{box.title} leads to {', '.join(leads)}"
