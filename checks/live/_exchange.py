"""Routes of which a reply is expected."""

from wsconform.config.expectation import Expectation, Nothing
from wsconform.live.plan import RoutePlan
from wsconform.live.verdict import Undecidable


def exchanged(route: RoutePlan) -> tuple[Expectation, str]:
    """What is expected of a route, and what is sent to it. Raises Undecidable where no reply is."""
    if route.expectation is None or isinstance(route.expectation.reply, Nothing):
        raise Undecidable(f'not asserted: no reply is expected of the route "{route.key}"')
    if route.sends is None:
        raise Undecidable(f'no message can be made up that selects "{route.key}"; give one as send')
    return route.expectation, route.sends
