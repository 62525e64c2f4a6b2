import re
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]
Write = Callable[..., Path]

HTTP_API = "Resources: {Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}}"
PARENT = """
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: {}
"""


def passed(result: pytest.RunResult) -> list[str]:
    """The node ids that passed, from a run with `-rp`."""
    return re.findall(r"^PASSED (\S+)$", str(result.stdout), re.MULTILINE)


def collected(result: pytest.RunResult) -> list[str]:
    """The node ids, from a run with `--collect-only -q`."""
    return [line for line in result.outlines if "::" in line]


def test_every_check_that_ran_is_an_item_in_the_order_of_registration(run: Run, write: Write, names: list[str]) -> None:
    write("hello")

    result = run("template.yaml", "-rp")

    assert passed(result) == [
        *[f"template.yaml::ChatApi::{name}" for name in names],
        "template.yaml::template::own-has-routes",
    ]


def test_what_is_about_no_api_is_under_template(run: Run, write: Write) -> None:
    write()

    result = run("template.yaml")

    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["FAILED template.yaml::template::own-has-routes*"])


def test_each_api_has_its_items(run: Run, write: Write) -> None:
    one, other = write("hello", api="ChatApi").read_text(), write("error", api="AdminApi").read_text()
    (one_file := write()).write_text(one + other.removeprefix("Resources:\n").replace("Route0", "AdminRoute"))

    result = run(one_file.name, "--wsconform-select=own-no-error", select="own-no-note")

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["FAILED template.yaml::AdminApi::own-no-error*"])


@pytest.mark.parametrize(
    ("node", "count"),
    [("::ChatApi::own-no-error", 1), ("::ChatApi", 5), ("::template", 1), ("::template::own-has-routes", 1)],
)
def test_a_node_id_selects(node: str, count: int, run: Run, write: Write) -> None:
    write("hello")

    run(f"template.yaml{node}").assert_outcomes(passed=count)


@pytest.mark.parametrize("node", ["::ChatApi::own-no-such", "::NoApi"])
def test_a_node_id_of_nothing_is_a_usage_error(node: str, run: Run, write: Write) -> None:
    write("hello")

    result = run(f"template.yaml{node}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*not found*template.yaml{node}*"])


@pytest.mark.parametrize(
    ("args", "count"),
    [
        (["-k", "no-note"], 1),
        (["-k", "ChatApi and not open"], 4),
        (["-m", "wsconform"], 6),
        (["-m", "not wsconform"], 1),
    ],
)
def test_keywords_and_the_marker_select(
    args: list[str], count: int, run: Run, write: Write, pytester: pytest.Pytester
) -> None:
    write("hello")
    pytester.makepyfile(test_other="def test(): pass")

    run("template.yaml", "test_other.py", "--strict-markers", *args).assert_outcomes(passed=count, deselected=7 - count)


