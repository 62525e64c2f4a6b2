"""The checks on the runtime, the timeout and the policies of functions, beyond the examples of their pages."""

from collections.abc import Callable

import pytest
from examining import Found, Marked, Undecided
from function_snippets import INLINE_SILENT, function, snippet

INVOCATIONS = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${ChatFunction.Arn}/invocations"
)


class TestRuntime:
    @pytest.fixture(autouse=True)
    def _day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")  # 22 November 2026

    @pytest.mark.parametrize(
        ("runtime", "severity"),
        [
            ("nodejs8.10", "error"),
            ("nodejs14.x", "error"),
            ("python2.7", "error"),
            ("python3.7", "error"),
            ("go1.x", "error"),
            ("java8", "error"),
            ("provided", "error"),
            ("dotnetcore3.1", "error"),
            ("ruby2.7", "error"),
            ("nodejs18.x", "warning"),
            ("python3.9", "warning"),
            ("provided.al2", "warning"),
        ],
    )
    def test_is_an_error_once_no_function_can_be_made(
        self, runtime: str, severity: str, marked_findings: Marked
    ) -> None:
        text = snippet(function(f"Runtime: {runtime} # <--", "Handler: a.b", "CodeUri: s3://b/k", name="DoorFunction"))
        assert marked_findings(text) == [("runtime-not-retired", "DoorFunction", severity, True)]

    @pytest.mark.parametrize(
        "runtime", ["python3.13", "nodejs24.x", "java21", "provided.al2023", "dotnet10", "ruby3.4"]
    )
    def test_is_sound_while_it_is_supported(self, runtime: str, marked_findings: Marked) -> None:
        text = snippet(function(f"Runtime: {runtime}", "Handler: a.b", "CodeUri: s3://b/k", name="DoorFunction"))
        assert marked_findings(text) == []

    @pytest.mark.parametrize("runtime", ["nodejs24", "python3", "python313", "Python3.13", "node24.x", "python3.5x"])
    def test_that_lambda_has_not_is_a_warning(self, runtime: str, marked_findings: Marked) -> None:
        text = snippet(function(f"Runtime: {runtime} # <--", "Handler: a.b", "CodeUri: s3://b/k", name="DoorFunction"))
        assert marked_findings(text) == [("runtime-is-known", "DoorFunction", "warning", True)]

    @pytest.mark.parametrize("runtime", ["nodejs99.x", "python3.99", "java99", "ruby99.0", "dotnet99"])
    def test_newer_than_the_table_is_a_note(self, runtime: str, examine_snippet: Callable[[str], list[object]]) -> None:
        text = snippet(function(f"Runtime: {runtime}", "Handler: a.b", "CodeUri: s3://b/k", name="DoorFunction"))
        assert "note" in [one[3] for one in examine_snippet(text) if one[0] == "runtime-is-known"]  # type: ignore[index]

    def test_of_globals_is_found_once(self, found_in: Found) -> None:
        text = "Globals:\n  Function:\n    Runtime: nodejs12.x\n" + snippet(
            function("Handler: a.b", "CodeUri: s3://b/k", name="DoorFunction"),
            function("Handler: a.b", "CodeUri: s3://b/k", "Policies: PowerUserAccess"),
        )
        (found,) = (one for one in found_in(text) if one.check == "runtime-not-retired")
        assert found.path == "Globals/Function/Runtime"
        assert [note.text for note in found.notes] == ["DoorFunction runs on it too"]

    def test_that_is_written_once_for_two_is_found_once(self, found_in: Found) -> None:
        chosen = "Runtime: &runtime {Fn::If: [Old, nodejs12.x, nodejs24.x]}"
        text = "Conditions:\n  Old: !Equals [a, a]\n" + snippet(
            function("Handler: a.b", "CodeUri: s3://b/k", "Runtime: *runtime"),
            function("Handler: a.b", "CodeUri: s3://b/k", chosen, name="DoorFunction"),
        )
        (found,) = (one for one in found_in(text) if one.check == "runtime-not-retired")
        named = {str(found.resource), *(note.text.removesuffix(" runs on it too") for note in found.notes)}
        assert named == {"ChatFunction", "DoorFunction"}

    def test_that_cannot_be_told_is_said_so(self, undecided_in: Undecided) -> None:
        text = snippet(function("Runtime: !ImportValue r", "Handler: a.b", "CodeUri: s3://b/k", name="DoorFunction"))
        assert "runtime-not-retired" in [name for name, _ in undecided_in(text)]


