"""What IAM policy documents of a template allow.

Rules: IAM user guide, reference_policies_grammar (the document), reference_policies_evaluation-logic (an explicit
`Deny` wins, nothing is allowed that no statement allows), reference_policies_elements_action (case-insensitive),
reference_policies_elements_principal, reference_policies_variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Literal

from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.template.values import Atom, Map, Part, Seq, Text, Unresolved, Value, text
from wsconform.wiring.iam.forms import Forms, identifying
from wsconform.wiring.iam.pattern import Match, MatchResult, explain, like

_YES, _NO = MatchResult(Match.YES), MatchResult(Match.NO)
_WRITTEN_AT = "statement at "
"""How the key of a doubt begins to which the document itself gives cause."""
# IAM's variables have a prefix (`aws:`); CloudFormation's, which stay where a `!Sub` lacks, are plain text to it.
_VARIABLE = re.compile(r"(\$\{(?:[A-Za-z0-9-]+:(?!:)[^{}]+|[*?$])\})")


@record(frozen=True, slots=True)
class Principal:
    """Who a statement is about: `kind` is `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` for everybody."""

    kind: str
    name: Text


@record(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy document.

    `effect` is None where only a deployment could tell. `conditions` are the condition keys. `doubt` says why the
    statement cannot be read as far as it should be; it may then say anything that its effect leaves open. `flawed_at`
    is the place of what IAM refuses in it, where that is the reason.
    """

    span: Span
    effect: Literal["Allow", "Deny"] | None = None
    actions: tuple[Text, ...] = ()
    not_actions: tuple[Text, ...] = ()
    resources: tuple[Text, ...] = ()
    not_resources: tuple[Text, ...] = ()
    principals: tuple[Principal, ...] = ()
    not_principals: tuple[Principal, ...] = ()
    conditions: tuple[str, ...] = ()
    doubt: Unresolved | None = None
    flawed_at: Span | None = None


