import pytest

from wsconform.local.gateway.assumptions import ASSUMPTIONS, AssumptionError, Assumptions


def test_every_assumption_has_its_key_in_order_and_words() -> None:
    assert [about.key for about in ASSUMPTIONS] == [f"J{number}" for number in range(1, 26)]
    assert all(about.question and about.why and about.choice for about in ASSUMPTIONS)
    assert all(getattr(Assumptions(), about.name) == about.default for about in ASSUMPTIONS)


def test_settings_by_key_and_by_name() -> None:
    assumed = Assumptions().with_(["J13=yes", "plain_get=400", "j1 = none", "J11=Bye = bye", "J12="])
    assert assumed.ping_resets_idle
    assert assumed.plain_get == 400
    assert assumed.refusal_body == "none"
    assert assumed.going_away_reason == "Bye = bye"
    assert Assumptions(ping_resets_idle=True).with_(["J13=off"]) == Assumptions()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("ping_reset_idle=yes", 'there is no assumption "ping_reset_idle", did you mean "ping_resets_idle"?'),
        ("J99=yes", 'there is no assumption "J99", did you mean "J9"?'),
        ("colour=red", 'there is no assumption "colour", they are J1 to J25'),
        ("J13", 'assumption "J13" has no value: write J13=…, yes or no'),
        ("J13=perhaps", 'assumption J13 cannot be "perhaps", but yes or no'),
        ("J13=", 'assumption J13 cannot be "", but yes or no'),
        ("J19=200", 'assumption J19 cannot be "200", but an HTTP status'),
        ("J1=all", 'assumption J1 cannot be "all", but ids or message or none'),
    ],
)
def test_settings_that_cannot_be(setting: str, message: str) -> None:
    with pytest.raises(AssumptionError) as caught:
        Assumptions().with_([setting])
    assert str(caught.value) == message
