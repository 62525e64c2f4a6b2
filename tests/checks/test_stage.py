"""What stages and custom domain names are found wanting in, beyond the examples on the checks' pages."""

import pytest
from examining import Everything, Found, Marked, Undecided
from hypothesis import given
from hypothesis import strategies as st

from wsconform.check.examine import examine
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import whole_template
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

REGISTRY = load_static()
LOG = "access-log-settings-complete"
BASE = (builtin_folder() / "example.yaml").read_text()
WIDE = """
  ChatPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ChatFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/*
"""
ROLE = """
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      InlineCode: |
        def handler(event, context):
            return {"statusCode": 200}
"""


def stage(*lines: str, name: str = "v1", shows: str = "DeploymentId: !Ref Deployment") -> str:
    settings = "".join(f"      {line}\n" for line in ("ApiId: !Ref ChatApi", f"StageName: {name}", shows, *lines))
    return f"Resources:\n  Stage:\n    Type: AWS::ApiGatewayV2::Stage\n    Properties:\n{settings}"


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("v1 # <--", None),
        ("Prod_2026 # <--", None),
        ("$default # <--", "note"),
        ("v-1 # <--", "warning"),
        ("!Sub ${AWS::StackName}-v1 # <--", "warning"),
        ("v/1 # <--", "error"),
        ("'' # <--", "error"),
        (f"{'x' * 129} # <--", "error"),
        ("!Sub ${AWS::StackName} # <--", None),
    ],
)
def test_stage_names(name: str, severity: str | None, examine_snippet: Everything) -> None:
    found = examine_snippet(stage(name=name) + WIDE + ROLE)
    mine = [severity for check, _, _, severity in found if check == "stage-name-allowed"]
    assert mine == ([severity] if severity else [])


@given(st.text(alphabet="abcXYZ019_", min_size=1, max_size=20))
def test_letters_digits_and_underscores_are_allowed(name: str) -> None:
    text = whole_template(stage(name=f'"{name}"') + WIDE + ROLE, BASE)
    found = examine(read_stack(parse(text.encode(), "template.yaml")), REGISTRY).findings
    assert [one.check for one in found if one.check.startswith("stage-")] == []


def test_a_stage_name_that_is_chosen_at_deployment_is_left_open(undecided_in: Undecided) -> None:
    text = "Parameters:\n  Name:\n    Type: String\n" + stage(name="!Ref Name") + WIDE + ROLE
    assert undecided_in(text) == [("stage-name-allowed", 'parameter "Name" has no default and no value was given')]


@pytest.mark.parametrize("auto", ["AutoDeploy: true", 'AutoDeploy: "true"', "AutoDeploy: !If [Prod, true, true]"])
def test_a_stage_that_deploys_by_itself_needs_no_deployment(auto: str, marked_findings: Marked) -> None:
    text = "Conditions:\n  Prod: !Equals [!Ref AWS::Region, eu-west-1]\n" + stage(shows=auto) + "  Deployment: null\n"
    assert marked_findings(text) == []


def test_a_stage_without_a_deployment_in_one_world(found_in: Found) -> None:
    shows = "DeploymentId: !If [Prod, !Ref Deployment, !Ref AWS::NoValue]"
    found = found_in("Conditions:\n  Prod: !Equals [!Ref AWS::Region, eu-west-1]\n" + stage(shows=shows))
    assert [(one.check, one.worlds) for one in found] == [("stage-has-deployment", ("Prod is false",))]


def test_whether_a_stage_deploys_by_itself_may_be_unknown(undecided_in: Undecided) -> None:
    assert ("stage-has-deployment", '"auto" is exported by another stack') in undecided_in(
        stage(shows="AutoDeploy: !ImportValue auto")
    )


@pytest.mark.parametrize(("named", "speaks"), [("v1", False), ("v2", True)])
def test_a_deployment_may_name_the_stage(named: str, *, speaks: bool, marked_findings: Marked) -> None:
    deployment = f"""
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute]
    Properties:
      ApiId: !Ref ChatApi
      StageName: {named}
"""
    found = marked_findings(stage(shows="Description: none") + deployment + WIDE + ROLE)
    assert [check for check, *_ in found] == (["stage-has-deployment"] if speaks else [])


