"""Which key signs and which are believed, whenever it is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.grants.keys import Purpose
from gateway.grants.ring import ROTATED, WHICH, KeptKey, KeyRing, NoKeySigns, all_that_must_change

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _key(name: str, signs: int, ends: int | None = None, purpose: Purpose = Purpose.GRANT) -> KeptKey:
    """Hours from now."""
    return KeptKey(
        id=name,
        purpose=purpose,
        created_at=NOW + (signs - 1) * HOUR,
        signs_from=NOW + signs * HOUR,
        ends_at=None if ends is None else NOW + ends * HOUR,
        private=b"secret",
    )


def _ids(ring: KeyRing, hours: float) -> list[str]:
    return [one.id for one in ring.verifying(Purpose.GRANT, NOW + hours * HOUR)]


def test_a_new_key_is_announced_then_signs_and_the_one_before_is_believed_until_its_end() -> None:
    ring = KeyRing((_key("old", -9, ends=3), _key("new", 1)))
    assert _ids(ring, 0) == ["old", "new"]
    assert _ids(ring, 1) == ["new", "old"]
    assert _ids(ring, 2.99) == ["new", "old"]
    assert _ids(ring, 3) == ["new"]


def test_a_compromised_key_is_believed_no_more_from_that_moment() -> None:
    ring = KeyRing((_key("old", -9, ends=0), _key("new", 0)))
    assert _ids(ring, 0) == ["new"]


def test_without_any_key_nothing_is_signed_and_it_is_told_how_to_mend_it() -> None:
    with pytest.raises(NoKeySigns, match="brana keys rotate --compromised"):
        KeyRing((_key("old", -9, ends=0),)).signing(Purpose.GRANT, NOW)


def test_a_key_is_due_when_the_newest_of_its_purpose_is_old_enough() -> None:
    keys = [_key(str(one), -99, purpose=one) for one in ROTATED]
    assert KeyRing(tuple(keys)).due(NOW, 100 * HOUR) == ROTATED
    assert KeyRing(tuple(keys)).due(NOW, 101 * HOUR) == ()
    assert KeyRing((*keys, _key("new", 0))).due(NOW, 100 * HOUR) == ROTATED[1:]


def test_a_compromised_key_of_assertions_takes_the_grants_and_tokens_with_it_that_carry_them() -> None:
    assert all_that_must_change(WHICH["assertion"]) == (Purpose.GRANT, Purpose.TECHNICAL, Purpose.ASSERTION)
    assert all_that_must_change(WHICH["grant"]) == (Purpose.GRANT,)
    assert all_that_must_change(WHICH["technical"]) == (Purpose.TECHNICAL,)
    assert all_that_must_change(WHICH["all"]) == ROTATED


def test_the_key_of_the_log_is_never_changed() -> None:
    assert all(Purpose.CHECKPOINT not in purposes for purposes in WHICH.values())


def test_no_private_key_is_shown() -> None:
    assert "secret" not in repr(KeyRing((_key("old", -9),)))


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.none() | st.integers(-5, 9)), min_size=1), st.integers(-6, 10)
)
def test_whoever_signs_is_believed_and_nobody_who_has_ended_is(
    keys: list[tuple[int, int | None]], at: int
) -> None:
    ring, moment = KeyRing(tuple(_key(str(n), *one) for n, one in enumerate(keys))), NOW + at * HOUR
    try:
        believed = ring.verifying(Purpose.GRANT, moment)
    except NoKeySigns:
        assert not [one for one in ring.keys if one.signs_from <= moment and one.believed(moment)]
        return
    assert believed[0] == ring.signing(Purpose.GRANT, moment)
    assert {one.id for one in believed} == {one.id for one in ring.keys if one.believed(moment)}