class TestTimeout:
    def function(self, *more: str, name: str = "ChatFunction") -> str:
        return function("Runtime: python3.13", "Handler: index.handler", INLINE_SILENT, *more, name=name)

    @pytest.mark.parametrize("timeout", ["30", '"30"', "900", "!Ref Long"])
    def test_is_told_where_it_stands(self, timeout: str, marked_findings: Marked) -> None:
        text = "Parameters:\n  Long: {Type: Number, Default: 60}\n" + snippet(
            self.function(f"Timeout: {timeout} # <--")
        )
        assert marked_findings(text) == [("function-timeout-within-gateway", "ChatFunction", "warning", True)]

    @pytest.mark.parametrize("timeout", ["29", '"29"', "3", "[30]", "{a: 30}", "soon"])
    def test_is_sound_up_to_what_the_gateway_waits(self, timeout: str, marked_findings: Marked) -> None:
        assert marked_findings(snippet(self.function(f"Timeout: {timeout}"))) == []

    def test_of_an_authorizer_is_left_alone(self, marked_findings: Marked) -> None:
        assert marked_findings(snippet(self.function("Timeout: 30", name="DoorFunction"))) == []

    def test_of_a_function_that_only_hears_of_disconnects_is_left_alone(self, marked_findings: Marked) -> None:
        bye = """
  ByeRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $disconnect
      Target: !Sub integrations/${ByeIntegration}
  ByeIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt ByeFunction.Arn
  ByePermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ByeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/v1/$disconnect
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, ByeRoute]
    Properties:
      ApiId: !Ref ChatApi
"""
        assert marked_findings(snippet(self.function("Timeout: 300", name="ByeFunction"), bye)) == []

    def test_of_a_function_that_is_started_and_left_is_left_alone(self, marked_findings: Marked) -> None:
        started = f"""
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS
      IntegrationUri: !Sub {INVOCATIONS}
      RequestParameters:
        integration.request.header.X-Amz-Invocation-Type: "'Event'"
  ChatResponse:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref ChatApi
      IntegrationId: !Ref ChatIntegration
      IntegrationResponseKey: $default
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, ChatResponse]
    Properties:
      ApiId: !Ref ChatApi
"""
        found = marked_findings(snippet(self.function("Timeout: 300"), started))
        assert [one for one in found if one[0] == "function-timeout-within-gateway"] == []

    def test_of_globals_is_found_once(self, found_in: Found) -> None:
        text = "Globals:\n  Function:\n    Timeout: 30\n" + snippet(self.function(), self.function(name="DoorFunction"))
        (found,) = found_in(text)
        assert (found.path, found.resource, found.notes) == ("Globals/Function/Timeout", "ChatFunction", ())

    def test_that_cannot_be_told_is_said_so(self, undecided_in: Undecided) -> None:
        assert [name for name, _ in undecided_in(snippet(self.function("Timeout: !ImportValue t")))] == [
            "function-timeout-within-gateway"
        ]