@pytest.mark.parametrize("second", ["v1", "!Ref Stage", "!Sub '${Stage}'"])
def test_two_stages_of_one_name(second: str, marked_findings: Marked) -> None:
    text = f"""Resources:
  Twin:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: {second} # <--
      DeploymentId: !Ref Deployment
"""
    assert marked_findings(text) == [("stage-names-unique", "Twin", "error", True)]


@pytest.mark.parametrize(
    ("settings", "check"),
    [
        ("RouteSettings: {$connect: {ThrottlingRateLimit: 1}}", None),
        ("RouteSettings: {$disconnect: {ThrottlingRateLimit: 1}} # <--", "stage-route-settings-name-routes"),
        ("RouteSettings: [] # <--", "property-is-map"),
        ("DefaultRouteSettings: {LoggingLevel: ERROR}", None),
        ("DefaultRouteSettings: {LoggingLevel: debug} # <--", "logging-level-allowed"),
        ("DefaultRouteSettings: ERROR # <--", "property-is-map"),
        ("StageVariables: {table: 'chat-1.2~x:/?#&=,_'}", None),
        ("StageVariables: {table: chat+1} # <--", "stage-variables-allowed"),
        ("StageVariables: {table: ''} # <--", "stage-variables-allowed"),
        ("StageVariables: {table: [a]}", None),
        ("AccessLogSettings: {DestinationArn: !GetAtt Log.Arn, Format: $context.extendedRequestId}", None),
        ("AccessLogSettings: {DestinationArn: !Sub '${Log.Arn}:*', Format: $context.requestId}", None),
        (
            "AccessLogSettings: {DestinationArn: 'arn:aws:logs:x:1:log-group:y', Format: $context.requestId}",
            None,
        ),
        ("AccessLogSettings: {DestinationArn: !GetAtt Log.Arn} # <--", LOG),
        ("AccessLogSettings: {Format: $context.requestId} # <--", LOG),
        (
            "AccessLogSettings: {DestinationArn: /chat, Format: $context.requestId} # <--",
            LOG,
        ),
        (
            "AccessLogSettings: {DestinationArn: !GetAtt ChatFunction.Arn, Format: $context.requestId} # <--",
            LOG,
        ),
        (
            f"AccessLogSettings: {{DestinationArn: !GetAtt Log.Arn, Format: '$context.requestId {'x' * 3072}'}} # <--",
            LOG,
        ),
        ("AccessLogSettings: {}", None),
        ("AccessLogSettings: none # <--", "property-is-map"),
    ],
)
def test_settings_of_a_stage(settings: str, check: str | None, marked_findings: Marked) -> None:
    log = "  Log:\n    Type: AWS::Logs::LogGroup\n"
    expected = [(check, "Stage", "error", True)] if check else []
    assert marked_findings(stage(settings) + log) == expected


@pytest.mark.parametrize(
    ("settings", "check"),
    [
        ("DefaultRouteSettings: {LoggingLevel: !ImportValue x}", "logging-level-allowed"),
        ("StageVariables: {table: !ImportValue x}", "stage-variables-allowed"),
        (
            "AccessLogSettings: {DestinationArn: !ImportValue x, Format: $context.requestId}",
            LOG,
        ),
        ("AccessLogSettings: {DestinationArn: 'arn:aws:logs:x:1:log-group:y', Format: !ImportValue x}", None),
    ],
)
def test_settings_from_outside_are_left_open(settings: str, check: str | None, undecided_in: Undecided) -> None:
    expected = check or LOG
    assert undecided_in(stage(settings)) == [(expected, '"x" is exported by another stack')]


@pytest.mark.parametrize("depends", ["", "    DependsOn: SendRoute\n"])
def test_a_stage_that_deploys_by_itself_waits_for_the_routes_it_names(depends: str, marked_findings: Marked) -> None:
    text = stage("RouteSettings: {send: {ThrottlingRateLimit: 1}} # <--", shows="AutoDeploy: true")
    text = text.replace("    Properties:", f"{depends}    Properties:") + "  Deployment: null\n"
    expected = [] if depends else [("stage-route-settings-name-routes", "Stage", "error", True)]
    assert marked_findings(text) == expected


