"""Whether the handlers of functions exist, beyond the examples of the check's page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from examining import Found, Marked, Undecided
from function_snippets import SILENT, function, snippet

Files = Callable[..., None]

PUSH = """Policies:
  Statement:
    Effect: Allow
    Action: execute-api:ManageConnections
    Resource: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/*"""
BROKEN = ("handler-exists", "ChatFunction", "error", True)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Writes files beside the template: `files(**{"chat/app.py": "…"})`."""

    def write(**contents: str) -> None:
        for name, text in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    return write


def python(handler: str, *more: str, code: str = "chat/") -> str:
    return snippet(function("Runtime: python3.11", f"Handler: {handler}", f"CodeUri: {code}", PUSH, *more))


class TestHandlerInPython:
    @pytest.mark.parametrize(
        ("handler", "file"),
        [
            ("app.handler", "chat/app.py"),
            ("pkg.app.handler", "chat/pkg/app.py"),
            ("pkg/app.handler", "chat/pkg/app.py"),
            ("pkg.handler", "chat/pkg/__init__.py"),
            ("my-app.handler", "chat/my-app.py"),
        ],
    )
    def test_is_found_where_lambda_finds_it(
        self, handler: str, file: str, files: Files, marked_findings: Marked
    ) -> None:
        files(**{file: SILENT})
        assert marked_findings(python(handler)) == []

    @pytest.mark.parametrize(
        "handler",
        [
            "ap.handler",
            "app.handle",
            "app",
            "app.",
            ".handler",
            "./app.handler",
            "app.py.handler",
            "pkg.app.handler",
            "App.handler",
        ],
    )
    def test_is_told_where_it_is_not(self, handler: str, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.py": SILENT})
        assert marked_findings(python(f'"{handler}" # <--')) == [BROKEN]

    @pytest.mark.parametrize(
        "text",
        [
            "from other import handler",
            "import other as handler",
            "handler = make()",
            "a, (handler, *b) = make()",
            "handler: object = make()",
            "class handler: ...",
            "async def handler(event, context): ...",
            "try:\n    from a import handler\nexcept ImportError:\n    handler = None",
            "if True:\n    def handler(event, context): ...",
            "with make() as handler: ...",
            "for handler in (): ...",
            "if (handler := make()): ...",
            "match 1:\n    case 1:\n        handler = 1",
            "def init():\n    global handler\n    handler = 1",
        ],
    )
    def test_may_be_bound_in_many_ways(self, text: str, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.py": text})
        assert marked_findings(python("app.handler")) == []

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "def outer():\n    def handler(event, context): ...",
            "class Handlers:\n    def handler(self): ...",
            "handler: object",
            "# def handler(event, context): ...",
            '"""def handler(event, context): ..."""',
            "x = lambda handler: handler",
        ],
    )
    def test_is_not_bound_by_what_looks_like_it(self, text: str, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.py": text})
        assert marked_findings(python("app.handler # <--")) == [BROKEN]

    def test_may_come_with_all_names_of_a_local_module(self, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.py": "from inner import *", "chat/inner.py": SILENT})
        assert marked_findings(python("app.handler")) == []
        files(**{"chat/inner.py": "x = 1"})
        assert marked_findings(python("app.handler # <--")) == [BROKEN]

    @pytest.mark.parametrize(
        "text", ["from elsewhere import *", "globals()['handler'] = 1", "def __getattr__(name): ...", "exec('x')"]
    )
    def test_cannot_be_told_where_names_are_made(
        self, text: str, files: Files, marked_findings: Marked, undecided_in: Undecided
    ) -> None:
        files(**{"chat/app.py": text})
        assert marked_findings(python("app.handler")) == []
        assert [name for name, _ in undecided_in(python("app.handler"))] == ["handler-exists"]

    @pytest.mark.parametrize("text", ["def handler(", "print 'x'", "\tx = 1\n  y = 2", "if True:\nx = 1"])
    def test_fails_with_its_file(self, text: str, files: Files, found_in: Found) -> None:
        files(**{"chat/app.py": f"{SILENT}\n{text}"})
        (found,) = found_in(python("app.handler"))
        assert found.check == "handler-exists"
        assert "cannot be imported" in found.message
        assert "line" in found.message

    def test_is_not_judged_by_an_older_python_than_its_own(self, files: Files, undecided_in: Undecided) -> None:
        files(**{"chat/app.py": f"{SILENT}\ndef ("})
        text = python("app.handler").replace("python3.11", "python3.99")
        assert [name for name, _ in undecided_in(text) if name == "handler-exists"] == ["handler-exists"]

    @pytest.mark.parametrize(
        "contents",
        [{"chat/readme.md": "x"}, {"chat/index.js": "x"}, {"chat/node_modules/x.py": "x"}, {}, {"chat.zip": "x"}],
    )
    def test_cannot_be_told_without_any_source(
        self, contents: dict[str, str], files: Files, marked_findings: Marked, undecided_in: Undecided
    ) -> None:
        files(**contents)
        assert marked_findings(python("app.handler")) == []
        assert [name for name, _ in undecided_in(python("app.handler"))] == ["handler-exists"]

    @pytest.mark.parametrize(
        ("extra", "contents"),
        [
            ("Layers: [!ImportValue layer]", {}),
            ("Timeout: 3", {"chat/requirements.txt": "some-wrapper==1.0\n"}),
            ("Timeout: 3", {"chat/some_wrapper.cpython-311-x86_64-linux-gnu.so": ""}),
        ],
    )
    def test_may_come_from_elsewhere(
        self, extra: str, contents: dict[str, str], files: Files, marked_findings: Marked, undecided_in: Undecided
    ) -> None:
        files(**{"chat/app.py": SILENT, **contents})
        text = python("some_wrapper.handler", extra)
        assert marked_findings(text) == []
        assert [name for name, _ in undecided_in(text)] == ["handler-exists"]

    def test_suggests_what_was_meant(self, files: Files, found_in: Found) -> None:
        files(**{"chat/handler.py": "def handler(event, context): ..."})
        (found,) = found_in(python("handlr.handler"))
        assert found.fix == 'did you mean "handler.handler"?'
        (found,) = found_in(python("handler.handle"))
        assert found.fix == 'did you mean "handler"?'


def node(handler: str, *more: str, code: str = "chat/", metadata: str = "") -> str:
    return snippet(
        function("Runtime: nodejs24.x", f"Handler: {handler}", f"CodeUri: {code}", PUSH, *more, metadata=metadata)
    )


class TestHandlerInNode:
    @pytest.mark.parametrize(
        ("handler", "file"),
        [
            ("app.handler", "chat/app.js"),
            ("app.handler", "chat/app.mjs"),
            ("app.handler", "chat/app.cjs"),
            ("src/app.handler", "chat/src/app.js"),
            ("app.handler", "chat/app/index.js"),
            ("app.handler", "chat/app.ts"),
            ("app.handler.deep", "chat/app.js"),
        ],
    )
    def test_is_found_where_lambda_finds_it(
        self, handler: str, file: str, files: Files, marked_findings: Marked
    ) -> None:
        files(**{file: "export const handler = async () => ({ statusCode: 200 });"})
        assert marked_findings(node(handler)) == []

    @pytest.mark.parametrize(
        "handler",
        ["ap.handler", "app.handle", "app", "src/app.handler", "../app.handler", "App.handler", "app/handler"],
    )
    def test_is_told_where_it_is_not(self, handler: str, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.js": "exports.handler = async () => {};"})
        assert marked_findings(node(f"{handler} # <--")) == [BROKEN]

    @pytest.mark.parametrize("text", ["exports.main = () => {};", "const handler = 1;", "// exports.handler = 1", ""])
    def test_is_not_exported_by_what_looks_like_it(self, text: str, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.js": text})
        assert marked_findings(node("app.handler # <--")) == [BROKEN]

    @pytest.mark.parametrize("text", ["module.exports = make();", "export * from 'elsewhere';"])
    def test_cannot_be_told_where_names_are_made(
        self, text: str, files: Files, marked_findings: Marked, undecided_in: Undecided
    ) -> None:
        files(**{"chat/app.js": text})
        assert marked_findings(node("app.handler")) == []
        assert [name for name, _ in undecided_in(node("app.handler"))] == ["handler-exists"]

    def test_may_be_handed_on_by_another_file(self, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.js": "export * from './inner.js';", "chat/inner.js": "export function handler() {}"})
        assert marked_findings(node("app.handler")) == []

    ESBUILD = "BuildMethod: esbuild\nBuildProperties:\n  EntryPoints: [src/app.ts]"

    @pytest.mark.parametrize("handler", ["app.handler", "src/app.handler"])
    def test_is_what_esbuild_starts_from(self, handler: str, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/src/app.ts": "export const handler = 1;"})
        assert marked_findings(node(handler, metadata=self.ESBUILD)) == []

    def test_is_told_where_what_esbuild_starts_from_lacks_it(self, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/src/app.ts": "export const main = 1;"})
        assert marked_findings(node("app.handler # <--", metadata=self.ESBUILD)) == [BROKEN]

    @pytest.mark.parametrize(
        ("text", "contents"),
        [
            (node("dist/app.handler"), {"chat/app.js": "exports.other = 1;"}),
            (node("app.handler", metadata="BuildMethod: makefile"), {"chat/other.js": "exports.other = 1;"}),
            (node("node_modules/wrapper/index.handler"), {"chat/other.js": "exports.other = 1;"}),
            (node("/opt/nodejs/index.handler"), {"chat/other.js": "exports.other = 1;"}),
            (node("app.handler", metadata=ESBUILD), {"chat/other.ts": "exports.other = 1;"}),
            (node("app.handler"), {"chat/src/other.ts": "export const other = 1;"}),
        ],
    )
    def test_may_be_what_a_build_makes(
        self, text: str, contents: dict[str, str], files: Files, marked_findings: Marked, undecided_in: Undecided
    ) -> None:
        files(**contents)
        assert marked_findings(text) == []
        assert [name for name, _ in undecided_in(text)] == ["handler-exists"]


class TestPlaceOfCode:
    @pytest.mark.parametrize(
        "properties",
        [
            ("Runtime: java21", "Handler: chat.App", "CodeUri: chat/"),
            ("Runtime: provided.al2023", "Handler: bootstrap", "CodeUri: chat/"),
            ("Runtime: python3.13", "Handler: app.handler", "CodeUri: s3://bucket/chat.zip"),
            ("Runtime: python3.13", "Handler: app.handler", "CodeUri: {Bucket: bucket, Key: chat.zip}"),
            ("Runtime: python3.13", "Handler: app.handler", "CodeUri: !ImportValue code"),
            ("Runtime: python3.13", "Handler: !ImportValue handler", "CodeUri: chat/"),
            ("Runtime: python3.13", "Handler: app.handler"),
            ("PackageType: Image", "ImageUri: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/chat:1"),
            ("Runtime: python3.13", "Handler: app.handler", "CodeUri: chat/app.zip"),
        ],
    )
    def test_may_be_out_of_reach(
        self, properties: tuple[str, ...], files: Files, marked_findings: Marked, undecided_in: Undecided
    ) -> None:
        files(**{"chat/app.zip": "", "chat/other.py": SILENT})
        text = snippet(function(*properties, PUSH))
        assert marked_findings(text) == []
        assert [name for name, _ in undecided_in(text)] == ["handler-exists"]

    def test_may_be_too_large(self, files: Files, undecided_in: Undecided) -> None:
        files(**{"chat/app.py": SILENT + "#" * 1_000_000})
        assert [name for name, _ in undecided_in(python("app.handler", code="chat/app.py"))] == ["handler-exists"]

    @pytest.mark.parametrize("path", ["chat", "./chat/", "chat/../chat", "file://chat"])
    def test_may_be_spelt_in_many_ways(self, path: str, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.py": SILENT})
        assert marked_findings(python("app.handler", code=path)) == []
        assert marked_findings(python("other.handler # <--", code=path)) == [BROKEN]

    def test_may_be_a_single_file(self, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.py": SILENT})
        assert marked_findings(python("app.handler", code="chat/app.py")) == []
        assert marked_findings(python("other.handler # <--", code="chat/app.py")) == [BROKEN]

    def test_may_be_that_of_a_plain_function(self, files: Files, marked_findings: Marked) -> None:
        files(**{"chat/app.py": SILENT})
        plain = """
Resources:
  ChatFunction:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: {handler}
      Code: chat/
      Role: !Sub arn:${AWS::Partition}:iam::123456789012:role/chat
"""
        assert marked_findings(plain.replace("{handler}", "app.handler")) == []
        assert marked_findings(plain.replace("{handler}", "app.handle # <--")) == [BROKEN]

    def test_may_be_an_asset(self, files: Files, marked_findings: Marked) -> None:
        files(**{"asset.0123/index.py": SILENT})
        asset = """
Resources:
  ChatFunction:
    Type: AWS::Lambda::Function
    Metadata:
      aws:asset:path: asset.0123
      aws:asset:property: Code
    Properties:
      Runtime: python3.13
      Handler: {handler}
      Code: {S3Bucket: bucket, S3Key: 0123.zip}
      Role: !Sub arn:${AWS::Partition}:iam::123456789012:role/chat
"""
        assert marked_findings(asset.replace("{handler}", "index.handler")) == []
        assert marked_findings(asset.replace("{handler}", "index.handle # <--")) == [BROKEN]

    def test_in_the_template_may_have_unknown_parts(self, marked_findings: Marked, undecided_in: Undecided) -> None:
        code = "InlineCode: !Sub |\n  ${Code}"
        text = "Parameters:\n  Code: {Type: String}\n" + snippet(
            function("Runtime: python3.13", "Handler: index.handler", code)
        )
        assert [one for one in marked_findings(text) if one[0] == "handler-exists"] == []
        assert "handler-exists" in [name for name, _ in undecided_in(text)]

    def test_with_known_parts_is_read(self, marked_findings: Marked) -> None:
        code = "InlineCode: !Sub |\n  def handler(event, context):\n      return {'region': '${AWS::Region}'}"
        text = snippet(function("Runtime: python3.13", "Handler: index.handler", code))
        assert marked_findings(text) == []

    def test_that_is_not_there_is_a_warning_where_other_code_is(
        self, files: Files, marked_findings: Marked, undecided_in: Undecided
    ) -> None:
        missing = function("Runtime: python3.13", "Handler: app.handler", "CodeUri: chatt/ # <--")
        other = function("Runtime: python3.13", "Handler: app.handler", "CodeUri: door/", PUSH, name="Other")
        assert ("handler-exists", "ChatFunction", "warning", True) not in marked_findings(snippet(missing, other))
        assert "handler-exists" in [name for name, _ in undecided_in(snippet(missing, other))]
        files(**{"door/app.py": SILENT})
        assert marked_findings(snippet(missing, other)) == [("handler-exists", "ChatFunction", "warning", True)]
        built = missing.replace("chatt/ # <--", "dist/chat/")
        assert marked_findings(snippet(built, other)) == []
