import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "request-parameter-well-formed",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="connect",
    why="API Gateway refuses the route",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html",
)
def request_parameter_well_formed(route: Route) -> Iterator[Fault]:
    """A request parameter of $connect is a header or a query string parameter of the upgrade request."""
    parameters = route.map("RequestParameters")
    if route.key != CONNECT or parameters is None:
        return
    for name in parameters.entries:
        if not _FORM.fullmatch(name):
            found = _OTHER_APIS.fullmatch(name)
            yield Fault(
                at=parameters.key_span(name),
                message=f'{route.label} has the request parameter "{name}", '
                'not "route.request.header.<name>" or "route.request.querystring.<name>"',
                label="not a parameter of the upgrade request",
                fix=f"write route.request.{found.group(1)}.{found.group(2)}"
                if found
                else "write route.request.header.<name> or route.request.querystring.<name>",
            )


_FORM = re.compile(r"route\.request\.(header|querystring)\.[^\s.]\S*")
_OTHER_APIS = re.compile(r"[$\w.]*?request\.(header|querystring)s?\.(\S+)")