def test_settings_of_a_route_whose_key_is_unknown_are_left_open(undecided_in: Undecided) -> None:
    route = """
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: !ImportValue key
      Target: !Sub integrations/${ChatIntegration}
"""
    found = undecided_in(stage("RouteSettings: {send: {ThrottlingRateLimit: 1}}") + route)
    assert ("stage-route-settings-name-routes", "the route key of SendRoute is not known") in found


def mapping(name: str, domain: str = "!Ref Domain", more: str = "", host: str = "chat.example.com") -> str:
    return f"""Resources:
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: {host}
      {more}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      ApiId: !Ref ChatApi
      DomainName: {domain}
      Stage: {name}
"""


@pytest.mark.parametrize("name", ["v1", "!Ref Stage", "!Sub '${Stage}'", "!Select [0, [v1]]"])
@pytest.mark.parametrize("domain", ["!Ref Domain", "chat.example.com"])
def test_a_mapping_may_name_its_stage_in_any_way(name: str, domain: str, marked_findings: Marked) -> None:
    assert marked_findings(mapping(name, domain)) == []


def test_a_stage_of_another_api_is_none_of_this_one(marked_findings: Marked) -> None:
    other = """
  NewsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: news, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  NewsConnect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref NewsApi, RouteKey: $connect, AuthorizationType: AWS_IAM}
  NewsDefault:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref NewsApi, RouteKey: $default, Target: !Sub "integrations/${NewsIntegration}"}
  NewsIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref NewsApi, IntegrationType: HTTP_PROXY, IntegrationMethod: POST, IntegrationUri: https://example.com}
  NewsStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref NewsApi, StageName: news, AutoDeploy: true}
"""
    found = marked_findings(mapping("!Ref NewsStage # <--") + other)
    assert found == [("mapping-names-a-stage", "Mapping", "error", True)]


@pytest.mark.parametrize("gone", ["  Stage: null\n", ""])
def test_a_mapping_is_silent_where_the_stage_itself_is_at_fault(gone: str, marked_findings: Marked) -> None:
    found = marked_findings(mapping("!Ref Staeg" if not gone else "v1") + gone)
    assert [check for check, *_ in found] == (["stage-exists"] if gone else ["reference-exists"])


def test_a_stage_name_from_outside_leaves_the_mapping_open(undecided_in: Undecided) -> None:
    found = undecided_in(mapping("!ImportValue stage"))
    assert found == [("mapping-names-a-stage", '"stage" is exported by another stack')]


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ("DomainNameConfigurations: [{EndpointType: REGIONAL, SecurityPolicy: TLS_1_2}]", None),
        ("DomainNameConfigurations: [{EndpointType: EDGE}] # <--", "domain-is-regional"),
        ("DomainNameConfigurations: [{SecurityPolicy: TLS_1_0}] # <--", "domain-demands-tls-1.2"),
        ("DomainNameConfigurations: {EndpointType: EDGE} # <--", "domain-is-regional"),
        ("DomainNameConfigurations: [EDGE]", None),
    ],
)
def test_configurations_of_a_domain(more: str, check: str | None, marked_findings: Marked) -> None:
    assert marked_findings(mapping("v1", more=more)) == ([(check, "Domain", "error", True)] if check else [])


def test_a_domain_under_which_no_websocket_api_is_mapped_is_left_alone(marked_findings: Marked) -> None:
    text = mapping("v1", host="Chat.example.com").partition("  Mapping:")[0]
    assert marked_findings(text) == []


def test_a_fault_of_a_domain_is_found_once_for_all_its_mappings(found_in: Found) -> None:
    text = mapping("v1", host="Chat.example.com")
    second = text.partition("  Mapping:")[2].replace("ApiId:", "ApiMappingKey: second\n      ApiId:")
    found = found_in(text + "  Second:" + second)
    assert [(one.check, one.resource) for one in found] == [("domain-name-allowed", "Domain")]


def test_a_rest_api_under_the_same_domain(marked_findings: Marked) -> None:
    rest = """
  RestMapping:
    Type: AWS::ApiGateway::BasePathMapping
    Properties: {DomainName: chat.example.com, RestApiId: abc, Stage: v1}
"""
    found = marked_findings(mapping("v1", domain="!Ref Domain # <--") + rest)
    assert found == [("domain-is-not-shared", "Mapping", "error", True)]


