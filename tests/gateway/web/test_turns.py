"""How many searches one person has at work, and what becomes of those for which nobody waits any more."""

import asyncio
from dataclasses import replace

import pytest

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code
from gateway.audit.search import Page, Position, Query, SearchTooLong
from gateway.web.officer import turns
from gateway.web.officer.turns import SEARCH_TOO_LONG, SEARCHES_TOO_MANY, SEARCHING
from tests.gateway.web.people import OFFICER, assertion_header
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
SOMEBODY_ELSE = {**AS_OFFICER, **assertion_header(replace(OFFICER, subject="d:somebody-else"))}


class Slow:
    """A search that stands still until it is let go."""

    def __init__(self, log, monkeypatch) -> None:
        self.begun, self.ended, self.go = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()
        self.page = log.page
        monkeypatch.setattr(log, "page", self.asked, raising=False)

    async def asked(self, *asked):
        self.begun.release()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.ended.set()
            raise
        return await self.page(*asked)


@pytest.fixture
def slow(office, monkeypatch):
    return Slow(office.log, monkeypatch)


@pytest.mark.parametrize("path", ["/log?q=linux;x11", "/answers/failed-sign-ins", "/export?q=x", "/charts"])
async def test_a_third_search_of_a_person_is_refused_and_others_have_their_own(client, slow, path):
    own = [asyncio.create_task(client.get("/log?q=linux;x11", headers=AS_OFFICER)) for _ in range(2)]
    await slow.begun.acquire()
    while True:  # the second is here, and waits
        third = await client.get(path, headers=AS_OFFICER)
        if third.status == 429:
            break
    assert third.headers[REASON_HEADER] == "searches_too_many"
    others = asyncio.create_task(client.get("/log", headers=SOMEBODY_ELSE))
    await slow.begun.acquire()
    slow.go.set()
    assert [(await one).status for one in (*own, others)] == [200, 200, 200]
    assert (await client.get("/log", headers=AS_OFFICER)).status == 200


async def test_what_a_browser_gave_up_is_given_up_and_stands_in_nobody_s_name(
    client, office, slow, monkeypatch
):
    monkeypatch.setattr(turns, "LOOKED_EVERY", turns.LOOKED_EVERY / 25)
    gone = asyncio.create_task(client.get("/log?q=linux;x11", headers=AS_OFFICER))
    await slow.begun.acquire()
    gone.cancel()
    async with asyncio.timeout(5):
        await slow.ended.wait()
    slow.go.set()
    assert "linux" not in str([one.details for one in office.log.entries])
    await shown(client, "/log?q=smlouva")


async def test_a_search_that_cannot_tell_how_far_it_came_is_refused_by_its_name(client, office, monkeypatch):
    async def too_long(*_asked):
        raise SearchTooLong

    monkeypatch.setattr(office.log, "page", too_long, raising=False)
    answer = await client.get("/log?q=linux;x11", headers=AS_OFFICER)
    assert (answer.status, answer.headers[REASON_HEADER]) == (503, "search_too_long")
    assert "Choose a shorter time" in await answer.text()
    assert not [one for one in office.log.entries if one.code is Code.LOG_SEARCHED]


async def test_a_page_that_ended_early_says_as_far_as_when_and_leads_on(client, office, monkeypatch):
    page, asked, told = office.log.page, [], []

    async def early(query, after=None, limit=50):
        asked.append(after)
        whole = await page(Query(), None, limit)
        reached = whole.entries[2].entry.at.replace(second=0, microsecond=0)
        told.append(Position.of(whole.entries[2]))
        return Page((), told[-1], None, reached)

    monkeypatch.setattr(office.log, "page", early, raising=False)
    text = await shown(client, "/log?q=linux;x11")
    assert "Searched back to" in text
    assert "Nothing found so far" in text
    assert "No entry matches these filters" not in text
    on = f"before={told[0]}"
    assert on in text
    assert "Search further back" in await shown(client, f"/log?q=linux;x11&{on}")
    assert str(asked[-1]) == on.removeprefix("before=")
    czech = await client.get("/log?q=x", headers=AS_OFFICER | {"Cookie": "brana-language=cs"})
    assert "Prohledáno zpět do" in await czech.text()
    answer = await shown(client, "/answers/emergency-access")
    assert "Older entries were not searched: it would take too long." in answer


def test_both_languages_say_why():
    for one in (SEARCHES_TOO_MANY, SEARCH_TOO_LONG):
        assert all(one.title.values())
        assert all(one.advice.values())
    assert "/log" in SEARCHING
