"""Settings from one source, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wsconform.check.finding import Severity
from wsconform.check.registry import unknown_name
from wsconform.config.files import ConfigError, shown
from wsconform.config.local import LocalSettings
from wsconform.records import record

if TYPE_CHECKING:
    from wsconform.config.expectation import Expectation

_SINGULAR = {"parameters": "parameter"}
IDENTITIES = ("allow", "deny")
_SCHEMES = ("ws://", "wss://")


@record(frozen=True, slots=True)
class Layer:
    """Settings from one source. `spell` gives the name that a key has there; paths are relative to `folder`."""

    values: Mapping[str, object]
    spell: Callable[[str], str]
    folder: Path
    file: str = ""

    def where(self, key: str) -> str:
        """The place of a key, such as `pyproject.toml: tool.wsconform.select` or `--select`."""
        return f"{self.file}: {self.spell(key)}" if self.file else self.spell(key)


def options(values: Mapping[str, object], prefix: str = "--") -> Layer:
    """The layer of a command line; None and empty values were not given. `prefix` stands before each option's name."""
    given = {key: value for key, value in values.items() if value not in (None, (), [], False)}
    return Layer(given, lambda key: prefix + _SINGULAR.get(key, key).replace("_", "-"), Path.cwd())


def ini(values: Mapping[str, object], file: Path | None, prefix: str = "wsconform_") -> Layer:
    """The layer of pytest's ini values, by the keys of `Settings`; `file` is None where they come from none."""
    given = {key: value for key, value in values.items() if value not in (None, "", (), [], False)}
    folder = file.parent if file is not None else Path.cwd()
    return Layer(given, lambda key: prefix + _SINGULAR.get(key, key), folder, shown(file) if file is not None else "")


def _wrong(layer: Layer, key: str, wanted: str, value: object) -> ConfigError:
    return ConfigError(f"{layer.where(key)} must be {wanted}, and is {kind_of(value)}")


def kind_of(value: object) -> str:
    """A value as a message about it says."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def _names(value: object, layer: Layer, key: str) -> tuple[str, ...]:
    return tuple(_strings(value, layer, key, "a list of names"))


def _strings(value: object, layer: Layer, key: str, wanted: str) -> Sequence[str]:
    if not isinstance(value, list | tuple):
        raise _wrong(layer, key, wanted, value)
    for item in value:
        if not isinstance(item, str) or not item:
            raise ConfigError(f"{layer.where(key)} must be {wanted}, and has {kind_of(item)} in it")
    return value


def _pairs(value: object, layer: Layer, key: str, form: str) -> Iterator[tuple[str, object]]:
    """The entries of a table, or those of a list in which each is `NAME=VALUE`."""
    if isinstance(value, Mapping):
        yield from value.items()
        return
    for item in _strings(value, layer, key, f"a table, or a list of {form}"):
        name, equals, rest = item.partition("=")
        if not (equals and name.strip()):
            raise ConfigError(f'{layer.where(key)} takes {form}, and "{item}" is none')
        yield name.strip(), rest.strip()


def _reasons(value: object, layer: Layer, key: str) -> dict[str, str]:
    found = {}
    for name, reason in _pairs(value, layer, key, "NAME=REASON"):
        if not isinstance(reason, str) or not reason.strip():
            raise ConfigError(f'{layer.where(key)}: "{name}" is ignored without a reason; say why, as in {name}="…"')
        found[name] = reason.strip()
    return found


def _levels(value: object, layer: Layer, key: str) -> dict[str, Severity]:
    return {name: _level(level, layer, key) for name, level in _pairs(value, layer, key, "NAME=LEVEL")}


def _level(value: object, layer: Layer, key: str) -> Severity:
    if not isinstance(value, str):
        raise _wrong(layer, key, "error, warning or note", value)
    try:
        return Severity.named(value)
    except KeyError:
        said = unknown_name("severity", value, map(str, Severity))
        choice = "" if "did you mean" in said else "; it is error, warning or note"
        raise ConfigError(f"{layer.where(key)}: {said}{choice}") from None


def _parameters(value: object, layer: Layer, key: str) -> dict[str, str]:
    found = {}
    for name, given in _pairs(value, layer, key, "NAME=VALUE"):
        text = parameter_text(given)
        if text is None:
            raise ConfigError(f'{layer.where(key)}: "{name}" must be text, a number or a list, and is {kind_of(given)}')
        found[name] = text
    return found


def parameter_text(value: object) -> str | None:
    """A parameter's value as CloudFormation reads it: lists with commas between; None for what can be no value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list):
        items = [parameter_text(item) for item in value]
        return None if None in items else ",".join(map(str, items))
    return None


def _folders(value: object, layer: Layer, key: str) -> tuple[Path, ...]:
    return tuple(layer.folder / item for item in _strings(value, layer, key, "a list of folders"))


