"""What the picture of an API shows."""

from __future__ import annotations

from building import wiring
from drawing import finding

from wsconform.check.finding import Finding, Severity
from wsconform.picture.graph import CLIENTS, NO_STAGE, Box, Column, Graph, Line, graph_of

EXECUTE = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"
CHAT = f"""\
Parameters: {{Free: {{Type: String}}}}
Resources:
  Chat: {{Type: "AWS::ApiGatewayV2::Api", Properties: {{ProtocolType: WEBSOCKET}}}}
  Other: {{Type: "AWS::ApiGatewayV2::Api", Properties: {{ProtocolType: WEBSOCKET}}}}
  Door:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Chat
      AuthorizerType: REQUEST
      AuthorizerUri: !GetAtt Doorman.Arn
      IdentitySource: [route.request.header.x-token, route.request.querystring.t]
  Say:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {{ApiId: !Ref Chat, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Sayer.Arn}}
  OfOther: {{Type: "AWS::ApiGatewayV2::Integration", Properties: {{ApiId: !Ref Other, IntegrationType: MOCK}}}}
  Send:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Chat, RouteKey: send, Target: !Sub "integrations/${{Say}}"}}
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Chat, RouteKey: $connect, AuthorizationType: CUSTOM, AuthorizerId: !Ref Door}}
  Snapshot: {{Type: "AWS::ApiGatewayV2::Deployment", DependsOn: [Send, Connect], Properties: {{ApiId: !Ref Chat}}}}
  Live:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {{ApiId: !Ref Chat, StageName: v1, DeploymentId: !Ref Snapshot}}
  Sayer: {{Type: "AWS::Lambda::Function", Properties: {{Runtime: python3.13}}}}
  Doorman: {{Type: "AWS::Lambda::Function"}}
  MaySay:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      FunctionName: !Ref Sayer
      SourceArn: !Sub "{EXECUTE}:${{Chat}}/v1/send"
  MayOpen:
    Type: AWS::Lambda::Permission
    Properties: {{Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com, FunctionName: !Ref Doorman}}
"""


def drawn(*findings: Finding, **changed: str | None) -> Graph:
    """The graph of the API above, with some resources written anew, added or (None) taken away."""
    kept: list[str] = []
    name = ""
    for line in CHAT.splitlines(keepends=True):
        if line.startswith("  ") and line[2] != " ":
            name = line.strip().partition(":")[0]
        if name not in changed:
            kept.append(line)
    added = [f"  {key}: {value}\n" for key, value in changed.items() if value is not None]
    here = wiring("".join(kept + added))
    return graph_of(next(api for api in here.apis if api.label == "Chat"), findings)


def resource(kind: str, properties: str) -> str:
    return f"{{Type: 'AWS::{kind}', Properties: {{{properties}}}}}"


def part(kind: str, properties: str) -> str:
    return resource(f"ApiGatewayV2::{kind}", f"ApiId: !Ref Chat, {properties}")


def ends(graph: Graph) -> set[tuple[str, str]]:
    return {(line.source, line.target) for line in graph.lines}


def broken(graph: Graph) -> set[tuple[str, str]]:
    return {(line.source, line.target) for line in graph.lines if line.broken}


def line(graph: Graph, source: str, target: str) -> Line:
    (found,) = (one for one in graph.lines if (one.source, one.target) == (source, target))
    return found


def ghosts(graph: Graph) -> dict[str, str]:
    return {box.id: box.title for box in graph.boxes.values() if box.ghost}


class TestSoundStack:
    def test_every_box_in_its_column(self) -> None:
        graph = drawn()
        assert graph.title == "Chat"
        assert {name: box.column for name, box in graph.boxes.items()} == {
            CLIENTS: Column.CLIENT,
            "Live": Column.STAGE,
            "Snapshot": Column.DEPLOYMENT,
            "Connect": Column.ROUTE,
            "Send": Column.ROUTE,
            "Door": Column.INTEGRATION,
            "Say": Column.INTEGRATION,
            "MaySay": Column.PERMISSION,
            "MayOpen": Column.PERMISSION,
            "Sayer": Column.FUNCTION,
            "Doorman": Column.FUNCTION,
        }

    def test_every_line_and_none_broken(self) -> None:
        graph = drawn()
        assert ends(graph) == {
            (CLIENTS, "Live"),
            ("Live", "Snapshot"),
            *(("Snapshot", "Send"), ("Snapshot", "Connect")),
            *(("Connect", "Door"), ("Send", "Say")),
            *(("Door", "MayOpen"), ("Say", "MaySay")),
            *(("MayOpen", "Doorman"), ("MaySay", "Sayer")),
        }
        assert broken(graph) == set()
        assert ghosts(graph) == {}

    def test_titles_say_what_matters(self) -> None:
        boxes = drawn().boxes
        titles = {name: (box.title, box.subtitle) for name, box in boxes.items()}
        assert titles == {
            CLIENTS: ("clients", "identity: x-token, t"),
            "Live": ("/v1", "Live"),
            "Snapshot": ("Snapshot", "snapshot"),
            "Connect": ("$connect", "Connect · CUSTOM"),
            "Send": ("send", "Send"),
            "Door": ("Door", "REQUEST"),
            "Say": ("Say", "AWS_PROXY"),
            "MaySay": ("MaySay", "v1/send"),
            "MayOpen": ("MayOpen", "any source"),
            "Sayer": ("Sayer", "python3.13"),
            "Doorman": ("Doorman", ""),
        }
        assert boxes["Send"].kind == "Route"

    def test_routes_stand_in_the_order_of_a_connection(self) -> None:
        graph = drawn(
            Default=part("Route", "RouteKey: $default"),
            Bye=part("Route", "RouteKey: $disconnect"),
            Join=part("Route", "RouteKey: join"),
        )
        routes = [box.title for box in graph.boxes.values() if box.column is Column.ROUTE]
        assert routes == ["$connect", "send", "join", "$default", "$disconnect"]

    def test_logical_ids_of_any_kind(self) -> None:
        graph = drawn(clients=part("Route", "RouteKey: a"), stage=part("Route", "RouteKey: b"), Live=None)
        assert graph.boxes["clients"].title == "a"
        assert graph.boxes["stage"].title == "b"
        assert graph.boxes[CLIENTS].column is Column.CLIENT


