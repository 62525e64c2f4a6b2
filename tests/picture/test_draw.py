"""From an examination to a picture."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from wsconform.check.examine import Examination, examine
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import whole_template
from wsconform.check.registry import Check
from wsconform.picture.draw import FORMATS, picture
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

BASE = (builtin_folder() / "example.yaml").read_text()
CHECKS = load_static()


def examined(snippet: str = "", checks: Iterable[Check] = CHECKS) -> Examination:
    """The sound stack of the pages, changed by a snippet, under some checks."""
    text = whole_template(snippet, BASE)
    return examine(read_stack(parse(text.encode(), "chat.yaml")), checks)


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 (our own text)
    return ["".join(one.itertext()) for one in root.iter() if one.tag.endswith("text")]


class _Page(HTMLParser):
    """Gathers the text of a page, and the tags that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert all(not name.startswith("on") for name, _ in attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert all(not name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def page(html: str) -> _Page:
    found = _Page()
    found.feed(html)
    assert found.open == []
    return found


BROKEN = """\
Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${Lost}
"""


def test_a_sound_stack_in_every_format() -> None:
    found = examined(checks=[])
    shown = texts(picture(found, ".svg"))
    assert {"ChatApi", "clients", "/v1", "$connect", "send", "$default", "ChatIntegration", "DoorAuthorizer"} <= set(
        shown
    )
    assert "#c62828" not in picture(found, ".svg").partition("</defs>")[2]
    assert picture(found, ".mmd").startswith("flowchart LR\n")
    html = page(picture(found, ".html"))
    assert "Nothing is wrong" in html.said
    assert "chat.yaml" in html.said
    assert "svg" in html.tags
    assert len(FORMATS) == 3


def test_a_fault_is_red_and_listed_with_its_finding() -> None:
    found = examined(BROKEN)
    (fault,) = (one for one in found.findings if one.check == "reference-exists")
    svg = picture(found, ".svg")
    assert "Lost does not exist" in texts(svg)
    assert 'stroke="#c62828"' in svg
    assert any("reference-exists" in text for text in texts(svg))
    assert "#c62828" in picture(found, ".mmd")
    html = page(picture(found, ".html"))
    for said in (fault.check, fault.message, fault.why, fault.fix, str(fault.span), "error"):
        assert said in html.said


def test_what_a_user_wrote_is_shown_as_text_in_every_format() -> None:
    evil = '<script>alert(\\"x\\")</script> & %%{init}%%'
    found = examined(BROKEN.replace("RouteKey: send", f'RouteKey: "{evil}"').replace("Lost", "Lo<b>st"))
    for suffix in (".svg", ".html"):
        assert "<script" not in picture(found, suffix)
        assert "<b>" not in picture(found, suffix)
    assert any(text.startswith("<script>") for text in texts(picture(found, ".svg")))
    mermaid = picture(found, ".mmd")
    assert "<script" not in mermaid
    assert "%%" not in mermaid


WORLDS = """\
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  OtherApi:
    Type: AWS::ApiGatewayV2::Api
    Condition: IsProd
    Properties: {Name: other, ProtocolType: WEBSOCKET}
"""


def test_an_api_that_is_not_made_by_default_is_drawn_where_it_is() -> None:
    found = examined(WORLDS)
    assert sorted(found.apis) == ["ChatApi", "OtherApi"]
    shown = texts(picture(found, ".svg"))
    assert "ChatApi" in shown
    assert "OtherApi (when IsProd is true)" in shown
    assert shown.count("ChatApi") == 1
    html = page(picture(found, ".html"))
    assert "when IsProd is true" in html.said


def test_only_what_concerns_an_api_is_listed_under_it() -> None:
    found = examined(WORLDS.replace("    Condition: IsProd\n", ""))
    others = [one for one in found.findings if one.api == "OtherApi"]
    assert others
    html = page(picture(found, ".html"))
    assert all(one.message in html.said for one in others)


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_api_that_sam_refuses_leaves_the_findings(suffix: str) -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nResources: {Chat: {Type: 'AWS::Serverless::WebSocketApi'}}\n"
    found = examine(read_stack(parse(text.encode(), "chat.yaml")), CHECKS)
    assert list(found.findings)
    said = picture(found, suffix)
    assert "chat.yaml" in said
    assert suffix == ".mmd" or "sam-accepts-template" in said


def test_a_large_api_is_drawn_in_piles() -> None:
    many = "Resources:\n" + "".join(
        f"  Route{number}:\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref ChatApi\n"
        f"      RouteKey: key{number}\n      Target: !Sub integrations/${{ChatIntegration}}\n"
        for number in range(120)
    )
    many += (
        "  Deployment:\n    Type: AWS::ApiGatewayV2::Deployment\n    DependsOn: [ConnectRoute, SendRoute, DefaultRoute"
    )
    many += "".join(f", Route{number}" for number in range(120)) + "]\n    Properties:\n      ApiId: !Ref ChatApi\n"
    shown = texts(picture(examined(many), ".svg"))
    assert "121 routes" in shown
