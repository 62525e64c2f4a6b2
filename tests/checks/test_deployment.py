"""Which deployments are found wanting, beyond the examples on the checks' pages."""

from pathlib import Path

import pytest
from examining import Everything, Found, Marked, Undecided

from wsconform.check.examine import examine
from wsconform.check.finding import Finding
from wsconform.check.packs import load_static
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

PROD = """
Conditions:
  Prod: !Equals [!Ref AWS::Region, eu-west-1]
"""
DEPLOYMENT = """
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    {depends}
    Properties:
      ApiId: !Ref ChatApi
"""
STAGE = """
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: v1
      {shows}
"""
ADMIN_API = """
  AdminApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: admin
      ProtocolType: HTTP
"""
ALL = "DependsOn: [ConnectRoute, SendRoute, DefaultRoute]"
WAITS = "deployment-waits-for-routes"


def deployment(depends: str) -> str:
    return "Resources:" + DEPLOYMENT.format(depends=depends)


@pytest.mark.parametrize(
    "depends",
    [
        "DependsOn: ConnectRoute # <--",
        "DependsOn: [ChatIntegration] # <--",
        "DependsOn: [] # <--",
        'DependsOn: ["ConnectRoute", "DefaultRoute"] # <--',
    ],
)
def test_dependson_that_lacks_a_route_is_where_it_is_found(depends: str, marked_findings: Marked) -> None:
    assert marked_findings(deployment(depends)) == [(WAITS, "Deployment", "error", True)]


def test_a_reference_orders_as_dependson_does(marked_findings: Marked) -> None:
    text = deployment("DependsOn: SendRoute").rstrip() + "\n      Description: !Sub ${ConnectRoute} ${DefaultRoute}\n"
    assert marked_findings(text) == []


def test_a_name_misspelt_in_dependson_is_one_finding(marked_findings: Marked) -> None:
    found = marked_findings(deployment("DependsOn: [ConnectRoute, SendRuote, DefaultRoute]"))
    assert [check for check, *_ in found] == ["reference-exists"]


def test_what_else_is_missing_beside_a_misspelt_name_is_found_too(marked_findings: Marked) -> None:
    found = marked_findings(deployment("DependsOn: [SendRuote, DefaultRoute]"))
    assert sorted(check for check, *_ in found) == [WAITS, "reference-exists"]


def test_a_route_counts_in_the_worlds_where_it_exists(found_in: Found) -> None:
    found = found_in(
        PROD
        + deployment("DependsOn: [ConnectRoute, DefaultRoute]")
        + """
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Condition: Prod
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${ChatIntegration}
"""
    )
    assert [(one.check, one.worlds) for one in found] == [(WAITS, ("Prod is true",))]


def test_a_deployment_that_is_deployed_again_needs_one_route_only(marked_findings: Marked) -> None:
    again = STAGE.format(shows="AutoDeploy: true\n      DeploymentId: !Ref Deployment")
    assert marked_findings(deployment("DependsOn: SendRoute") + again) == []
    assert [check for check, *_ in marked_findings(deployment("") + again)] == [WAITS]


def test_whether_it_is_deployed_again_may_be_unknown(undecided_in: Undecided) -> None:
    again = STAGE.format(shows="AutoDeploy: !ImportValue auto\n      DeploymentId: !Ref Deployment")
    assert undecided_in(deployment("DependsOn: SendRoute") + again) == [(WAITS, '"auto" is exported by another stack')]


def test_a_deployment_that_no_stage_shows_need_not_wait(marked_findings: Marked) -> None:
    text = deployment("") + STAGE.format(shows="AutoDeploy: true")
    assert marked_findings(text) == []


def test_a_deployment_that_makes_its_own_stage_has_to_wait(marked_findings: Marked) -> None:
    text = deployment("").rstrip() + "\n      StageName: v1\n  Stage: null\n"
    assert [check for check, *_ in marked_findings(text)] == [WAITS]


def test_integration_responses_behind_routes_and_named_models_are_waited_for(
    found_in: Found,
) -> None:
    found = found_in(
        deployment(ALL)
        + """
  EchoIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: MOCK
  EchoResponse:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref ChatApi
      IntegrationId: !Ref EchoIntegration
      IntegrationResponseKey: $default
  Message:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref ChatApi
      Name: Message
      Schema: {type: object}
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${EchoIntegration}
      ModelSelectionExpression: message
      RequestModels:
        message: Message
"""
    )
    (one,) = [one for one in found if one.check == WAITS]
    assert "EchoResponse and Message" in one.message
    assert one.fix == "give Deployment DependsOn: [ConnectRoute, SendRoute, DefaultRoute, EchoResponse, Message]"


def test_the_door_left_open_is_said(found_in: Found) -> None:
    (one,) = found_in(deployment("DependsOn: [SendRoute, DefaultRoute]"))
    assert one.message.endswith("a snapshot without ConnectRoute lets everybody in")
    assert one.fix == "give Deployment DependsOn: [SendRoute, DefaultRoute, ConnectRoute]"


