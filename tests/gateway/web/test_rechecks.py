"""An officer has a person read again in the directory."""

from dataclasses import replace

import pytest

from gateway.audit.entry import Code
from tests.gateway.web.people import AUDITOR, MAYOR, assertion_header
from tests.gateway.web.test_officer import AS_OFFICER, sent, shown

pytestmark = pytest.mark.real


async def test_a_person_is_read_again_and_the_page_says_what_the_entry_says(client, office):
    text = await shown(client, "/sessions")
    assert text.count('action="/sessions/recheck"') == 3
    answer = await sent(client, "/sessions/recheck", 303, session=MAYOR.sid)
    text = await shown(client, answer.headers["Location"])
    for part in ("Read again in the directory: novakova", "The roles have changed", "Hulín: registrar"):
        assert part in text
    entry = office.log.entries[-1]
    assert (entry.code, entry.person, entry.address) == (Code.PERSON_RECHECKED, "dvorak", "203.0.113.7")


async def test_a_program_may_be_ended_but_not_read_again(client, office):
    """No directory knows it, so reading would end it."""
    first, *rest = office.sessions.open_sessions
    office.sessions.open_sessions = [replace(first, subject="technical:budget-import"), *rest]
    text = await shown(client, "/sessions")
    assert text.count('action="/sessions/recheck"') == 2
    assert text.count('action="/sessions/end"') == 2


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("nothing_changed", "Nothing has changed."),
        ("account_gone", "does not know this person any more"),
        ("account_disabled", "The account may not be used now: the account is disabled."),
        ("must_change_password", "The account may not be used now: the password must be changed first."),
        ("account_locked", "The account is locked."),
        ("factor_too_weak", "too weak for the person"),
        ("role_lost", "Sessions and sign-ins under way that carried it have been ended."),
        ("directory_unreachable", "no answer to rely on"),
    ],
)
async def test_each_answer_of_the_directory_has_its_words(client, office, found, said):
    office.sessions.recheck_finds = found
    await sent(client, "/sessions/recheck", 303, session=MAYOR.sid)
    assert said in await shown(client, "/sessions/recheck")


async def test_a_session_that_is_over_leads_to_no_person(client):
    assert (
        "This session is already over"
        in await (await sent(client, "/sessions/recheck", 404, session="gone")).text()
    )


async def test_who_had_nobody_read_again_is_shown_nothing(client):
    await shown(client, "/sessions/recheck", 404)


async def test_an_auditor_is_not_offered_to_have_people_read_again(client):
    headers = {**AS_OFFICER, **assertion_header(AUDITOR)}
    assert "/sessions/recheck" not in await (await client.get("/sessions", headers=headers)).text()
