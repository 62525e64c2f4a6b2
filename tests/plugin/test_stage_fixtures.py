"""The fixtures with which users test against a local stage."""

import shutil

import pytest
from standing import with_function, write_template

MODULE = """
    import websocket

    def talk(stage):
        client = websocket.create_connection(stage.url, timeout=20, sslopt={"ca_certs": str(stage.ca_file)})
        client.send("hello")
        assert client.recv() == "heard"
        client.close()

    def test_one(wsconform_stage):
        talk(wsconform_stage)

    def test_two(wsconform_stage, worker_id="master"):
        talk(wsconform_stage)
        print("stage", wsconform_stage.url)
"""
OPTIONS = ["-p", "wsconform.plugin"]


def test_a_stage_for_the_session(pytester: pytest.Pytester) -> None:
    write_template(pytester.mkdir("app"))
    pytester.makeini("[pytest]\nwsconform_template = app/template.yaml\nwsconform_parameter = Of=another\n")
    pytester.makepyfile(MODULE)

    pytester.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=2)


def test_one_for_each_worker(pytester: pytest.Pytester) -> None:
    write_template(pytester.path)
    pytester.makeini("[pytest]\nwsconform_template = template.yaml\n")
    pytester.makepyfile(MODULE)

    pytester.runpytest_subprocess(*OPTIONS, "-p", "xdist.plugin", "-n2").assert_outcomes(passed=2)


def test_the_template_may_be_overridden(pytester: pytest.Pytester) -> None:
    shutil.move(write_template(pytester.path), pytester.path / "other.yaml")
    pytester.makeconftest(
        """
        import pathlib, pytest

        @pytest.fixture(scope="session")
        def wsconform_template():
            return pathlib.Path(__file__).parent / "other.yaml"
        """
    )
    pytester.makepyfile(MODULE)

    pytester.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=2)


def test_a_test_that_fails_shows_what_the_stage_said_meanwhile(pytester: pytest.Pytester) -> None:
    code = "Code: {ZipFile: \"def handler(event, context): raise ValueError(event['body'])\"}"
    write_template(pytester.path, with_function("F", f"{code}\nHandler: index.handler\nRuntime: python3.13"))
    pytester.makeini("[pytest]\nwsconform_template = template.yaml\n")
    pytester.makepyfile(
        """
        import pytest, websocket

        @pytest.mark.parametrize("text", ["one", "two"])
        def test_it(wsconform_stage, text):
            client = websocket.create_connection(wsconform_stage.endpoints[0].ws, timeout=20)
            client.send(text)
            answer = client.recv()
            client.close()
            assert answer == "fine" or text == "one" and "error" in answer

        def test_of_something_else():
            assert False
        """
    )

    result = pytester.runpytest_subprocess(*OPTIONS)

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*- wsconform local stage -*",
            "* why the function raised ValueError: two",
            "*_ test_of_something_else _*",
        ]
    )
    result.stdout.fnmatch_lines(["F | *REPORT RequestId*"])
    result.stdout.no_fnmatch_line("*ValueError: one*")
    assert str(result.stdout).count("- wsconform local stage -") == 1


def test_what_keeps_it_from_starting_is_said_without_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nwsconform_template = template.yaml\n")
    pytester.makepyfile(MODULE)

    result = pytester.runpytest_subprocess(*OPTIONS)

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*the local stage does not start: *template.yaml*"])
    assert "Traceback" not in str(result.stdout)
    assert "site-packages" not in str(result.stdout)


def test_there_must_be_a_template(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MODULE)

    result = pytester.runpytest_subprocess(*OPTIONS)

    result.stdout.fnmatch_lines(["*no template to run: set wsconform_template*"])
