from concurrent.futures import ThreadPoolExecutor

from wsconform.live.connection import Connection
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._exchange import exchanged, replies


@probe(
    "many-at-once",
    level=Level.MUST,
    area="load",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    alone=True,
    applies=lambda api: any(map(replies, api.routes)),
)
def many_at_once(peer: Peer, api: ApiPlan) -> None:
    """Many clients connect at once, each is answered once, and all can leave."""
    expectation, message = exchanged(next(filter(replies, api.routes)))
    with ThreadPoolExecutor(peer.stage.clients) as pool:
        connections = list(pool.map(lambda _: peer.open(), range(peer.stage.clients)))

        def exchange(connection: Connection) -> None:
            connection.send(message)
            peer.require_reply(connection, expectation)

        list(pool.map(exchange, connections))
        peer.require_all_quiet(connections, "one reply for each client")
        list(pool.map(lambda one: one.close(within=peer.stage.patience), connections))