class TestPolicies:
    def found(
        self, marked_findings: Marked, *properties: str, more: str = ""
    ) -> list[tuple[str, str | None, str, bool]]:
        text = function("Runtime: python3.13", "Handler: index.handler", INLINE_SILENT, *properties)
        return marked_findings(snippet(text, more))

    @pytest.mark.parametrize(
        "policies",
        [
            "Policies: AWSLambdaFullAccess # <--",
            "Policies: [AWSLambdaFullAccess] # <--",
            "Policies:\n  - AWSLambdaReadOnlyAccess # <--",
            "Policies:\n  - !Sub arn:${AWS::Partition}:iam::aws:policy/AWSLambdaFullAccess # <--",
            "Policies:\n  - !Join ['', ['arn:', !Ref AWS::Partition, ':iam::aws:policy/AWSLambdaFullAccess']] # <--",
        ],
    )
    def test_retired_ones_are_told_however_they_are_spelt(self, policies: str, marked_findings: Marked) -> None:
        assert self.found(marked_findings, policies) == [("managed-policy-not-retired", "ChatFunction", "error", True)]

    def test_each_is_told_on_its_own(self, marked_findings: Marked) -> None:
        policies = """Policies:
  - AWSLambdaFullAccess # <--
  - AmazonAPIGatewayAdministrator # <--
  - AmazonAPIGatewayInvokeFullAccess # <--
  - AWSLambdaBasicExecutionRole
  - AmazonDynamoDBFullAccess"""
        assert sorted(self.found(marked_findings, policies)) == [
            ("managed-policy-not-retired", "ChatFunction", "error", True),
            ("managed-policy-scoped", "ChatFunction", "warning", True),
            ("managed-policy-scoped", "ChatFunction", "warning", True),
        ]

    ROLE = """
  SharedRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess # <--
"""

    def test_those_of_a_shared_role_are_told_once_at_the_role(self, marked_findings: Marked) -> None:
        door = function(
            "Runtime: python3.13",
            "Handler: index.handler",
            INLINE_SILENT,
            "Role: !GetAtt SharedRole.Arn",
            name="DoorFunction",
        )
        found = self.found(marked_findings, "Role: !GetAtt SharedRole.Arn", more=door + self.ROLE)
        assert found == [("managed-policy-scoped", "SharedRole", "warning", True)]

    def test_those_beside_a_role_count_for_nothing(self, marked_findings: Marked) -> None:
        role = self.ROLE.replace("AdministratorAccess # <--", "AWSXRayDaemonWriteAccess")
        policies = "Policies: [AdministratorAccess, AWSLambdaFullAccess]"
        assert self.found(marked_findings, "Role: !GetAtt SharedRole.Arn", policies, more=role) == []

    @pytest.mark.parametrize("action", ['"*"', '["*"]', '"*:*"'])
    def test_everything_is_too_much(self, action: str, marked_findings: Marked) -> None:
        policies = (
            f"Policies:\n  - Statement:\n      - Effect: Allow\n        Action: {action} # <--\n        Resource: '*'"
        )
        assert self.found(marked_findings, policies) == [("role-statement-scoped", "ChatFunction", "warning", True)]

    @pytest.mark.parametrize("action", ["execute-api:*", "execute-api:ManageConnections"])
    def test_every_api_is_a_note(self, action: str, examine_snippet: Callable[[str], list[tuple[str, ...]]]) -> None:
        policies = f"Policies:\n  - Statement:\n      - Effect: Allow\n        Action: {action}\n        Resource: '*'"
        text = snippet(function("Runtime: python3.13", "Handler: index.handler", INLINE_SILENT, policies))
        assert [one[3] for one in examine_snippet(text) if one[0] == "role-statement-scoped"] == ["note"]

    @pytest.mark.parametrize(
        "policies",
        [
            "Policies:\n  - Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}",
            "Policies:\n  - Statement: {Effect: Deny, Action: '*', Resource: '*'}",
            "Policies:\n  - Statement: {Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::bucket/*'}",
            "Policies:\n  - SQSSendMessagePolicy: {QueueName: queue}\n  - S3ReadPolicy: {BucketName: bucket}",
            "Policies:\n  Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}",
            "Policies:\n  DynamoDBCrudPolicy: {TableName: table}",
        ],
    )
    def test_narrower_ones_are_sound(self, policies: str, marked_findings: Marked) -> None:
        assert self.found(marked_findings, policies) == []

    @pytest.mark.parametrize(
        "entry",
        ["{Effect: Allow, Action: '*', Resource: '*'}", "[AWSLambdaRole]", "{Version: '2012-10-17', Statements: []}"],
    )
    def test_what_is_no_policy_is_refused(self, entry: str, marked_findings: Marked) -> None:
        found = self.found(marked_findings, f"Policies:\n  - {entry} # <--")
        assert found == [("policy-entry-well-formed", "ChatFunction", "error", True)]

    @pytest.mark.parametrize(
        "policies", ["Policies: 3", "Policies: {}", "Policies: [[]]", "Policies: [{Statement: 3}]"]
    )
    def test_nonsense_breaks_no_check(self, policies: str, found_in: Found) -> None:
        text = snippet(function("Runtime: python3.13", "Handler: index.handler", INLINE_SILENT, policies))
        assert not any("the check itself broke" in one.message for one in found_in(text))
