import json

from command_line import Put, Run


def test_checks_lists_those_of_all_packs(run: Run, put: Put) -> None:
    put("wsconform.toml", 'checks = ["pack"]\nseverity = { key-is-quiet = "note" }')
    listed = {line.split()[0]: line for line in run("checks").stdout.splitlines()}
    assert listed["key-is-quiet"].split(maxsplit=3)[1:] == ["note", "routes", "A route key has no capitals."]
    assert {"key-is-short", "target-in-same-api", "suppression-is-used"} <= listed.keys()
    as_data = json.loads(run("checks", "--format=json").stdout)
    assert [one["name"] for kind in ("checks", "probes") for one in as_data[kind]] == list(listed)
    assert listed["action-answered"].split()[1:3] == ["MUST", "routes"]
    assert all(one["summary"] and one["why"] and one["source"] for one in as_data["checks"])
    assert "\033[" in run("checks", "--color=always").stdout
