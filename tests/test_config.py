import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.check.finding import Severity
from wsconform.config.files import ConfigError
from wsconform.config.layers import ini, options
from wsconform.config.samconfig import read_parameters
from wsconform.config.settings import find_project, load

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a file below the folder that is the current one."""
    monkeypatch.chdir(tmp_path)

    def put(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return put


EVERYTHING = """
select = ["target-*", "route-keys-unique"]
checks = ["packs/ours"]
strict = true
baseline = "known.json"
samconfig_env = "prod"
ignore.target-in-same-api = "moved next week"
severity = { target-in-same-api = "note" }
parameters = { Env = "prod", Size = 3, Open = true, Zones = ["a", "b"] }
"""


@pytest.mark.parametrize("table", ["pyproject.toml", "wsconform.toml"])
def test_a_project_file_gives_all_settings(table: str, write: Write, tmp_path: Path) -> None:
    head = "[tool.wsconform]\n" if table == "pyproject.toml" else ""
    write(table, head + EVERYTHING)
    settings = load([Path("template.yaml")])
    assert settings.select == ("target-*", "route-keys-unique")
    assert settings.checks == (tmp_path / "packs/ours",)
    assert settings.strict
    assert settings.fail_on is Severity.WARNING
    assert settings.baseline == tmp_path / "known.json"
    assert settings.samconfig_env == "prod"
    assert settings.ignore == {"target-in-same-api": "moved next week"}
    assert settings.severity == {"target-in-same-api": Severity.NOTE}
    assert settings.parameters == {"Env": "prod", "Size": "3", "Open": "true", "Zones": "a,b"}


def test_without_a_project_file_the_defaults_hold(write: Write) -> None:
    write("pyproject.toml", '[project]\nname = "chat"\n')
    settings = load([Path("template.yaml")])
    assert settings.select == ()
    assert settings.fail_on is Severity.ERROR
    assert settings.baseline is None


def test_the_nearest_project_file_above_the_templates_counts(write: Write, tmp_path: Path) -> None:
    write("pyproject.toml", '[tool.wsconform]\nselect = ["outer-*"]')
    write("a/wsconform.toml", 'select = ["inner-*"]')
    write("a/b/pyproject.toml", '[project]\nname = "of something else"')
    inside = write("a/b/template.yaml", "")
    outside = write("template.yaml", "")
    assert load([inside]).select == ("inner-*",)
    assert load([inside, outside]).select == ("outer-*",)
    assert load([tmp_path / "a"]).select == ("inner-*",)


def test_a_template_elsewhere_goes_by_the_current_folder(
    write: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    write("wsconform.toml", 'select = ["here-*"]')
    assert load([tmp_path_factory.mktemp("elsewhere") / "template.yaml"]).select == ("here-*",)


def test_a_later_source_wins_and_maps_are_merged(write: Write, tmp_path: Path) -> None:
    write("wsconform.toml", 'select = ["a-*"]\nignore = { a-b = "file", c-d = "file" }\nchecks = ["one"]')
    from_ini = ini({"ignore": ["c-d=ini", "e-f=ini"], "checks": ["two"], "strict": False}, tmp_path / "sub/pytest.ini")
    typed = options({"select": ("b-*",), "ignore": ("e-f=typed",), "strict": True, "baseline": None})
    settings = load([], from_ini, typed)
    assert settings.select == ("b-*",)
    assert settings.ignore == {"a-b": "file", "c-d": "ini", "e-f": "typed"}
    assert settings.checks == (tmp_path / "one", tmp_path / "sub/two")
    assert settings.fail_on is Severity.WARNING
    assert settings.origin("ignore", "a-b") == "wsconform.toml: ignore"
    assert settings.origin("ignore", "c-d") == "sub/pytest.ini: wsconform_ignore"
    assert settings.origin("ignore", "e-f") == "--ignore"


def test_strict_never_raises_the_failing_level(write: Write) -> None:
    write("wsconform.toml", 'fail_on = "note"')
    assert load([], options({"strict": True})).fail_on is Severity.NOTE


def test_samconfig_lies_between_the_project_file_and_the_run(write: Write) -> None:
    write("wsconform.toml", 'parameters = { A = "project", B = "project", C = "project" }')
    write("samconfig.toml", '[default.deploy.parameters]\nparameter_overrides = "B=sam C=sam"')
    settings = load([], ini({"parameters": ["C=ini", "D=ini"]}, None), options({"parameters": ("D=typed",)}))
    assert settings.parameters_for(Path("template.yaml")) == {"A": "project", "B": "sam", "C": "ini", "D": "typed"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["a"]', 'wsconform.toml: there is no setting "selct"; did you mean "select"?'),
        ('select = "a"', 'wsconform.toml: select must be a list of names, and is "a"'),
        ("select = [1]", "wsconform.toml: select must be a list of names, and has 1 in it"),
        ('strict = "yes"', 'wsconform.toml: strict must be true or false, and is "yes"'),
        ("strict = 1", "wsconform.toml: strict must be true or false, and is 1"),
        ('ignore = { a-b = "" }', '"a-b" is ignored without a reason; say why'),
        ("ignore = { a-b = true }", '"a-b" is ignored without a reason; say why'),
        ('ignore = "a-b"', 'wsconform.toml: ignore must be a table, or a list of NAME=REASON, and is "a-b"'),
        ('ignore = ["a-b"]', 'wsconform.toml: ignore takes NAME=REASON, and "a-b" is none'),
        ('severity = { a-b = "warn" }', 'severity: there is no severity "warn"; did you mean "warning"?'),
        ("severity = { a-b = 2 }", "severity must be error, warning or note, and is 2"),
        ("fail_on = []", "fail_on must be error, warning or note, and is a list"),
        ("parameters = { A = { b = 1 } }", '"A" must be text, a number or a list, and is a table'),
        ('parameters = ["=1"]', 'parameters takes NAME=VALUE, and "=1" is none'),
        ("baseline = false", "wsconform.toml: baseline must be text, and is false"),
        ('checks = "packs"', 'wsconform.toml: checks must be a list of folders, and is "packs"'),
        ("select = [", "wsconform.toml: this is no TOML: "),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_place(text: str, message: str, write: Write) -> None:
    write("wsconform.toml", text)
    with pytest.raises(ConfigError) as error:
        load([])
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool]\nwsconform = 3", "pyproject.toml: tool.wsconform must be a table, and is 3"),
        ("[tool.wsconform]\nstrictly = true", 'pyproject.toml: there is no setting "strictly"; did you mean "strict"?'),
        ("[tool.wsconform]\nselect = 3", "pyproject.toml: tool.wsconform.select must be a list of names, and is 3"),
        ("[tool.wsconform]\nselect = ", "pyproject.toml: this is no TOML: "),
    ],
)
def test_a_table_of_pyproject_is_held_to_the_same(text: str, message: str, write: Write) -> None:
    write("pyproject.toml", text)
    with pytest.raises(ConfigError) as error:
        load([])
    assert message in str(error.value)


def test_a_broken_pyproject_that_is_not_about_us_is_left_alone(write: Write) -> None:
    write("pyproject.toml", "[tool.black\n")
    assert load([]).select == ()


def test_options_are_named_as_they_are_typed() -> None:
    with pytest.raises(ConfigError) as error:
        load([], options({"parameters": ("Env",)}))
    assert str(error.value) == '--parameter takes NAME=VALUE, and "Env" is none'
    with pytest.raises(ConfigError) as error:
        load([], options({"fail_on": "fatal"}, prefix="--wsconform-"))
    assert str(error.value) == '--wsconform-fail-on: there is no severity "fatal"; it is error, warning or note'


def test_a_project_file_that_cannot_be_read_is_said(write: Write, tmp_path: Path) -> None:
    (tmp_path / "wsconform.toml").mkdir()
    with pytest.raises(ConfigError, match=r"^wsconform\.toml: the file cannot be read: Is a directory$"):
        load([])
    write("sub/wsconform.toml", "")
    assert load([tmp_path / "sub"]).select == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"Env=prod"', {"Env": "prod"}),
        ('"Env=prod Name=\\"the chat\\" Key=\'a b\'"', {"Env": "prod", "Name": "the chat", "Key": "a b"}),
        ('"Text=\\"say \\\\\\"hi\\\\\\"\\" Path=a\\\\ b"', {"Text": 'say "hi"', "Path": "a b"}),
        ('"ParameterKey=Env,ParameterValue=prod ParameterKey=N,ParameterValue=\\"1 2\\""', {"Env": "prod", "N": "1 2"}),
        ('["Env=prod", "Url=https://h/?a=b"]', {"Env": "prod", "Url": "https://h/?a=b"}),
        ('{ Env = "prod", Size = 3, On = false }', {"Env": "prod", "Size": "3", "On": "false"}),
        ('""', {}),
    ],
)
def test_every_form_of_parameter_overrides(value: str, expected: dict[str, str], write: Write) -> None:
    write("samconfig.toml", f"version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {value}")
    assert read_parameters(Path("template.yaml")) == expected


def test_an_environment_and_its_global_table(write: Write) -> None:
    write(
        "samconfig.toml",
        '[default.deploy.parameters]\nparameter_overrides = "Env=dev"\n'
        '[prod.global.parameters]\nparameter_overrides = "Env=any Size=2"\n'
        '[prod.deploy.parameters]\nparameter_overrides = "Env=prod"\n',
    )
    assert read_parameters(Path("template.yaml")) == {"Env": "dev"}
    assert read_parameters(Path("template.yaml"), "prod") == {"Env": "prod", "Size": "2"}
    with pytest.raises(ConfigError, match=r'samconfig.toml: there is no environment "prd"; did you mean "prod"\?'):
        read_parameters(Path("template.yaml"), "prd")


def test_a_built_template_has_the_samconfig_of_its_project(write: Write) -> None:
    write("samconfig.toml", '[default.deploy.parameters]\nparameter_overrides = "Env=dev"')
    built = write(".aws-sam/build/template.yaml", "")
    assert read_parameters(built) == {"Env": "dev"}
    assert read_parameters(Path(".aws-sam/build/template.yaml")) == {"Env": "dev"}
    assert read_parameters(write("other/template.yaml", "")) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("default = [", "samconfig.toml: this is no TOML: "),
        ("[default.deploy.parameters]\nparameter_overrides = 3", "parameter_overrides must be text such as"),
        ('[default.deploy.parameters]\nparameter_overrides = "prod"', '"prod" gives no parameter a value'),
        ("[default.deploy.parameters.parameter_overrides]\nA = 1979-05-27", '"A" must be text, a number or a list'),
    ],
)
def test_a_samconfig_that_cannot_be_meant_is_said(text: str, message: str, write: Write) -> None:
    write("samconfig.toml", text)
    with pytest.raises(ConfigError) as error:
        read_parameters(Path("template.yaml"))
    assert message in str(error.value)


def test_a_samconfig_that_cannot_be_read_is_said(write: Write, tmp_path: Path) -> None:
    template = write("template.yaml", "")
    (tmp_path / "samconfig.toml").mkdir()
    with pytest.raises(ConfigError, match=r"^samconfig\.toml: the file cannot be read: "):
        read_parameters(template)


def test_a_pipe_is_no_project_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "wsconform.toml")
    with pytest.raises(ConfigError, match="this is a pipe, and must be a file"):
        find_project([tmp_path / "template.yaml"])


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9]+", fullmatch=True), st.text(), max_size=4))
def test_quoted_values_survive(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    # The SAM CLI knows no escape but those of quotes and spaces.
    values = {name: value.replace("\\", "").replace("\0", "") for name, value in values.items()}
    words = " ".join(f'{name}="{value.replace(chr(34), chr(92) + chr(34))}"' for name, value in values.items())
    folder = tmp_path_factory.mktemp("sam")
    text = "".join(f"\\U{ord(character):08X}" for character in words)
    (folder / "samconfig.toml").write_text(f'default.deploy.parameters.parameter_overrides = "{text}"')
    assert read_parameters(folder / "template.yaml") == values