def test_a_domain_that_is_declared_elsewhere_is_left_alone(marked_findings: Marked) -> None:
    text = mapping("v1", domain="Chat.example.org")
    assert marked_findings(text) == []


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ("DomainNameConfigurations: [{EndpointType: !ImportValue x}]", "domain-is-regional"),
        ("DomainNameConfigurations: [{SecurityPolicy: !ImportValue x}]", "domain-demands-tls-1.2"),
    ],
)
def test_configurations_from_outside_are_left_open(more: str, check: str, undecided_in: Undecided) -> None:
    assert undecided_in(mapping("v1", more=more)) == [(check, '"x" is exported by another stack')]


def test_a_stage_without_a_name_is_left_to_others(marked_findings: Marked) -> None:
    text = stage(shows="DeploymentId: !Ref Deployment").replace("      StageName: v1\n", "")
    assert {check for check, *_ in marked_findings(text)} == {"required-properties"}


def test_a_log_group_that_does_not_exist_is_left_to_others(marked_findings: Marked) -> None:
    text = stage("AccessLogSettings: {DestinationArn: !GetAtt Lgo.Arn, Format: $context.requestId}")
    assert [check for check, *_ in marked_findings(text)] == ["reference-exists"]


def test_a_deployment_whose_stage_is_unknown_leaves_the_stage_open(undecided_in: Undecided) -> None:
    deployment = """
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute]
    Properties:
      ApiId: !Ref ChatApi
      StageName: !ImportValue x
"""
    found = undecided_in(stage(shows="Description: none") + deployment)
    assert ("stage-has-deployment", '"x" is exported by another stack') in found


OUTSIDE = """
Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !ImportValue chat
      StageName: v1
      DeploymentId: !Ref Deployment
      RouteSettings: {send: {ThrottlingRateLimit: 1}}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      ApiId: !ImportValue chat
      DomainName: example.com
      Stage: v2
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !ImportValue chat
      RouteKey: $connect
      AuthorizationType: AWS_IAM
"""


def test_parts_of_an_api_outside_are_left_open(undecided_in: Undecided) -> None:
    found = {check for check, _ in undecided_in(OUTSIDE)}
    assert {"deployment-in-same-api", "mapping-names-a-stage", "stage-route-settings-name-routes"} <= found


@pytest.mark.parametrize(
    "settings",
    [
        "DefaultRouteSettings: {LoggingLevel: !Ref Nothing}",
        "AccessLogSettings: {DestinationArn: 'arn:aws:logs:x:1:log-group:y', Format: !Sub '${Nothing}'}",
    ],
)
def test_settings_that_refer_to_nothing_are_left_to_others(settings: str, marked_findings: Marked) -> None:
    assert [check for check, *_ in marked_findings(stage(settings))] == ["reference-exists"]


def test_a_mapping_is_silent_where_the_name_of_the_stage_refers_to_nothing(marked_findings: Marked) -> None:
    text = mapping("v1") + stage(name="!Ref Nothing").partition("Resources:\n")[2]
    assert {check for check, *_ in marked_findings(text)} == {"reference-exists"}


@pytest.mark.parametrize("fault", ["ApiId: !Ref ChatAip\n      RouteKey: send", "ApiId: !Ref ChatApi"])
def test_settings_of_a_route_that_is_at_fault_itself_are_no_second_finding(fault: str, marked_findings: Marked) -> None:
    route = f"""
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      {fault}
      Target: !Sub integrations/${{ChatIntegration}}
"""
    found = [check for check, *_ in marked_findings(stage("RouteSettings: {send: {ThrottlingRateLimit: 1}}") + route)]
    assert "stage-route-settings-name-routes" not in found


def test_settings_of_a_stage_that_shows_nothing_are_no_second_finding(marked_findings: Marked) -> None:
    text = stage("RouteSettings: {send: {ThrottlingRateLimit: 1}}", shows="AutoDeploy: false") + "  Deployment: null\n"
    assert [check for check, *_ in marked_findings(text)] == ["stage-has-deployment"]
