import pytest

from wsconform.template.nodes import Sequence, Span, child, plain
from wsconform.template.sam import Expansion, expand
from wsconform.template.source import parse

FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 30
    Runtime: python3.12
    Layers: [!Ref Shared]
    Environment: {Variables: {COLOUR: blue, SIZE: 1}}
    Architectures: [arm64]
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      Handler: greeter.handler
      Runtime: python3.13
      Layers: [!Ref Own]
      Environment: {Variables: {COLOUR: crimson}}
      Architectures: [x86_64]
  Plain:
    Type: AWS::Lambda::Function
    Properties: {Handler: plain.handler}
"""


def expanded(text: str) -> Expansion:
    return expand(parse(text.encode(), "template.yaml").root)


def at(text: str, needle: str) -> tuple[int, int]:
    assert text.count(needle) == 1, needle
    head = text[: text.index(needle)]
    return head.count("\n") + 1, len(head) - head.rfind("\n")


def start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def test_a_function_has_what_globals_says_of_functions() -> None:
    properties = child(expanded(FUNCTION).resources["Greeter"], "Properties")
    assert properties is not None
    assert plain(properties) == {
        "Handler": "greeter.handler",
        "Timeout": 30,
        "Runtime": "python3.13",
        "Layers": [{"Ref": "Shared"}, {"Ref": "Own"}],
        "Environment": {"Variables": {"COLOUR": "crimson", "SIZE": 1}},
        "Architectures": ["x86_64"],
    }


def test_every_value_stands_where_it_was_written() -> None:
    expansion = expanded(FUNCTION)
    properties = child(expansion.resources["Greeter"], "Properties")
    for needle, *path in (
        ("30", "Timeout"),
        ("python3.13", "Runtime"),
        ("crimson", "Environment", "Variables", "COLOUR"),
        ("1}}\n    Architectures: [arm64]", "Environment", "Variables", "SIZE"),
        ("[x86_64]", "Architectures"),
    ):
        node = child(properties, *path)
        assert node is not None
        assert start(node.span) == at(FUNCTION, needle), path
    layers = child(properties, "Layers")
    assert isinstance(layers, Sequence)
    assert [start(layer.span) for layer in layers.items] == [at(FUNCTION, "!Ref Shared"), at(FUNCTION, "!Ref Own")]
    assert start(expansion.key_spans["Greeter"]) == at(FUNCTION, "Greeter:")


def test_items_of_both_lists_keep_their_places() -> None:
    text = FUNCTION.replace("[!Ref Shared]", "[!Ref Both, !Ref Shared]").replace(
        "[!Ref Own]", "[!Ref   Both, !Ref Own]"
    )
    layers = child(expanded(text).resources["Greeter"], "Properties", "Layers")
    assert isinstance(layers, Sequence)
    assert [start(layer.span) for layer in layers.items] == [
        at(text, "!Ref Both"),
        at(text, "!Ref Shared"),
        at(text, "!Ref   Both"),
        at(text, "!Ref Own"),
    ]


def test_other_resources_are_untouched() -> None:
    root = parse(FUNCTION.encode(), "template.yaml").root
    expansion = expand(root)
    assert expansion.resources["Plain"] is child(root, "Resources", "Plain")
    assert (expansion.origins, expansion.refusals, expansion.required) == ({}, (), True)


def test_a_resource_may_ignore_globals() -> None:
    ignoring = FUNCTION.replace("  Greeter:\n", "  Greeter:\n    IgnoreGlobals: [Timeout, Layers]\n")
    properties = child(expanded(ignoring).resources["Greeter"], "Properties")
    assert child(properties, "Timeout") is None
    assert plain(child(properties, "Layers")) == [{"Ref": "Own"}]  # type: ignore[arg-type]
    root = parse(ignoring.replace("[Timeout, Layers]", "'*'").encode(), "template.yaml").root
    assert child(expand(root).resources["Greeter"], "Properties") is child(root, "Resources", "Greeter", "Properties")


def test_a_function_without_properties_has_those_of_globals() -> None:
    text = FUNCTION[: FUNCTION.index("    Properties:\n      Handler")]
    node = expanded(text).resources["Greeter"]
    assert start(child(node, "Properties", "Timeout").span) == at(text, "30")  # type: ignore[union-attr]


# What is put in the place of what; where the refusal stands, and of which resource; what it says; whether the rest of
# Globals.Function still counts.
WRONG = {
    "section": ("  Function:", "  Funktion:", "Funktion", None, '"Funktion" is no section of Globals', False),
    "no map": ("  Function:", "  Api: 5\n  Function:", "Api: 5", None, '"Globals.Api" must be a map', True),
    "property": (
        "    Timeout: 30",
        "    Role: a",
        "Role: a",
        None,
        '"Role" is not a supported property of "Function"',
        True,
    ),
    "nothing ignored": (
        "  Greeter:\n",
        "  Greeter:\n    IgnoreGlobals: [Handler]\n",
        "IgnoreGlobals",
        "Greeter",
        'has invalid resource attribute "IgnoreGlobals" on item "Handler"',
        False,
    ),
    "ignored map": (
        "  Greeter:\n",
        "  Greeter:\n    IgnoreGlobals: [{}]\n",
        "Greeter:",
        "Greeter",
        "merging Globals fails (TypeError: ",
        False,
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_globals_are_refused_and_the_rest_still_counts(case: str) -> None:
    old, new, place, resource, said, kept = WRONG[case]
    text = FUNCTION.replace(old, new)
    expansion = expanded(text)
    (refusal,) = expansion.refusals
    assert (refusal.resource, start(refusal.span)) == (resource, at(text, place))
    assert said in refusal.message
    properties = child(expansion.resources["Greeter"], "Properties")
    assert (child(properties, "Environment", "Variables", "SIZE") is not None) is kept


def test_properties_that_are_no_map_are_left_alone() -> None:
    text = FUNCTION + "  Odd: {Type: AWS::Serverless::Function, Properties: [1]}\n"
    root = parse(text.encode(), "template.yaml").root
    assert expand(root).resources["Odd"] is child(root, "Resources", "Odd")


def test_globals_that_are_no_map_are_refused() -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nGlobals: [1]\nResources: {}\n"
    (refusal,) = expanded(text).refusals
    assert (refusal.message, start(refusal.span)) == (
        'SAM refuses the template: "Globals" section is invalid; it must be a map',
        at(text, "Globals"),
    )


def test_a_websocket_api_has_what_globals_says_of_websocket_apis() -> None:
    text = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  WebSocketApi:
    RouteSelectionExpression: $request.body.action
    RouteSettings: {send: {ThrottlingBurstLimit: 9}}
    StageVariables: {colour: blue}
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      Routes: {send: {FunctionArn: a}}
      StageVariables: {size: 1}
"""
    expansion = expanded(text)
    assert expansion.refusals == ()
    for needle, *path in (
        ("$request.body.action", "Chat", "Properties", "RouteSelectionExpression"),
        ("9", "ChatDefaultStage", "Properties", "RouteSettings", "send", "ThrottlingBurstLimit"),
        ("blue", "ChatDefaultStage", "Properties", "StageVariables", "colour"),
        ("1}\n", "ChatDefaultStage", "Properties", "StageVariables", "size"),
    ):
        node = child(expansion.resources[path[0]], *path[1:])
        assert node is not None
        assert start(node.span) == at(text, needle), path


def test_the_globals_of_other_types_reach_the_translator() -> None:
    text = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  HttpApi:
    Auth: {Authorizers: {Door: {JwtConfiguration: {issuer: a, audience: [b]}, IdentitySource: c}}}
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties: {RouteSelectionExpression: $request.body.action, Routes: {send: {FunctionArn: a}}}
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      Handler: greeter.handler
      Runtime: python3.13
      Events: {Get: {Type: HttpApi, Properties: {Path: /, Method: get, Auth: {Authorizer: Door}}}}
"""
    assert expanded(text).refusals == ()
