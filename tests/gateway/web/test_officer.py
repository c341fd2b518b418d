import re
from itertools import pairwise

import pytest

from config.settings import Title
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import TooManyPeople
from gateway.web.officer.log import Damage
from tests.gateway.web.people import MAYOR, OFFICER, assertion_header

pytestmark = pytest.mark.real

AS_OFFICER = {
    "Host": "admin.brana.test",
    "Accept": "text/html",
    "Accept-Language": "en",
    "Sec-Fetch-Site": "same-origin",
    "x-request-id": "r-9",
    **assertion_header(OFFICER),
}


async def shown(client, path, status=200):
    answer = await client.get(path, headers=AS_OFFICER)
    assert answer.status == status
    return await answer.text()


def sequences(text):
    return [int(number) for number in re.findall(r'href="/log/(\d+)"', text)]


async def test_the_log_is_shown_newest_first_page_by_page_without_gap_or_repetition(client):
    path, seen = "/log?person=novakova", []
    while path:
        text = await shown(client, path)
        seen += sequences(text)
        older = re.search(r'href="(\?[^"]*)" rel="next"', text)
        path = "/log" + older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == 44
    assert all(newer > older for newer, older in pairwise(seen))


@pytest.mark.parametrize("path", ["/", "/log", "/log?outcome=refused", "/log/5", "/log/999999"])
async def test_every_look_at_the_log_is_recorded_with_who_looked(client, office, path):
    before = len(office.log.entries)
    await client.get(path, headers=AS_OFFICER)
    (entry,) = office.log.entries[before:]
    assert (entry.code, entry.person, entry.address, entry.request_id) == (
        Code.LOG_SEARCHED,
        "dvorak",
        "203.0.113.7",
        "r-9",
    )


async def test_a_look_that_cannot_be_recorded_shows_nothing(client, office):
    async def full(entry):
        raise OSError("no space left")

    office.log.record = full
    text = await shown(client, "/log", 500)
    assert "Access refused" not in text


async def test_the_filters_of_a_look_are_in_its_record(client, office):
    await shown(client, "/log?person=novakova&outcome=refused")
    details = office.log.entries[-1].details
    assert (details["query"], details["found"]) == ("person=novakova, outcome=refused", 8)


async def test_a_name_that_fits_too_many_people_is_asked_for_more_of_it(client, office):
    async def search(caller, query, *, before, limit):
        raise TooManyPeople(query.person)

    office.log.search = search
    text = await shown(client, "/log?person=a", 400)
    assert "Too many people fit" in text
    assert "Nothing found" not in text


async def test_filters_that_cannot_be_read_show_no_entries(client):
    text = await shown(client, "/log?code=nonsense&since=2026-11-23", 400)
    assert sequences(text) == []
    assert "The filters cannot be read" in text


async def test_an_entry_is_shown_with_all_its_fields_as_text(client):
    text = await shown(client, "/log/127")
    for part in (
        "region/records-mayor",
        "Access refused: dvorak",
        "7d1f0c",
        "588491",
        "Hulín",
        "mayor, clerk",
        "0b1c2d3e-0127",
    ):
        assert part in text
    assert "/spisy/2026/&lt;b&gt;42&lt;/b&gt;" in text
    assert re.search(r"<code>[0-9a-f]{64}</code>", text)


@pytest.mark.parametrize("path", ["/log/999999", "/log/-1", "/log/abc", f"/log/{2**64}"])
async def test_an_entry_that_is_not_there_is_an_unknown_page(client, path):
    await shown(client, path, 404)


async def test_the_overview_counts_and_has_its_chart_as_a_table(client):
    text = await shown(client, "/")
    assert text.count('<rect class="bar-') > 20
    assert text.count('<th scope="row">') == 24


async def test_a_whole_log_is_said_to_be_whole_and_the_check_is_recorded(client, office):
    answer = await client.post("/integrity", headers=AS_OFFICER)
    assert "The log is whole and unaltered" in await answer.text()
    assert (office.log.entries[-1].code, office.log.entries[-1].outcome) == (
        Code.LOG_VERIFIED,
        Outcome.SUCCESS,
    )


async def test_a_damaged_log_is_said_where_it_is_damaged(client, office):
    office.log.damage = Damage(sequence=41, what=Title(cs="Záznam byl změněn.", en="The entry was changed."))
    answer = await client.post("/integrity", headers=AS_OFFICER)
    text = await answer.text()
    assert "The log is damaged" in text
    assert "The entry was changed." in text
    assert "<strong>41</strong>" in text
    assert office.log.entries[-1].outcome is Outcome.FAILURE


async def test_a_session_can_be_ended_but_not_ones_own(client, office):
    text = await shown(client, "/sessions")
    assert text.count('action="/sessions/end"') == 2
    answer = await client.post(
        "/sessions/end", data={"session": MAYOR.sid}, headers=AS_OFFICER, allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/sessions?done=ended")
    assert office.sessions.acts == [("end", OFFICER.subject, MAYOR.sid, "203.0.113.7")]


async def test_a_session_that_is_over_is_said_to_be(client):
    answer = await client.post("/sessions/end", data={"session": "gone"}, headers=AS_OFFICER)
    assert answer.status == 404
    assert "This session is already over" in await answer.text()


async def test_somebody_of_the_portal_cannot_open_officers_pages(client):
    headers = {**AS_OFFICER, **assertion_header(MAYOR)}
    assert (await client.get("/log", headers=headers)).status == 401