def test_templates_and_tests_go_together(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("hello", name="one.yaml")
    write("hello", name="stacks/other.template.json").write_text(
        '{"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}}}'
    )
    pytester.makepyfile(test_other="def test(): pass")

    result = run("one.yaml", "stacks", "test_other.py", "-rp", select="own-no-error")

    assert passed(result) == [
        "one.yaml::ChatApi::own-no-error",
        "stacks/other.template.json::Api::own-no-error",
        "test_other.py::test",
    ]


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML", ".template"])
def test_a_folder_gives_the_templates_in_it(suffix: str, run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("hello", name=f"a/b/stack{suffix}")
    write("hello", name="a/b/notes.txt")
    folder = pytester.path / "a"
    (folder / "ci.yaml").write_text("jobs: {}")
    (folder / "broken.yaml").write_text("a: [")
    (folder / "web.yaml").write_text(HTTP_API)
    (folder / "package.json").write_text("{}")

    result = run("a", "-rp", select="own-no-error")

    assert result.ret == pytest.ExitCode.OK
    assert passed(result) == [f"a/b/stack{suffix}::ChatApi::own-no-error"]


def test_without_arguments_the_current_folder_is_searched(run: Run, write: Write) -> None:
    write("hello", name="a/stack.yaml")

    assert passed(run("-rp", select="own-no-error")) == ["a/stack.yaml::ChatApi::own-no-error"]


def test_a_nested_template_in_a_folder_is_left_to_the_one_that_nests_it(
    run: Run, write: Write, pytester: pytest.Pytester
) -> None:
    write("hello", name="a/inner/chat.yaml")
    (pytester.path / "a" / "root.yaml").write_text(PARENT.format("inner/chat.yaml"))

    assert passed(run("a", "-rp", select="own-no-error")) == ["a/root.yaml::Inner/ChatApi::own-no-error"]


def test_a_nested_template_that_is_named_is_checked(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("hello", name="a/inner/chat.yaml")
    (pytester.path / "a" / "root.yaml").write_text(PARENT.format("inner/chat.yaml"))

    assert passed(run("a/inner/chat.yaml", "a/root.yaml", "-rp", select="own-no-error")) == [
        "a/inner/chat.yaml::ChatApi::own-no-error",
        "a/root.yaml::Inner/ChatApi::own-no-error",
    ]


def test_a_link_and_its_target_can_both_be_named(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    (pytester.path / "link.yaml").symlink_to(write("hello"))

    result = run("link.yaml", "template.yaml", "-rp", select="own-no-error")

    assert passed(result) == ["link.yaml::ChatApi::own-no-error", "template.yaml::ChatApi::own-no-error"]


def test_paths_are_named_from_where_pytest_is_run(
    run: Run, write: Write, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\n")
    write("error", name="a/template.yaml")
    monkeypatch.chdir("a")

    result = run("template.yaml")

    result.stdout.fnmatch_lines(["*--> template.yaml:10:17", "FAILED *template.yaml::ChatApi::own-no-error*"])


def test_a_node_id_reaches_into_a_nested_stack(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("error", name="inner/chat.yaml")
    (pytester.path / "root.yaml").write_text(PARENT.format("inner/chat.yaml"))

    result = run("root.yaml::Inner/ChatApi::own-no-error")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*--> inner/chat.yaml:10:17"])


def test_a_nested_template_that_cannot_be_read_is_inconclusive(run: Run, write: Write) -> None:
    file = write("hello")
    file.write_text(file.read_text() + PARENT.format("missing.yaml").removeprefix("\nResources:\n"))

    result = run(file.name, "-rs", select="nested-template-readable")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(['SKIPPED * inconclusive: nested-template-readable: *the nested stack "Inner"*'])


def test_a_named_file_without_a_websocket_api_fails(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "web.yaml").write_text(HTTP_API)

    result = run("web.yaml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "error: there is no WebSocket API in this template, so nothing in it was checked",
            "*--> web.yaml:1:1",
            "*fix: name a template that declares*",
            "web.yaml: 1 error, 0 checks passed",
            "FAILED web.yaml::template::has-a-websocket-api*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"", "the file is empty", "bad.yaml:1:1"),
        (b"Resources: [", "this is no YAML: *", "bad.yaml:*"),
        (b"Resources:\n  A: \xff", "byte 0xff is not UTF-8", "bad.yaml:2:6"),
        (b"- one", "a template is a map, and this is *", "bad.yaml:1:1"),
    ],
)
def test_an_unreadable_template_is_a_collection_error_with_its_place(
    data: bytes, message: str, place: str, run: Run, pytester: pytest.Pytester
) -> None:
    (pytester.path / "bad.yaml").write_bytes(data)

    result = run("bad.yaml")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"error: {message}", f"*--> {place}", "ERROR bad.yaml*"])
    for sign in ("*Traceback*", "*.py:*", "*no check ran*"):
        result.stdout.no_fnmatch_line(sign)


def test_a_file_that_does_not_exist_is_a_usage_error(run: Run) -> None:
    result = run("tempalte.yaml")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*not found: tempalte.yaml*"])


def test_last_failed_runs_what_failed(run: Run, write: Write) -> None:
    write("error")
    run("template.yaml", "-p", "cacheprovider").assert_outcomes(passed=5, failed=1)

    run("template.yaml", "--lf").assert_outcomes(failed=1, deselected=5)


def test_exitfirst_stops_at_the_first_failure(run: Run, write: Write) -> None:
    write("error")

    run("template.yaml", "-x").assert_outcomes(failed=1)


def test_collect_only_lists_the_node_ids(run: Run, write: Write, names: list[str]) -> None:
    write("error")

    result = run("template.yaml", "--collect-only", "-q")

    assert collected(result) == [
        *[f"template.yaml::ChatApi::{name}" for name in names],
        "template.yaml::template::own-has-routes",
    ]


def test_collect_only_shows_what_each_node_is(run: Run, write: Write) -> None:
    write("error")

    result = run("template.yaml", "--collect-only", select="own-no-error")

    result.stdout.fnmatch_lines(["*<Template template.yaml>", "*<Api ChatApi>", "*<Check own-no-error>"])


def test_a_name_with_control_characters_is_made_visible(run: Run, write: Write) -> None:
    file = write("hello")
    file.write_text(
        file.read_text().replace("  ChatApi:", '  "Chat\\eApi":').replace("!Ref ChatApi", '!Ref "Chat\\eApi"')
    )

    assert passed(run("template.yaml", "-rp", select="own-no-error")) == ["template.yaml::Chat\u241bApi::own-no-error"]