class Verdict(Enum):
    """What policy statements come to for one request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_ALLOWED = "not allowed"
    UNKNOWN = "unknown"


@record(frozen=True, slots=True)
class Decision:
    """A verdict, the statement that decided it, and what an UNKNOWN one hangs on.

    `near` holds, where nothing allows the request, the statements that would but for their resource.
    """

    verdict: Verdict
    statement: Statement | None = None
    because: Atom | None = None
    near: tuple[Statement, ...] = ()

    @property
    def reason(self) -> str:
        """Why the verdict is open; empty when it is not."""
        return "" if self.because is None else explain(self.because)


def statements(document: Value) -> list[Statement]:
    """The statements of a policy document; what cannot be read becomes a statement with a `doubt`."""
    if not isinstance(document, Map):
        unread = _unread(document, "the policy document", "a map")
        # CloudFormation takes the text of a JSON document too, which is not read here.
        return [replace(unread, flawed_at=None) if isinstance(document, Text) else unread]
    body = document.get("Statement")
    if body is None:
        doubt = _doubt(document.span, "the policy document has no Statement")
        return [Statement(span=document.span, doubt=doubt, flawed_at=document.span)]
    return [_statement(item) for item in (body.items if isinstance(body, Seq) else (body,))]


def allows(
    policy: Iterable[Statement],
    action: str,
    resource: Text,
    *,
    forms: Forms = identifying,
    assume_here: bool = False,
) -> Decision:
    """Whether `policy` lets its holder do `action` on `resource`; the options are those of `pattern.like`.

    An ARN is compared as one whole string. A `Condition` is met at run time or not, so it leaves its statement open.
    """

    def same_action(statement: Statement) -> MatchResult:
        return _acts(statement, action)

    def same_resource(statement: Statement) -> MatchResult:
        if not statement.resources and not statement.not_resources:
            return _open(_doubt(statement.span, "the statement has no Resource"))
        return _selects(
            (like(_spelt(one), resource, forms=forms, assume_here=assume_here) for one in statement.resources),
            (like(_spelt(one), resource, forms=forms, assume_here=assume_here) for one in statement.not_resources),
        )

    policy = list(policy)
    decision = _decide(policy, lambda one: _both(same_action(one), same_resource(one)))
    if decision.verdict is not Verdict.NOT_ALLOWED:
        return decision
    near = tuple(one for one in policy if one.effect == "Allow" and same_action(one).match is Match.YES)
    return Decision(Verdict.NOT_ALLOWED, near=near)


def may_be_assumed_by(document: Value, service: str) -> Decision:
    """Whether the trust policy `document` lets an AWS service (`apigateway.amazonaws.com`) assume its role."""

    def trusts(statement: Statement) -> MatchResult:
        if not statement.principals and not statement.not_principals:
            return _open(_doubt(statement.span, "the statement has no Principal"))
        return _selects(
            (_is_service(one, service) for one in statement.principals),
            (_is_service(one, service) for one in statement.not_principals),
        )

    return _decide(statements(document), lambda one: _both(_acts(one, "sts:AssumeRole"), trusts(one)))


def _decide(policy: Sequence[Statement], applies: Callable[[Statement], MatchResult]) -> Decision:
    answers = [(one, _asked(one, applies)) for one in policy]
    denied = _firmest((one, answer) for one, answer in answers if one.effect != "Allow")
    allowed = _firmest((one, answer) for one, answer in answers if one.effect != "Deny")
    if denied and denied[1].match is Match.YES:
        return Decision(Verdict.DENIED, denied[0])
    if allowed is None:
        return Decision(Verdict.NOT_ALLOWED)
    if allowed[1].match is Match.YES and denied is None:
        return Decision(Verdict.ALLOWED, allowed[0])
    statement, answer = denied if denied and allowed[1].match is Match.YES else allowed
    return Decision(Verdict.UNKNOWN, statement, answer.because)


def _asked(statement: Statement, applies: Callable[[Statement], MatchResult]) -> MatchResult:
    """Whether a statement takes effect for a request, all of its uncertainties considered."""
    if statement.doubt:
        return _open(statement.doubt)
    answer = applies(statement)
    if answer.match is Match.YES and statement.conditions:
        keys = ", ".join(f'"{key}"' for key in statement.conditions)
        return _open(_doubt(statement.span, f"the statement holds only under its Condition on {keys}"))
    return answer


def _firmest(answers: Iterable[tuple[Statement, MatchResult]]) -> tuple[Statement, MatchResult] | None:
    """The first statement that applies, else the first that may."""
    known = [(one, answer) for one, answer in answers if answer.match is not Match.NO]
    return next((pair for pair in known if pair[1].match is Match.YES), known[0] if known else None)


def _acts(statement: Statement, action: str) -> MatchResult:
    if not statement.actions and not statement.not_actions:
        return _open(_doubt(statement.span, "the statement has no Action"))
    asked = Text((action.lower(),), statement.span)
    return _selects(
        (like(_lower(one), asked) for one in statement.actions),
        (like(_lower(one), asked) for one in statement.not_actions),
    )


def _is_service(principal: Principal, service: str) -> MatchResult:
    name = principal.name
    if principal.kind == "*" or (principal.kind == "AWS" and name.literal == "*"):
        return _YES
    if principal.kind == "AWS" and isinstance(name.atom, Unresolved):
        return _open(name.atom)
    if principal.kind != "Service":
        return _NO
    if name.literal == "*":
        return _open(_doubt(name.span, f'whether the Service "*" takes in "{service}" is not documented'))
    # A principal is no pattern: it is the service that is looked for in it, not the other way round.
    return like(Text((service,), name.span), name, assume_here=True)


def _selects(among: Iterable[MatchResult], outside: Iterable[MatchResult]) -> MatchResult:
    """Whether one of `among` matches, or, as in `NotAction`, there is an `outside` and none of it does."""
    named, shunned = list(among), list(outside)
    if not shunned:
        return _any(named)
    hit = _any(shunned)
    return {Match.YES: _NO, Match.NO: _YES}.get(hit.match, hit)


def _any(results: Sequence[MatchResult]) -> MatchResult:
    for wanted in (Match.YES, Match.MAYBE):
        for result in results:
            if result.match is wanted:
                return result
    return _NO


def _both(one: MatchResult, other: MatchResult) -> MatchResult:
    if Match.NO in (one.match, other.match):
        return _NO
    return other if one.match is Match.YES else one


def _open(doubt: Unresolved) -> MatchResult:
    return MatchResult(Match.MAYBE, doubt)


def _lower(action: Text) -> Text:
    return Text(tuple(part.lower() if isinstance(part, str) else part for part in action.parts), action.span)


def _spelt(resource: Text) -> Text:
    """`resource` with IAM's own variables, such as `${aws:username}`, taken for what they are: unknown texts."""
    if not any(isinstance(part, str) and "${" in part for part in resource.parts):
        return resource
    parts: list[Part] = []
    for part in resource.parts:
        pieces = _VARIABLE.split(part) if isinstance(part, str) else [part]
        parts.extend(
            Unresolved(piece, f'the policy variable "{piece}" is filled in at run time')
            if isinstance(piece, str) and _VARIABLE.fullmatch(piece)
            else piece
            for piece in pieces
        )
    return text(parts, resource.span)


