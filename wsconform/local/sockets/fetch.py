"""Calls of the URLs that HTTP integrations name."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from wsconform.local.gateway.integration.conclusion import CallUrl
from wsconform.local.outcome import Fetched, Unreachable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

MOST_BODY = 10 * 1024 * 1024
"""Bytes of an answer: API Gateway's limit for payloads."""
MOST_CALLS = 64
"""Calls under way at the same time; more wait, within their own timeout."""
_GRACE = 0.5  # seconds: the gateway's own timer runs out first, and knows what to answer
_CHUNK = 64 * 1024
_slots = threading.BoundedSemaphore(MOST_CALLS)


async def fetch(request: CallUrl) -> Fetched | Unreachable:
    """Call a URL, once and without following redirects, within `request.timeout` seconds and a little. Never raises.

    The thread of a call that is given up ends by itself once the connection's own timeout is over, and keeps nobody
    from leaving before.
    """
    if not request.url.startswith(("http://", "https://")):
        return Unreachable(f'"{request.url}" is not an http or https URL')
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[Fetched | Unreachable] = loop.create_future()
    deadline = time.monotonic() + request.timeout + _GRACE

    def hand_over(outcome: Fetched | Unreachable) -> None:
        if not answered.done():
            answered.set_result(outcome)

    def call() -> None:
        outcome = _called(request, deadline)
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(hand_over, outcome)

    threading.Thread(target=call, name="wsconform-fetch", daemon=True).start()
    try:
        async with asyncio.timeout(request.timeout + _GRACE):
            return await answered
    except TimeoutError:
        return _late(request)


def _called(request: CallUrl, deadline: float) -> Fetched | Unreachable:
    if not _slots.acquire(timeout=max(0.0, deadline - time.monotonic())):
        return _late(request)
    try:
        return _answered(request, deadline)
    finally:
        _slots.release()


def _answered(request: CallUrl, deadline: float) -> Fetched | Unreachable:
    import urllib3
    from urllib3.exceptions import HTTPError, NewConnectionError
    from urllib3.exceptions import TimeoutError as HTTPTimeoutError

    with urllib3.PoolManager(retries=False) as pool:
        try:
            answer = pool.request(
                request.method,
                request.url,
                headers=_joined(request.headers),
                body=request.body or None,
                timeout=max(0.001, deadline - time.monotonic()),
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                return _read(answer, request, deadline)
            finally:
                answer.close()
        except (HTTPError, OSError, ValueError) as fault:  # ValueError: what HTTP cannot carry
            # A connection that is refused counts as a timeout with this library.
            late = isinstance(fault, HTTPTimeoutError) and not isinstance(fault, NewConnectionError)
            return _late(request) if late else Unreachable(_said(fault))


def _read(answer: BaseHTTPResponse, request: CallUrl, deadline: float) -> Fetched | Unreachable:
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > MOST_BODY:
            return Unreachable(f"the answer is longer than {MOST_BODY:,} bytes")
        if time.monotonic() > deadline:
            return _late(request)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Fetched(answer.status, headers, bytes(body))


def _joined(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _late(request: CallUrl) -> Unreachable:
    return Unreachable(f"no answer within {request.timeout:g} s")


def _said(fault: Exception) -> str:
    reason = getattr(fault, "reason", None) or fault
    words = " ".join(str(reason).split()) or type(fault).__name__
    return words.rpartition("): ")[2]  # without the library's own object in front
