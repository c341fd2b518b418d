"""A request on its way: what is read back is what was sealed, and no other."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from idp.saml.asked import BEGINS, KEPT_FOR, Asked, sealed, unsealed
from tests.rig.service_provider import ACS, ENTITY, NOON, pseudonym

ASKED = Asked(
    provider=ENTITY,
    address=ACS,
    request="_request-1",
    relay_state=None,
    force=True,
    passive=False,
    contexts=("urn:a",),
    at=NOON,
)


@given(
    st.none() | st.text(st.characters(codec="utf-8"), max_size=100),
    st.lists(st.text(st.characters(codec="utf-8")), max_size=3),
)
def test_what_is_sealed_is_read_back(relay: str | None, contexts: list[str]) -> None:
    asked = Asked(
        provider=ENTITY, address=ACS, request="_1", relay_state=relay, force=False, passive=True,
        contexts=tuple(contexts), at=NOON,
    )  # fmt: skip
    kept = sealed(asked, pseudonym)
    assert kept.startswith(BEGINS)
    assert unsealed(kept, pseudonym) == asked
    assert unsealed(kept + "&lang=en", pseudonym) == asked


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_nothing_that_was_changed_is_read(place: int, sign: str) -> None:
    kept = sealed(ASKED, pseudonym)
    place %= len(kept)
    changed = kept[:place] + sign + kept[place + 1 :]
    assert unsealed(changed, pseudonym) in {None, ASKED}
    assert unsealed(kept, lambda name: pseudonym(b"another" + name)) is None


def test_a_seal_of_one_request_is_none_of_another() -> None:
    one, other = (dict(parse_qsl(sealed(asked, pseudonym))) for asked in (ASKED, _forced(ASKED)))
    assert unsealed(urlencode({**one, "seal": other["seal"]}), pseudonym) is None


def _forced(asked: Asked) -> Asked:
    return Asked(**{**{name: getattr(asked, name) for name in Asked.__struct_fields__}, "force": False})


def test_it_is_kept_for_a_while_and_is_of_no_time_to_come() -> None:
    assert not ASKED.expired(NOON)
    assert not ASKED.expired(NOON + KEPT_FOR - timedelta(seconds=1))
    assert ASKED.expired(NOON + KEPT_FOR)
    assert ASKED.expired(NOON - timedelta(seconds=1))