class _UnreadableError(Exception):
    """A part of a statement that has not the form it should have."""

    def __init__(self, doubt: Unresolved, at: Span) -> None:
        super().__init__(doubt.reason)
        self.doubt = doubt
        self.at = at


def _statement(value: Value) -> Statement:
    if not isinstance(value, Map):
        return _unread(value, "the statement", "a map")
    effect, doubt = _effect(value)
    try:
        found = Statement(
            span=value.span,
            effect=effect,
            actions=_texts(value, "Action"),
            not_actions=_texts(value, "NotAction"),
            resources=_texts(value, "Resource"),
            not_resources=_texts(value, "NotResource"),
            principals=_principals(value, "Principal"),
            not_principals=_principals(value, "NotPrincipal"),
            conditions=_conditions(value),
            doubt=doubt,
            flawed_at=_flawed(value.entries.get("Effect", value).span, doubt),
        )
    except _UnreadableError as problem:
        flawed_at = _flawed(problem.at, problem.doubt)
        return Statement(span=value.span, effect=effect, doubt=problem.doubt, flawed_at=flawed_at)
    for name in ("Action", "Resource", "Principal"):
        if name in value.entries and f"Not{name}" in value.entries:
            reason = f"the statement has both {name} and Not{name}"
            return Statement(span=value.span, effect=effect, doubt=_doubt(value.span, reason), flawed_at=value.span)
    return found


def _effect(statement: Map) -> tuple[Literal["Allow", "Deny"] | None, Unresolved | None]:
    value = statement.get("Effect")
    if value is None:
        return None, _doubt(statement.span, "the statement has no Effect")
    match value.literal if isinstance(value, Text) else None:
        case "Allow" | "Deny" as effect:
            return effect, None
    return None, _why_not(value, "the Effect of the statement", '"Allow" or "Deny"')


def _texts(statement: Map, name: str) -> tuple[Text, ...]:
    value = statement.get(name)
    return () if value is None else _strings(value, f"{name} of the statement")


def _strings(value: Value, what: str) -> tuple[Text, ...]:
    items = value.items if isinstance(value, Seq) else (value,)
    strings = tuple(item for item in items if isinstance(item, Text))
    if len(strings) < len(items) or not strings:
        raise _UnreadableError(
            _doubt(value.span, f"the {what} is not a string or a list with strings only"), value.span
        )
    return strings


def _principals(statement: Map, name: str) -> tuple[Principal, ...]:
    value = statement.get(name)
    if value is None:
        return ()
    if isinstance(value, Text) and value.literal == "*":
        return (Principal("*", value),)
    if not isinstance(value, Map):
        raise _UnreadableError(_why_not(value, f"the {name} of the statement", 'a map or "*"'), value.span)
    return tuple(
        Principal(kind, one)
        for kind, names in value.entries.items()
        for one in _strings(names, f"{kind} {name} of the statement")
    )


def _conditions(statement: Map) -> tuple[str, ...]:
    value = statement.get("Condition")
    if value is None:
        return ()
    if not isinstance(value, Map):
        raise _UnreadableError(_why_not(value, "the Condition of the statement", "a map"), value.span)
    keys: dict[str, None] = {}
    for operator, test in value.entries.items():
        keys.update(dict.fromkeys(test.entries if isinstance(test, Map) else (operator,)))
    return tuple(keys)


def _unread(value: Value, what: str, wanted: str) -> Statement:
    doubt = _why_not(value, what, wanted)
    return Statement(span=value.span, doubt=doubt, flawed_at=_flawed(value.span, doubt))


def _why_not(value: Value, what: str, wanted: str) -> Unresolved:
    """Why `value` is not `wanted`: an unknown value says so itself."""
    if isinstance(value, Text) and value.unresolved:
        return value.unresolved
    kind = "a list" if isinstance(value, Seq) else "a map" if isinstance(value, Map) else f'"{value}"'
    return _doubt(value.span, f"{what} is {kind}, not {wanted}")


def _doubt(span: Span, reason: str) -> Unresolved:
    return Unresolved(f"{_WRITTEN_AT}{span}", reason)


def _flawed(at: Span, doubt: Unresolved | None) -> Span | None:
    """`at` where a doubt comes of what is written, and not of a value that a deployment tells."""
    return at if doubt is not None and doubt.key.startswith(_WRITTEN_AT) else None
