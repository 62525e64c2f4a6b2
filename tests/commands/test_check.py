import json
from pathlib import Path

import pytest
from command_line import EXAMPLE, HTTP_API, NO_API, Put, Run, ids, report, with_key

from wsconform.commands.shell import Exit

# What a run says, and how it ends


def test_a_sound_template_ends_well(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.SOUND
    assert result.stdout == "template.yaml: ChatApi is wired: 2 checks passed\n"
    assert result.stderr == ""


def test_an_error_fails_and_shows_its_place(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    result = run("check", "template.yaml", None)
    line = with_key("publish").splitlines().index("      RouteKey: publish") + 1
    assert result.exit_code == Exit.FINDINGS
    assert "error[key-is-short]: SendRoute has a long key" in result.stdout
    assert f"--> template.yaml:{line}:17" in result.stdout
    assert "\033[" not in result.stdout


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ([], Exit.SOUND),
        (["--strict"], Exit.FINDINGS),
        (["--fail-on", "warning"], Exit.FINDINGS),
        (["--severity", "key-is-quiet=error"], Exit.FINDINGS),
        (["--severity", "key-*=note", "--strict"], Exit.SOUND),
        (["--severity", "key-is-quiet=note", "--severity", "key-*=error", "--fail-on", "warning"], Exit.SOUND),
        (["--severity", "key-*=note", "--fail-on", "note"], Exit.FINDINGS),
    ],
)
def test_the_level_that_fails(args: list[str], code: Exit, run: Run, put: Put) -> None:
    put("template.yaml", with_key("SEND"))
    result = run("check", "template.yaml", "--format", "json", None, *args)
    assert ids(result) == ["key-is-quiet"]
    assert result.exit_code == code


