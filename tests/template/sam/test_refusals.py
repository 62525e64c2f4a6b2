import pytest
from sam_chat import at, expanded, start

from wsconform.template.nodes import child
from wsconform.template.sam import Refusal, expand
from wsconform.template.source import parse

CHAT = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect: {FunctionArn: !GetAtt Greeter.Arn}
        send: {FunctionArn: !GetAtt Greeter.Arn}
  Greeter:
    Type: AWS::Serverless::Function
    Properties: {Handler: greeter.handler, Runtime: python3.13, CodeUri: src/}
"""
OTHER = """\
  Other:
    Type: AWS::Serverless::WebSocketApi
    Properties: {RouteSelectionExpression: $request.body.action, Routes: {$default: {FunctionArn: a}}}
"""


def the_refusal(text: str, parameters: dict[str, str] | None = None) -> Refusal:
    (refusal,) = expanded(text, parameters).refusals
    return refusal


ONLY_SPECIAL = "only $connect, $disconnect, and $default special routes are supported"
ANCHOR = "      Routes:\n"
CONNECT = "        $connect: {FunctionArn: !GetAtt Greeter.Arn}\n"
SEND = "        send: {FunctionArn: !GetAtt Greeter.Arn}\n"
# What is put in the place of what; where the refusal stands; how its message ends.
REFUSED = {
    "no route": (CONNECT + SEND, "        {}\n", "|{}", "WebSocket API must have at least one route"),
    "no Routes": (ANCHOR + CONNECT + SEND, "", "|Chat:", 'missing required property "Routes"'),
    "no selection": (
        "      RouteSelectionExpression: $request.body.action\n",
        "",
        "|Chat:",
        'missing required property "RouteSelectionExpression"',
    ),
    "route key": (
        "send:",
        "send-message:",
        "|send-message",
        f'route key "send-message" must be alphanumeric; {ONLY_SPECIAL}',
    ),
    "no function": (
        "send: {FunctionArn: !GetAtt Greeter.Arn}",
        "send: {}",
        "send",
        "route must have associated function",
    ),
    "conditional route": (
        SEND,
        "        send: !If [IsLive, {FunctionArn: a}, {FunctionArn: b}]\n",
        "send",
        "route must have associated function",
    ),
    "request parameters": (
        SEND,
        "        send: {FunctionArn: a, RequestParameters: {a: b}}\n",
        "RequestParameters",
        "request parameters are only supported for the $connect route in WebSocket APIs",
    ),
    "stage": (
        ANCHOR,
        "      StageName: $default\n" + ANCHOR,
        "StageName: |$default",
        "stages cannot be named $default for WebSocket APIs",
    ),
    "stage id": (
        ANCHOR,
        "      StageName: my-stage\n" + ANCHOR,
        "my-stage",
        'the logical id "Chatmy-stageStage", generated from StageName, must be alphanumeric',
    ),
    "no $connect": (
        ANCHOR + CONNECT,
        "      Auth: {AuthType: AWS_IAM}\n" + ANCHOR,
        "Auth: {",
        "authorization is only available if there is a $connect route",
    ),
    "no AuthArn": (
        ANCHOR,
        "      Auth: {AuthType: CUSTOM}\n" + ANCHOR,
        "CUSTOM",
        "AuthArn must be specified if AuthType is CUSTOM",
    ),
    "no AuthType": (
        ANCHOR,
        "      Auth: {AuthArn: a}\n" + ANCHOR,
        "Auth: {",
        "AuthType must be specified for additional auth configurations",
    ),
    "unknown AuthType": (
        ANCHOR,
        "      Auth: {AuthType: JWT}\n" + ANCHOR,
        "JWT",
        'AuthType "JWT" is not one of AWS_IAM, CUSTOM or NONE',
    ),
    "more than IAM": (
        ANCHOR,
        "      Auth: {AuthType: AWS_IAM, InvokeRole: a}\n" + ANCHOR,
        "InvokeRole",
        "no additional configurations supported for AuthType AWS_IAM",
    ),
    "more than NONE": (
        ANCHOR,
        "      Auth: {IdentitySource: [a], AuthType: NONE}\n" + ANCHOR,
        "IdentitySource",
        "no additional configurations supported for AuthType NONE",
    ),
    "mutual TLS": (
        ANCHOR,
        "      Domain: {DomainName: a.b, CertificateArn: c, MutualTlsAuthentication: {TruststoreUri: d}}\n" + ANCHOR,
        "MutualTls",
        "mutual TLS domain name association is not supported for Websocket APIs",
    ),
    "no certificate": (
        ANCHOR,
        "      Domain: {DomainName: a.b}\n" + ANCHOR,
        "Domain:",
        "custom Domains only works if both DomainName and CertificateArn are provided",
    ),
    "base path": (
        ANCHOR,
        "      Domain: {DomainName: a.b, CertificateArn: c, BasePath: [4]}\n" + ANCHOR,
        "[4]",
        "basepath must be a string",
    ),
    "zone": (
        ANCHOR,
        "      Domain: {DomainName: a.b, CertificateArn: c, Route53: 5}\n" + ANCHOR,
        "5}",
        'property "Domain.Route53" should be a map',
    ),
    "nested property": (
        ANCHOR,
        "      Domain: {DomainName: a.b, CertificateArn: c, EndpointConfiguration: EDGE}\n" + ANCHOR,
        "EDGE",
        """EndpointConfiguration for Custom Domains must be one of ["REGIONAL"]""",
    ),
    "list for a map": (
        ANCHOR,
        "      RouteSettings: [send]\n" + ANCHOR,
        "[send]",
        'property "RouteSettings" should be a map',
    ),
    "unknown property": (
        ANCHOR,
        "      Rotes: {}\n" + ANCHOR,
        "Rotes",
        'AWS::Serverless::WebSocketApi has no property "Rotes"',
    ),
    "taken id": (
        "  Greeter:",
        "  ChatConnectRoute: {Type: AWS::SNS::Topic}\n  Greeter:",
        "|Chat:",
        'it generates a resource with the logical id "ChatConnectRoute", which the template has already',
    ),
    "internal error": (
        SEND,
        "        send: [1]\n",
        "|Chat:",
        """the translator fails on it (AttributeError: "list" object has no attribute "get")""",
    ),
}


@pytest.mark.parametrize(("old", "new", "place", "said"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_says_what_and_stands_where_the_fault_is(old: str, new: str, place: str, said: str) -> None:
    text = CHAT.replace(old, new, 1) + OTHER
    root = parse(text.encode(), "template.yaml").root
    expansion = expand(root)
    (refusal,) = expansion.refusals
    assert refusal.message == f'SAM refuses "Chat": {said}'
    assert (refusal.resource, start(refusal.span), refusal.certain) == ("Chat", at(text, place), True)
    # It stays as it was written, and the others are expanded.
    assert expansion.resources["Chat"] is child(root, "Resources", "Chat")
    assert "OtherDefaultRoute" in expansion.resources
    assert "Chat" not in expansion.origins


def test_each_refused_resource_is_told_once() -> None:
    text = CHAT.replace("send:", "send-message:").replace("Handler: greeter.handler", "Nonsense: a") + OTHER.replace(
        "$default:", "a-b:"
    )
    refusals = expanded(text).refusals
    assert [refusal.resource for refusal in refusals] == ["Greeter", "Chat", "Other"]
    assert [start(refusal.span) for refusal in refusals] == [at(text, "Nonsense"), at(text, "send-"), at(text, "a-b")]


def test_an_event_is_named_and_found() -> None:
    text = CHAT.replace("CodeUri: src/", "CodeUri: src/, Events: {Tick: {Type: Clock}}")
    refusal = the_refusal(text)
    assert start(refusal.span) == at(text, "{Type: Clock}")
    assert refusal.message.startswith('SAM refuses "Greeter": event "Tick": ')


def test_what_a_parameter_without_value_decides_is_not_certain() -> None:
    text = (
        CHAT.replace(ANCHOR, "      Auth: {AuthType: !Ref How, AuthArn: a}\n" + ANCHOR)
        + "Parameters: {How: {Type: String}}\n"
    )
    refusal = the_refusal(text)
    assert (refusal.certain, start(refusal.span)) == (False, at(text, "!Ref How"))
    assert refusal.message.endswith('; the value of parameter "How" is not known')
    assert expanded(text, {"How": "CUSTOM"}).refusals == ()
    assert the_refusal(text, {"How": "JWT"}).certain


def test_so_it_is_with_what_a_message_does_not_show() -> None:
    domain = "      Domain: {DomainName: a.b, CertificateArn: c, BasePath: [!Ref How]}\n"
    text = CHAT.replace(ANCHOR, domain + ANCHOR) + "Parameters: {How: {Type: String}}\n"
    refusal = the_refusal(text)
    assert (refusal.certain, start(refusal.span)) == (False, at(text, "[!Ref How]"))
    assert expanded(text, {"How": "base"}).refusals == ()


@pytest.mark.parametrize(
    "auth",
    ["{AuthType: !Sub '${How}', AuthArn: a}", "{AuthType: AWS_IAM, AuthArn: !Ref How}", "{AuthArn: !Ref How}"],
)
def test_what_no_value_of_a_parameter_would_mend_is_certain(auth: str) -> None:
    text = CHAT.replace(ANCHOR, f"      Auth: {auth}\n" + ANCHOR) + "Parameters: {How: {Type: String}}\n"
    assert the_refusal(text).certain
    assert the_refusal(text, {"How": "CUSTOM"}).certain


def test_what_comes_from_ssm_is_not_certain() -> None:
    text = (
        CHAT.replace(ANCHOR, "      Auth: {AuthType: !Ref How, AuthArn: a}\n" + ANCHOR)
        + "Parameters: {How: {Type: AWS::SSM::Parameter::Value<String>, Default: /how}}\n"
    )
    assert not the_refusal(text).certain
    assert not the_refusal(text, {"How": "/how"}).certain


def test_what_another_transform_may_add_is_not_certain() -> None:
    text = CHAT.replace(
        ANCHOR, "      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://a/b}}\n" + ANCHOR
    )
    refusal = the_refusal(text)
    assert (refusal.certain, start(refusal.span)) == (False, at(text, "Fn::Transform"))
    text = CHAT.replace(SEND, "        send: {Fn::Transform: {Name: AWS::Include}}\n")
    assert not the_refusal(text).certain


def test_an_error_in_no_resource_stands_at_the_template() -> None:
    text = CHAT.replace("WebSocketApi\n", "WebSocketApi\n    Condition: [a]\n")
    refusal = the_refusal(text)
    assert refusal.message == 'SAM refuses "Chat": every Condition member must be a string'
    refusal = the_refusal("Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: 1}\nResources: {}\n")
    assert (refusal.resource, start(refusal.span)) == (None, (2, 11))
    assert refusal.message == 'SAM refuses the template: "Globals.Function" must be a map'
