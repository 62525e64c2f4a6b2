import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsconform.template.nodes import Span
from wsconform.template.values import Atom, Attribute, Part, Pseudo, Text, Unresolved, text
from wsconform.wiring.iam.forms import Form, identifying
from wsconform.wiring.iam.pattern import Match, MatchResult, like

HERE = Span("template.yaml", 1, 1, 1, 1)
PARTITION, REGION, ACCOUNT = Pseudo("AWS::Partition"), Pseudo("AWS::Region"), Pseudo("AWS::AccountId")
API, OTHER_API = Attribute("Api"), Attribute("OtherApi")
STAGE = Unresolved("StageName", 'parameter "StageName" has no default')
API_ID = Form("[a-z0-9]{10}", unique=True)
FUNCTION_NAME = Form("[a-zA-Z0-9_-]+", unique=True)


def of(*parts: Part) -> Text:
    return text(parts, HERE)


def api_ids(_: Attribute) -> Form:
    return API_ID


def execute_api(*tail: Part) -> Text:
    return of("arn:", PARTITION, ":execute-api:", REGION, ":", ACCOUNT, ":", *tail)


CONNECT = execute_api(API, "/v1/$connect")


@pytest.mark.parametrize(
    "pattern",
    [
        execute_api(API, "/v1/$connect"),
        execute_api(API, "/*/$connect"),
        execute_api(API, "/*"),
        execute_api(API, "/*/*"),
        execute_api(API, "/*$connect"),
        execute_api(API, "/*/*$connect"),
        execute_api("*/$connect"),
        of("arn:*:execute-api:*:*:*/v?/$connect"),
        of("arn:", PARTITION, ":execute-api:", REGION, ":????????????:", API, "/*"),
        of("*"),
    ],
    ids=str,
)
def test_what_matches_in_every_deployment_is_yes(pattern: Text) -> None:
    assert like(pattern, CONNECT, forms=api_ids) == MatchResult(Match.YES)


@pytest.mark.parametrize(
    "pattern",
    [
        of(),
        execute_api(API, "/*/$Connect"),
        execute_api(API, "/v1"),
        execute_api(OTHER_API, "/*"),
        execute_api("abc/*"),
        execute_api(API, "x/*"),
        execute_api(API, "/authorizers/", STAGE),
        execute_api("*/prod/*"),
        execute_api("*/@connections/*"),
        of("arn:awscn:execute-api:*"),
        of("arn:aws:execute-api:us:123456789012:*"),
        of("arn:aws:execute-api:us-east-1:12345:*"),
        of("arn:", REGION, ":execute-api:*"),
    ],
    ids=str,
)
@pytest.mark.parametrize("assume_here", [False, True])
def test_what_matches_in_no_deployment_is_no(pattern: Text, assume_here: bool) -> None:  # noqa: FBT001
    assert like(pattern, CONNECT, forms=api_ids, assume_here=assume_here) == MatchResult(Match.NO)


@pytest.mark.parametrize(
    ("pattern", "because"),
    [
        (of(STAGE), STAGE),
        (execute_api(API, "/", STAGE, "/*"), STAGE),
        (execute_api("abcdef0123/*"), API),
        (of("arn:aws:execute-api:", REGION, ":*:", API, "/*"), PARTITION),
        (of("arn:", PARTITION, ":execute-api:us-east-1:*"), REGION),
        (of("arn:", PARTITION, ":execute-api:*:123456789012:*"), ACCOUNT),
        # Both are open, and only one of them is worth a question to the user.
        (of("arn:aws:execute-api:*:", API, "/", STAGE, "/$connect"), STAGE),
    ],
    ids=str,
)
def test_what_only_a_deployment_could_tell_is_maybe_and_names_the_cause(pattern: Text, because: Atom) -> None:
    assert like(pattern, CONNECT, forms=api_ids) == MatchResult(Match.MAYBE, because)


def test_the_cause_is_the_unknown_that_matters() -> None:
    covered = Unresolved("Covered", "matched by the star")
    subject = execute_api(covered, "/", STAGE, "/$connect")
    assert like(execute_api("*/v1/$connect"), subject).because == STAGE
    assert like(execute_api(covered, "/*"), subject).match is Match.YES


def test_a_cause_among_several_equal_ones_is_an_unresolved_one() -> None:
    assert like(of("*?*"), of(API, STAGE), forms=lambda _: Form()) == MatchResult(Match.MAYBE, STAGE)


