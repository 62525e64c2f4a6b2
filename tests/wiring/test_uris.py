"""What URIs and function names say."""

from __future__ import annotations

import pytest
from building import SPAN
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.values import Attribute, Part, Pseudo, Text, Unresolved, text
from wsconform.wiring.names import arn_start
from wsconform.wiring.uris import (
    FunctionUri,
    HttpUri,
    MalformedUri,
    ServiceUri,
    invokes_some_function,
    parse_function,
    parse_uri,
)

F, SECRET = Attribute("F"), Unresolved("Secret", "why")
PARTITION, REGION, ACCOUNT = Pseudo("AWS::Partition"), Pseudo("AWS::Region"), Pseudo("AWS::AccountId")
ARN = (*arn_start("lambda"), ":function:", F)
HEAD = ("arn:", PARTITION, ":apigateway:", REGION, ":lambda:path/2015-03-31/functions/")
WRAPPED = (*HEAD, *ARN, "/invocations")


def of(*parts: Part) -> Text:
    return text(parts, SPAN)


def parts_of(value: Text | None) -> tuple[Part, ...] | None:
    return None if value is None else value.parts


class TestFunctionUris:
    @pytest.mark.parametrize(
        ("written", "wrapped", "qualifier"),
        [
            (WRAPPED, True, None),
            ((*HEAD, *ARN, ":live/invocations"), True, ("live",)),
            ((*HEAD, *ARN, ":", SECRET, "/invocations"), True, (SECRET,)),
            (ARN, False, None),
            ((*ARN, ":live"), False, ("live",)),
            ((*ARN, ":", Attribute("V", "Version")), False, (Attribute("V", "Version"),)),
        ],
    )
    def test_every_form(self, written: tuple[Part, ...], *, wrapped: bool, qualifier: tuple[Part, ...] | None) -> None:
        found = parse_uri(of(*written))
        assert isinstance(found, FunctionUri)
        assert found.name.parts == (F,)
        assert parts_of(found.qualifier) == qualifier
        assert parts_of(found.region) == (REGION,)
        assert parts_of(found.account) == (ACCOUNT,)
        assert found.wrapped is wrapped

    def test_spelt_out(self) -> None:
        arn = "arn:aws:lambda:us-east-1:111122223333:function:chat:1"
        found = parse_uri(of(f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"))
        assert isinstance(found, FunctionUri)
        assert (str(found.name), str(found.qualifier), str(found.region)) == ("chat", "1", "us-east-1")

    def test_of_another_account_as_a_subdomain(self) -> None:
        assert isinstance(
            parse_uri(of("arn:aws:apigateway:us-east-1:host.lambda:path/2015-03-31/functions/f")), MalformedUri
        )

    def test_named_by_a_stage_variable(self) -> None:
        variable = "${stageVariables.fn}"
        for rest in (variable, f"{variable}:live"):
            found = parse_uri(of(*arn_start("lambda"), f":function:{rest}"))
            assert isinstance(found, Unresolved)
            assert "stage variable" in found.reason
        whole = parse_uri(of(*HEAD, "${stageVariables.arn}/invocations"))
        assert isinstance(whole, Unresolved)

    def test_whose_alias_a_stage_variable_names(self) -> None:
        found = parse_uri(of(*HEAD, *ARN, ":${stageVariables.alias}/invocations"))
        assert isinstance(found, FunctionUri)
        assert found.name.parts == (F,)
        assert found.qualifier is not None
        assert found.qualifier.unresolved is not None


class TestOtherUris:
    @pytest.mark.parametrize("written", ["http://example.com/", "https://example.com/x", "HTTPS://example.com"])
    def test_of_http(self, written: str) -> None:
        assert parse_uri(of(written)) == HttpUri()
        assert parse_uri(of(written, F, SECRET)) == HttpUri()

    def test_of_another_service(self) -> None:
        found = parse_uri(of("arn:", PARTITION, ":apigateway:", REGION, ":sqs:path/", ACCOUNT, "/queue"))
        assert found == ServiceUri("sqs")

    @pytest.mark.parametrize(
        "written",
        [
            (SECRET,),
            (SECRET, "/invocations"),
            ("arn:aws:", SECRET),
            ("arn:aws:", SECRET, ":us-east-1:1:function:f"),
            ("arn:aws:apigateway:us-east-1:", SECRET, ":path/x"),
            ("arn:aws:apigateway:us-east-1:lambda:", SECRET),
            (*HEAD, SECRET),
            (*HEAD, SECRET, "/invocations"),
            (*arn_start("lambda"), ":function:", SECRET),
            (*arn_start("lambda"), SECRET),
        ],
    )
    def test_that_cannot_be_told(self, written: tuple[Part, ...]) -> None:
        assert parse_uri(of(*written)) == SECRET

    @pytest.mark.parametrize(
        ("written", "word"),
        [
            ((), "neither"),
            (("integrations/x",), "neither"),
            ((F,), "no ARN"),
            ((F, ":live"), "no ARN"),
            (("arn:aws:lambda",), "cut short"),
            (("arn:aws:s3:::bucket",), "s3"),
            (("arn:", PARTITION, ":states:", REGION, ":", ACCOUNT, ":stateMachine:x"), "states"),
            (("arn:aws:apigateway::lambda:path/2015-03-31/functions/x/invocations",), "region"),
            (("arn:aws:apigateway:us-east-1:", F, ":path/x"), "service"),
            (("arn:aws:apigateway:us-east-1:lambda:", F), "2015-03-31"),
            (("arn:aws:apigateway:us-east-1:lambda:action/Invoke",), "2015-03-31"),
            (("arn:aws:apigateway:us-east-1:lambda:",), "2015-03-31"),
            (("arn:aws:apigateway:us-east-1:lambda:path/2015-03-30/functions/", *ARN, "/invocations"), "2015-03-30"),
            ((*HEAD, *ARN), "/invocations"),
            ((*HEAD, *ARN, "/invocation"), "/invocations"),
            ((*HEAD, F, "/invocations"), "ARN belongs"),
            ((*HEAD, "/invocations"), "names no function"),
            ((*HEAD, "/invocations/invocations"), "ARN belongs"),
            ((*arn_start("lambda"), ":layer:x"), "not a function's ARN"),
            ((*arn_start("lambda"), ":function:"), "names no function"),
            ((*ARN, ":live:extra"), "names no function"),
        ],
    )
    def test_that_are_malformed(self, written: tuple[Part, ...], word: str) -> None:
        found = parse_uri(of(*written))
        assert isinstance(found, MalformedUri)
        assert word in found.problem


class TestFunctionNames:
    @pytest.mark.parametrize(
        ("written", "name", "qualifier", "region", "account"),
        [
            ((F,), (F,), None, None, None),
            (("chat",), ("chat",), None, None, None),
            (("chat:live",), ("chat",), ("live",), None, None),
            ((F, ":", SECRET), (F,), (SECRET,), None, None),
            (("chat:",), ("chat",), None, None, None),
            ((ACCOUNT, ":function:", F), (F,), None, (REGION,), (ACCOUNT,)),
            (("1:function:chat:2",), ("chat",), ("2",), (REGION,), ("1",)),
            (ARN, (F,), None, (REGION,), (ACCOUNT,)),
            ((*ARN, ":live"), (F,), ("live",), (REGION,), (ACCOUNT,)),
        ],
    )
    def test_every_form(
        self,
        written: tuple[Part, ...],
        name: tuple[Part, ...],
        qualifier: tuple[Part, ...] | None,
        region: tuple[Part, ...] | None,
        account: tuple[Part, ...] | None,
    ) -> None:
        found = parse_function(of(*written))
        assert isinstance(found, FunctionUri)
        assert found.name.parts == name
        assert (parts_of(found.qualifier), parts_of(found.region), parts_of(found.account)) == (
            qualifier,
            region,
            account,
        )
        assert not found.wrapped

    @pytest.mark.parametrize("written", [(SECRET,), (SECRET, ":live"), ("arn:aws:lambda:", SECRET)])
    def test_that_cannot_be_told(self, written: tuple[Part, ...]) -> None:
        assert parse_function(of(*written)) == SECRET

    @pytest.mark.parametrize("written", [(), (":live",), ("a:b:c",), ("arn:aws:s3:::bucket",), ("arn",)])
    def test_that_are_malformed_or_plain(self, written: tuple[Part, ...]) -> None:
        found = parse_function(of(*written))
        assert isinstance(found, MalformedUri)


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        (WRAPPED, True),
        ((*HEAD, SECRET, "/invocations"), True),
        ((*HEAD, SECRET), False),
        (ARN, False),
        ((), False),
        ((SECRET, ":lambda:path/2015-03-31/functions/x/invocations"), False),
        (("https://x/:lambda:path/2015-03-31/functions/x/invocations",), False),
    ],
)
def test_the_form_that_invokes_a_function(written: tuple[Part, ...], *, answer: bool) -> None:
    assert invokes_some_function(of(*written)) is answer


PIECES = st.sampled_from(
    [
        "arn",
        ":",
        "aws",
        "lambda",
        "apigateway",
        "function",
        "path/2015-03-31/functions/",
        "/invocations",
        "x",
        F,
        SECRET,
    ]
)


@given(st.lists(PIECES, max_size=14))
def test_any_text_says_something(parts: list[Part]) -> None:
    value = of(*parts)
    found = parse_uri(value)
    assert isinstance(found, FunctionUri | ServiceUri | HttpUri | MalformedUri | Unresolved)
    if isinstance(found, FunctionUri):
        assert found.account is not None
    assert isinstance(parse_function(value), FunctionUri | MalformedUri | Unresolved)


@given(st.lists(PIECES.filter(lambda part: part != SECRET), max_size=14))
def test_what_is_known_is_never_unresolved(parts: list[Part]) -> None:
    assert not isinstance(parse_uri(of(*parts)), Unresolved)
    assert not isinstance(parse_function(of(*parts)), Unresolved)
