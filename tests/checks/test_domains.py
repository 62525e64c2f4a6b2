"""Custom domains, beyond the examples of their pages."""

from collections.abc import Callable

import pytest

Marked = Callable[[str], list[tuple[str, str | None, str, bool]]]


def domain(
    name: str = "chat.example.com", kind: str = "REGIONAL", policy: str = "TLS_1_2", mapped: str = "!Ref Domain"
) -> str:
    return f"""
Resources:
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: {name}
      DomainNameConfigurations:
        - CertificateArn: !Ref Certificate
          EndpointType: {kind}
          SecurityPolicy: {policy}
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties:
      DomainName: chat.example.com
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      ApiId: !Ref ChatApi
      DomainName: {mapped}
      Stage: !Ref Stage
"""


@pytest.mark.parametrize("name", ["'*.example.com'", "a_b.example.com", "!Sub 'chat.${AWS::Region}.example.com'"])
def test_a_host_name(name: str, marked_findings: Marked) -> None:
    assert marked_findings(domain(name)) == []


@pytest.mark.parametrize("name", ["wss://chat.example.com", "chat.example.com/v1", "'chat example.com'"])
def test_no_host_name(name: str, marked_findings: Marked) -> None:
    assert marked_findings(domain(f"{name} # <--")) == [("domain-name-allowed", "Domain", "error", True)]


@pytest.mark.parametrize(("kind", "severity"), [("EDGE", "error"), ("Regional", "warning"), ("regional", "warning")])
def test_an_endpoint_type(kind: str, severity: str, marked_findings: Marked) -> None:
    assert marked_findings(domain(kind=f"{kind} # <--")) == [("domain-is-regional", "Domain", severity, True)]


@pytest.mark.parametrize("policy", ["TLS_1_3", "SecurityPolicy_TLS13_1_3_2025_09"])
def test_a_policy_that_is_newer(policy: str, marked_findings: Marked) -> None:
    assert marked_findings(domain(policy=policy)) == []


@pytest.mark.parametrize("policy", ["TLS_1_0", "TLS1.2", "tls_1_2"])
def test_a_policy_that_is_none(policy: str, marked_findings: Marked) -> None:
    assert marked_findings(domain(policy=f"{policy} # <--")) == [("domain-demands-tls-1.2", "Domain", "error", True)]


@pytest.mark.parametrize("mapped", ["!GetAtt Domain.RegionalDomainName", "!Ref Certificate", "!Ref ChatApi"])
def test_a_mapping_of_no_domain(mapped: str, marked_findings: Marked) -> None:
    assert marked_findings(domain(mapped=f"{mapped} # <--")) == [("mapping-names-a-domain", "Mapping", "error", True)]


@pytest.mark.parametrize("mapped", ["chat.example.com", "!Sub '${Domain}'", "!ImportValue domain"])
def test_a_mapping_of_a_domain(mapped: str, marked_findings: Marked) -> None:
    assert marked_findings(domain(mapped=mapped)) == []
