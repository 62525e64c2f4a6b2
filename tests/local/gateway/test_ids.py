import uuid

import pytest

from wsconform.local.gateway.ids import Ids, is_well_formed


def test_ids_have_the_form_of_awss() -> None:
    ids = Ids()
    made = {ids.connection() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 16 and is_well_formed(one) for one in made)
    version = {uuid.UUID(ids.invocation()).version for _ in range(100)}
    assert version == {4}


def test_a_seed_gives_the_same_ids_again() -> None:
    first, second = Ids(7), Ids(7)
    assert [first.connection(), first.invocation(), first.trace(1)] == [
        second.connection(),
        second.invocation(),
        second.trace(1),
    ]


@pytest.mark.parametrize("text", ["R1kmxc2VNjMCFIA=", "JC1dgf9yoAMCK-g=", "Mg_ugfpqPHcCIVA=", "gTg3TG75DQAYKABzSA=="])
def test_ids_seen_on_aws_are_well_formed(text: str) -> None:
    assert is_well_formed(text)


@pytest.mark.parametrize(
    "text", ["", "test-connection-123", "R1kmxc2VNjMCFIA", "R1kmxc2VNjMCFIA=\n", "=" * 16, "R1kmxc2/NjMCFIA="]
)
def test_texts_that_are_no_ids(text: str) -> None:
    assert not is_well_formed(text)
