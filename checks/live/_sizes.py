"""How much a message and a frame may hold. Source: API Gateway developer guide, "Quotas for WebSocket APIs"."""

from collections.abc import Iterator

MOST_OF_MESSAGE, MOST_OF_FRAME = 131_072, 32_768


def pieces(data: bytes, size: int = MOST_OF_FRAME) -> Iterator[bytes]:
    """Data cut into frames of a size."""
    return (data[at : at + size] for at in range(0, len(data), size))