def test_reasons_can_be_printed() -> None:
    assert like(of("x"), of("x")).reason == ""
    assert like(of("v1"), of(STAGE)).reason == 'parameter "StageName" has no default'
    assert like(of("a"), of(API)).reason == 'the text of "${Api}" is known after a deployment only'
    assert like(of("us-east-1"), of(REGION)).reason == '"${AWS::Region}" differs from deployment to deployment'


@pytest.mark.parametrize(
    "pattern",
    [
        of("arn:aws:execute-api:us-east-1:123456789012:", API, "/*"),
        of("arn:aws-us-gov:execute-api:us-gov-west-1:", ACCOUNT, ":", API, "/*"),
        of("arn:", PARTITION, ":execute-api:eusc-de-east-1:", ACCOUNT, ":", API, "/*/$connect"),
    ],
    ids=str,
)
def test_a_place_written_out_can_be_taken_for_here(pattern: Text) -> None:
    assert like(pattern, CONNECT, assume_here=True).match is Match.YES
    assert like(CONNECT, of(*pattern.parts[:-1], "/v1/$connect"), assume_here=True).match is Match.YES
    assert like(CONNECT, of(*pattern.parts[:-1], "/v1/$default"), assume_here=True).match is Match.NO


def test_only_places_are_taken_for_here() -> None:
    name = Pseudo("AWS::StackName")
    assert like(of("v1"), of(name), assume_here=True) == MatchResult(Match.MAYBE, name)
    assert like(of("1v"), of(name), assume_here=True).match is Match.NO
    assert like(of("apigateway.amazonaws.com"), of("apigateway.", Pseudo("AWS::URLSuffix")), assume_here=True) == (
        MatchResult(Match.YES)
    )


def test_an_assumed_place_covers_no_other_unknown() -> None:
    number = Attribute("Custom", "Number")
    result = like(of(ACCOUNT), of(number), forms=lambda _: Form("[0-9]{12}"), assume_here=True)
    assert result == MatchResult(Match.MAYBE, number)


def test_an_attribute_is_itself_and_no_other_resource_s() -> None:
    one, other = Attribute("One", "Arn"), Attribute("Other", "Arn")
    assert like(of(one), of(one)).match is Match.YES
    assert like(of(one, ":*"), of(one, ":live")).match is Match.YES
    assert like(of(one), of(one, ":live")).match is Match.NO
    assert like(of(one, "*"), of(one)).match is Match.YES
    assert like(of(one), of(other)).match is Match.NO
    assert like(of("f/", one, "/x"), of("f/", other, "/x")).match is Match.NO
    assert like(of(one, "/*"), of(other, "/x"), forms=lambda _: FUNCTION_NAME).match is Match.NO


def test_unknown_ids_may_still_overlap_in_part() -> None:
    # One could be Other with an "x" behind it.
    one, other = Attribute("One"), Attribute("Other")
    assert like(of(one, "x"), of(other)).match is Match.MAYBE
    assert like(of("*", one), of(other, "-", one)).match is Match.YES
    assert like(of(one), of(other, one)).match is Match.MAYBE


def test_a_literal_covers_no_unknown_text() -> None:
    one = Attribute("One")
    assert like(of("a*"), of(one)) == MatchResult(Match.MAYBE, one)
    assert like(of("?*"), of(one)).match is Match.YES


def test_attributes_that_identify_nothing_may_be_equal() -> None:
    one, other = Attribute("One", "RuntimeVersion"), Attribute("Other", "RuntimeVersion")
    assert like(of(one), of(other)) == MatchResult(Match.MAYBE, one)
    assert like(of(one), of(one)).match is Match.YES
    assert like(of(Attribute("One")), of(Attribute("One", "Arn"))).match is Match.MAYBE


def test_the_same_unresolved_text_is_the_same() -> None:
    assert like(of("a/", STAGE), of("a/", STAGE)).match is Match.YES
    assert like(of("a/", STAGE), of("a/", Unresolved("Other", "imported"))).match is Match.MAYBE
    # It may hold wildcards.
    assert like(of(STAGE, "/x"), of(STAGE, "y/x")).match is Match.MAYBE


def test_a_question_mark_takes_one_character_of_what_is_known_in_length() -> None:
    assert like(of("?" * 10), of(API), forms=api_ids).match is Match.YES
    assert like(of("?" * 9), of(API), forms=api_ids).match is Match.NO
    assert like(of("?" * 9 + "*"), of(API), forms=api_ids).match is Match.YES
    assert like(of("?"), of(STAGE)).match is Match.MAYBE


def test_alternatives_of_a_form_must_all_be_covered() -> None:
    assert like(of("aws*"), of(PARTITION)).match is Match.YES
    assert like(of("aws-*"), of(PARTITION)).match is Match.MAYBE
    assert like(of("gov*"), of(PARTITION)).match is Match.NO
    assert like(of("ab*", PARTITION), of("abc", PARTITION)).match is Match.YES


