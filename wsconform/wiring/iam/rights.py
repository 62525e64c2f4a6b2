"""What the roles of a stack may do: by the policies in them, and by those attached to them elsewhere in the template.

Rules: AWS CloudFormation User Guide, `AWS::IAM::Role`, `AWS::IAM::Policy`, `AWS::IAM::RolePolicy` and
`AWS::IAM::ManagedPolicy`; SAM developer guide, `AWS::Serverless::Function` (Policies, Role, PermissionsBoundary) and
"Generated AWS CloudFormation resources"; IAM user guide, "Permissions boundaries for IAM entities".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import field, replace

from wsconform.records import record
from wsconform.template.intrinsics import unknown
from wsconform.template.stack import Resource
from wsconform.template.values import Attribute, Map, Part, Seq, Text, Unresolved, Value, split, text
from wsconform.wiring.iam.forms import Forms
from wsconform.wiring.iam.managed_policies import aws_name, statements_of
from wsconform.wiring.iam.policy import Decision, Statement, Verdict, allows, statements
from wsconform.wiring.model import Function, Wiring
from wsconform.wiring.names import Names

ROLE = "AWS::IAM::Role"
MANAGED = "AWS::IAM::ManagedPolicy"
_ATTACHED = {"AWS::IAM::Policy": "Roles", "AWS::IAM::RolePolicy": "RoleName", MANAGED: "Roles"}
_SAM_FUNCTION = "AWS::Serverless::Function"
_SAM_HOLDERS = (_SAM_FUNCTION, "AWS::Serverless::StateMachine")
"""The SAM resources for which SAM makes a role, unless they name one."""


@record(frozen=True, slots=True)
class Clause:
    """A statement about a role, and the resource in which it stands."""

    statement: Statement
    owner: Resource


@record(frozen=True, slots=True)
class Managed:
    """A managed policy as it is named on a role. `name` is that of one of AWS's own, None for any other."""

    name: str | None
    written: Text
    owner: Resource


@record(eq=False, slots=True)
class Rights:
    """What one role may do. `home` is the resource that declares the role: itself, or the SAM function it is made for.

    `stray` are entries of a SAM function's `Policies` that are no policies at all, which SAM refuses; `lacks_policy`
    says that it is to have a managed policy that does not exist.
    """

    home: Resource
    clauses: list[Clause] = field(default_factory=list)
    managed: list[Managed] = field(default_factory=list)
    boundary: list[Clause] | None = None
    stray: list[Value] = field(default_factory=list)
    lacks_policy: bool = False

    def allows(self, action: str, resource: Text, forms: Forms) -> Decision:
        """Whether the role may do `action` on `resource`: a boundary, where there is one, has to allow it too."""
        decision = allows((one.statement for one in self.clauses), action, resource, forms=forms, assume_here=True)
        if self.boundary is None or decision.verdict in (Verdict.DENIED, Verdict.NOT_ALLOWED):
            return decision
        bound = allows((one.statement for one in self.boundary), action, resource, forms=forms, assume_here=True)
        return decision if bound.verdict is Verdict.ALLOWED else bound

    def owner(self, statement: Statement | None) -> Resource:
        """The resource in which a statement of this role stands."""
        everything = [*self.clauses, *(self.boundary or ())]
        return next((one.owner for one in everything if one.statement is statement), self.home)


def roles(wiring: Wiring) -> Roles:
    """The roles of a wiring, read once."""
    return wiring.once(Roles, lambda: Roles(wiring))


