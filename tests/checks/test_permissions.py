"""Which permissions are found wanting, beyond the examples on the checks' pages."""

import pytest
from examining import Found, Marked, Undecided
from permissions import LAMBDA, SOURCE, function, integration, permission

ROUTES, AUTHORIZER = "route-function-may-be-invoked", "authorizer-may-be-invoked"
PROD = "Conditions:\n  Prod: !Equals [!Ref AWS::Region, eu-west-1]\n"
OTHER_API = """
  OtherApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: other
      ProtocolType: HTTP
"""


CALLED = integration(f"!Sub {LAMBDA}${{ChatFunction.Arn}}/invocations", " # <--")
AT_ROUTE = [(ROUTES, "ChatIntegration", "error", True)]
AT_PERMISSION = [(ROUTES, "ChatPermission", "error", True)]


@pytest.mark.parametrize(
    "source",
    [
        "${ChatApi}/*",
        "${ChatApi}/*/*",
        "${ChatApi}/v1/*",
        "${ChatApi}/${Stage}/*",
        "${ChatApi}*",
        "*",
        "${ChatApi}/v?/*",
        "${ChatApi.ApiId}/*",
    ],
)
def test_sources_that_take_in_every_route(source: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(source=source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "${ChatApi}",
        "${ChatApi}/",
        "${ChatApi}/v2/*",
        "${ChatApi}/*/POST/*",
        "${ChatApi}/*/*/*",
        "${ChatApi}/authorizers/*",
        "${ChatApi}/V1/*",
        "ChatApi/*",
        "${AWS::StackName}/${ChatApi}",
    ],
)
def test_sources_that_take_in_none(source: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(source=f"{source} # <--")) == AT_PERMISSION


@pytest.mark.parametrize(
    "arn",
    [
        "!Join [':', ['arn:*:execute-api', !Ref AWS::Region, !Ref AWS::AccountId, !Sub '${ChatApi}/*']]",
        "{Fn::Sub: ['arn:${p}:execute-api:*:*:${a}/*', {p: !Ref AWS::Partition, a: !Ref ChatApi}]}",
        "!Sub arn:*:execute-api:*:*:${ChatApi}/*",
        "!If [Prod, !Sub 'arn:*:execute-api:*:*:${ChatApi}/*', !Sub '*:${ChatApi}/*']",
    ],
)
def test_a_source_may_be_spelt_in_any_way(arn: str, marked_findings: Marked) -> None:
    text = permission(source=None).rstrip() + f"\n      SourceArn: {arn}\n"
    assert marked_findings(f"{PROD}Resources:{text}") == []


@pytest.mark.parametrize("action", ["lambda:InvokeFunction", "lambda:invokefunction", "lambda:*", "'*'"])
def test_actions_that_invoke(action: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(action=action)) == []


@pytest.mark.parametrize("action", ["lambda:InvokeFunctionUrl", "lambda:Invoke", "InvokeFunction", "''"])
def test_actions_that_do_not(action: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(action=f"{action} # <--")) == AT_PERMISSION


@pytest.mark.parametrize("principal", ["!Sub apigateway.${AWS::URLSuffix}", "'*'", '"apigateway.amazonaws.com"'])
def test_principals_that_are_api_gateway(principal: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(principal=principal)) == []


@pytest.mark.parametrize(
    "principal", ["events.amazonaws.com", "apigateway.amazonaws.com.cn", "apigateway", "'123456789012'"]
)
def test_principals_that_are_not(principal: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(principal=f"{principal} # <--")) == AT_PERMISSION


@pytest.mark.parametrize(
    "name",
    [
        "!Ref ChatFunction",
        "!GetAtt ChatFunction.Arn",
        "!Sub ${ChatFunction}",
        "!Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${ChatFunction}",
        "!Sub ${AWS::AccountId}:function:${ChatFunction}",
    ],
)
def test_a_function_may_be_named_in_any_way(name: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(function=name)) == []


@pytest.mark.parametrize(
    "name",
    ["!Ref DoorFunction", "!Ref ChatApi", "chat-function", "!Sub ${ChatFunction}:live", "!Sub ${ChatFunction.Arn}:1"],
)
def test_a_permission_on_something_else(name: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + permission(function=f"{name} # <--")) == AT_PERMISSION


