import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsconform.wiring.functions.node_code import NODE, parse_node
from wsconform.wiring.functions.source_file import Import, SourceFile
from wsconform.wiring.functions.source_tree import Files


def parsed(text: str) -> SourceFile:
    found = parse_node(text.encode())
    assert isinstance(found, SourceFile)
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("exports.handler = async () => {};", {"handler"}),
        ("module.exports.handler = handler;", {"handler"}),
        ("exports['handler'] = f;", {"handler"}),
        ("exports.handler = exports.other = void 0;", {"handler", "other"}),
        ("export const handler = 1;", {"handler"}),
        ("export async function handler() {}", {"handler"}),
        ("export function* handler() {}", {"handler"}),
        ("export class handler {}", {"handler"}),
        ("export default handler;", {"default"}),
        ("export { handler, inner as other };", {"handler", "other"}),
        ("export { handler } from './inner';", {"handler"}),
        ("export * as handler from './inner';", {"handler"}),
        ("module.exports = { handler };", {"handler"}),
        ("module.exports = { handler: f({ a: 1, b: [2, 3] }), other };", {"handler", "other"}),
        ("module.exports = { async handler(event) { return { a: 1 }; } };", {"handler"}),
        ("module.exports = { 'handler': f, text: 'a, b: c' };", {"handler", "text"}),
        ("Object.defineProperty(exports, 'handler', { get() {} });", {"handler"}),
        ("__export(app_exports, { handler: () => handler });", {"handler"}),
        ("0 && (module.exports = { handler });", {"handler"}),
        ("if (exports.handler === 1) {}", set()),
        ("// exports.handler = 1", set()),
        ("/* exports.handler = 1 */ const url = 'http://x';", set()),
        ("const s = 'x'; // it's\nexports.handler = 1;", {"handler"}),
        ("module.exports = async (event) => {};", set()),
        ("import { handler } from './inner';", set()),
    ],
)
def test_exports_are_told_by_name(text: str, names: set[str]) -> None:
    found = parsed(text)
    assert found.names == names
    assert not found.makes_names


@pytest.mark.parametrize(
    "text",
    [
        "module.exports = require('./inner');",
        "module.exports = make();",
        "module.exports = { ...inner };",
        "exports[name] = f;",
        "Object.assign(exports, inner);",
        "__exportStar(require('./inner'), exports);",
        "export * from 'package';",
        "export const { handler } = make();",
        "export = app;",
    ],
)
def test_some_exports_are_known_at_run_time_only(text: str) -> None:
    assert parsed(text).makes_names


@pytest.mark.parametrize(
    ("text", "methods"),
    [
        ("await client.send(new PostToConnectionCommand({ ConnectionId, Data }));", {"POST"}),
        ("await api.postToConnection({ ConnectionId, Data }).promise();", {"POST"}),
        ("fetch(`https://${host}/${stage}/@connections/${id}`, { method: 'POST' });", {"POST"}),
        ("new DeleteConnectionCommand({ ConnectionId });", {"DELETE"}),
        ("api.getConnection({ ConnectionId: id });", {"GET"}),
        ("store.getConnection({ id });", set()),
        ("// api.postToConnection()", set()),
    ],
)
def test_calls_to_connections_are_told(text: str, methods: set[str]) -> None:
    assert parsed(text).methods == methods


@pytest.mark.parametrize("text", ["require(name)", "await import(`./${name}.js`)", "import { push } from '@/push';"])
def test_imports_that_cannot_be_followed_leave_it_open(text: str) -> None:
    assert parsed(text).is_open


def test_local_imports_are_listed() -> None:
    text = (
        """const a = require('./a'); import b from "../b.js"; import './c'; export * from './d'; import x from 'x';"""
    )
    assert {one.module for one in parsed(text).imports} == {"./a", "../b.js", "./c", "./d"}
    assert not parsed(text).is_open


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text(alphabet="module.exports={}[]()'\"`/*\\\n, ab", max_size=200).map(str.encode))
def test_anything_is_read(data: bytes) -> None:
    assert isinstance(parse_node(data), SourceFile)


@pytest.mark.parametrize(
    "piece", ["module.exports = {", "export {", "/*", "`", "'", "a.getConnection({", "__export(a, {"]
)
def test_what_never_ends_is_read_in_linear_time(piece: str) -> None:
    assert isinstance(parse_node(piece.encode() * 20_000), SourceFile)


@pytest.mark.parametrize(
    ("importer", "module", "files"),
    [
        ("app.js", "./lib/push", ["lib/push.js"]),
        ("app.js", "./lib", ["lib/index.js"]),
        ("lib/index.js", "..", ["index.ts"]),
        ("lib/index.js", "./push.js", ["lib/push.js"]),
        ("app.js", "./typed.js", ["typed.ts"]),
        ("app.js", "./data.json", []),
        ("app.js", "./none", []),
        ("app.js", "../outside", None),
    ],
)
def test_an_import_leads_to_its_file(importer: str, module: str, files: list[str] | None) -> None:
    names = ["app.js", "index.ts", "typed.ts", "data.json", "lib/push.js", "lib/index.js"]
    assert NODE.targets(Files(dict.fromkeys(names, b"")), importer, Import(module)) == files
