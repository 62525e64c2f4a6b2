"""Requests are read the same however they are cut."""

from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wsconform.local.sockets.request import BadRequest, Request, RequestReader

names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True).filter(
    lambda name: name.lower() not in ("content-length", "transfer-encoding", "upgrade", "connection", "expect")
)
values = st.from_regex(r"[!-~]([ -~]{0,10}[!-~])?", fullmatch=True)
bodies = st.binary(max_size=60)


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, Request]:
    """A request as bytes, and as it is to be understood."""
    method = draw(st.sampled_from(["GET", "POST", "DELETE"]))
    target = draw(st.from_regex(r"/[a-z0-9/%@=]{0,10}(\?[a-z=&]{0,8})?", fullmatch=True))
    headers = draw(st.lists(st.tuples(names, values), max_size=4))
    body = draw(bodies)
    if draw(st.booleans()):
        framing = ("Transfer-Encoding", "chunked")
        cut = draw(st.integers(0, len(body)))
        chunks = [part for part in (body[:cut], body[cut:]) if part]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in chunks) + b"0\r\n\r\n"
    else:
        framing, sent = ("Content-Length", str(len(body))), body
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*headers, framing])
    head = f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode()
    return head + sent, Request(method=method, target=target, headers=[*headers, framing], body=body)


@given(
    several=st.lists(requests(), min_size=1, max_size=2),
    cuts=st.lists(st.integers(0, 300), max_size=4),
)
def test_the_cuts_do_not_matter(several: list[tuple[bytes, Request]], cuts: list[int]) -> None:
    data = b"".join(sent for sent, _ in several)
    reader = RequestReader()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})

    for start, end in pairwise(places):
        reader.feed(data[start:end])

    assert list(reader.requests) == [request for _, request in several]
    assert not reader.in_body


@given(noise=st.lists(st.binary(max_size=200), max_size=5))
def test_noise_is_a_bad_request_at_most(noise: list[bytes]) -> None:
    reader = RequestReader()
    with suppress(BadRequest):
        for part in noise:
            reader.feed(part)


def test_an_upgrade_leaves_the_rest_alone() -> None:
    reader = RequestReader()
    head = b"GET /v1 HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"

    reader.feed(head + b"\x81\x00frames")

    assert [one.target for one in reader.requests] == ["/v1"]
    assert reader.rest == b"\x81\x00frames"