def test_a_function_of_a_known_name(marked_findings: Marked) -> None:
    named = function("FunctionName: chat")
    assert marked_findings("Resources:" + named + permission(function="chat")) == []
    assert marked_findings("Resources:" + named + permission(function="news # <--")) == AT_PERMISSION
    by_arn = integration(
        f"!Sub {LAMBDA}arn:${{AWS::Partition}}:lambda:eu-west-1:123456789012:function:chat/invocations"
    )
    found = marked_findings("Resources:" + named + by_arn + "\n  ChatPermission: null\n")
    assert [(check, resource) for check, resource, *_ in found if check == ROUTES] == [(ROUTES, "ChatIntegration")]


@pytest.mark.parametrize("name", ["!ImportValue chat", "!Ref Elsewhere"])
def test_a_permission_on_a_function_from_outside_is_none_for_one_that_has_its_name_here(
    name: str, marked_findings: Marked
) -> None:
    text = "Parameters:\n  Elsewhere:\n    Type: String\nResources:" + permission(function=name)
    assert marked_findings(text + CALLED) == AT_ROUTE


def test_it_may_hang_on_the_name_of_the_function(undecided_in: Undecided) -> None:
    text = "Parameters:\n  Name:\n    Type: String\nResources:" + permission(function="!Ref Name")
    assert ROUTES in [check for check, _ in undecided_in(text + function("FunctionName: chat"))]
    assert ROUTES not in [check for check, _ in undecided_in(text + function("FunctionName: !Ref Name"))]


def test_another_api_is_not_this_one(marked_findings: Marked) -> None:
    text = "Resources:" + OTHER_API + permission(source="${OtherApi}/*") + CALLED
    assert marked_findings(text) == AT_ROUTE


def test_an_id_that_is_written_out_leaves_it_open(undecided_in: Undecided, marked_findings: Marked) -> None:
    text = "Resources:" + permission(source="a1b2c3d4e5/*")
    assert marked_findings(text) == []
    assert undecided_in(text) == [(ROUTES, 'the text of "${ChatApi}" is known after a deployment only')]


def test_a_permission_that_refers_to_nothing_is_left_to_others(marked_findings: Marked) -> None:
    for text in (permission(function="!Ref ChatFunktion # <--"), permission(source="${ChatApp}/* # <--")):
        assert marked_findings("Resources:" + text) == [("reference-exists", "ChatPermission", "error", True)]


def test_a_permission_that_lacks_a_property_is_left_to_others(marked_findings: Marked) -> None:
    text = permission().replace("      Principal: apigateway.amazonaws.com\n", "")
    assert [check for check, *_ in marked_findings("Resources:" + text)] == ["required-properties"]


def test_each_wrong_permission_is_a_finding_of_its_own(found_in: Found) -> None:
    text = "Resources:" + "".join(
        permission(name, source=f"${{ChatApi}}/*/{key}", principal="sns.amazonaws.com")
        for name, key in (("ChatPermission", "$connect"), ("SendPermission", "send"), ("DefaultPermission", "$default"))
    )
    found = [(one.resource, one.message.rpartition(" for ")[2]) for one in found_in(text)]
    assert sorted(found) == [
        ("ChatPermission", 'route "$connect"'),
        ("DefaultPermission", 'route "$default"'),
        ("SendPermission", 'route "send"'),
    ]


def test_one_wrong_permission_among_sound_ones_is_the_one_that_is_told(marked_findings: Marked) -> None:
    text = "Resources:" + "".join(
        permission(name, source=f"${{ChatApi}}/*/{key}")
        for name, key in (("ChatPermission", "sned # <--"), ("A", "$connect"), ("B", "$default"))
    )
    assert marked_findings(text) == AT_PERMISSION


def test_a_permission_that_is_needed_is_not_blamed_for_what_it_leaves_out(found_in: Found) -> None:
    text = "Resources:" + CALLED + permission(source="${ChatApi}/*/$connect")
    (one,) = found_in(text)
    assert (one.check, one.resource) == (ROUTES, "ChatIntegration")
    assert 'routes "send" and "$default"' in one.message
    assert [note.text for note in one.notes] == ["ChatPermission allows other calls only"]


def test_each_function_is_a_finding_of_its_own(found_in: Found) -> None:
    text = (
        "Resources:\n  ChatPermission: null\n"
        + function("Description: second", "SendFunction")
        + integration(f"!Sub {LAMBDA}${{SendFunction.Arn}}/invocations", name="SendIntegration")
        + """
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${SendIntegration}
"""
    )
    found = [(one.resource, one.message) for one in found_in(text) if one.check == ROUTES]
    assert sorted(found) == [
        ("ChatIntegration", 'no permission lets API Gateway invoke ChatFunction for routes "$connect" and "$default"'),
        ("SendIntegration", 'no permission lets API Gateway invoke SendFunction for route "send"'),
    ]


