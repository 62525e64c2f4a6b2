"""From a template to its wiring, in each of its worlds."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import wiring, wirings
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.source import parse
from wsconform.wiring.model import Api, Wiring
from wsconform.wiring.reader import PARTS, RELEVANT, names_of, read_stack, read_wiring


def labels(here: Wiring) -> list[str]:
    return [api.label for api in here.apis]


def keys(api: Api) -> list[str | None]:
    return [route.key for route in api.routes]


WEBSOCKET = '{Type: "AWS::ApiGatewayV2::Api", Properties: {Name: chat, ProtocolType: WEBSOCKET}}'


def resource(kind: str, properties: str) -> str:
    return f'{{Type: "AWS::ApiGatewayV2::{kind}", Properties: {{{properties}}}}}'


class TestApis:
    def test_several(self) -> None:
        here = wiring(f"""
Resources:
  SendB: {resource("Route", "ApiId: !Ref B, RouteKey: b")}
  A: {WEBSOCKET}
  SendA: {resource("Route", "ApiId: !GetAtt A.ApiId, RouteKey: a")}
  B: {WEBSOCKET}
""")
        assert [(api.label, keys(api)) for api in here.apis] == [("A", ["a"]), ("B", ["b"])]
        assert here.adrift == []
        assert here.api_of["SendA"] is here.apis[0]

    def test_of_every_part(self) -> None:
        parts = "".join(
            f"  P{n}: {resource(kind.rpartition('::')[2], 'ApiId: !Ref A')}\n" for n, kind in enumerate(PARTS)
        )
        (api,) = wiring(f"Resources:\n  A: {WEBSOCKET}\n{parts}").apis
        assert sorted(part.id for part in api.parts()) == [f"P{n}" for n in range(len(PARTS))]

    def test_of_http_are_left_alone(self) -> None:
        here = wiring(f"""
Resources:
  Rooms: {resource("Api", "Name: rooms, ProtocolType: HTTP")}
  Rest: {{Type: "AWS::ApiGateway::RestApi"}}
  List: {resource("Route", 'ApiId: !Ref Rooms, RouteKey: "GET /rooms"')}
  Any: {resource("Route", "ApiId: !Ref Rooms, RouteKey: $default")}
  F: {{Type: "AWS::Lambda::Function"}}
""")
        assert here.apis == []
        assert here.adrift == []
        assert [function.id for function in here.functions] == ["F"]

    @pytest.mark.parametrize(
        "part",
        [
            resource("Route", "ApiId: !Ref A, RouteKey: $connect"),
            resource("RouteResponse", "ApiId: !Ref A"),
            resource("Integration", "ApiId: !Ref A, IntegrationType: MOCK"),
        ],
    )
    def test_of_http_with_websocket_wiring_are_kept(self, part: str) -> None:
        here = wiring(f"Resources: {{A: {resource('Api', 'ProtocolType: HTTP')}, P: {part}}}")
        assert labels(here) == ["A"]
        assert not here.apis[0].is_websocket

    def test_of_no_protocol(self) -> None:
        assert labels(wiring(f"Resources: {{A: {resource('Api', 'Name: a')}}}")) == []

    def test_what_an_api_is_called(self) -> None:
        (api,) = wiring(f"Resources: {{A: {WEBSOCKET}}}").apis
        assert names_of(api) == ("A", "chat")


class TestOutside:
    @pytest.mark.parametrize(
        ("one", "other", "count"),
        [
            ("!Ref ApiId", "!Sub '${ApiId}'", 1),
            ("!ImportValue Api", "!ImportValue Api", 1),
            ("!ImportValue Api", "!ImportValue Other", 2),
            ("abc123", "abc123", 1),
            ("abc123", "!Ref ApiId", 2),
            ("!Ref Looked", "!Ref Looked", 1),
            ('"{{resolve:ssm:/api}}"', '"{{resolve:ssm:/api}}"', 1),
            ("!GetAtt Elsewhere.Outputs.ApiId", "!GetAtt Elsewhere.Outputs.ApiId", 1),
        ],
    )
    def test_one_per_unknown_id(self, one: str, other: str, count: int) -> None:
        here = wiring(f"""
Parameters: {{ApiId: {{Type: String}}, Looked: {{Type: "AWS::SSM::Parameter::Value<String>", Default: /api}}}}
Resources:
  Elsewhere: {{Type: "AWS::CloudFormation::Stack", Properties: {{TemplateURL: "https://example.com/t.yaml"}}}}
  R: {resource("Route", f"RouteKey: a, ApiId: {one}")}
  S: {resource("Route", f"RouteKey: b, ApiId: {other}")}
""")
        assert len(here.apis) == len(here.outside) == count
        assert all(api.element is None and api.is_websocket for api in here.apis)
        assert names_of(here.apis[0]) == ()
        assert sorted(key or "" for api in here.apis for key in keys(api)) == ["a", "b"]

    def test_of_http_are_left_alone(self) -> None:
        route = resource("Route", 'ApiId: !ImportValue Api, RouteKey: "GET /x"')
        assert wiring(f"Resources: {{R: {route}}}").apis == []


class TestAdrift:
    @pytest.mark.parametrize(
        "api_id",
        [
            *("!Ref Lost", "!Ref F", "!GetAtt A.ApiEndpoint", '""', "A", "chat", "!Ref Gone"),
            *("[!Ref A]", "{Ref: A, x: y}", "!Split [',', a]", "!FindInMap [Apis, dev, id]"),
        ],
    )
    def test_a_part_whose_api_id_names_no_api(self, api_id: str) -> None:
        here = wiring(f"""
