import pytest

from wsconform.template.nodes import Mapping, Node, Sequence, Span, child, plain
from wsconform.template.sam import Expansion, expand
from wsconform.template.sam.translator import MOST_ROUNDS
from wsconform.template.source import parse

HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
CHAT = """\
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties: {RouteSelectionExpression: $request.body.action, Routes: {send: {FunctionArn: !GetAtt Greeter.Arn}}}
"""
GREETER = """\
  Greeter:
    Type: AWS::Serverless::Function
    Properties: {Handler: greeter.handler, Runtime: python3.13, CodeUri: src/}
"""
TABLE = """\
  Table:
    Type: AWS::Serverless::SimpleTable
"""
READS = """\
  Reads:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: Greeter}, Destination: {Id: Table}, Permissions: [Read]}
"""


def expanded(text: str, parameters: dict[str, str] | None = None) -> Expansion:
    return expand(parse(text.encode(), "template.yaml").root, parameters)


def at(text: str, needle: str) -> tuple[int, int]:
    assert text.count(needle) == 1, needle
    head = text[: text.index(needle)]
    return head.count("\n") + 1, len(head) - head.rfind("\n")


def start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def value(expansion: Expansion, resource: str, *path: str) -> Node:
    node = child(expansion.resources[resource], "Properties", *path)
    assert node is not None, (resource, path)
    return node


def test_a_connector_becomes_a_policy_in_its_place() -> None:
    text = HEAD + GREETER + TABLE + READS
    expansion = expanded(text)
    assert expansion.origins == {"ReadsPolicy": "Reads"}
    assert list(expansion.resources) == ["Greeter", "Table", "ReadsPolicy"]
    assert plain(value(expansion, "ReadsPolicy", "Roles")) == [{"Ref": "GreeterRole"}]
    assert start(expansion.key_spans["ReadsPolicy"]) == at(text, "Reads:")
    assert start(value(expansion, "ReadsPolicy", "PolicyDocument", "Statement").span) == at(text, "[Read]")


def test_a_connector_to_a_function_becomes_a_permission() -> None:
    connector = READS.replace("{Id: Greeter}", "{Id: Chat}").replace("{Id: Table}", "{Id: Greeter}")
    text = HEAD + CHAT + GREETER + connector.replace("Read]", "Write]")
    expansion = expanded(text)
    assert expansion.origins["ReadsWriteLambdaPermission"] == "Reads"
    assert start(value(expansion, "ReadsWriteLambdaPermission", "Action").span) == at(text, "[Write]")
    assert start(value(expansion, "ReadsWriteLambdaPermission", "FunctionName").span) == at(text, "{Id: Greeter}")


def test_what_a_connector_was_given_keeps_its_place() -> None:
    source = "{Type: AWS::Lambda::Function, RoleName: !Ref Role}"
    destination = "{Type: AWS::DynamoDB::Table, Arn: !GetAtt Elsewhere.Arn}"
    text = HEAD + READS.replace("{Id: Greeter}", source).replace("{Id: Table}", destination)
    expansion = expanded(text)
    roles = value(expansion, "ReadsPolicy", "Roles")
    assert isinstance(roles, Sequence)
    assert start(roles.items[0].span) == at(text, "!Ref Role")
    statements = value(expansion, "ReadsPolicy", "PolicyDocument", "Statement")
    assert isinstance(statements, Sequence)
    resources = child(statements.items[0], "Resource")
    assert isinstance(resources, Sequence)
    assert start(resources.items[0].span) == at(text, "!GetAtt Elsewhere.Arn")


def test_an_embedded_connector_comes_of_its_resource() -> None:
    embedded = "    Connectors: {Reads: {Properties: {Destination: {Id: Table}, Permissions: [Read]}}}\n"
    text = HEAD + GREETER + embedded + TABLE
    root = parse(text.encode(), "template.yaml").root
    expansion = expand(root)
    assert expansion.origins == {"GreeterReadsPolicy": "Greeter"}
    assert start(expansion.key_spans["GreeterReadsPolicy"]) == at(text, "Reads:")
    assert expansion.resources["Greeter"] is child(root, "Resources", "Greeter")


@pytest.mark.parametrize("depends", ["Reads", "[Reads]"])
def test_what_waits_for_a_connector_waits_for_what_it_became(depends: str) -> None:
    text = HEAD + GREETER + TABLE + READS + f"  Late: {{Type: A::B::C, DependsOn: {depends}}}\n"
    waits = expanded(text).resources["Late"].get("DependsOn")
    assert isinstance(waits, Sequence)
    assert plain(waits) == ["ReadsPolicy"]
    assert start(waits.items[0].span) == at(text, "Reads}" if depends == "Reads" else "Reads]}")


