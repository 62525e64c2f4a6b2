"""The picture as SVG: self-contained, readable in light and dark surroundings, with every finding as a tooltip."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from html import escape

from wsconform.check.finding import Finding, Severity
from wsconform.picture.graph import Box, Column
from wsconform.picture.layout import GAP_X, HEAD, HEIGHT, MARGIN, WIDTH, Layout, Path, Slot

COLOURS = {Severity.ERROR: "#c62828", Severity.WARNING: "#b26a00", Severity.NOTE: "#5b6b7a"}
_INK, _QUIET, _PAPER, _LINE = "#1d2733", "#5b6b7a", "#ffffff", "#8a99a8"
_FILL = {
    Column.CLIENT: "#eef1f4",
    Column.STAGE: "#e6f0fb",
    Column.DEPLOYMENT: "#e6f0fb",
    Column.ROUTE: "#e9f5ec",
    Column.INTEGRATION: "#f3ecfa",
    Column.PERMISSION: "#fdf3dc",
    Column.FUNCTION: "#fdeee3",
}
_HEADINGS = {
    Column.CLIENT: "clients",
    Column.STAGE: "stage",
    Column.DEPLOYMENT: "deployment",
    Column.ROUTE: "routes",
    Column.INTEGRATION: "authorizers, integrations",
    Column.PERMISSION: "permissions",
    Column.FUNCTION: "functions",
}
_TITLE_CHARS, _SUBTITLE_CHARS = 24, 32
_LEGEND_LINE, _LEGEND_CHAR = 18, 7.0
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg_of(layouts: Sequence[Layout]) -> str:
    """One SVG with a picture for each API, one below the other, and the findings listed under each."""
    width = max((layout.width for layout in layouts), default=2.0 * MARGIN)
    body: list[str] = []
    top = 0.0
    for layout in layouts:
        shown = [finding for finding in layout.graph.findings if finding.severity > Severity.NOTE]
        body.append(f'<g transform="translate(0 {top:.0f})">{_picture(layout)}{_legend(shown, layout)}</g>')
        top += layout.height + MARGIN + _LEGEND_LINE * len(shown)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{top:.0f}" '
        f'viewBox="0 0 {width:.0f} {top:.0f}" font-family="system-ui, sans-serif" role="img">'
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>{_arrow_heads()}' + "".join(body) + "</svg>\n"
    )


def _arrow_heads() -> str:
    """A marker for each colour of line."""
    return (
        "<defs>"
        + "".join(
            f'<marker id="to-{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 Z" fill="{colour}"/></marker>'
            for colour in (_LINE, *COLOURS.values())
        )
        + "</defs>"
    )


def _picture(layout: Layout) -> str:
    parts = [
        f'<text x="{MARGIN}" y="24" font-size="16" font-weight="600" fill="{_INK}">{escaped(layout.graph.title)}</text>'
    ]
    parts += [
        f'<text x="{x:.0f}" y="{HEAD - 12}" font-size="11" fill="{_QUIET}">{_HEADINGS[column]}</text>'
        for column, x in layout.x_of.items()
    ]
    calm_first = sorted(layout.paths, key=lambda path: path.line.severity or 0)
    parts += [_line(path, layout) for path in calm_first]
    parts += [_box(slot.box, slot, layout) for slot in layout.slots if slot.box is not None]
    return "".join(parts)


def _line(path: Path, layout: Layout) -> str:
    """A line as one curve through its place-holders, level at both ends."""
    points = []
    for index, slot in enumerate(path.slots):
        x = layout.x_of[slot.column]
        if index > 0:
            points.append((x, slot.middle))
        if index < len(path.slots) - 1:
            points.append((x + WIDTH, slot.middle))
    curve = f"M{points[0][0]:.0f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        bend = min(GAP_X, to_x - x) / 2
        curve += f" C{x + bend:.0f} {y:.1f} {to_x - bend:.0f} {to_y:.1f} {to_x:.0f} {to_y:.1f}"
    severity = path.line.severity
    colour = COLOURS[severity] if severity is not None and severity > Severity.NOTE else _LINE
    style = f'stroke="{colour}" stroke-width="{1.4 if severity is None else 2.2}"'
    if path.line.broken:
        style += ' stroke-dasharray="6 4"'
    title = _tooltip(path.line.findings, path.line.label)
    drawn = f'<path d="{curve}" fill="none" {style} marker-end="url(#to-{colour[1:]})">{title}</path>'
    if path.line.label:
        (x, y) = points[-1]
        drawn += (
            f'<text x="{x - 6:.0f}" y="{y - 5:.1f}" font-size="10" text-anchor="end" fill="{colour}">'
            f"{escaped(path.line.label)}</text>"
        )
    return drawn


def _box(box: Box, slot: Slot, layout: Layout) -> str:
    x, y = layout.x_of[slot.column], slot.y
    severity = Severity.ERROR if box.ghost else box.severity
    loud = severity is not None and severity > Severity.NOTE
    border = COLOURS[severity] if loud and severity is not None else _LINE
    fill = _PAPER if box.ghost else _FILL[box.column]
    dash = ' stroke-dasharray="5 4"' if box.ghost else ""
    drawn = "<g>" + _tooltip(box.findings, ", ".join(box.members))
    if box.members:
        drawn += (
            f'<rect x="{x + 5:.0f}" y="{y + 5:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="7" '
            f'fill="{fill}" stroke="{border}"/>'
        )
    drawn += (
        f'<rect x="{x:.0f}" y="{y:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="7" fill="{fill}" '
        f'stroke="{border}" stroke-width="{2.2 if loud else 1.2}"{dash}/>'
    )
    title_y = y + (20 if box.subtitle else 28)
    colour = border if box.ghost else _INK
    drawn += (
        f'<text x="{x + 12:.0f}" y="{title_y:.1f}" font-size="13" font-weight="600" fill="{colour}">'
        f"{escaped(_cut(box.title, _TITLE_CHARS))}</text>"
    )
    if box.subtitle:
        drawn += (
            f'<text x="{x + 12:.0f}" y="{y + 36:.1f}" font-size="10.5" fill="{_QUIET}">'
            f"{escaped(_cut(box.subtitle, _SUBTITLE_CHARS))}</text>"
        )
    if loud and box.findings:
        drawn += (
            f'<circle cx="{x + WIDTH - 2:.0f}" cy="{y + 2:.1f}" r="9" fill="{border}"/>'
            f'<text x="{x + WIDTH - 2:.0f}" y="{y + 6:.1f}" font-size="11" font-weight="700" text-anchor="middle" '
            f'fill="{_PAPER}">{len(box.findings)}</text>'
        )
    return drawn + "</g>"


def _legend(findings: Sequence[Finding], layout: Layout) -> str:
    """The findings, one to a line, cut to the width of the picture."""
    room = int((layout.width - 2 * MARGIN) / _LEGEND_CHAR) - len("warning ")
    return "".join(
        f'<text x="{MARGIN}" y="{layout.height + _LEGEND_LINE * index:.0f}" font-size="12" fill="{_INK}">'
        f'<tspan fill="{COLOURS[finding.severity]}" font-weight="700">{finding.severity}</tspan> '
        f"{escaped(_cut(f'{finding.check}, line {finding.span.line}: {_said(finding)}', room))}</text>"
        for index, finding in enumerate(findings)
    )


def _said(finding: Finding) -> str:
    return finding.message + (f" (when {finding.worlds[0]})" if finding.worlds else "")


def _tooltip(findings: Sequence[Finding], otherwise: str) -> str:
    said = "\n".join(f"{finding.severity}[{finding.check}]: {_said(finding)}" for finding in findings) or otherwise
    return f"<title>{escaped(said)}</title>" if said else ""


def escaped(text: str) -> str:
    """Text as XML takes it; signs that no XML may hold are replaced."""
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