ROOT = """
Transform: AWS::Serverless-2016-10-31
Resources:
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
  Routes:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: routes.yaml
      Parameters:
        Api: !Ref ChatApi
  Show:
    Type: AWS::CloudFormation::Stack
    {depends}
    Properties:
      TemplateURL: show.yaml
      Parameters:
        Api: !Ref ChatApi
"""
ROUTES = """
Parameters:
  Api: {Type: String}
Resources:
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: $connect
      AuthorizationType: AWS_IAM
"""
SHOW = """
Parameters:
  Api: {Type: String}
Resources:
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    Properties:
      ApiId: !Ref Api
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: v1
      DeploymentId: !Ref Deployment
"""


def nested(folder: Path, root: str, **templates: str) -> list[Finding]:
    for name, text in templates.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "root.yaml").write_text(root)
    return [one for one in examine(read_stack(read(folder / "root.yaml")), load_static()).findings if one.severity > 1]


def test_a_deployment_waits_for_routes_through_the_stacks_around_them(tmp_path: Path) -> None:
    root = ROOT.replace("{depends}", "DependsOn: Routes")
    assert [one.check for one in nested(tmp_path, root, routes=ROUTES, show=SHOW) if one.check == WAITS] == []


def test_the_nested_stack_is_what_has_to_wait(tmp_path: Path) -> None:
    found = nested(tmp_path, ROOT.replace("    {depends}\n", ""), routes=ROUTES, show=SHOW)
    (one,) = [one for one in found if one.check == WAITS]
    assert (Path(one.template).name, one.resource, one.fix) == (
        "show.yaml",
        "Deployment",
        "give Show DependsOn: [Routes]",
    )


def test_routes_in_a_nested_stack_that_cannot_be_read_leave_it_open(tmp_path: Path) -> None:
    (tmp_path / "root.yaml").write_text(ROOT.replace("    {depends}\n", ""))
    (tmp_path / "show.yaml").write_text(SHOW)
    verdicts = examine(read_stack(read(tmp_path / "root.yaml")), load_static()).verdicts
    (one,) = [one for verdict in verdicts if verdict.check == WAITS for one in verdict.undecided]
    assert 'its id is passed to "Routes"' in one.reason


@pytest.mark.parametrize(
    ("shows", "expected"),
    [
        ("DeploymentId: !Ref SendRoute # <--", [("stage-deployment-is-deployment", "Stage", "error", True)]),
        ("DeploymentId: !GetAtt Deployment.Id # <--", [("stage-deployment-is-deployment", "Stage", "error", True)]),
        ("DeploymentId: !Ref Deploymnet # <--", [("reference-exists", "Stage", "error", True)]),
        ("DeploymentId: a1b2c3 # <--", [("stage-deployment-is-deployment", "Stage", "warning", True)]),
        ("DeploymentId: !Sub ${Deployment}", []),
        ("DeploymentId: {Fn::GetAtt: [Deployment, DeploymentId]}", []),
    ],
)
def test_where_deployment_id_leads(
    shows: str, expected: list[tuple[str, str | None, str, bool]], marked_findings: Marked
) -> None:
    assert marked_findings("Resources:" + STAGE.format(shows=shows)) == expected


def test_a_deployment_from_outside_leaves_the_stage_open(undecided_in: Undecided, marked_findings: Marked) -> None:
    text = "Resources:" + STAGE.format(shows="DeploymentId: !ImportValue chat-deployment")
    assert marked_findings(text) == []
    assert {check for check, _ in undecided_in(text)} == {"deployment-in-same-api", "deployment-is-shown"}


def test_a_deployment_without_an_api_is_left_to_others(marked_findings: Marked) -> None:
    found = marked_findings(
        "Resources:" + DEPLOYMENT.format(depends=ALL).replace("ApiId: !Ref ChatApi", "Description: none")
    )
    assert [check for check, *_ in found] == ["api-id-names-an-api"]


def test_a_stage_of_another_api_that_shows_this_ones_deployment(marked_findings: Marked) -> None:
    stage = STAGE.format(shows="DeploymentId: !Ref Deployment").replace("!Ref ChatApi", "!Ref AdminApi # <--")
    assert marked_findings("Resources:" + ADMIN_API + stage) == [("stage-exists", "Stage", "error", True)]


@pytest.mark.parametrize(
    ("outlet", "speaks"),
    [
        ("Outputs:\n  Url:\n    Value: !Sub wss://${ChatApi}.example.com\n", True),
        ("Outputs:\n  Api:\n    Value: !Ref ChatApi\n", True),
        ("Outputs:\n  Api:\n    Value: !Ref ChatApi\n    Export:\n      Name: chat\n", False),
        (
            "Resources:\n  Kept:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Value: !GetAtt ChatApi.ApiId\n",
            False,
        ),
        ("Resources:\n  Made:\n    Type: Custom::Stage\n    Properties:\n      Api: !Ref ChatApi\n", False),
    ],
)
def test_a_stage_may_be_in_another_template(
    outlet: str, *, speaks: bool, marked_findings: Marked, undecided_in: Undecided
) -> None:
    text = outlet + ("" if "Resources:" in outlet else "Resources:\n") + "  Stage: null\n"
    assert [check for check, *_ in marked_findings(text)] == (["stage-exists"] if speaks else [])
    assert [check for check, _ in undecided_in(text)] == ([] if speaks else ["stage-exists"])


