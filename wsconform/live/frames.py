"""Frames as RFC 6455 lets a server send them: the WebSocket library is content with less."""

from __future__ import annotations

import re

import websocket

_MOST_OF_CONTROL = 125
_WORDS = (
    (r"rsv .*", "a frame with a reserved bit set, for which no extension was agreed on"),
    (r"Invalid opcode (\d+)", r"a frame of kind \1, which there is not"),
    (r"Invalid ping frame\.?", "a ping in several frames"),
    (r"Invalid close opcode (\d+)", r"a close frame with \1, which no close frame may have"),
    (r"Invalid close frame\.?", "a close frame with no room for a code, or with more than 125 bytes"),
    (r"Illegal frame", "a continuation of nothing, or a message within another"),
    (r"Ping message .*", "a control frame of more than 125 bytes"),
)
"""The library's complaints, in words of what the stage did."""


class BreachError(Exception):
    """A frame that no server may send; the text says which."""


class FramesOnly(websocket.WebSocket):
    """The library's connection, but for frames that it should not take. Rules: RFC 6455, sections 5.1 and 5.5."""

    def recv_frame(self) -> websocket.ABNF:
        """The next frame. Raises BreachError."""
        try:
            frame: websocket.ABNF = super().recv_frame()  # type: ignore[no-untyped-call]
        except websocket.WebSocketProtocolException as error:
            raise BreachError(breach(error)) from None
        if frame.mask_value:
            raise BreachError("a masked frame, as only clients may")
        if frame.opcode >= websocket.ABNF.OPCODE_CLOSE:
            if not frame.fin:
                raise BreachError("a control frame in several frames")
            if len(frame.data) > _MOST_OF_CONTROL:
                raise BreachError(f"a control frame of {len(frame.data):,} bytes, more than 125")
        return frame


def breach(error: websocket.WebSocketProtocolException) -> str:
    """What a stage did, where the library takes it for a breach of the protocol."""
    said = str(error)
    for pattern, words in _WORDS:
        found = re.fullmatch(pattern, said)
        if found is not None:
            return found.expand(words)
    return f"a frame that is not understood ({said.rstrip('.')})"
