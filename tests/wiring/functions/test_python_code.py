import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsconform.wiring.functions.python_code import PYTHON, is_judged_here, parse_python
from wsconform.wiring.functions.source_file import Broken, Import, SourceFile
from wsconform.wiring.functions.source_tree import Files


def parsed(text: str) -> SourceFile:
    found = parse_python(text.encode())
    assert isinstance(found, SourceFile)
    return found


@pytest.mark.parametrize(
    ("text", "methods"),
    [
        ("client.post_to_connection(ConnectionId=x, Data=y)", {"POST"}),
        ("send = client.post_to_connection", {"POST"}),
        ("getattr(client, 'post_to_connection')(ConnectionId=x)", {"POST"}),
        ("from layer import post_to_connection", {"POST"}),
        ("url = f'https://{domain}/{stage}/@connections/{id}'", {"POST"}),
        ("client.delete_connection(ConnectionId=x)", {"DELETE"}),
        ("client.get_connection(ConnectionId=x)", {"GET"}),
        ("table.delete_connection(x)", set()),
        ("'post_to_connection'", set()),
        ("def f():\n    '''Calls post_to_connection at @connections.'''", set()),
        ("# client.post_to_connection(ConnectionId=x)", set()),
        ("client.post_message()", set()),
    ],
)
def test_calls_to_connections_are_told(text: str, methods: set[str]) -> None:
    assert parsed(text).methods == methods


@pytest.mark.parametrize("text", ["e['requestContext']['domainName']", "context.domain_name", "a.get('domainName')"])
def test_the_domain_name_of_the_event_tells_of_the_caller(text: str) -> None:
    assert parsed(text).to_caller


@pytest.mark.parametrize("text", ["import importlib\nimportlib.import_module(x)", "__import__(x)"])
def test_imports_by_name_leave_it_open(text: str) -> None:
    assert parsed(text).is_open


def test_imports_are_listed_wherever_they_stand() -> None:
    text = "import a.b\nfrom . import c\ndef f():\n    from ..d.e import g, h as i"
    assert set(parsed(text).imports) == {
        Import("a.b"),
        Import("", 1, ("c",)),
        Import("d.e", 2, ("g", "h")),
    }


@pytest.mark.parametrize(
    "data", [b"\x00", b"x = 1\x00", b"# coding: nonsense\nx = 1", b"\xff", b"(" * 5000, b"x = " + b"-" * 99999 + b"1"]
)
def test_what_no_python_takes_is_broken(data: bytes) -> None:
    assert isinstance(parse_python(data), Broken)


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_is_read_or_broken(data: bytes) -> None:
    assert isinstance(parse_python(data), SourceFile | Broken)


@pytest.mark.parametrize(
    ("runtime", "judged"),
    [("python3.8", True), ("python3.11", True), ("python3.99", False), ("python2.7", False), ("python", False)],
)
def test_only_what_this_python_knows_is_judged(*, runtime: str, judged: bool) -> None:
    assert is_judged_here(runtime) is judged


@pytest.mark.parametrize(
    ("importer", "one", "files"),
    [
        ("app.py", Import("a"), ["a/__init__.py"]),
        ("app.py", Import("a.b"), ["a/__init__.py", "a/b.py"]),
        ("app.py", Import("a", 0, ("b", "name")), ["a/__init__.py", "a/b.py"]),
        ("a/b.py", Import("", 1, ("c",)), ["a/__init__.py", "a/c.py"]),
        ("a/__init__.py", Import("c", 1), ["a/__init__.py", "a/c.py"]),
        ("a/b.py", Import("c", 2), []),
        ("app.py", Import("os.path"), []),
    ],
)
def test_an_import_leads_to_its_files(importer: str, one: Import, files: list[str]) -> None:
    tree = Files(dict.fromkeys(["app.py", "a/__init__.py", "a/b.py", "a/c.py"], b""))
    assert PYTHON.targets(tree, importer, one) == files


def test_an_import_may_lead_out_of_the_tree() -> None:
    assert PYTHON.targets(Files({}), "app.py", Import("x", 2)) is None
