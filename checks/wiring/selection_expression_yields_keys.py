from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Api, Route
from wsconform.wiring.route_keys import is_reserved
from wsconform.wiring.selection import Selection, parse_selection, selection_of


@check(
    "selection-expression-yields-keys",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="api",
    why="no message can select such a route: its key has to equal what the expression comes to, to the letter",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def selection_expression_yields_keys(api: Api) -> Iterator[Fault | Inconclusive]:
    """The route selection expression can come to the key of every custom route."""
    routes = [route for route in api.routes if _is_custom(api, route)]
    if not routes:
        return
    selection, at = selection_of(api), api.at("RouteSelectionExpression")
    if isinstance(selection, Unresolved):
        raise Inconclusive(selection.reason, at)
    if not isinstance(selection, Selection) or not selection.pieces or selection.yields_any:
        return
    expression = api.text("RouteSelectionExpression")
    dead = [route for route in routes if route.key is not None and not selection.yields(route.key)]
    if dead and len(dead) == len(routes):
        yield Fault(
            at=at,
            message=f'the RouteSelectionExpression "{expression}" of {api.label} {_comes_to(selection)}, '
            f'never to "{dead[0].key}"' + (" or any other route key" if len(dead) > 1 else ""),
            label="yields none of the route keys",
            fix=_fix(selection),
            notes=tuple(Note(route.at("RouteKey"), f"{route.label} waits for this key") for route in dead[:3]),
        )
        return
    for route in dead:
        yield Fault(
            at=route.at("RouteKey"),
            element=route,
            message=f'the RouteSelectionExpression "{expression}" of {api.label} {_comes_to(selection)}, '
            f'never to "{route.key}", the key of {route.label}',
            label="no message selects it",
            fix=f"change the key, or the RouteSelectionExpression of {api.label}",
            notes=(Note(at, f"the expression of {api.label}"),),
        )
    for route in routes:
        if route.key is None:
            yield Inconclusive(f"the route key of {route.label} is not known", route.at("RouteKey"))


def _is_custom(api: Api, route: Route) -> bool:
    """Whether only the expression selects it, and its key is not one that another check calls misspelt."""
    if route.value("RouteKey") is None or route is api.misspelt_connect:
        return False
    return route.key is None or not is_reserved(route.key)


def _comes_to(selection: Selection) -> str:
    """What keys an expression yields, in words."""
    if selection.constant is not None:
        return "is fixed text and comes to that alone"
    return f'comes to keys like "{"".join(piece if isinstance(piece, str) else "*" for piece in selection.pieces)}"'


def _fix(selection: Selection) -> str:
    """The expression to write: the same with a dollar sign, where that makes it a variable."""
    constant = selection.constant or ""
    for meant in (f"${constant}", f"${{{constant}}}"):
        if constant.strip("{}").startswith("request.body.") and isinstance(parse_selection(meant), Selection):
            return f"write {meant}"
    return "write $request.body.action, with the field that your clients send for action"