class TestWhatIsMissing:
    def test_a_target(self) -> None:
        graph = drawn(Send=part("Route", "RouteKey: send"))
        assert ghosts(graph) == {"Send:target": "no target"}
        assert broken(graph) == {("Send", "Send:target")}

    def test_what_a_route_names(self) -> None:
        graph = drawn(
            Send=part("Route", 'RouteKey: send, Target: !Sub "integrations/${Lost}"'),
            Connect=part("Route", "RouteKey: $connect, AuthorizerId: !Ref Sayer"),
        )
        assert {"Lost does not exist"} < set(ghosts(graph).values())
        assert "Sayer" in ghosts(graph)["Connect:authorizer"]
        assert broken(graph) == {("Send", "Send:target"), ("Connect", "Connect:authorizer")}

    def test_what_cannot_be_told_is_no_fault(self) -> None:
        graph = drawn(
            Send=part("Route", "RouteKey: send, Target: !Ref Free"),
            Connect=part("Route", "RouteKey: $connect, AuthorizationType: !Ref Free"),
            Say=part("Integration", "IntegrationType: !Ref Free, IntegrationUri: !Ref Free"),
            Door=part(
                "Authorizer",
                "AuthorizerType: !Ref Free, IdentitySource: !Ref Free, AuthorizerUri: arn:aws:lambda:x:1:function:f",
            ),
            Live=part("Stage", "StageName: !Ref Free, DeploymentId: !Ref Free"),
        )
        assert broken(graph) == set()
        assert set(ghosts(graph)) == {"Send:target", "Say:function", "Door:function", "Live:deployment"}
        assert graph.boxes[CLIENTS].subtitle == ""
        assert graph.boxes["Connect"].subtitle == "Connect · ?"
        assert graph.boxes["Say"].subtitle == "?"

    def test_an_integration_of_another_api(self) -> None:
        graph = drawn(Send=part("Route", 'RouteKey: send, Target: !Sub "integrations/${OfOther}"'))
        assert ghosts(graph) == {"Send:target": "OfOther of another API"}
        assert broken(graph) == set()

    def test_a_function(self) -> None:
        graph = drawn(Sayer=None, MaySay=None)
        assert ghosts(graph) == {"Say:function": "Sayer does not exist"}
        assert broken(graph) == {("Say", "Say:function")}

    def test_no_function_is_called(self) -> None:
        graph = drawn(Say=part("Integration", "IntegrationType: HTTP_PROXY, IntegrationUri: 'https://example.com'"))
        assert graph.boxes["Say"].subtitle == "HTTP_PROXY https://example.com"
        assert not any(line.source == "Say" for line in graph.lines)

    def test_a_permission(self) -> None:
        graph = drawn(MaySay=None)
        assert ("Say", "Sayer") in ends(graph)

    def test_a_permission_for_something_else(self) -> None:
        text = "Action: lambda:InvokeFunction, Principal: s3.amazonaws.com, FunctionName: !Ref Sayer"
        graph = drawn(MaySay=resource("Lambda::Permission", text))
        assert ("Say", "Sayer") in ends(graph)
        assert ("Say", "MaySay") not in ends(graph)

    def test_a_permission_on_nothing_known(self) -> None:
        source = f'!Sub "{EXECUTE}:${{Chat}}/*"'
        graph = drawn(MaySay=resource("Lambda::Permission", f"FunctionName: abroad, SourceArn: {source}"))
        assert graph.boxes["MaySay"].subtitle == "*"
        assert not any(line.source == "MaySay" for line in graph.lines)

    def test_a_role_needs_no_permission(self) -> None:
        graph = drawn(
            Say=part("Integration", "IntegrationType: AWS_PROXY, CredentialsArn: x, IntegrationUri: !GetAtt Sayer.Arn")
        )
        assert line(graph, "Say", "Sayer").label == "by role"

    def test_a_stage(self) -> None:
        graph = drawn(Live=None)
        assert ghosts(graph) == {NO_STAGE: "no stage"}
        assert broken(graph) == {(CLIENTS, NO_STAGE), (NO_STAGE, "Send"), (NO_STAGE, "Connect")}

    def test_a_deployment(self) -> None:
        graph = drawn(Live=part("Stage", "StageName: v1"))
        assert ghosts(graph) == {"Live:deployment": "no deployment"}
        assert broken(graph) == {("Live", "Live:deployment")}
        assert broken(drawn(Live=part("Stage", "StageName: v1, AutoDeploy: !Ref Free"))) == set()

    def test_a_deployment_that_is_none(self) -> None:
        graph = drawn(Live=part("Stage", "StageName: v1, DeploymentId: !Ref Lost"))
        assert ghosts(graph) == {"Live:deployment": "Lost does not exist"}
        other = resource("ApiGatewayV2::Deployment", "ApiId: !Ref Other")
        graph = drawn(Live=part("Stage", "StageName: v1, DeploymentId: !Ref Theirs"), Theirs=other)
        assert ghosts(graph) == {"Live:deployment": "?"}
        assert broken(graph) == {("Live", "Live:deployment")}

    def test_a_stage_that_deploys_by_itself_leads_to_the_routes(self) -> None:
        graph = drawn(Live=part("Stage", "StageName: v1, AutoDeploy: true"), Snapshot=None)
        assert {("Live", "Send"), ("Live", "Connect")} <= ends(graph)
        assert graph.boxes["Live"].subtitle == "Live · auto-deploys"
        assert ghosts(graph) == {}

    def test_routes_that_a_deployment_does_not_wait_for(self) -> None:
        graph = drawn(Snapshot=part("Deployment", "Description: none"))
        assert broken(graph) == {("Snapshot", "Send"), ("Snapshot", "Connect")}
        assert "2" in graph.boxes["Snapshot"].subtitle


