"""Whom refusals tell people to turn to."""

import pytest

from config.vocabulary import Language
from gateway.authorize.contact import CONTACT, with_contact
from gateway.authorize.refusals import WORDS
from gateway.web.refusal import OUR_FAULT
from gateway.web.sign_in_failures import WORDS as FAILURES

CS, EN = Language.CZECH, Language.ENGLISH
SAID = "Zkuste to znovu. Trvá-li potíž, {contact}."


def test_the_office_s_support_is_named_where_it_is_known_and_nobody_where_not() -> None:
    assert with_contact(SAID, CS, "Helpdesk, 573 321 100").endswith(
        "potíž, zavolejte: Helpdesk, 573 321 100."
    )
    assert with_contact(SAID, CS, None).endswith("potíž, obraťte se na správce svého úřadu.")
    assert with_contact("Or {contact}.", EN, "a{support}b") == "Or call: a{support}b."
    assert with_contact("Or {contact}.", EN, None) == "Or turn to the administrator of your office."


@pytest.mark.parametrize("text", ["", "Nic.", "{municipality}"])
def test_a_text_that_names_nobody_stays_as_it_is(text: str) -> None:
    assert with_contact(text, CS, "Helpdesk") == text


def test_what_leaves_room_for_the_contact_does_so_in_both_languages() -> None:
    advices = [advice for _, advice in WORDS.values()]
    advices += [words.advice for words in FAILURES.values()] + [OUR_FAULT.advice]
    assert any(CONTACT in advice[CS] for advice in advices)
    for advice in advices:
        assert advice[CS].count(CONTACT) == advice[EN].count(CONTACT)
        assert "{" not in advice[CS].replace(CONTACT, "").replace("{municipality}", "")