def test_a_place_is_the_same_everywhere() -> None:
    assert like(of(PARTITION, "-cn"), of(PARTITION)).match is Match.NO
    assert like(of(PARTITION, "-cn"), of(PARTITION, "-cn")).match is Match.YES


def test_by_default_references_ids_and_arns_identify() -> None:
    assert identifying(Attribute("R")).unique
    assert identifying(Attribute("R", "RouteId")).unique
    assert identifying(Attribute("R", "Arn")).unique
    assert not identifying(Attribute("R", "Name")).unique


@pytest.mark.parametrize("shape", ["(a)", "a?", "^a", "a$", "[^a]", r"\d", "[a", "a{2", "a**", "a{1,2}"])
def test_a_shape_of_another_kind_is_refused(shape: str) -> None:
    with pytest.raises(ValueError, match="shape"):
        Form(shape)


@pytest.mark.parametrize("shape", [".*", "", "a|b*"])
def test_what_may_be_empty_is_not_unique(shape: str) -> None:
    with pytest.raises(ValueError, match="may be empty"):
        Form(shape, unique=True)


SHAPES = ["", "a", "ab*", "[ab]{2}", "[a-c]+|[0-9]{2}", r"a\.b", "a|", ".{2}", "[b-c-]*a", "x+y+|x{3}"]


@given(st.sampled_from(SHAPES), st.data())
def test_a_shape_means_what_it_means_to_re(shape: str, data: st.DataObject) -> None:
    fits = st.from_regex(re.compile(shape, re.DOTALL), fullmatch=True)
    literal = data.draw(fits | st.text("abcxy.-01", max_size=4), "literal")
    result = like(of(literal), of(Attribute("R", "Name")), forms=lambda _: Form(shape))
    assert (result.match is not Match.NO) == bool(re.fullmatch(shape, literal, re.DOTALL))


@given(st.text("a|\\.*(- \n") | st.text(max_size=5), st.text("a|\\.*(- \n", max_size=3))
def test_an_escaped_shape_is_that_literal(name: str, other: str) -> None:
    for literal in (name, other):
        result = like(of(API), of("x" + literal), forms=lambda _: Form("x" + re.escape(name)))
        assert (result.match is Match.NO) == (literal != name)


def concretely(pattern: str, subject: str) -> bool:
    regex = "".join({"*": ".*", "?": "."}.get(char) or re.escape(char) for char in pattern)
    return re.fullmatch(regex, subject, re.DOTALL) is not None


@given(st.text("ab\n*?", max_size=12), st.text("ab\n*?", max_size=12))
def test_literal_texts_match_as_strings_do(pattern: str, subject: str) -> None:
    expected = Match.YES if concretely(pattern, subject) else Match.NO
    assert like(of(pattern), of(subject)) == MatchResult(expected)


FORMS = {
    Attribute("X", "Name"): Form(),
    Attribute("Y", "Name"): Form("a+|b[a/]{2}"),
    Attribute("F"): Form(".+", unique=True),
    Attribute("G"): Form(".+", unique=True),
    Attribute("F", "Arn"): Form("[ab/]+b", unique=True),
    Attribute("A"): Form("[ab]{2}", unique=True),
    Attribute("B"): Form("[ab]{2}", unique=True),
}
PLACES = {PARTITION: ["aws", "aws-ab"], REGION: ["us-east-1", "a-b-1"], ACCOUNT: ["000000000000", "123456789012"]}
UNRESOLVED = [Unresolved("P", "no default"), Unresolved("Q", "imported")]
ATOMS: st.SearchStrategy[Part] = st.sampled_from([*FORMS, *PLACES, *UNRESOLVED])
STRETCHES: st.SearchStrategy[Part] = st.text("ab/", min_size=1, max_size=3) | st.sampled_from(
    ["aws", "us-east-1", "123456789012", "12", "-"]
)


def forms(attribute: Attribute) -> Form:
    return FORMS[attribute]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Text, Text]:
    """A pattern and a subject that have parts in common, or they would hardly ever match."""
    subject = draw(st.lists(STRETCHES | ATOMS, max_size=5))
    wild: st.SearchStrategy[Part] = st.sampled_from(["*", "?", "*", ""]) | ATOMS | STRETCHES
    changed = draw(st.sampled_from([0, 1, 1, 4]))
    pattern: list[Part] = [draw(wild) if draw(st.integers(0, 3)) < changed else part for part in subject]
    pattern.insert(draw(st.integers(0, len(pattern))), draw(st.sampled_from(["", "", "*", "?"])))
    return of(*pattern), of(*subject)


