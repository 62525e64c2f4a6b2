"""Whether API Gateway may invoke a function: by a permission on it, or by the role that it takes on.

Rules: those of `wsconform.wiring.permissions.grants` and `wsconform.wiring.iam.credentials`. What only AWS could tell
counts as allowed, and is remarked.
"""

from __future__ import annotations

from wsconform.local.deployed.model import Refusal
from wsconform.local.deployed.site import Site
from wsconform.template.values import Unresolved
from wsconform.wiring.iam.credentials import credentials_of, invocation, is_declared, trust
from wsconform.wiring.iam.pattern import Match
from wsconform.wiring.iam.policy import Verdict
from wsconform.wiring.iam.rights import Rights
from wsconform.wiring.model import Authorizer, Call, Integration
from wsconform.wiring.permissions.grants import Grant, both, forms_in
from wsconform.wiring.permissions.nearest import Nearest
from wsconform.wiring.uris import FunctionUri


class Permissions:
    """The Lambda permissions of a template, and what they let API Gateway do."""

    def __init__(self, site: Site) -> None:
        self._site = site
        forms = forms_in(site.wiring)
        self._grants = [Grant(permission, forms) for permission in site.wiring.permissions]
        self._nearest = Nearest(site.wiring, [grant for grant in self._grants if not grant.is_flawed])

    def of_call(self, call: Call) -> Refusal | None:
        """Why API Gateway may not make a call with its own rights; None where it may."""
        open_answers = []
        for grant in self._grants:
            answer = both(grant.principal, grant.action, grant.function(call), grant.qualifier(call))
            if answer.match is not Match.NO:  # comparing ARNs is what takes time
                answer = both(answer, grant.covers(call.source))
            if answer.match is Match.YES:
                return None
            if answer.match is Match.MAYBE:
                open_answers.append((grant, answer.reason))
        if open_answers:
            grant, reason = open_answers[0]
            self._site.remark(f"{grant.permission.label} is taken to let API Gateway invoke {_shown(call)}: {reason}")
            return None
        return self._none_allows(call)

    def _none_allows(self, call: Call) -> Refusal:
        site = self._site
        begun = f'no AWS::Lambda::Permission lets API Gateway invoke {_shown(call)} as "{site.spelt(call.source)}"'
        near = self._nearest.to(call)
        if near is None:
            return site.refusal(begun, call.at)
        permission, wrong = near[0].permission, near[1]
        because = f'the {wrong} of {permission.label} is "{site.spelt(permission.text(wrong))}"'
        return site.refusal(f"{begun}: {because}", permission.at(wrong))

    def of_role(self, part: Integration | Authorizer, uri: FunctionUri) -> Refusal | None:
        """Why the role that a part names may not invoke its function; None where it may."""
        site = self._site
        credentials = credentials_of(part)
        name = part.role_property
        if credentials is None:
            if str(part.text(name)).endswith(":user/*"):
                return site.refusal(
                    f"the {name} of {part.label} asks for the caller's own, and a client has none", part.at(name)
                )
            return site.refusal(f"the role that {part.label} names in {name} does not exist", part.at(name))
        role = credentials.role
        if role is None:
            return site.refusal(f'the {name} of {part.label} is "{credentials.written}", no role\'s ARN', part.at(name))
        if isinstance(role, Unresolved):
            site.remark(f"the role that {part.label} names in {name} is taken to allow the call: {role.reason}")
            return None
        return self._assumed(part, role) or self._allowed(part, role, uri)

    def _assumed(self, part: Integration | Authorizer, role: Rights) -> Refusal | None:
        site = self._site
        label = role.home.logical_id
        if not is_declared(role):
            reason = (
                f"the role that {part.label} names is the one that SAM makes for {label}, which trusts Lambda alone"
            )
            return site.refusal(reason, part.at(part.role_property))
        decision, at = trust(role)
        if decision.verdict is Verdict.UNKNOWN:
            site.remark(f"{label} is taken to trust API Gateway: {decision.reason}")
        elif decision.verdict is not Verdict.ALLOWED:
            return site.refusal(f"the trust policy of {label} does not let apigateway.amazonaws.com assume it", at)
        return None

    def _allowed(self, part: Integration | Authorizer, role: Rights, uri: FunctionUri) -> Refusal | None:
        site, label = self._site, role.home.logical_id
        decision = invocation(part, role)
        if decision is None or isinstance(decision, Unresolved):
            return None
        if decision.verdict is Verdict.UNKNOWN:
            site.remark(f'{label} is taken to allow invoking "{uri.name}": {decision.reason}')
        elif decision.verdict is Verdict.DENIED and decision.statement is not None:
            return site.refusal(
                f'a statement of {label} denies lambda:InvokeFunction on "{uri.name}"', decision.statement.span
            )
        elif decision.verdict is not Verdict.ALLOWED:
            near = decision.near[0].span if decision.near else role.home.span
            return site.refusal(f'no statement of {label} allows lambda:InvokeFunction on "{uri.name}"', near)
        return None


def _shown(call: Call) -> str:
    qualifier = f":{call.uri.qualifier}" if call.uri.qualifier is not None else ""
    return f"{call.function.label}{qualifier}"
