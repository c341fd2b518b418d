"""What officers type in the words that entries show, back to what the log keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import ROLE_TITLES, AuthenticationLevel, Role
from gateway.audit.field_titles import FIELD_TITLES
from gateway.audit.fields import STATE
from gateway.audit.spoken import CLOSED, HOW, WORDS, NoSuchValue, as_kept
from gateway.audit.written import ConditionUnusable, query_of


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("role", "starosta", "mayor"),
        ("role", "Mayor", "mayor"),
        ("role", "588491: Referent", "588491:clerk"),
        ("role", "!starosta|místostarosta", "!mayor|deputy_mayor"),
        ("role", "588491:*", "588491:*"),
        ("action", "čtení", "read"),
        ("action", "read@reports", "read@reports"),
        ("level", "dva faktory", AuthenticationLevel.TWO_FACTORS.value),
        ("factor", "jednorázový kód", "one_time_code|otp"),
        ("factor", "totp", "totp"),
        ("posture", "v pořádku", "in_order"),
        ("posture", "disk_encrypted", "disk_encrypted"),
        ("country", "cz", "CZ"),
        ("country", "!Slovensko", "!SK"),
        ("country", "Germany", "DE"),
        ("country", "zz", "ZZ"),  # no country, but two letters may stand there
        ("method", "get", "GET"),
        ("status", "5XX", "5xx"),
        ("purpose", "běžný dohled", "routine_supervision"),
        ("purpose", "stížnost č. 12", "stížnost č. 12"),
        ("own_municipality", "588491", "588491"),
    ],
)
def test_words_find_what_is_kept(field: str, written: str, kept: str) -> None:
    assert as_kept(field, written) == kept
    assert as_kept(field, kept) == kept


@pytest.mark.parametrize(
    ("field", "written"),
    [
        *(("role", text) for text in ("starostka", "Hulín:referent", "mayor|nobody")),
        *(("status", text) for text in ("abc", "4", "600")),
        *(
            ("country", "Utopia"),
            ("posture", "šifrovaný disk"),
            ("municipality", "Hulín"),
            ("municipality", "xx"),
        ),
    ],
)
def test_what_no_entry_can_have_is_refused_with_what_to_write(field: str, written: str) -> None:
    with pytest.raises(NoSuchValue):
        as_kept(field, written)
    with pytest.raises(ConditionUnusable, match="write") as refused:
        query_of([f"{field}={written}"])
    assert refused.value.field == field
    assert HOW[field].cs


def test_every_role_and_state_is_known_by_its_code_and_its_names() -> None:
    for role in Role:
        assert {as_kept("role", name) for name in (role.value, *ROLE_TITLES[role].values())} == {role.value}
    assert all(as_kept("posture", one) == one for one in STATE)
    assert set(CLOSED) == set(HOW)
    assert set(CLOSED) | set(WORDS) <= {*FIELD_TITLES, "municipality"}


@given(st.sampled_from(sorted(FIELD_TITLES)), st.text(max_size=30))
def test_what_was_translated_once_stays(field: str, text: str) -> None:
    try:
        kept = as_kept(field, text)
    except NoSuchValue:
        return
    assert as_kept(field, kept) == kept