NAMES = st.text("ab/", min_size=1, max_size=3)
TEXTS: dict[Atom, st.SearchStrategy[str]] = {
    Attribute("X", "Name"): st.text("ab/*", max_size=3),
    Attribute("Y", "Name"): st.sampled_from(["a", "aa", "aaa", "baa", "b//", "b/a", "ba/"]),
    Attribute("F"): NAMES,
    Attribute("G"): NAMES,
    Attribute("F", "Arn"): NAMES.map(lambda name: name + "b"),
    Attribute("A"): st.sampled_from(["aa", "ab", "ba", "bb"]),
    Attribute("B"): st.sampled_from(["aa", "ab", "ba", "bb"]),
    **{place: st.sampled_from(names) for place, names in PLACES.items()},
    # What is unresolved may bring wildcards into a pattern.
    **dict.fromkeys(UNRESOLVED, st.text("ab/*?", max_size=3) | st.just("*")),
}


def possible(values: dict[Atom, str]) -> bool:
    """Whether all that is unique is so."""
    unique = [atom for atom, form in FORMS.items() if form.unique and atom in values]
    return all(one.resource == two.resource or values[one] != values[two] for one in unique for two in unique)


def deployments(pair: tuple[Text, Text]) -> st.SearchStrategy[dict[Atom, str]]:
    """What all that stands in a pattern and a subject comes to when it is deployed."""
    used = dict.fromkeys(part for value in pair for part in value.parts if not isinstance(part, str))
    return st.fixed_dictionaries({atom: TEXTS[atom] for atom in used}).filter(possible)


def deployed(value: Text, values: dict[Atom, str]) -> str:
    return "".join(part if isinstance(part, str) else values[part] for part in value.parts)


@settings(max_examples=max(600, settings().max_examples))
@given(pairs(), st.data())
def test_an_answer_holds_in_every_deployment(pair: tuple[Text, Text], data: st.DataObject) -> None:
    pattern, subject = pair
    result = like(pattern, subject, forms=forms)
    for values in data.draw(st.lists(deployments(pair), min_size=1, max_size=3)):
        matches = concretely(deployed(pattern, values), deployed(subject, values))
        assert result.match is Match.MAYBE or matches == (result.match is Match.YES)
    assert (result.because is not None) == (result.match is Match.MAYBE)


@settings(max_examples=max(300, settings().max_examples))
@given(pairs(), st.data())
def test_assuming_a_place_makes_no_difference_but_to_places(pair: tuple[Text, Text], data: st.DataObject) -> None:
    pattern, subject = pair
    values = data.draw(deployments(pair))
    plain = like(pattern, subject, forms=forms).match
    assumed = like(pattern, subject, forms=forms, assume_here=True).match
    assert assumed is plain or plain is Match.MAYBE
    if plain is Match.YES:
        written_out = of(*(values[part] if isinstance(part, Pseudo) else part for part in pattern.parts))
        assert like(written_out, subject, forms=forms, assume_here=True).match is Match.YES


@given(pairs())
def test_a_star_takes_anything_in(pair: tuple[Text, Text]) -> None:
    pattern, subject = pair
    assert like(of("*"), subject, forms=forms).match is Match.YES
    assert like(of("*", *subject.parts, "*"), of(*pattern.parts, *subject.parts), forms=forms).match is Match.YES
    assert like(subject, subject, forms=forms).match is Match.YES


@pytest.mark.parametrize("end", [of("b"), of(STAGE, "b"), of(API, "b")], ids=str)
def test_many_stars_cost_no_more_than_their_number(end: Text) -> None:
    pattern = of(*["*a"] * 2000, *end.parts)
    assert like(pattern, of("a" * 4000)).match is Match.NO
    assert like(pattern, of("a" * 4000, *end.parts)).match is Match.YES


def test_many_atoms_cost_no_more_than_their_number() -> None:
    ids = [Attribute(f"Api{number}") for number in range(60)]
    assert like(of(*ids), of(*ids)).match is Match.YES
    assert like(of(*ids, "x"), of(*reversed(ids), "y")).match is Match.NO
    assert like(of(*ids[:10], "a" * 2000, "x"), of(*reversed(ids), "y" * 2000)).match is Match.NO


def test_a_text_longer_than_any_policy_is_not_judged() -> None:
    many = [Attribute(f"Api{number}") for number in range(200)]
    for result in (like(of("*a" * 10_241), of("a")), like(of("a"), of("a" * 20_481)), like(of(*many), of("a"))):
        assert result.match is Match.MAYBE
        assert "20480 characters or 128 parts" in result.reason
