"""Which route keys were meant to be one of the predefined ones."""

import pytest

from wsconform.wiring.route_keys import SYSTEM_KEYS, is_reserved, looks_like_http, meant


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("connect", "$connect"),
        ("Connect", "$connect"),
        ("CONNECT", "$connect"),
        ("connect ", "$connect"),
        ("conect", "$connect"),
        ("connnect", "$connect"),
        ("conncet", "$connect"),
        ("onConnect", "$connect"),
        ("on_connect", "$connect"),
        ("$Connect", "$connect"),
        ("$CONNECT", "$connect"),
        ("$conect", "$connect"),
        ("$connect ", "$connect"),
        (" $connect", "$connect"),
        ("$$connect", "$connect"),
        ("\\$connect", "$connect"),
        ("${connect}", "$connect"),
        ("$connection", "$connect"),
        ("disconnect", "$disconnect"),
        ("disconect", "$disconnect"),
        ("onDisconnect", "$disconnect"),
        ("$disconect", "$disconnect"),
        ("$Disconnect", "$disconnect"),
        ("default", "$default"),
        ("DEFAULT", "$default"),
        ("$Default", "$default"),
        ("$defualt", "$default"),
    ],
)
def test_a_near_miss_is_told(key: str, wanted: str) -> None:
    assert meant(key) == wanted


@pytest.mark.parametrize(
    "key",
    [
        "send",
        "reconnect",
        "connection",
        "join",
        "",
        "$",
        "$send",
        "default2",
        "defaults",
        "on",
        "disco",
        "connect4",
        "con",
    ],
)
def test_a_key_in_its_own_right_is_left_alone(key: str) -> None:
    assert meant(key) is None


@pytest.mark.parametrize("key", SYSTEM_KEYS)
def test_a_predefined_key_is_no_near_miss(key: str) -> None:
    assert meant(key) is None
    assert is_reserved(key)


@pytest.mark.parametrize("key", ["GET /rooms", "ANY /{proxy+}", "$default", "POST/rooms", "/rooms"])
def test_a_key_of_an_http_api_is_told(key: str) -> None:
    assert looks_like_http(key)


@pytest.mark.parametrize("key", ["$connect", "send", "1/send", "chat-send", "send.all"])
def test_a_key_of_a_websocket_api_is_told(key: str) -> None:
    assert not looks_like_http(key)