Conditions: {{Never: !Equals [a, b]}}
Resources:
  A: {WEBSOCKET}
  Gone: {{Condition: Never, Type: "AWS::ApiGatewayV2::Api", Properties: {{ProtocolType: WEBSOCKET}}}}
  F: {{Type: "AWS::Lambda::Function"}}
  R: {resource("Route", f"RouteKey: a, ApiId: {api_id}")}
""")
        assert labels(here) == ["A"]
        assert [part.id for part in here.adrift] == ["R"]
        assert keys(here.apis[0]) == []

    def test_a_part_without_api_id(self) -> None:
        here = wiring(f"Resources: {{A: {WEBSOCKET}, R: {resource('Route', 'RouteKey: a')}}}")
        assert [part.id for part in here.adrift] == ["R"]


class TestWorlds:
    TEXT = f"""
Parameters:
  Env: {{Type: String, Default: dev, AllowedValues: [dev, prod]}}
  Size: {{Type: Number, Default: 1, AllowedValues: [1, 2, 3]}}
Conditions: {{IsProd: !Equals [!Ref Env, prod]}}
Resources:
  A: {WEBSOCKET}
  Always: {resource("Route", "ApiId: !Ref A, RouteKey: !If [IsProd, prod, dev]")}
  InProd: {{Condition: IsProd, Type: "AWS::ApiGatewayV2::Route", Properties: {{ApiId: !Ref A, RouteKey: more}}}}
  F: {{Type: "AWS::Lambda::Function", Properties: {{MemorySize: !Ref Size}}}}
"""

    def test_each_has_its_wiring(self) -> None:
        dev, prod = wirings(self.TEXT)
        assert (keys(dev.apis[0]), keys(prod.apis[0])) == (["dev"], ["prod", "more"])

    def test_given_values_leave_one(self) -> None:
        assert keys(wiring(self.TEXT, given={"Env": "prod"}).apis[0]) == ["prod", "more"]

    def test_what_no_check_depends_on_makes_none(self) -> None:
        assert len(read_stack(parse(self.TEXT.encode(), "t.yaml")).worlds) == 2
        assert "AWS::SQS::Queue" not in RELEVANT


class TestNestedStacks:
    CHILD = f"""
Parameters: {{ApiId: {{Type: String}}, Key: {{Type: String, Default: x}}}}
Resources:
  R: {resource("Route", "ApiId: !Ref ApiId, RouteKey: !Ref Key")}
Outputs: {{RouteId: {{Value: !Ref R}}}}
"""

    def test_that_declare_routes_of_the_parents_api(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text(self.CHILD)

        def nested(key: str) -> str:
            properties = f"{{TemplateURL: child.yaml, Parameters: {{ApiId: !Ref A, Key: {key}}}}}"
            return f"{{Type: 'AWS::CloudFormation::Stack', Properties: {properties}}}"

        response = resource("RouteResponse", "ApiId: !Ref A, RouteId: !GetAtt One.Outputs.RouteId")
        here = wiring(
            f"Resources: {{A: {WEBSOCKET}, One: {nested('send')}, Two: {nested('join')}, Answer: {response}}}", tmp_path
        )
        (api,) = here.apis
        assert keys(api) == ["send", "join"]
        assert [route.id for route in api.routes] == ["One/R", "Two/R"]
        assert [route.label for route in api.routes] == ["R", "R"]
        (answer,) = api.route_responses
        assert answer.route is api.routes[0]

    def test_that_give_their_api_to_the_parent(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text(f"Resources: {{A: {WEBSOCKET}}}\nOutputs: {{ApiId: {{Value: !Ref A}}}}\n")
        here = wiring(
            f"""
Resources:
  Nested: {{Type: "AWS::CloudFormation::Stack", Properties: {{TemplateURL: child.yaml}}}}
  R: {resource("Route", "ApiId: !GetAtt Nested.Outputs.ApiId, RouteKey: send")}
""",
            tmp_path,
        )
        assert [(api.key, keys(api)) for api in here.apis] == [("Nested/A", ["send"])]


def test_what_sam_makes_of_its_own_kind_of_api() -> None:
    here = wiring("""
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: v1
      Routes:
        $connect: {FunctionArn: !GetAtt F.Arn}
        send: {FunctionArn: !GetAtt F.Arn}
  F: {Type: "AWS::Serverless::Function", Properties: {InlineCode: x, Handler: i.h, Runtime: python3.13}}
""")
    (api,) = here.apis
    assert (api.label, sorted(str(key) for key in keys(api))) == ("Chat", ["$connect", "send"])
    assert [function.id for function in api.functions] == ["F"]
    assert len(api.permissions) == 2
    assert {str(stage.name) for stage in api.stages} == {"v1"}


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(["A", "R", "F", "$connect", "a:b", "${A}", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["A", "R", "I", "D", "S", "F", "P"]),
        st.fixed_dictionaries(
            {"Type": st.sampled_from(sorted(RELEVANT))},
            optional={
                "Properties": st.dictionaries(
                    st.sampled_from(
                        ["ApiId", "RouteKey", "Target", "ProtocolType", "FunctionName", "Name", "StageName"]
                    ),
                    SHAPES,
                )
                | SHAPES,
                "DependsOn": SHAPES,
                "Condition": SHAPES,
            },
        ),
    )
)
def test_resources_of_any_shape_have_a_wiring(resources: dict[str, object]) -> None:
    import json

    of = read_stack(parse(json.dumps({"Resources": resources}).encode(), "t.json"))
    for world in of.worlds:
        here = read_wiring(of.in_world(world))
        for api in here.apis:
            assert all(part.api is api for part in api.parts())
            assert api.calls == api.calls
            assert api.permissions is api.permissions