def test_an_api_that_is_given_out_without_a_deployment_leaves_its_stage_open(undecided_in: Undecided) -> None:
    text = "Outputs:\n  Api:\n    Value: !Ref ChatApi\nResources:\n  Stage: null\n  Deployment: null\n"
    assert [check for check, _ in undecided_in(text)] == ["stage-exists"]


def test_a_deployment_that_something_else_refers_to_is_left_alone(marked_findings: Marked) -> None:
    extra = deployment(ALL) + DEPLOYMENT.format(depends=ALL).replace("Deployment:", "Spare:", 1)
    assert [(check, resource) for check, resource, *_ in marked_findings(extra)] == [("deployment-is-shown", "Spare")]
    assert marked_findings("Outputs:\n  Spare:\n    Value: !Ref Spare\n" + extra.lstrip()) == []


@pytest.mark.parametrize("name", ["Deployment20260401", "Deployment4f2a9c", "WebsocketsDeployment1700000000000"])
def test_a_name_made_from_the_content_follows_changes(name: str, examine_snippet: Everything) -> None:
    text = "Resources:\n  Deployment: null\n" + DEPLOYMENT.format(depends=ALL).replace("Deployment:", f"{name}:", 1)
    assert examine_snippet(text + STAGE.format(shows=f"DeploymentId: !Ref {name}")) == []


@pytest.mark.parametrize("name", ["Deployment2", "DeploymentFacade", "SecondDeployment"])
def test_a_name_that_stays_does_not(name: str, examine_snippet: Everything) -> None:
    text = "Resources:\n  Deployment: null\n" + DEPLOYMENT.format(depends=ALL).replace("Deployment:", f"{name}:", 1)
    found = examine_snippet(text + STAGE.format(shows=f"DeploymentId: !Ref {name}"))
    assert [(check, severity) for check, _, _, severity in found] == [("deployment-follows-changes", "note")]


def test_an_api_of_which_only_the_name_is_here_has_its_stage_elsewhere(undecided_in: Undecided) -> None:
    gone = "".join(f"  {name}: null\n" for name in ("ConnectRoute", "SendRoute", "DefaultRoute", "Deployment", "Stage"))
    found = undecided_in("Resources:\n" + gone)
    assert ("stage-exists", "ChatApi has neither routes nor stages in this template") in found


def test_a_stage_of_another_websocket_api_that_shows_this_ones_deployment_is_one_finding(
    marked_findings: Marked,
) -> None:
    other = """
  NewsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: news, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  NewsConnect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref NewsApi, RouteKey: $connect, AuthorizationType: AWS_IAM}
"""
    shown = STAGE.format(shows="DeploymentId: !Ref Deployment # <--").replace("!Ref ChatApi", "!Ref NewsApi")
    found = marked_findings("Resources:" + other + shown)
    assert found == [("deployment-in-same-api", "Stage", "error", True)]


def test_many_missing_routes_are_counted(found_in: Found) -> None:
    routes = "".join(
        f"""
  Route{number}:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: key{number}
      Target: !Sub integrations/${{ChatIntegration}}
"""
        for number in range(20)
    )
    (one,) = found_in(deployment(ALL) + routes)
    assert one.message.endswith('Route6 (route "key6") and 13 more')
    assert one.label == "does not wait for Route0, Route1 and 18 more"
    assert "Route19]" in one.fix


@pytest.mark.parametrize("api", ["!Ref ChatAip", "!Ref SendRoute"])
def test_a_stage_that_joins_no_api_is_left_to_others(api: str, marked_findings: Marked) -> None:
    text = "Resources:" + STAGE.format(shows="DeploymentId: !Ref Deployment").replace("!Ref ChatApi", api)
    assert [check for check, *_ in marked_findings(text)] == ["api-id-names-an-api"]


def test_a_stage_of_an_http_api_that_sam_makes_is_none_of_this_one(marked_findings: Marked) -> None:
    http = "\n  News:\n    Type: AWS::Serverless::HttpApi\n"
    stage = STAGE.format(shows="AutoDeploy: true").replace("!Ref ChatApi", "!Ref News")
    assert [check for check, *_ in marked_findings("Resources:" + http + stage)] == ["stage-exists"]
    implicit = stage.replace("!Ref News", "!Ref ServerlessHttpApi")
    assert [check for check, *_ in marked_findings("Resources:" + implicit)] == ["stage-exists"]
