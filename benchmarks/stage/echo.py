"""The floor: a bare echo server of `websockets`, which asks for the credential and calls nothing.

`python -m benchmarks.stage.echo PORT`
"""

from __future__ import annotations

import asyncio
import sys
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response


def _authorize(connection: ServerConnection, request: Request) -> Response | None:
    if request.headers.get("x-token") == "allow":
        return None
    return connection.respond(HTTPStatus.FORBIDDEN, "")


async def _echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def _serve(port: int) -> None:
    async with serve(_echo, "127.0.0.1", port, process_request=_authorize, compression=None, backlog=1024) as server:
        await server.serve_forever()


def main() -> None:
    """Serve until interrupted."""
    try:
        asyncio.run(_serve(int(sys.argv[1])))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
