"""Running aws-sam-translator on a template: offline, without credentials, and whatever the template holds."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from types import SimpleNamespace
from typing import Any

from wsconform.records import record
from wsconform.template.nodes import Mapping, Scalar, child, plain
from wsconform.template.sam.expansion import CONNECTOR, FUNCTION, WEBSOCKET_API, type_of
from wsconform.template.sam.places import mentioned
from wsconform.template.sam.refusals import Cause

_NAMES_OF_IDS = ("logical_id", "logicalId", "resource_logical_id", "source_logical_id")

MOST_ROUNDS = 24
"""How often what is refused is taken out and the rest tried again."""

REGION = "us-east-1"
"""Where the translator believes to be. What it makes of a WebSocket API holds `${AWS::Region}`, never this."""

_PACKAGED = "s3://bucket/key"
_LOCAL_FILES = frozenset({"CodeUri", "ContentUri", "DefinitionUri", "SchemaUri"})


@record(frozen=True, slots=True)
class Translation:
    """What the translator gave: its Resources section (empty: it gave none), and what it refused and why.

    `refused` are the logical ids of what was left out.
    """

    resources: dict[str, dict[str, Any]]
    causes: tuple[Cause, ...]
    refused: frozenset[str]


@record(slots=True)
class _Input:
    """The template as it is given to the translator, round by round less of it."""

    root: Mapping
    resources: dict[str, Mapping]
    globals: dict[str, Any]
    parameters: dict[str, str]
    refused: set[str] = field(default_factory=set)
    refused_connectors: set[tuple[str, str]] = field(default_factory=set)

    def template(self) -> dict[str, Any]:
        """A template of its own to spoil: the translator changes what it is given."""
        template: dict[str, Any] = {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": {
                logical_id: made
                for logical_id, node in self.resources.items()
                if (made := self._resource(logical_id, node)) is not None
            },
        }
        if self.globals:
            template["Globals"] = {name: _without_local_files(_copy(section)) for name, section in self.globals.items()}
        for section in ("Conditions", "Mappings"):
            node = self.root.get(section)
            if isinstance(node, Mapping):
                template[section] = {key: plain(value) for key, value in node.entries.items()}
        return template

    def _resource(self, logical_id: str, node: Mapping) -> dict[str, Any] | None:
        kind = type_of(node)
        if logical_id in self.refused:
            return _stand_in(logical_id, kind)
        resource: dict[str, Any] = {key: plain(value) for key, value in node.entries.items()}
        if not kind.startswith("AWS::Serverless::"):
            if not isinstance(resource.get("Properties", {}), dict):
                del resource["Properties"]
        elif kind not in (WEBSOCKET_API, CONNECTOR):
            _package(kind, resource)
        connectors = resource.get("Connectors")
        if isinstance(connectors, dict):
            for key in [key for key in connectors if (logical_id, key) in self.refused_connectors]:
                del connectors[key]
        return resource


def _copy(value: Any) -> Any:  # noqa: ANN401 (any plain value)
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _stand_in(logical_id: str, kind: str) -> dict[str, Any] | None:
    """What takes the place of a refused resource, so that others may still refer to it; None for nothing."""
    if kind == FUNCTION:
        role = {"Fn::GetAtt": [f"{logical_id}Role", "Arn"]}
        return {"Type": "AWS::Lambda::Function", "Properties": {"Role": role}}
    if kind == WEBSOCKET_API:
        return {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}
    return None


def _package(kind: str, resource: dict[str, Any]) -> None:
    """Point what `sam build` and `sam package` would upload at S3, as the translator demands."""
    properties = resource.setdefault("Properties", {})
    if not isinstance(properties, dict):
        return
    _without_local_files(properties)
    if kind == FUNCTION:
        if properties.get("PackageType") == "Image":
            properties.setdefault("ImageUri", "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:tag")
        else:
            properties["CodeUri"] = _PACKAGED
    elif kind == "AWS::Serverless::LayerVersion":
        properties["ContentUri"] = _PACKAGED
    elif kind == "AWS::Serverless::Application" and "Location" in properties:
        properties["Location"] = "https://bucket.s3.amazonaws.com/template.yaml"


def _without_local_files(value: Any) -> Any:  # noqa: ANN401 (any plain value)
    """`value` with local paths replaced, in place, wherever SAM takes one."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _LOCAL_FILES and isinstance(item, str) and not item.startswith("s3://"):
                value[key] = _PACKAGED
            else:
                _without_local_files(item)
    elif isinstance(value, list):
        for item in value:
            _without_local_files(item)
    return value