def test_other_dependencies_are_kept_as_they_are() -> None:
    text = HEAD + GREETER + TABLE + READS + "  Late: {Type: A::B::C, DependsOn: [Table, {Ref: Odd}]}\n"
    root = parse(text.encode(), "template.yaml").root
    assert expand(root).resources["Late"] is child(root, "Resources", "Late")


def test_a_refused_connector_stays_and_stands_at_its_key() -> None:
    text = HEAD + GREETER + TABLE + READS.replace("[Read]", "[Eat]")
    expansion = expanded(text)
    (refusal,) = expansion.refusals
    assert (refusal.resource, start(refusal.span)) == ("Reads", at(text, "[Eat]"))
    assert expansion.origins == {}
    embedded = "    Connectors: {Eats: {Properties: {Destination: {Id: Table}, Permissions: [Eat]}}, Odd: 5}\n"
    text = HEAD + GREETER + embedded + TABLE + READS
    expansion = expanded(text)
    assert [start(refusal.span) for refusal in expansion.refusals] == [at(text, "Odd"), at(text, "Eats")]
    assert expansion.origins == {"ReadsPolicy": "Reads"}


def test_connectors_that_are_no_map_are_refused() -> None:
    text = HEAD + CHAT + GREETER + "    Connectors: 5\n"
    expansion = expanded(text)
    (refusal,) = expansion.refusals
    assert refusal.message == 'SAM refuses "Greeter": attribute "Greeter.Connectors" should be a map'
    assert "ChatSendRoute" in expansion.resources


def test_what_only_follows_from_a_refusal_is_not_told() -> None:
    text = HEAD + CHAT + GREETER + TABLE.replace("SimpleTable", "SimpleTable\n    Properties: {Nonsense: 1}") + READS
    assert [refusal.resource for refusal in expanded(text).refusals] == ["Table", "Reads"]
    late = GREETER.replace("CodeUri: src/", "CodeUri: src/, Events: {Get: {Type: Api, Properties: 5}}")
    wrong = CHAT.replace("send:", "a-b:")
    assert [refusal.resource for refusal in expanded(HEAD + wrong + late).refusals] == ["Greeter", "Chat"]
    assert expanded(HEAD + CHAT + late).origins["ChatSendRoute"] == "Chat"


def test_an_api_that_mentions_something_refused_is_still_told_of() -> None:
    steps = "  Steps: {Type: AWS::Serverless::StateMachine, Properties: {Events: {Get: {Type: Api, Properties: 5}}}}\n"
    wrong = CHAT.replace("send:", "a-b:").replace("Routes:", "StageVariables: {steps: !Ref Steps}, Routes:")
    assert [refusal.resource for refusal in expanded(HEAD + wrong + steps + GREETER).refusals] == ["Steps", "Chat"]


LOCAL = """\
  Image:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {Dockerfile: Dockerfile}
  Inline:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: index.handler, InlineCode: "def handler(event, context): ..."}
  Bare:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: index.handler}
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/}}
  Rest: {Type: AWS::Serverless::Api, Properties: {StageName: a, DefinitionUri: api.yaml}}
  Http: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionUri: api.yaml}}
  Steps: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: steps.json}}
  Nested: {Type: AWS::Serverless::Application, Properties: {Location: nested.yaml}}
  Graph: {Type: AWS::Serverless::GraphQLApi, Properties: {SchemaUri: a.graphql, Auth: {Type: AWS_IAM}}}
Globals: {Function: {CodeUri: src/, Timeout: 5}}
"""


def test_code_that_is_not_packaged_yet_is_no_fault() -> None:
    expansion = expanded(HEAD + CHAT + GREETER + LOCAL.replace("{CodeUri: src/, ", "{"))
    assert (expansion.refusals, expansion.origins["ChatSendRoute"]) == ((), "Chat")
    code = value(expanded(HEAD + CHAT + GREETER + LOCAL), "Greeter", "CodeUri")
    assert plain(code) == "src/"


def test_only_sams_own_resources_must_be_well_formed() -> None:
    text = HEAD + CHAT + GREETER + "  Odd: {Type: AWS::SNS::Topic, Properties: [1]}\n  Odder: {Type: AWS::SNS::Topic}\n"
    assert expanded(text).refusals == ()
    text += "  Oddest: {Type: AWS::Serverless::SimpleTable, Properties: [2]}\n"
    (refusal,) = expanded(text).refusals
    assert (refusal.resource, start(refusal.span)) == ("Oddest", at(text, "[2]"))