def test_the_json_report_has_the_promised_form(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    data = report(run("check", "template.yaml", "--format=json", None))
    assert data["version"] == 1
    (finding,) = data["findings"]
    assert {"line", "column", "message", "why", "fix", "docs", "worlds"} <= finding.keys()
    assert {key: finding[key] for key in ("id", "severity", "template", "api", "resource", "path")} == {
        "id": "key-is-short",
        "severity": "error",
        "template": "template.yaml",
        "api": "ChatApi",
        "resource": "SendRoute",
        "path": "Resources/SendRoute/Properties/RouteKey",
    }
    assert data["summary"]["errors"] == 1


def test_colours_come_when_they_are_asked_for(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    assert "\033[" in run("check", "template.yaml", "--color", "always", None).stdout
    assert "\033[" not in run("check", "template.yaml", "--color", "never", None).stdout


def test_verbose_shows_what_is_suppressed(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish # wsconform: ignore[key-is-short] agreed, TEAM-1"))
    assert "agreed, TEAM-1" not in run("check", "template.yaml", None).stdout
    assert "agreed, TEAM-1" in run("check", "-v", "template.yaml", None).stdout


# What cannot be checked


def test_an_unreadable_template_does_not_stop_the_others(run: Run, put: Put) -> None:
    put("good.yaml", with_key("publish"))
    put("bad.yaml", "Resources: [")
    result = run("check", "bad.yaml", "good.yaml", "--format=json", None)
    assert result.exit_code == Exit.FAILED
    assert ids(result) == ["key-is-short"]
    assert "--> bad.yaml:" in result.stderr
    in_text = run("check", "bad.yaml", "good.yaml", None)
    assert "error[key-is-short]" in in_text.stdout
    assert "bad.yaml" not in in_text.stdout
    assert in_text.stderr == result.stderr


def test_a_samconfig_that_cannot_be_read_stops_its_own_template_only(run: Run, put: Put) -> None:
    for folder in ("bad", "good"):
        put(f"{folder}/template.yaml", with_key("publish"))
    put("bad/nesting.yaml", "Resources:\n  Chat: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x.yaml}}")
    put("bad/samconfig.toml", "default = [")
    result = run("check", ".", "--format=json", None)
    assert result.exit_code == Exit.FAILED
    assert ids(result) == ["key-is-short"]
    assert "bad/samconfig.toml: this is no TOML: " in result.stderr
    assert "--> bad/template.yaml" in result.stderr


@pytest.mark.parametrize("name", ["", "loop", "loop/template.yaml", "template.yaml/x"])
def test_names_that_lead_nowhere_are_said(name: str, run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    Path("loop").symlink_to("loop")
    result = run("check", name, None)
    assert result.exit_code == Exit.FAILED
    assert "rror" in result.stderr
    assert "internal" not in result.stderr


def test_a_file_that_is_not_there_is_told_with_the_nearest(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    result = run("check", "templat.yaml", None)
    assert result.exit_code == Exit.FAILED
    assert "there is no such file" in result.stderr
    assert 'did you mean "template.yaml"?' in result.stderr


def test_a_file_without_a_websocket_api_is_said_so(run: Run, put: Put) -> None:
    put("template.yaml", NO_API)
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.SOUND
    assert result.stdout == "template.yaml: no WebSocket API in it, so nothing was checked\n"
    assert result.stderr == ""
    as_json = run("check", "template.yaml", "--format=json", None)
    assert as_json.exit_code == Exit.SOUND
    assert report(as_json)["findings"] == []
    assert report(as_json)["templates"][0]["apis"] == []
    assert as_json.stderr == "no WebSocket API in template.yaml\n"


def test_a_folder_without_a_websocket_api_is_said_so(run: Run, put: Put) -> None:
    put("infra/template.yaml", HTTP_API)
    result = run("check", "infra", None)
    assert result.exit_code == Exit.SOUND
    assert result.stdout == ""
    assert result.stderr == "no WebSocket API in infra\n"


# Which templates


def test_the_templates_of_a_folder_are_told_by_what_they_hold(run: Run, put: Put) -> None:
    for name in ("b.yaml", "a/c.yml", "a/e.TEMPLATE"):
        put(name, EXAMPLE)
    api = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "chat", "ProtocolType": "WEBSOCKET"}}
    put("a/d.json", json.dumps({"Resources": {"Chat": api}}))
    put("notes.txt", EXAMPLE)
    put("topic.yaml", NO_API)
    put("values.yaml", "Resources: 3\nApi: AWS::Other\n")
    put("web.yaml", HTTP_API)
    for passed_over in (".aws-sam/build", "node_modules/x", ".venv", "env", "cdk.out/asset.1"):
        put(f"{passed_over}/template.yaml", EXAMPLE)
    put("env/pyvenv.cfg", "")
    put("cdk.out/manifest.json", "{}")
    put("cdk.out/Chat.template.yaml", EXAMPLE)
    put("assets/asset.1/template.yaml", EXAMPLE)
    Path("dangling.yaml").symlink_to("nowhere")
    paths = [one["path"] for one in report(run("check", ".", "--format=json", None))["templates"]]
    assert paths == [
        "b.yaml",
        "a/c.yml",
        "a/d.json",
        "a/e.TEMPLATE",
        "assets/asset.1/template.yaml",
        "cdk.out/Chat.template.yaml",
    ]


def test_a_built_template_is_checked_by_name(run: Run, put: Put) -> None:
    put(".aws-sam/build/template.yaml", with_key("publish"))
    assert run("check", ".aws-sam/build/template.yaml", None).exit_code == Exit.FINDINGS
    assert run("check", ".aws-sam/build", None).exit_code == Exit.FINDINGS
    assert run("check", ".", None).exit_code == Exit.SOUND


def test_a_template_is_checked_once_however_often_it_is_named(run: Run, put: Put) -> None:
    put("infra/template.yaml", with_key("publish"))
    result = run("check", "infra", "infra/template.yaml", "./infra/../infra/template.yaml", "--format=json", None)
    assert ids(result) == ["key-is-short"]


def test_a_nested_template_is_checked_as_part_of_the_one_that_nests_it(run: Run, put: Put) -> None:
    put("infra/chat.yaml", with_key("publish"))
    put(
        "infra/template.yaml",
        "Resources:\n  Chat: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./chat.yaml}}\n",
    )
    in_folder = report(run("check", "infra", "--format=json", None))
    assert [one["path"] for one in in_folder["templates"]] == ["infra/template.yaml"]
    assert [one["template"] for one in in_folder["findings"]] == ["infra/chat.yaml"]
    by_name = report(run("check", "infra", "infra/chat.yaml", "--format=json", None))
    assert [one["path"] for one in by_name["templates"]] == ["infra/template.yaml", "infra/chat.yaml"]


def test_templates_that_nest_one_another_are_not_lost(run: Run, put: Put) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        nested = f"  Other: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {other}.yaml}}}}\n"
        put(f"infra/{one}.yaml", with_key("publish") + nested)
    assert report(run("check", "infra", "--format=json", None))["templates"][0]["path"] == "infra/a.yaml"