def translate(
    root: Mapping, resources: dict[str, Mapping], sections: dict[str, Any], parameters: dict[str, str]
) -> Translation:
    """Translate the `resources` of a template with the `sections` of its Globals, and parameters with known values.

    A resource that is refused is left out, and the rest translated without it.
    """
    given = _Input(root, resources, sections, parameters)
    causes: list[Cause] = []
    made = None
    for _ in range(MOST_ROUNDS):
        made, fresh = _once(given)
        causes += [cause for cause in fresh if not _follows(cause, given)]
        if made is not None:
            break
        culprits = {cause.resource for cause in fresh if cause.resource is not None and not cause.path}
        connectors = {(cause.resource, cause.path[1]) for cause in fresh if cause.resource is not None and cause.path}
        if not culprits - given.refused and not connectors - given.refused_connectors:
            break
        given.refused |= culprits
        given.refused_connectors |= connectors
    else:
        causes.append(Cause(None, f"More is wrong with it than {MOST_ROUNDS} attempts could tell apart"))
    return Translation(made or {}, tuple(causes), frozenset(given.refused))


def _once(given: _Input) -> tuple[dict[str, dict[str, Any]] | None, list[Cause]]:
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    with _undisturbed():
        try:
            translator = Translator(
                None,
                Parser(),
                boto_session=SimpleNamespace(region_name=REGION),
                metrics=SimpleNamespace(record_latency=lambda *_: None),
            )
            made = translator.translate(given.template(), dict(given.parameters), get_managed_policy_map=dict)
        except InvalidDocumentException as error:
            return None, [_cause(one, error, given) for one in error.causes]
        except Exception as error:  # noqa: BLE001 (it meets what the user wrote unprepared)
            said = f"The translator fails on it ({type(error).__name__}: {error})"
            return None, [Cause(_culprit(error, given), said)]
    return made["Resources"], []


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the translator's log to itself, and take back what it remembers for the whole process."""
    from samtranslator.metrics.method_decorator import MetricsMethodWrapperSingleton
    from samtranslator.translator.arn_generator import ArnGenerator

    logger = logging.getLogger("samtranslator")
    silent, propagate = logging.NullHandler(), logger.propagate
    region, metrics = ArnGenerator.BOTO_SESSION_REGION_NAME, MetricsMethodWrapperSingleton.get_instance()
    logger.addHandler(silent)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(silent)
        logger.propagate = propagate
        ArnGenerator.BOTO_SESSION_REGION_NAME = region
        MetricsMethodWrapperSingleton.set_instance(metrics)


def _cause(error: Any, around: BaseException, given: _Input) -> Cause:  # noqa: ANN401 (the translator is untyped)
    text = re.sub(r"^(Resource with id \[.*?\]|Structure of the SAM template) is invalid\. ", "", error.message)
    text = re.sub(r"Event with id \[(.*?)\] is invalid\. ", r"Event '\1': ", text)
    named = getattr(error, "_logical_id", None)
    taken = getattr(error, "_duplicate_id", None)
    if taken is not None:
        text = f"It generates a resource with the logical id '{taken}', which the template has already"
    if named is not None:
        return _by_id(str(named), text, given.resources)
    return Cause(_culprit(around if error.__traceback__ is None else error, given), text)


def _by_id(named: str, text: str, resources: dict[str, Mapping]) -> Cause:
    """The cause for an id that is a resource's, an embedded connector's, or one that SAM would have generated."""
    if named in resources:
        return Cause(named, text)
    for logical_id, node in resources.items():
        connectors = node.get("Connectors")
        for key in connectors.entries if isinstance(connectors, Mapping) else ():
            if named in (logical_id + key, key):
                return Cause(logical_id, text, ("Connectors", key))
    for logical_id, node in resources.items():
        stage = child(node, "Properties", "StageName")
        if isinstance(stage, Scalar) and named == f"{logical_id}{stage.text}Stage":
            return Cause(logical_id, f"The logical id '{named}', generated from StageName, must be alphanumeric")
    makers = [logical_id for logical_id in resources if named.startswith(logical_id)]
    if makers:
        return Cause(max(makers, key=len), f"The generated '{named}': {text}")
    return Cause(None, f"{named}: {text}")


def _culprit(error: BaseException, given: _Input) -> str | None:
    """The resource at which the translator was when `error` was raised: the innermost id that is at hand there."""
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        here = frame.f_locals
        for value in (*(here.get(name) for name in _NAMES_OF_IDS), getattr(here.get("self"), "logical_id", None)):
            if isinstance(value, str) and value in given.resources and value not in given.refused:
                found = value
    return found


def _follows(cause: Cause, given: _Input) -> bool:
    """Whether an error only comes of something refused before it, which is told already."""
    gone = {name for name in given.refused if _stand_in(name, type_of(given.resources[name])) is None}
    gone |= {source + key for source, key in given.refused_connectors}
    node = given.resources.get(cause.resource) if cause.resource is not None else None
    if node is None or type_of(node) == WEBSOCKET_API:
        return False
    named = set(re.findall(r"['\[](\w+)['\]]", cause.text)) | mentioned(plain(node))
    return not gone.isdisjoint(named)