def test_parameters_keep_their_references() -> None:
    text = (
        HEAD
        + CHAT.replace("!GetAtt Greeter.Arn", "!Sub 'arn:${AWS::Region}:${Name}:${Size}'")
        + "Parameters: {Name: {Type: String, Default: greeter}, Size: {Type: Number, Default: 5}}\n"
    )
    expansion = expanded(text)
    assert expansion.refusals == ()
    assert plain(value(expansion, "ChatSendPermission", "FunctionName")) == {
        "Fn::Sub": "arn:${AWS::Region}:${Name}:${Size}"
    }


@pytest.mark.parametrize(("given", "kind"), [(None, "AWS_IAM"), ({"How": "CUSTOM"}, "CUSTOM")])
def test_a_parameter_decides_as_given_or_by_its_default(given: dict[str, str] | None, kind: str) -> None:
    routes = "Auth: !Ref Nothing, Routes: {$connect: {FunctionArn: a}, "
    text = HEAD + CHAT.replace("Routes: {", routes).replace("!Ref Nothing", "{AuthType: !Ref How}")
    text += "Parameters: {How: {Type: String, Default: AWS_IAM}}\n"
    expansion = expanded(text, given)
    if kind == "CUSTOM":
        (refusal,) = expansion.refusals
        assert refusal.message.endswith("AuthArn must be specified if AuthType is CUSTOM")
    else:
        assert plain(value(expansion, "ChatConnectRoute", "AuthorizationType")) == {"Ref": "How"}


# An error that is raised at once, and one that is gathered with others.
UNNAMED = {
    "Condition: [1]": "every Condition member must be a string",
    "Properties: {Handler: a.b, Runtime: python3.13, Policies: [!If [A, AmazonS3FullAccess, {Statement: []}]]}": (
        "different policy types within the same Fn::If statement is unsupported; "
        "separate different policy types into different Fn::If statements"
    ),
}


@pytest.mark.parametrize(("odd", "said"), UNNAMED.items(), ids=("at once", "gathered"))
def test_an_error_that_names_no_resource_is_laid_to_the_one_at_work(odd: str, said: str) -> None:
    text = HEAD + CHAT + f"  Odd:\n    Type: AWS::Serverless::Function\n    {odd}\n" + GREETER
    expansion = expanded(text)
    (refusal,) = expansion.refusals
    assert (refusal.resource, refusal.message) == ("Odd", f'SAM refuses "Odd": {said}')
    assert expansion.origins["ChatSendRoute"] == "Chat"


def test_an_error_in_what_would_be_generated_is_laid_to_its_maker() -> None:
    text = HEAD + CHAT + GREETER.replace("src/", "src/, Events: {Put: {Type: S3, Properties: {Bucket: !Ref Chat}}}")
    (refusal,) = expanded(text).refusals
    assert (refusal.resource, refusal.message) == (
        "Greeter",
        'SAM refuses "Greeter": the generated "GreeterPut": Missing required property "Events"',
    )


def test_an_error_of_unknown_origin_leaves_everything_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from samtranslator.translator.translator import Translator

    def fail(*_: object, **__: object) -> None:
        raise KeyError("odd")

    monkeypatch.setattr(Translator, "translate", fail)
    root = parse((HEAD + CHAT).encode(), "template.yaml").root
    expansion = expand(root)
    (refusal,) = expansion.refusals
    assert refusal.resource is None
    assert refusal.message == 'SAM refuses the template: the translator fails on it (KeyError: "odd")'
    assert expansion.resources["Chat"] is child(root, "Resources", "Chat")


def test_the_attempts_end() -> None:
    broken = "".join(
        CHAT.replace("Chat:", f"Chat{number}:").replace("{FunctionArn: !GetAtt Greeter.Arn}", "5")
        for number in range(MOST_ROUNDS + 1)
    )
    refusals = expanded(HEAD + broken).refusals
    assert [refusal.resource for refusal in refusals] == [f"Chat{number}" for number in range(MOST_ROUNDS)] + [None]
    assert refusals[-1].message == (
        f"SAM refuses the template: more is wrong with it than {MOST_ROUNDS} attempts could tell apart"
    )


def test_sections_that_are_no_maps_do_not_matter() -> None:
    expansion = expanded(HEAD + CHAT + "Conditions: 5\nMappings: [1]\nParameters: 7\n")
    assert expansion.refusals == ()
    assert isinstance(expansion.resources["ChatSendRoute"], Mapping)
