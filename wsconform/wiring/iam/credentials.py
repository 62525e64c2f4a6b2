"""The roles with which API Gateway makes a call, in place of being permitted to by the function.

Sources: AWS CloudFormation User Guide, `AWS::ApiGatewayV2::Integration` (CredentialsArn) and
`AWS::ApiGatewayV2::Authorizer` (AuthorizerCredentialsArn); IAM user guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.template.values import Attribute, Pseudo, Text, Unresolved, text
from wsconform.wiring.iam.policy import Decision, Verdict, may_be_assumed_by, statements
from wsconform.wiring.iam.rights import ROLE, Rights, roles
from wsconform.wiring.model import Authorizer, Function, Integration, Invoker, Part, Wiring
from wsconform.wiring.permissions.grants import SERVICE, forms_in
from wsconform.wiring.uris import FunctionUri

INVOKE = "lambda:InvokeFunction"


@record(frozen=True, slots=True)
class Credentials:
    """The credentials of an integration or authorizer: the property they stand in, their text, and whose they are.

    `role` is None where the text is no role's ARN at all.
    """

    name: str
    written: Text
    role: Rights | Unresolved | None


def credentials_of(part: Part) -> Credentials | None:
    """The credentials of a part; None without any, for the caller's own, and for a role that does not exist."""
    if not isinstance(part, Invoker):
        return None
    name = part.role_property
    written = part.text(name)
    if written is None or str(written).endswith(":user/*"):
        return None
    role = roles(part.wiring).named(written)
    if isinstance(role, Unresolved) and part.wiring.missing(written) is not None:
        return None
    return Credentials(name, written, role if is_role_arn(written, part.wiring) else None)


def is_role_arn(written: Text, wiring: Wiring) -> bool:
    """Whether a text is, or may be, the ARN of a role: a role's name, which `!Ref` gives, is none."""
    atom = written.atom
    if isinstance(atom, Attribute):
        here = wiring.evaluation
        is_role = not here.exists(atom.resource) or here.resource(atom.resource).type == ROLE
        return atom.name == "Arn" and is_role
    if written.unresolved is not None:
        return True
    return str(written).startswith("arn:") and ":role/" in str(written)


def is_declared(role: Rights) -> bool:
    """Whether a role stands in the template; else it is one that SAM makes for a function, and trusts Lambda alone."""
    return role.home.type == ROLE


def trust(role: Rights, service: str = SERVICE) -> tuple[Decision, Span]:
    """Whether a service may assume a declared role, and what in its trust policy comes nearest to saying so."""
    document = role.home.get("AssumeRolePolicyDocument")
    if document is None:
        return Decision(Verdict.NOT_ALLOWED), role.home.span
    decision = may_be_assumed_by(document, service)
    allowing = [one for one in statements(document) if one.effect == "Allow"]
    for statement in allowing:
        if statement.actions and any(str(one.name) == service for one in statement.principals):
            return decision, statement.actions[0].span
    named = [one.name.span for statement in allowing for one in statement.principals]
    return decision, named[0] if named else document.span


def invocation(part: Integration | Authorizer, role: Rights) -> Decision | Unresolved | None:
    """Whether a role may invoke the function of a part; None where the part invokes none that exists."""
    uri = part.uri
    if isinstance(uri, Unresolved):
        return uri
    if not isinstance(uri, FunctionUri) or uri.region is None or uri.account is None:
        return None
    qualifier = (":", *uri.qualifier.parts) if uri.qualifier is not None else ()
    place = (":lambda:", *uri.region.parts, ":", *uri.account.parts, ":function:")
    arn = text(["arn:", Pseudo("AWS::Partition"), *place, *uri.name.parts, *qualifier], part.resource.span)
    return role.allows(INVOKE, arn, forms_in(part.wiring))


def is_let_in(function: Function) -> bool:
    """Whether a permission on a function names another principal than a service, which may be the role itself."""
    principals = [str(one.text("Principal") or SERVICE) for one in function.permissions]
    return any(not one.startswith("apigateway.") and ".amazonaws.com" not in one for one in principals)
