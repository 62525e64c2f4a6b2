"""Where the code of a function and of its layers lies on this machine.

Rules: SAM developer guide, `AWS::Serverless::Function` (CodeUri, InlineCode, PackageType),
`AWS::Serverless::LayerVersion` (ContentUri) and "sam build" (what a BuildMethod makes stands in `.aws-sam/build`); AWS
CloudFormation User Guide, `AWS::Lambda::Function` (Code) and `AWS::Lambda::LayerVersion` (Content); AWS CDK developer
guide, "Assets".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wsconform.local.deployed.model import Code
from wsconform.local.deployed.site import Site
from wsconform.template.stack import Resource
from wsconform.template.values import Attribute, Map, Text
from wsconform.wiring.functions.place import asset_of, beside, build_method
from wsconform.wiring.model import Function

_LAYERS = {"AWS::Serverless::LayerVersion": "ContentUri", "AWS::Lambda::LayerVersion": "Content"}
_ARCHIVES = (".zip", ".jar")
_BUILDS = ".aws-sam"


@dataclass(frozen=True, slots=True)
class _Absent:
    """Why there is no code; `path` is where it should lie beside the template, None for elsewhere."""

    reason: str
    path: Path | None = None

    @property
    def awaited(self) -> tuple[Path, ...]:
        return (self.path,) if self.path is not None else ()


def code_of(site: Site, function: Function) -> Code:
    """Where a function's code lies, with its layers; or why it cannot be run from here."""
    if function.literal("PackageType") == "Image":
        return Code(unusable="its code is a container image, which does not run here")
    settled = site.settled(function)
    inline = settled.get("InlineCode")
    whole = settled.get("Code")
    inline = inline if inline is not None else whole.get("ZipFile") if isinstance(whole, Map) else None
    layers, awaited = _layers(site, function)
    if inline is not None:
        written = site.literal(inline) if isinstance(inline, Text) else None
        if not isinstance(written, str):
            return Code(unusable="parts of the code in the template are told by AWS when the stack is deployed")
        return Code(inline=written, layers=layers, awaited=awaited)
    built_by = build_method(function)
    if built_by and _BUILDS not in Path(function.resource.module.source.path).parts and not _is_plain(built_by):
        return Code(unusable=f"its code is made by {built_by}: run `sam build`, and serve .aws-sam/build/template.yaml")
    found = _content(site, function.resource, "CodeUri" if settled.get("CodeUri") is not None else "Code")
    if isinstance(found, _Absent):
        return Code(unusable=found.reason, awaited=found.awaited)
    # A lone source file is packaged as it is; what lies beside it does no harm.
    folder = found if found.is_dir() or found.suffix in _ARCHIVES else found.parent
    return Code(folder=folder, layers=layers, awaited=awaited)


def _is_plain(method: str) -> bool:
    """Whether a build only adds the libraries that the code asks for."""
    return method.startswith(("python", "nodejs", "ruby"))


def _layers(site: Site, function: Function) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The folders and archives of a function's layers: those that lie at hand, and those that should and do not."""
    found: list[Path] = []
    awaited: list[Path] = []
    listed = function.listed("Layers")
    for item in listed if isinstance(listed, tuple) else ():
        name = function.as_text(item)
        atom = name.atom if name is not None else None
        resource_id = atom.resource if isinstance(atom, Attribute) and site.evaluation.exists(atom.resource) else ""
        resource = site.evaluation.resource(resource_id) if resource_id else None
        if resource is None or resource.type not in _LAYERS:
            site.remark(f'{function.label} runs without its layer "{site.spelt(name)}", which is not in this template')
            continue
        content = _content(site, resource, _LAYERS[resource.type])
        if isinstance(content, Path):
            found.append(content)
        else:
            awaited += content.awaited
            site.remark(f"{function.label} runs without its layer {resource.origin}: {content.reason}")
    return tuple(found), tuple(awaited)


def _content(site: Site, resource: Resource, name: str) -> Path | _Absent:
    """The folder or archive that a property names, or why there is none here."""
    value = resource.get(name)
    if value is None:
        return _Absent("it names no code")
    if isinstance(value, Map):
        written = asset_of(resource, name)
        if written is None:
            return _Absent("its code lies in S3, not beside the template")
    else:
        told = site.literal(value) if isinstance(value, Text) else None
        if not isinstance(told, str):
            return _Absent("where its code lies is told when the stack is deployed")
        written = told
    path = beside(resource, written)
    if path is None:
        return _Absent(f'its code lies at "{written}", not beside the template')
    try:
        if path.exists():
            return path.resolve()
        return _Absent(f'its code, "{written}", does not lie beside the template: build it, or mend the path', path)
    except (OSError, ValueError) as error:
        return _Absent(f'its code, "{written}", cannot be read: {error}')