def test_every_stage_counts(found_in: Found) -> None:
    text = (
        "Resources:"
        + permission(source="${ChatApi}/v1/*")
        + """
  TrialStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: trial
      DeploymentId: !Ref Deployment
"""
    )
    (one,) = [one for one in found_in(text) if one.check == ROUTES]
    assert one.message.endswith('for routes "$connect", "send" and "$default" on TrialStage')


def test_a_permission_has_to_be_there_in_every_world(found_in: Found) -> None:
    text = f"{PROD}Resources:" + permission().replace("    Properties:", "    Condition: Prod\n    Properties:")
    assert [(one.check, one.worlds) for one in found_in(text)] == [(ROUTES, ("Prod is false",))]


@pytest.mark.parametrize("more", ["CredentialsArn: arn:aws:iam::*:user/*", "CredentialsArn: !ImportValue role"])
def test_a_role_needs_no_permission(more: str, marked_findings: Marked) -> None:
    text = "Resources:\n  ChatPermission: null\n" + CALLED.rstrip() + f"\n      {more}\n"
    assert [check for check, *_ in marked_findings(text) if check == ROUTES] == []


def test_other_integrations_need_no_permission(marked_findings: Marked) -> None:
    text = """Resources:
  ChatPermission: null
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: https://example.com/chat
"""
    assert marked_findings(text) == []


ALIASED = function("AutoPublishAlias: live") + integration(f"!Sub {LAMBDA}${{ChatFunction.Alias}}/invocations")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("!Ref ChatFunction.Alias # <--", []),
        ("!Sub ${ChatFunction.Arn}:live # <--", []),
        ("!Sub ${ChatFunction}:live # <--", []),
        ("!Ref ChatFunction # <--", AT_PERMISSION),
        ("!Sub ${ChatFunction.Arn}:test # <--", AT_PERMISSION),
    ],
)
def test_the_alias_of_the_uri_is_that_of_the_permission(
    name: str, expected: list[tuple[str, str | None, str, bool]], marked_findings: Marked
) -> None:
    assert marked_findings("Resources:" + ALIASED + permission(function=name)) == expected


def test_versions_are_qualifiers(marked_findings: Marked) -> None:
    version = "\n  Frozen:\n    Type: AWS::Lambda::Version\n    Properties:\n      FunctionName: !Ref ChatFunction\n"
    text = "Resources:" + version + integration(f"!Sub {LAMBDA}${{Frozen}}/invocations")
    assert marked_findings(text + permission(function="!Ref Frozen")) == []
    assert marked_findings(text + permission(function="!Ref ChatFunction # <--")) == AT_PERMISSION


def test_a_connector_is_a_permission(marked_findings: Marked) -> None:
    connector = """Resources:
  ChatPermission: null
  Link:
    Type: AWS::Serverless::Connector
    Properties:
      Source: {Id: ChatApi, Qualifier: "*"}
      Destination: {Id: ChatFunction}
      Permissions: [Write]
"""
    assert marked_findings(connector) == []


def test_a_connector_that_sam_refuses_is_left_to_others(marked_findings: Marked) -> None:
    connector = """Resources:
  ChatPermission: null
  Link:
    Type: AWS::Serverless::Connector
    Properties:
      Source: {Id: ChatApi}
      Destination: {Id: ChatFunction}
      Permissions: [Shout]
"""
    assert [check for check, *_ in marked_findings(connector)] == ["sam-accepts-template"]


@pytest.mark.parametrize(
    "source", ["${ChatApi}/authorizers/${DoorAuthorizer}", "${ChatApi}/authorizers/*", "${ChatApi}/*", "${ChatApi}/*/*"]
)
def test_sources_that_take_in_the_authorizer(source: str, marked_findings: Marked) -> None:
    text = permission("DoorPermission", function="!Ref DoorFunction", source=source)
    assert marked_findings("Resources:" + text) == []


@pytest.mark.parametrize(
    "source", ["${ChatApi}/*/$connect", "${ChatApi}/v1/*", "${ChatApi}/authorizers/${ConnectRoute}"]
)
def test_sources_that_do_not(source: str, marked_findings: Marked) -> None:
    text = permission("DoorPermission", function="!Ref DoorFunction", source=f"{source} # <--")
    assert marked_findings("Resources:" + text) == [(AUTHORIZER, "DoorPermission", "error", True)]


