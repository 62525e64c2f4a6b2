from sam_chat import CHAT, CUSTOM, at, expanded, start, value, with_properties

from wsconform.template.nodes import Sequence, child, plain
from wsconform.template.sam import Expansion


def of_api(expansion: Expansion, api: str = "Chat") -> dict[str, str]:
    """The type of each resource that comes of an API, by logical id."""
    return {
        name: str(plain(expansion.resources[name].entries["Type"]))
        for name, origin in expansion.origins.items()
        if origin == api
    }


def test_what_a_route_becomes_stands_at_its_entry() -> None:
    expansion = expanded(CHAT)
    for name in ("ChatSendRoute", "ChatSendIntegration", "ChatSendPermission"):
        assert start(expansion.key_spans[name]) == at(CHAT, "send|:".replace("|", "")), name
    assert start(value(expansion, "ChatSendRoute", "RouteKey").span) == at(CHAT, "send:")
    function = at(CHAT, "!Sub ${Sender.Arn}")
    assert start(value(expansion, "ChatSendIntegration", "IntegrationUri").span) == function
    assert start(value(expansion, "ChatSendPermission", "FunctionName").span) == function
    assert start(value(expansion, "ChatSendRoute", "Target").span) == function
    assert start(value(expansion, "ChatSendIntegration", "TimeoutInMillis").span) == at(CHAT, "5000")
    assert start(expansion.key_spans["Chat"]) == at(CHAT, "|Chat:")
    assert start(value(expansion, "Chat", "ProtocolType").span) == at(CHAT, "AWS::Serverless::WebSocketApi")


def test_a_custom_authorizer_stands_at_auth() -> None:
    text = with_properties(CUSTOM)
    expansion = expanded(text)
    assert plain(value(expansion, "ChatConnectRoute", "AuthorizerId")) == {"Ref": "ChatConnectAuthorizer"}
    assert start(value(expansion, "ChatConnectRoute", "AuthorizationType").span) == at(text, "CUSTOM")
    authorizer = expansion.key_spans["ChatConnectAuthorizer"]
    assert start(authorizer) == at(text, "Auth:") == start(expansion.key_spans["ChatAuthorizerPermission"])
    assert start(value(expansion, "ChatConnectAuthorizer", "AuthorizerUri").span) == at(text, "!GetAtt Guard.Arn")
    assert start(value(expansion, "ChatAuthorizerPermission", "FunctionName").span) == at(text, "!GetAtt Guard.Arn")
    sources = value(expansion, "ChatConnectAuthorizer", "IdentitySource")
    assert isinstance(sources, Sequence)
    assert start(sources.items[0].span) == at(text, "route.request.header.x-token")


def test_an_authorizer_without_identity_source_has_none() -> None:
    expansion = expanded(
        with_properties(CUSTOM.replace("        IdentitySource: [route.request.header.x-token]\n", ""))
    )
    assert child(expansion.resources["ChatConnectAuthorizer"], "Properties", "IdentitySource") is None


def test_with_an_invoke_role_there_is_no_permission() -> None:
    text = with_properties(CUSTOM + "        InvokeRole: !GetAtt Caller.Arn\n        Name: Doorman\n")
    expansion = expanded(text)
    assert "ChatAuthorizerPermission" not in expansion.resources
    role = value(expansion, "ChatConnectAuthorizer", "AuthorizerCredentialsArn")
    assert start(role.span) == at(text, "!GetAtt Caller.Arn")
    assert start(value(expansion, "ChatConnectAuthorizer", "Name").span) == at(text, "Doorman")


def test_where_the_translator_makes_something_else_of_a_value_it_stands_there() -> None:
    text = with_properties(CUSTOM + "        Name: ''\n")
    name = value(expanded(text), "ChatConnectAuthorizer", "Name")
    assert (plain(name), start(name.span)) == ("ChatConnectAuthorizer", at(text, "Name: |''"))


def test_iam_authorization_needs_no_authorizer() -> None:
    expansion = expanded(with_properties("      Auth: {AuthType: AWS_IAM}"))
    assert plain(value(expansion, "ChatConnectRoute", "AuthorizationType")) == "AWS_IAM"
    assert "AWS::ApiGatewayV2::Authorizer" not in of_api(expansion).values()


def test_the_settings_of_the_stage_stand_where_the_user_wrote_them() -> None:
    text = with_properties("""
      StageName: !Ref Where
      StageVariables: {colour: blue}
      AccessLogSettings: {Format: $context.requestId}
      RouteSettings: {send: {ThrottlingBurstLimit: 7}}
      DefaultRouteSettings: {LoggingLevel: INFO}
      Tags: {team: chat}
      PropagateTags: true
      Name: Chatter
      Description: talk
""")
    expansion = expanded(text)
    assert of_api(expansion)["ChatStage"] == "AWS::ApiGatewayV2::Stage"
    assert expansion.references == {"Chat.Stage": "ChatStage"}
    for needle, *path in (
        ("!Ref Where", "ChatStage", "StageName"),
        ("blue", "ChatStage", "StageVariables", "colour"),
        ("$context.requestId", "ChatStage", "AccessLogSettings", "Format"),
        ("7", "ChatStage", "RouteSettings", "send", "ThrottlingBurstLimit"),
        ("INFO", "ChatStage", "DefaultRouteSettings", "LoggingLevel"),
        ("team: |chat", "ChatStage", "Tags", "team"),
        ("Tags: |{team", "Chat", "Tags", "websocketapi:createdBy"),
        ("Chatter", "Chat", "Name"),
        ("talk", "Chat", "Description"),
    ):
        assert start(value(expansion, *path).span) == at(text, needle), path
    assert start(expansion.key_spans["ChatStage"]) == at(text, "StageName")
    waits = expansion.resources["ChatStage"].get("DependsOn")
    assert waits is not None
    assert plain(waits) == ["ChatConnectRoute", "ChatSendRoute"]
    arn = value(expansion, "ChatSendPermission", "SourceArn", "Fn::Sub")
    assert isinstance(arn, Sequence)
    assert start(child(arn.items[1], "__StageName__").span) == at(text, "!Ref Where")  # type: ignore[union-attr]


def test_a_custom_domain_stands_at_domain() -> None:
    text = with_properties("""
      StageName: live
      Domain:
        DomainName: chat.example.org
        CertificateArn: !Ref Certificate
        BasePath: [first, /second]
        Route53: {HostedZoneId: Z123}
""")
    expansion = expanded(text)
    by_type = {kind: name for name, kind in of_api(expansion).items()}
    domain, records = by_type["AWS::ApiGatewayV2::DomainName"], by_type["AWS::Route53::RecordSetGroup"]
    assert expansion.references["Chat.DomainName"] == domain
    assert start(expansion.key_spans[domain]) == at(text, "Domain:")
    assert start(expansion.key_spans[records]) == at(text, "Route53")
    assert start(value(expansion, domain, "DomainName").span) == at(text, "chat.example.org")
    configurations = value(expansion, domain, "DomainNameConfigurations")
    assert isinstance(configurations, Sequence)
    certificate = child(configurations.items[0], "CertificateArn")
    assert certificate is not None
    assert start(certificate.span) == at(text, "!Ref Certificate")
    mappings = [name for name, kind in of_api(expansion).items() if kind == "AWS::ApiGatewayV2::ApiMapping"]
    assert [start(expansion.key_spans[name]) for name in mappings] == [at(text, "first"), at(text, "/second")]
    assert [plain(value(expansion, name, "ApiMappingKey")) for name in mappings] == ["first", "second"]
    assert start(value(expansion, mappings[0], "Stage").span) == at(text, "live")
