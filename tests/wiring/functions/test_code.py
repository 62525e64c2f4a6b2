from collections.abc import Callable
from pathlib import Path

import pytest

from wsconform.template.source import parse
from wsconform.wiring.functions.code import MOST_FILES, Code, Lacking, Shipped, Unread, code_of
from wsconform.wiring.reader import read_stack, read_wiring

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {runtime}
      Handler: app.handler
      CodeUri: ./
"""
PUSH = "client.post_to_connection(ConnectionId=x, Data=y)\n"
HANDLER = "def handler(event, context): ...\n"
Reads = Callable[..., Code]


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    """What is told of the handler `app.handler` of some files."""

    def told(runtime: str, **files: str) -> Code:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        template = TEMPLATE.replace("{runtime}", runtime)
        stack = read_stack(parse(template.encode(), str(tmp_path / "template.yaml")))
        wiring = read_wiring(stack.in_world(stack.worlds[0]))
        return code_of(wiring.functions[0])

    return told


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": HANDLER + PUSH},
        {"app.py": f"def handler(event, context):\n    {PUSH}"},
        {"app.py": f"import push\n{HANDLER}", "push.py": PUSH},
        {"app.py": f"from push import send\n{HANDLER}", "push.py": PUSH},
        {"app.py": f"from lib import push\n{HANDLER}", "lib/push.py": PUSH},
        {"app.py": f"import lib.push\n{HANDLER}", "lib/__init__.py": PUSH, "lib/push.py": ""},
        {
            "app.py": f"from lib import a\n{HANDLER}",
            "lib/__init__.py": "",
            "lib/a.py": "from . import b",
            "lib/b.py": PUSH,
        },
        {"app.py": f"def handler(event, context):\n    from push import send\n{HANDLER}", "push.py": PUSH},
        {"app.py": "from push import *", "push.py": HANDLER + PUSH},
        {"app/__init__.py": f"from .push import send\n{HANDLER}", "app/push.py": PUSH},
        {"app.py": f"import a\n{HANDLER}", "a.py": "import b", "b.py": "import a\n" + PUSH},
    ],
)
def test_python_pushes_by_all_that_its_handler_imports(files: dict[str, str], read: Reads) -> None:
    code = read("python3.11", **files)
    assert isinstance(code, Shipped)
    assert code.methods == {"POST"}


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": HANDLER, "push.py": PUSH},
        {"app.py": f"import boto3, json\n{HANDLER}", "push.py": PUSH},
        {"app.py": f"from lib import other\n{HANDLER}", "lib/push.py": PUSH, "lib/other.py": ""},
        {"app.py": f"from .. import push\n{HANDLER}", "push.py": PUSH},
    ],
)
def test_python_does_not_push_by_what_merely_lies_beside(files: dict[str, str], read: Reads) -> None:
    code = read("python3.11", **files)
    assert isinstance(code, Shipped)
    assert code.methods == frozenset()


@pytest.mark.parametrize(
    "files",
    [
        {"app.js": "const push = require('./push');\nexports.handler = 1;", "push.js": "api.postToConnection({});"},
        {
            "app.mjs": "import { push } from './lib/push.mjs';\nexport const handler = 1;",
            "lib/push.mjs": "PostToConnectionCommand",
        },
        {
            "app.ts": "import { push } from './push';\nexport const handler = 1;",
            "push.ts": "new PostToConnectionCommand({})",
        },
        {"app.js": "exports.handler = async () => { await import('./push.js'); };", "push.js": "postToConnection"},
    ],
)
def test_node_pushes_by_all_that_its_handler_imports(files: dict[str, str], read: Reads) -> None:
    code = read("nodejs24.x", **files)
    assert isinstance(code, Shipped)
    assert code.methods == {"POST"}
    assert code.is_whole


def test_what_it_cannot_follow_leaves_it_in_part(read: Reads) -> None:
    code = read("nodejs24.x", **{"app.js": "exports.handler = require(process.env.NAME);"})
    assert code == Shipped(frozenset(), to_caller=False, is_whole=False)
    code = read("python3.11", **{"app.py": f"import broken\n{HANDLER}", "broken.py": "def ("})
    assert code == Shipped(frozenset(), to_caller=False, is_whole=False)


def test_the_number_of_files_has_a_bound(read: Reads) -> None:
    files = {f"m{number}.py": f"import m{number + 1}\n" for number in range(MOST_FILES + 10)}
    code = read("python3.11", **{"app.py": f"import m0\n{HANDLER}", **files})
    assert code == Shipped(frozenset(), to_caller=False, is_whole=False)


def test_a_handler_too_large_is_left_unread(read: Reads) -> None:
    code = read("python3.11", **{"app.py": HANDLER + "#" * 1_100_000})
    assert isinstance(code, Unread)
    assert code.reason == "app.py is too large to be read, or may not be"


def test_it_knows_the_caller_by_the_domain_name_of_the_event(read: Reads) -> None:
    code = read("python3.11", **{"app.py": HANDLER + "x = event['requestContext']['domainName']\n"})
    assert code == Shipped(frozenset(), to_caller=True, is_whole=True)


def test_it_says_what_is_lacking_and_where_the_code_is_named(read: Reads) -> None:
    code = read("python3.11", **{"app.py": "def handle(event, context): ..."})
    assert isinstance(code, Lacking)
    assert code.problem == 'app.py in "./" defines no "handler"'
    assert code.code is not None
    assert (code.code.line, code.code.column) == (9, 16)
