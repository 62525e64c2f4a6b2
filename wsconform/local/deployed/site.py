"""A template in the account that it is deployed to: its wiring there, and every text of it as AWS would have it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from wsconform.local.deployed.account import made_id, url_suffix
from wsconform.local.deployed.attributes import NAMED_BY, attribute_of, name_of
from wsconform.local.deployed.discretion import Discretion
from wsconform.local.deployed.errors import Problem
from wsconform.local.deployed.model import Account, Refusal
from wsconform.template.intrinsics import evaluate
from wsconform.template.nodes import Mapping, Scalar, Span, child
from wsconform.template.stack import Evaluation, Stack
from wsconform.template.values import Attribute, Map, Part, Pseudo, Seq, Text, Unresolved, text
from wsconform.template.worlds import AS_GIVEN
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api
from wsconform.wiring.names import Names
from wsconform.wiring.reader import read_wiring

Address = Callable[[str], str]
"""`host:port` of the TLS listener of an API, by its label."""
_TOLD_BY_AWS = "give --parameter where a parameter holds it, or write it out"


class Site:
    """A stack as one account has it.

    `wiring` has the account's values in it, and names resources by what they are; `literal` gives the names, ids and
    ARNs that these have. `problems` gathers what keeps the template from being deployed, `remarks` what people should
    know of the deployment, and `discretion` keeps secrets out of both.
    """

    def __init__(self, stack: Stack, account: Account, address: Address) -> None:
        self.stack = stack
        self.account = account
        self._pseudo = _pseudo_parameters(account)
        self._endpoint = re.compile(
            rf"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.{re.escape(url_suffix(account))}(?![a-z0-9.-])"
        )
        self.evaluation = Evaluation(stack, AS_GIVEN, self._symbolic)
        self.wiring = read_wiring(self.evaluation)
        self.names = Names(self.evaluation)
        self._settled = Evaluation(stack, AS_GIVEN, self._concrete)
        self._attributes: dict[Attribute, str | None] = {}
        self._addresses = {self.id_of(api): address(api.path) for api in self.wiring.apis if api.element is not None}
        self.discretion = Discretion(stack)
        self.problems: list[Problem] = []
        self._remarks: dict[str, None] = {}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people should know of the deployment, each said once."""
        return tuple(self._remarks)

    def problem(self, message: str, at: Span | None = None, fix: str = "", *, check: str = "") -> None:
        """Add something that keeps the template from being deployed; `check` is the check that found it."""
        tell = self.discretion.message
        self.problems.append(Problem(tell(message), _place(at), tell(fix), check))

    def unknown(self, what: str, reason: str, at: Span) -> None:
        """Add that something on which what is wired hangs is known to AWS only."""
        self.problem(f"{what} is not known: {reason}", at, _TOLD_BY_AWS)

    def remark(self, message: str) -> None:
        """Add something that people should know."""
        self._remarks[self.discretion.message(message)] = None

    def refusal(self, reason: str, at: Span | None = None) -> Refusal:
        """A refusal in words that give no secret away."""
        return Refusal(self.discretion.message(reason), _place(at))

    def id_of(self, element: Element | Api) -> str:
        """The id that the account gives to an API or a part of one."""
        return str(self._attribute(Attribute(element.key if isinstance(element, Api) else element.id)))

    def literal(self, value: Text | None) -> str | Unresolved | None:
        """A text as the account has it; why it has none where only AWS could tell."""
        if value is None:
            return None
        parts: list[Part] = []
        for part in self.names.canonical(value).parts:
            if isinstance(part, Unresolved):
                return part
            found = part if isinstance(part, str) else self._atom(part)
            if found is None:
                return Unresolved(str(part), f'"{part}" is told by AWS when the stack is deployed')
            parts.append(found)
        return self._localised(text(parts, value.span).literal or "")

    def placed(self, value: Text) -> Text:
        """An ARN of this deployment with its partition and region spelt out, where the region is one that was chosen.

        Where it is not, and in place of the account, whatever is written out in the template is taken for them.
        """
        if not self.account.is_chosen:
            return value
        here = {"AWS::Partition": self.account.partition, "AWS::Region": self.account.region}
        return text(
            [here.get(part.name, part) if isinstance(part, Pseudo) else part for part in value.parts], value.span
        )

    def spelt(self, value: Text | None) -> str:
        """A text as the account has it, as it is written where only AWS could tell, and empty where it is absent."""
        known = self.literal(value)
        return known if isinstance(known, str) else str(value or "")

    def read(self, element: Element, name: str, default: str = "") -> str:
        """A property as the account has it. What only AWS could tell is a problem, since what is wired hangs on it."""
        found = self.literal(element.text(name))
        if isinstance(found, Unresolved):
            self.unknown(f"the {name} of {element.label}", found.reason, element.at(name))
            return default
        return default if found is None else found

    def flag(self, element: Element, name: str) -> bool:
        """A boolean property, read likewise; absent is False."""
        return self.read(element, name) in ("true", "True")

    def texts(self, element: Element, name: str) -> dict[str, str]:
        """A map of texts, such as stage variables or templates."""
        value = self.settled(element).get(name)
        found: dict[str, str] = {}
        for key, entry in value.entries.items() if isinstance(value, Map) else ():
            known = self.literal(entry) if isinstance(entry, Text) else Unresolved(key, "it is no text")
            if isinstance(known, str):
                found[key] = known
            else:
                reason = known.reason if known is not None else ""
                self.unknown(f'"{key}" in the {name} of {element.label}', reason, entry.span)
        return found

    def settled(self, element: Element) -> Map:
        """The properties of an element with the names, ids and ARNs of the account worked into them."""
        return self._settled.resource(element.id).properties

    def json(self, element: Element, name: str) -> Any:  # noqa: ANN401 (any JSON)
        """A property that is JSON, as an object or as its text; None where it is absent, or no JSON."""
        resource = element.resource
        node = child(resource.module.resources[resource.logical_id], "Properties", name)
        if node is None:
            return None
        scope = self._settled.scope(resource.module)
        # Numbers and booleans are texts in a value; what writes JSON has them as they are written.
        value = evaluate(node, scope)
        if isinstance(value, Map | Seq):
            value = evaluate(Mapping({"Fn::ToJsonString": node}, {}, node.span), scope)
        written = self.literal(value) if isinstance(value, Text) else None
        if not isinstance(written, str):
            return None
        try:
            return json.loads(written)
        except ValueError:
            return None

    def open_conditions(self) -> dict[str, None]:
        """The conditions of resources of which only AWS could tell whether they hold."""
        declared = self.stack.declared.values()
        named = [
            (one.module, condition) for one in declared if isinstance(condition := one.node.get("Condition"), Scalar)
        ]
        return {name.text: None for module, name in named if self.evaluation.scope(module).condition(name.text) is None}

    def _symbolic(self, atom: Attribute | Pseudo) -> str | tuple[str, ...] | None:
        return self._pseudo.get(atom.name) if isinstance(atom, Pseudo) else None

    def _concrete(self, atom: Attribute | Pseudo) -> str | tuple[str, ...] | None:
        if isinstance(atom, Pseudo):
            return self._pseudo.get(atom.name)
        found = self.literal(Text((atom,), Span("", 1, 1, 1, 1)))
        return found if isinstance(found, str) else None

    def _atom(self, atom: Attribute | Pseudo) -> str | None:
        if isinstance(atom, Pseudo):
            found = self._pseudo.get(atom.name)
            return found if isinstance(found, str) else None
        return self._attribute(atom)

    def _attribute(self, atom: Attribute) -> str | None:
        if atom not in self._attributes:
            self._attributes[atom] = self._worked_out(atom)
        return self._attributes[atom]

    def _worked_out(self, atom: Attribute) -> str | None:
        if atom.resource not in self.stack.declared:
            # SAM makes roles and aliases under ids of their own.
            kind = "AWS::IAM::Role" if atom.resource.endswith("Role") else ""
            name = name_of(self.account, atom.resource, kind, "")
            return attribute_of(self.account, atom.resource, kind=kind, attribute=atom.name, name=name)
        resource = self.evaluation.resource(atom.resource)
        given = resource.get(NAMED_BY.get(resource.type, ""))
        named = self.literal(given) if isinstance(given, Text) else None
        name = name_of(self.account, resource.id, resource.type, named if isinstance(named, str) else "")
        path = self.literal(found) if isinstance(found := resource.get("Path"), Text) else None
        path = path if isinstance(path, str) else "/"
        return attribute_of(self.account, resource.id, kind=resource.type, attribute=atom.name, name=name, path=path)

    def _localised(self, written: str) -> str:
        """A text in which the address of an API is the local one."""

        def local(found: re.Match[str]) -> str:
            return self._addresses.get(found.group(1), found.group())

        return self._endpoint.sub(local, written) if ".execute-api." in written else written


def _pseudo_parameters(account: Account) -> dict[str, str | tuple[str, ...]]:
    stack_id = made_id(account, "", 32, "0123456789abcdef")
    uuid = "-".join((stack_id[:8], stack_id[8:12], stack_id[12:16], stack_id[16:20], stack_id[20:]))
    place = f"{account.region}:{account.id}"
    return {
        "AWS::AccountId": account.id,
        "AWS::NotificationARNs": (),
        "AWS::Partition": account.partition,
        "AWS::Region": account.region,
        "AWS::StackId": f"arn:{account.partition}:cloudformation:{place}:stack/{account.stack_name}/{uuid}",
        "AWS::StackName": account.stack_name,
        "AWS::URLSuffix": url_suffix(account),
    }


def _place(at: Span | None) -> str:
    return str(at) if at is not None and at.file else ""