def test_an_authorizer_may_be_left_open_too(undecided_in: Undecided) -> None:
    text = permission("DoorPermission", function="!Ref DoorFunction", source="a1b2c3d4e5/*")
    assert [check for check, _ in undecided_in("Resources:" + text)] == [AUTHORIZER]


@pytest.mark.parametrize(("name", "value"), [("Action", "!ImportValue x"), ("Principal", "!ImportValue x")])
def test_what_comes_from_outside_leaves_it_open(name: str, value: str, undecided_in: Undecided) -> None:
    text = permission(**{name.lower(): value})
    assert (ROUTES, '"x" is exported by another stack') in undecided_in("Resources:" + text)


def test_one_permission_at_fault_for_route_and_authorizer_is_one_finding(found_in: Found) -> None:
    shared = integration(f"!Sub {LAMBDA}${{DoorFunction.Arn}}/invocations")
    text = "Resources:" + shared + "\n  ChatPermission: null\n"
    wrong = permission("DoorPermission", function="!Ref DoorFunction", principal="sns.amazonaws.com")
    found = [one.check for one in found_in(text + wrong) if one.check in (ROUTES, AUTHORIZER)]
    assert found == [ROUTES]


def test_a_route_that_calls_the_authorizer_by_mistake_is_left_to_others(marked_findings: Marked) -> None:
    text = "Resources:" + integration(f"!Sub {LAMBDA}${{DoorFunction.Arn}}/invocations")
    assert {check for check, *_ in marked_findings(text)} == {"authorizer-function-handles-no-route"}


def test_a_permission_for_a_misspelt_connect_route_is_left_to_others(marked_findings: Marked) -> None:
    route = """
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: connect
      AuthorizationType: NONE
      Target: !Sub integrations/${ChatIntegration}
"""
    text = "Resources:" + route + permission(source="${ChatApi}/*/$connect")
    text += permission("A", source="${ChatApi}/*/send") + permission("B", source="${ChatApi}/*/$default")
    assert ROUTES not in [check for check, *_ in marked_findings(text)]


VERSIONED = """
  ChatVersion:
    Type: AWS::Lambda::Version
    Properties:
      FunctionName: !Ref ChatFunction
"""
TEMPLATED = "!Sub '" + LAMBDA + "${ChatFunction.Arn}:${!stageVariables.alias}/invocations'"


def test_a_permission_for_a_version_is_none_for_an_alias(marked_findings: Marked) -> None:
    uri = f"!Sub '{LAMBDA}${{ChatFunction.Arn}}:live/invocations'"
    snippet = "Resources:" + integration(uri) + permission(function="!Ref ChatVersion") + VERSIONED
    assert [check for check, *_ in marked_findings(snippet)] == [ROUTES]


@pytest.mark.parametrize("source", ["!GetAtt ChatApi.ApiEndpoint", f"!Sub {SOURCE}chat/*"])
def test_a_source_that_is_no_api_of_this_service_matches_nothing(source: str, marked_findings: Marked) -> None:
    snippet = permission(source=None, more=f"      SourceArn: {source}\n")
    assert [check for check, *_ in marked_findings("Resources:" + snippet)] == [ROUTES]


@pytest.mark.parametrize("function", ["!Ref ChatFunction", "!Sub '${ChatFunction}:live'"])
def test_an_alias_that_a_stage_variable_names_cannot_be_told(
    function: str, marked_findings: Marked, undecided_in: Undecided
) -> None:
    snippet = "Resources:" + integration(TEMPLATED) + permission(function=function)
    assert marked_findings(snippet) == []
    assert ROUTES in [check for check, _ in undecided_in(snippet)]


def test_a_name_cut_out_of_the_functions_arn_cannot_be_told(marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = "Resources:" + permission(function="!Select [6, !Split [':', !GetAtt ChatFunction.Arn]]")
    assert marked_findings(snippet) == []
    assert ROUTES in [check for check, _ in undecided_in(snippet)]


def test_an_attribute_that_an_api_does_not_have_matches_nothing(marked_findings: Marked) -> None:
    snippet = permission(source=None, more="      SourceArn: !Sub ${ChatApi.Arn}/*\n")
    assert [check for check, *_ in marked_findings("Resources:" + snippet)] == [ROUTES]
