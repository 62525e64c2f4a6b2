"""`wsconform connect`: a client for people and scripts."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from wsconform.commands.shell import Exit, color_option, colored, parameter_options, say

if TYPE_CHECKING:
    from wsconform.config.expectation import Expectation
    from wsconform.config.settings import Settings
    from wsconform.live.connection import Connection
    from wsconform.live.credentials import Signer
    from wsconform.live.wire import Endpoint
    from wsconform.talk.narrator import Narrator
    from wsconform.talk.party import Party

PATIENCE = 15.0
"""Seconds for a handshake: an authorizer may start cold."""
FORMS = ("expect", "expect_subset", "expect_regex", "expect_nothing")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """How to connect, and what to say there."""

    subprotocols: tuple[str, ...]
    messages: tuple[str, ...]
    expectations: list[Expectation]
    wait: float
    plain: bool
    local: bool
    signed: bool
    ca: Path | None


@click.command("connect")
@click.argument("url", required=False)
@click.option("--template", type=click.Path(path_type=Path), metavar="FILE", help="What is deployed there.")
@click.option("--api", metavar="NAME", help="Which API of the template, by its logical id.")
@click.option("--local", is_flag=True, help="Run the template on this machine, and connect to that.")
@click.option("--allow", multiple=True, metavar="NAME=REFERENCE", help="Who connects; may be repeated.")
@click.option("--sign", is_flag=True, help="Sign with AWS credentials, as AWS_IAM asks for.")
@click.option("--anonymous", is_flag=True, help="Leave out the identity that is configured, and sign nothing.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Send a header too.")
@click.option("--subprotocol", "subprotocols", multiple=True, metavar="NAME", help="Offer it; may be repeated.")
@click.option("--ca", type=click.Path(path_type=Path), metavar="FILE", help="Trust these certificates (PEM) too.")
@click.option("--send", "messages", multiple=True, metavar="TEXT", help="Send this, and do not ask; may be repeated.")
@click.option("--expect", multiple=True, metavar="JSON", help="The reply has to be this JSON; one for each message.")
@click.option("--expect-subset", multiple=True, metavar="JSON", help="The reply has to have this JSON in it.")
@click.option("--expect-regex", multiple=True, metavar="REGEX", help="The whole reply has to match this.")
@click.option("--expect-nothing", is_flag=True, help="No reply may come.")
@click.option(
    "--within", type=click.FloatRange(0, 600, min_open=True), metavar="SECONDS", help="For the reply to come."
)
@click.option(
    "--wait",
    type=click.FloatRange(0, 86_400),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Leave after this silence, where nobody types.",
)
@click.option("--plain", is_flag=True, help="Write messages as they came, and nothing else.")
@parameter_options
@color_option
def command(  # noqa: PLR0913, PLR0917 (each is an option, passed by name)
    url: str | None,
    template: Path | None,
    api: str | None,
    local: bool,  # noqa: FBT001 (an option)
    sign: bool,  # noqa: FBT001 (an option)
    anonymous: bool,  # noqa: FBT001 (an option)
    headers: tuple[str, ...],
    subprotocols: tuple[str, ...],
    ca: Path | None,
    messages: tuple[str, ...],
    within: float | None,
    wait: float,
    plain: bool,  # noqa: FBT001 (an option)
    color: str,
    **given: Any,  # noqa: ANN401 (by the names of the settings)
) -> int:
    """Connect to the stage at URL, or with --local to the template on this machine.

    On a terminal, lines that are typed are sent. With --send, or with lines on standard input, those are; with one of
    the --expect options their replies have to come: the exit code is 0 if they do, 1 if not, 2 without a connection.
    """
    from wsconform.config.layers import options
    from wsconform.config.settings import load

    expectations = _expectations({form: given.pop(form) for form in FORMS}, within, messages)
    extra = dict(map(_header, headers))
    if local and (url or template is None):
        raise click.UsageError("--local takes a --template, and no URL")
    if api and template is None:
        raise click.UsageError("--api is one of a --template")
    named = {api: url} if url and api else url
    paths = [template] if template is not None else []
    settings = load(paths, options(given), options({"url": named}, "the argument "))
    if anonymous:
        settings = _anonymous(settings)
    from wsconform.local.errors import StageError
    from wsconform.talk.party import party

    client = party(settings, template, api, extra)
    signed = not anonymous and (sign or (client.api is not None and client.api.is_signed))
    wish = Wish(subprotocols, messages, expectations, wait, plain=plain, local=local, signed=signed, ca=_readable(ca))
    try:
        with _ended_by_signals():
            return _meet(client, settings, template, wish, color)
    except StageError as error:
        for problem in error.problems:
            say(f"error: {problem}")
        return Exit.FAILED


def _anonymous(settings: Settings) -> Settings:
    from dataclasses import replace

    return replace(settings, allow={})


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does: with a close frame."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _expectations(
    forms: Mapping[str, tuple[str, ...] | bool], within: float | None, messages: tuple[str, ...]
) -> list[Expectation]:
    """What has to come, by one of the forms."""
    from wsconform.config.expectation import WITHIN, NoExpectationError, read_expectation

    given = {form.replace("_", "-"): value for form, value in forms.items() if value}
    if len(given) > 1:
        raise click.UsageError(f"one of {', '.join(f'--{form}' for form in given)} is enough")
    if within is not None and not given:
        raise click.UsageError("--within is of a reply, and none is expected: give --expect too")
    found = []
    for form, values in given.items():
        for value in values if isinstance(values, tuple) else (True,):
            wanted = _json(form, value) if form in ("expect", "expect-subset") else value
            try:
                found.append(read_expectation({form: wanted, "within": WITHIN if within is None else within}))
            except NoExpectationError as error:
                raise click.UsageError(f"--{form}: it {error}") from None
    if len(found) > 1 and messages and len(messages) != len(found):
        raise click.UsageError(f"there are {len(found)} replies to {len(messages)} messages: give one, or one for each")
    return found


def _json(form: str, value: object) -> object:
    try:
        return json.loads(str(value))
    except (ValueError, RecursionError):
        raise click.UsageError(f'--{form} takes JSON, and "{value}" is none; a text is written as \'"text"\'') from None


def _header(given: str) -> tuple[str, str]:
    name, colon, value = given.partition(":")
    if not colon or not _TOKEN.fullmatch(name.strip()) or not value.replace("\t", " ").isprintable():
        raise click.UsageError("-H takes 'NAME: VALUE', and what is given is no header")
    return name.strip(), value.strip()


def _readable(ca: Path | None) -> Path | None:
    import ssl

    if ca is not None:
        try:
            ssl.create_default_context().load_verify_locations(ca)
        except ssl.SSLError:
            raise click.UsageError(f"--ca: there is no certificate (PEM) in {ca}") from None
        except OSError as error:
            raise click.UsageError(f"--ca: {ca}: {(error.strerror or str(error)).lower()}") from None
    return ca


def _meet(client: Party, settings: Settings, template: Path | None, wish: Wish, color: str) -> int:
    """Find the stage, connect, and talk."""
    from wsconform.live.target import signer_for
    from wsconform.live.wire import Endpoint
    from wsconform.local.people.lines import line, log_line
    from wsconform.report.style import Style
    from wsconform.talk.narrator import Narrator
    from wsconform.talk.party import local, signed

    plain = wish.plain or not _is_terminal(sys.stdout, color)
    style = Style(color=colored(color))
    narrator = Narrator(style, client.redactor, plain=plain, quiet=wish.plain)
    signer: Signer | str = ""
    with ExitStack() as stack:
        if wish.local and template is not None and client.api is not None:
            endpoint, signer = stack.enter_context(
                local(
                    template,
                    settings,
                    client.api,
                    lambda one: narrator.event(line(one, style)),
                    lambda function, text: narrator.event(log_line(function, text, style)),
                )
            )
        elif client.url is None:
            raise click.UsageError(
                "name the URL of a stage, give --template with --local, or set url in wsconform.toml"
            )
        else:
            endpoint = Endpoint(url=client.url.rstrip("/"), ca_file=wish.ca)
            signer = signer_for(endpoint.url) if wish.signed else ""
        if wish.signed:
            client = signed(client, signer)
            narrator.hide(client.redactor)
        return _connect(client, endpoint, wish, narrator)


def _connect(party: Party, endpoint: Endpoint, wish: Wish, narrator: Narrator) -> int:
    from wsconform.live.client import Client
    from wsconform.live.outcome import Opened
    from wsconform.live.transcript import Transcript

    client = Client(endpoint, Transcript(party.redactor))
    outcome = client.connect(
        headers=party.sent_headers,
        query=party.identity.query,
        signer=party.identity.signer,
        subprotocols=wish.subprotocols,
        within=PATIENCE,
    )
    if not isinstance(outcome, Opened):
        narrator.not_connected(outcome, party.api)
        return Exit.FAILED
    chosen = f", subprotocol {outcome.subprotocol}" if outcome.subprotocol else ""
    narrator.aside(".", f"connected to {endpoint.url}{chosen}")
    try:
        return _talk(outcome.connection, party, wish, narrator)
    finally:
        client.close()


def _talk(connection: Connection, party: Party, wish: Wish, narrator: Narrator) -> int:
    """Talk as a script where messages are given or nobody sits there, else as a person."""
    from wsconform.talk import script

    typed = not wish.messages and _is_terminal(sys.stdin)
    if wish.expectations:
        messages: Iterable[str] = wish.messages if wish.messages or typed else _lines()
        try:
            came = script.require(connection, messages, wish.expectations, narrator)
        finally:
            script.part(connection)
        return Exit.SOUND if came else Exit.FINDINGS
    if not typed:
        in_order = script.pour(connection, wish.messages or _lines(), narrator, wait=wish.wait)
        return Exit.SOUND if in_order else Exit.FINDINGS
    return _by_keyboard(connection, party, narrator)


def _by_keyboard(connection: Connection, party: Party, narrator: Narrator) -> int:
    from wsconform.live.received import Lost
    from wsconform.talk.history import LineHistory, history_file
    from wsconform.talk.keyboard import Keyboard

    narrator.aside(".", "Ctrl-D leaves, /help says more")
    end = Keyboard(connection, narrator, LineHistory(history_file(), party.redactor), party.examples).talk()
    return Exit.FINDINGS if isinstance(end, Lost) else Exit.SOUND


def _lines() -> Iterator[str]:
    """The messages on standard input, one a line."""
    if sys.stdin is None:
        return
    for line in sys.stdin:
        message = line.rstrip("\r\n")
        if message:
            yield message


def _is_terminal(stream: TextIO | None, color: str = "auto") -> bool:
    return stream is not None and (stream.isatty() or color == "always")