class Roles:
    """The roles of a stack in one world, by their names."""

    def __init__(self, wiring: Wiring) -> None:
        self._evaluation = wiring.evaluation
        self._names = Names(wiring.evaluation)
        self._known: dict[str, Rights] = {}
        self._by_name = {self._name(resource_id): resource_id for resource_id in self._evaluation.ids([ROLE])}
        for resource_id in self._evaluation.ids(_SAM_HOLDERS):
            if self._evaluation.resource(resource_id).get("Role") is None:
                self._by_name[_made_for(resource_id)] = resource_id
        self._attached: dict[tuple[Part, ...], list[Resource]] = defaultdict(list)
        for resource_id in self._evaluation.ids(_ATTACHED):
            resource = self._evaluation.resource(resource_id)
            for item in _items(resource.get(_ATTACHED[resource.type])):
                if isinstance(item, Text):
                    self._attached[self._names.canonical(item).parts].append(resource)

    def all(self) -> Iterator[Rights]:
        """The rights of every role that the template declares, or that SAM makes for a resource of it."""
        return map(self._of, self._by_name.values())

    def of(self, function: Function) -> Rights | Unresolved:
        """What a function's role may do; unknown for a role from elsewhere."""
        role = function.text("Role")
        if role is not None:
            return self.named(role)
        if function.resource.type == _SAM_FUNCTION:
            return self._of(function.id)
        return Unresolved(f"{function.id}.Role", f"{function.label} has no Role")

    def named(self, role: Text) -> Rights | Unresolved:
        """What the role may do that a text names: by its ARN, or `!Ref` where only the name stands."""
        name = self._name_in(self._names.canonical(role))
        if isinstance(name, Unresolved):
            return name
        resource_id = self._by_name.get(name)
        if resource_id is not None:
            return self._of(resource_id)
        return role.unresolved or Unresolved(str(role), f'the role "{role}" is not in this template')

    def beside(self, function: Function) -> Rights | None:
        """What `Policies` of a SAM function would allow that counts for nothing, since the function names a role."""
        if function.resource.type != _SAM_FUNCTION or not function.value("Role") or not function.value("Policies"):
            return None
        return self._of_sam(function.resource)

    def _name(self, resource_id: str) -> tuple[Part, ...]:
        resource = self._evaluation.resource(resource_id)
        return self._names.canonical(text([Attribute(resource_id)], resource.span)).parts

    def _name_in(self, role: Text) -> tuple[Part, ...] | Unresolved:
        atom = role.atom
        if isinstance(atom, Unresolved):
            return atom
        if isinstance(atom, Attribute):
            return self._names.canonical(text([Attribute(atom.resource)], role.span)).parts
        pieces = split(role, "/")
        return pieces[-1].parts

    def _of(self, resource_id: str) -> Rights:
        known = self._known.get(resource_id)
        if known is None:
            resource = self._evaluation.resource(resource_id)
            known = self._of_role(resource) if resource.type == ROLE else self._of_sam(resource)
            self._known[resource_id] = known
        return known

    def _of_role(self, role: Resource) -> Rights:
        rights = Rights(role)
        for policy in _items(role.get("Policies")):
            document = policy.get("PolicyDocument") if isinstance(policy, Map) else policy
            if document is not None:
                rights.clauses += self._clauses(document, role)
        for item in _items(role.get("ManagedPolicyArns")):
            self._manage(rights, item, role, bare=False)
        self._attach(rights, self._name(role.id))
        self._bound(rights, role)
        return rights

    def _of_sam(self, resource: Resource) -> Rights:
        """The role that SAM makes for a resource that has none."""
        rights = Rights(resource)
        for item in _items(resource.get("Policies")):
            if isinstance(item, Text):
                self._manage(rights, item, resource, bare=True)
            elif isinstance(item, Map) and "Statement" in item.entries:
                rights.clauses += self._clauses(item, resource)
            elif not isinstance(item, Map) or len(item.entries) != 1:
                rights.stray.append(item)
            # One key that is not `Statement` is the name of a policy template; none of them is about execute-api.
        self._attach(rights, _made_for(resource.id))
        self._bound(rights, resource)
        return rights

    def _manage(self, rights: Rights, item: Value, owner: Resource, *, bare: bool) -> None:
        if not isinstance(item, Text):
            return
        name = aws_name(item, bare=bare)
        atom = item.atom
        rights.lacks_policy |= isinstance(atom, Attribute) and not self._evaluation.exists(atom.resource)
        rights.managed.append(Managed(name, item, owner))
        rights.clauses += self._managed(name, item, owner)

    def _managed(self, name: str | None, written: Text, owner: Resource) -> list[Clause]:
        """The statements of a managed policy; one that nobody can read here may allow anything."""
        if name is not None:
            return [Clause(one, owner) for one in statements_of(name, written.span)]
        atom = written.atom
        if isinstance(atom, Attribute) and self._evaluation.exists(atom.resource):
            policy = self._evaluation.resource(atom.resource)
            document = policy.get("PolicyDocument")
            if policy.type == MANAGED and document is not None:
                return self._clauses(document, policy)
        reason = f'what the managed policy "{written}" allows is not in this template'
        doubt = written.unresolved or Unresolved(str(written), reason)
        return [Clause(Statement(span=written.span, effect="Allow", doubt=doubt), owner)]

    def _clauses(self, document: Value, owner: Resource) -> list[Clause]:
        """The statements of a document, their resources in canonical spelling."""

        def spelt(resources: tuple[Text, ...]) -> tuple[Text, ...]:
            return tuple(self._names.canonical(one) for one in resources)

        return [
            Clause(replace(one, resources=spelt(one.resources), not_resources=spelt(one.not_resources)), owner)
            for one in statements(document)
        ]

    def _attach(self, rights: Rights, name: tuple[Part, ...]) -> None:
        for policy in self._attached.get(name, ()):
            document = policy.get("PolicyDocument")
            if document is not None:
                rights.clauses += self._clauses(document, policy)

    def _bound(self, rights: Rights, owner: Resource) -> None:
        boundary = owner.get("PermissionsBoundary")
        if isinstance(boundary, Text):
            rights.boundary = self._managed(aws_name(boundary, bare=False), boundary, owner)
        elif boundary is not None:
            doubt = unknown("the PermissionsBoundary is no text", boundary.span).unresolved
            rights.boundary = [Clause(Statement(span=boundary.span, effect="Allow", doubt=doubt), owner)]


def _made_for(resource_id: str) -> tuple[Part, ...]:
    """The name of the role that SAM makes for a resource; CloudFormation chooses it when the stack is deployed."""
    return (Attribute(f"{resource_id}Role"),)


def _items(value: Value | None) -> Iterable[Value]:
    """A list's items; a single value counts as a list of one."""
    if value is None:
        return ()
    return value.items if isinstance(value, Seq) else (value,)
