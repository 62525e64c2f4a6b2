"""Routes of which something is expected."""

from wsconform.config.expectation import Expectation, Nothing
from wsconform.live.plan import RoutePlan
from wsconform.live.verdict import Undecidable


def asserted(route: RoutePlan) -> tuple[Expectation, str]:
    """What is expected of a route, and what is sent to it. Raises Undecidable where nobody said."""
    if route.expectation is None:
        raise Undecidable("not asserted: the configuration does not say what the route answers")
    if route.sends is None:
        raise Undecidable("no message can be made up that selects the route; give one as send")
    return route.expectation, route.sends


def replies(route: RoutePlan) -> bool:
    """Whether a reply is expected of a route."""
    return route.expectation is not None and not isinstance(route.expectation.reply, Nothing)


def exchanged(route: RoutePlan) -> tuple[Expectation, str]:
    """The same of a route that replies. Raises Undecidable where none does."""
    expectation, message = asserted(route)
    if isinstance(expectation.reply, Nothing):
        raise Undecidable("the route is expected not to reply")
    return expectation, message