def _path(value: object, layer: Layer, key: str) -> Path:
    return layer.folder / _text(value, layer, key)


def _text(value: object, layer: Layer, key: str) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(layer, key, "text", value)
    return value


def _flag(value: object, layer: Layer, key: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(layer, key, "true or false", value)
    return value


def _references(value: object, layer: Layer, key: str) -> dict[str, str]:
    found = {}
    for name, reference in _pairs(value, layer, key, "NAME=REFERENCE"):
        if not isinstance(reference, str):
            raise ConfigError(f'{layer.where(key)}: "{name}" must be text, and is {kind_of(reference)}')
        found[name] = reference
    return found


def _identities(value: object, layer: Layer, key: str) -> dict[str, dict[str, str]]:
    if not isinstance(value, Mapping):
        raise _wrong(layer, key, "a table with allow and deny", value)
    for name in value:
        if name not in IDENTITIES:
            raise ConfigError(f"{layer.where(key)}: {unknown_name('identity', name, IDENTITIES)}")
    return {name: _references(one, layer, f"{key}.{name}") for name, one in value.items()}


def _urls(value: object, layer: Layer, key: str) -> dict[str, str]:
    """One URL for the one API (by the empty name), or `API=URL` for each."""
    found: dict[str, str] = {}
    for api, url in _by_api(value, layer, key):
        if not isinstance(url, str) or not url.startswith(_SCHEMES):
            raise ConfigError(f"{layer.where(key)} must begin with wss:// or ws://, and is {kind_of(url)}{_meant(url)}")
        if not _is_url(url):
            raise ConfigError(f"{layer.where(key)} must be a URL, and is {kind_of(url)}")
        found[api] = url
    return found


def _meant(url: object) -> str:
    """The URL that was meant by one of HTTP."""
    for scheme, instead in (("https://", "wss://"), ("http://", "ws://")):
        if isinstance(url, str) and url.startswith(scheme):
            return f"; write {instead}{url.removeprefix(scheme)}"
    return ""


def _is_url(text: str) -> bool:
    """Whether there is a host in it that can be looked up, and a port if any."""
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna")
        port = parts.port
    except ValueError:
        return False
    return bool(host) and port != 0 and text.isascii() and text.isprintable() and " " not in text


def _by_api(value: object, layer: Layer, key: str) -> Iterator[tuple[str, object]]:
    """URLs by the names of APIs; one without a name counts for the one API that there is."""
    if isinstance(value, str):
        yield "", value
        return
    listed = value if isinstance(value, list | tuple) else ()
    unnamed = [one for one in listed if isinstance(one, str) and one.startswith(_SCHEMES)]
    yield from (("", one) for one in unnamed)
    named = [one for one in listed if one not in unnamed] if listed else value
    yield from _pairs(named, layer, key, "API=URL")


def _routes(value: object, layer: Layer, key: str) -> dict[str, Expectation]:
    from wsconform.config.expectation import NoExpectationError, read_expectation

    if not isinstance(value, Mapping):
        raise _wrong(layer, key, "a table of routes", value)
    found = {}
    for name, table in value.items():
        if not isinstance(table, Mapping):
            raise _wrong(layer, f"{key}.{name}", "a table", table)
        try:
            found[str(name)] = read_expectation(table)
        except NoExpectationError as error:
            raise ConfigError(f"{layer.where(f'{key}.{name}')} {error}") from None
    return found


def _local(value: object, layer: Layer, key: str) -> LocalSettings:
    if not isinstance(value, Mapping):
        raise _wrong(layer, key, "a table with accept, assume, deploy_order, environment and region", value)
    read: dict[str, Any] = {}
    for name, given in value.items():
        where = f"{key}.{name}"
        if name in ("assume", "environment"):
            read[name] = _parameters(given, layer, where)
        elif name == "deploy_order":
            if given not in ("worst", "best"):
                raise _wrong(layer, where, '"worst" or "best"', given)
            read[name] = given
        elif name == "accept":
            read[name] = _names(given, layer, where)
        elif name == "region":
            read[name] = _region(given, layer, where)
        else:
            known = ("accept", "assume", "deploy_order", "environment", "region")
            raise ConfigError(f"{layer.where(key)}: {unknown_name('setting', str(name), known)}")
    return LocalSettings(**read)


def _region(value: object, layer: Layer, key: str) -> str:
    from wsconform.config.region import checked

    return checked(_text(value, layer, key), layer.where(key))


READERS: dict[str, Callable[[object, Layer, str], Any]] = {
    "select": _names,
    "ignore": _reasons,
    "severity": _levels,
    "parameters": _parameters,
    "checks": _folders,
    "strict": _flag,
    "baseline": _path,
    "fail_on": _level,
    "samconfig_env": _text,
    "identity": _identities,
    "allow": _references,
    "deny": _references,
    "url": _urls,
    "routes": _routes,
    "local": _local,
}