class TestFindings:
    def test_about_a_link_hang_on_its_line(self) -> None:
        target = finding("Send", path="Resources/Send/Properties/Target")
        graph = drawn(target)
        found = line(graph, "Send", "Say")
        assert found.findings == [target]
        assert found.broken
        assert found.severity is Severity.ERROR
        assert graph.boxes["Send"].findings == []
        assert graph.findings == [target]

    def test_that_are_no_errors_break_no_line(self) -> None:
        graph = drawn(finding("Send", path="Resources/Send/Properties/Target", severity=Severity.WARNING))
        found = line(graph, "Send", "Say")
        assert (found.broken, found.severity) == (False, Severity.WARNING)

    def test_about_a_call_hang_on_the_line_that_no_permission_covers(self) -> None:
        for name in ("Say", "MaySay"):
            changed = {
                "MaySay": resource(
                    "Lambda::Permission", "FunctionName: !Ref Sayer, Action: 'lambda:*', Principal: s3.amazonaws.com"
                )
            }
            graph = drawn(finding(name, check="route-function-may-be-invoked"), finding(name), **changed)
            found = line(graph, "Say", "Sayer")
            assert [one.resource for one in found.findings] == [name]
            assert found.broken

    def test_about_a_permission_hang_on_its_lines(self) -> None:
        source = finding("MaySay", path="Resources/MaySay/Properties/SourceArn", severity=Severity.WARNING)
        name = finding("MaySay", path="Resources/MaySay/Properties/FunctionName", severity=Severity.WARNING)
        graph = drawn(source, name)
        assert line(graph, "Say", "MaySay").findings == [source]
        assert line(graph, "MaySay", "Sayer").findings == [name]

    def test_about_the_rest_hang_on_their_box_or_stay_in_the_list(self) -> None:
        route, api, none = finding("Send"), finding("Chat"), finding(None)
        graph = drawn(route, api, none)
        assert graph.boxes["Send"].findings == [route]
        assert [box.id for box in graph.boxes.values() if box.findings] == ["Send"]
        assert graph.findings == [route, api, none]


def test_the_worst_finding_tells_the_severity() -> None:
    some = [finding(severity=Severity.NOTE), finding(severity=Severity.WARNING)]
    assert Box("b", Column.ROUTE, "b", findings=some).severity is Severity.WARNING
    assert Box("b", Column.ROUTE, "b").severity is None
    assert Line("a", "b", findings=some).severity is Severity.WARNING
    assert Line("a", "b").severity is None
    assert Line("a", "b", broken=True).severity is Severity.ERROR


def test_an_api_of_another_template() -> None:
    here = wiring(
        "Resources: {R: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: !ImportValue A, RouteKey: x}}}"
    )
    graph = graph_of(here.apis[0], [])
    assert graph.title == "import:A"
    assert "R" in graph.boxes
