"""Following the log: recorded once for each opening, answered only where that stands, as far as the reader sees."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.audit.entry import Code
from gateway.audit.reasons import REASONS
from gateway.web.officer import following
from tests.gateway.audit.making import entry
from tests.gateway.web.people import HULIN, KVASICE, NOW, OFFICER, assertion_header
from tests.gateway.web.test_officer import AS_OFFICER, sequences, shown

pytestmark = pytest.mark.real
AS_KVASICE = {**AS_OFFICER, **assertion_header(replace(OFFICER, municipality=KVASICE))}
OTHER_SESSION = {**AS_OFFICER, **assertion_header(replace(OFFICER, sid="another-session"))}


def looks(office):
    return [one for one in office.log.entries if one.code is Code.LOG_SEARCHED]


def news_of(page: str) -> str:
    return re.search(r'data-live="([^"]+)"', page)[1].replace("&amp;", "&")


def refused(number: int, municipality: str = HULIN):
    return entry(number, Code.DECISION_REFUSE, at=NOW, municipality=municipality, person="novakova")


async def asked(client, address, status=200, headers=AS_OFFICER):
    answer = await client.get(address, headers=headers)
    assert answer.status == status, await answer.text()
    return await answer.text()


async def test_what_is_added_and_fits_is_told_and_the_reading_is_recorded_once(client, office):
    page = await shown(client, "/log/live?person=novakova")
    assert 'href="/log/129"' in page
    address = news_of(page)
    assert 'href="/log/' not in await asked(client, address)
    office.log.entries += [refused(1), entry(2, at=NOW, person="dvorak"), refused(3)]
    told = await asked(client, address)
    assert sequences(told) == [133, 131]
    assert "2 new entries" in told
    after = re.search(r'data-after="(\d+)"', told)[1]
    assert 'href="/log/' not in await asked(client, re.sub(r"after=\d+", f"after={after}", address))
    (look,) = looks(office)
    assert re.fullmatch(r"page=live, follow=[0-9a-f]{16}, person=novakova", look.details["query"])
    assert look.details["purpose"] == "routine_supervision"
    assert look.details["found"] == 20


async def test_more_than_can_be_read_is_counted_and_not_shown(client, office):
    address = news_of(await shown(client, "/log/live?person=novakova"))
    office.log.entries += [refused(number) for number in range(25)]
    told = await asked(client, address)
    assert len(sequences(told)) == 20
    assert "5 more fit and are not shown" in told


@pytest.mark.parametrize(
    "other",
    [
        lambda address: address.replace("person=novakova", "person=dvorak"),
        lambda address: re.sub("follow=[0-9a-f]+", "follow=0123456789abcdef", address),
        lambda address: re.sub("follow=[0-9a-f]+&", "", address),
        lambda address: re.sub(r"after=\d+", "after=x", address),
    ],
    ids=["other filters", "another opening", "no opening", "no place"],
)
async def test_nothing_is_told_to_whom_did_not_open_it_so(client, office, other):
    address = other(news_of(await shown(client, "/log/live?person=novakova")))
    office.log.entries += [refused(1)]
    answer = await client.get(address, headers=AS_OFFICER)
    assert answer.status == 410
    assert answer.headers["x-brana-reason"] == "following_over"
    assert "Following is over" in await answer.text()


async def test_an_opening_is_good_for_its_own_session_alone(client, office):
    address = news_of(await shown(client, "/log/live?person=novakova"))
    await asked(client, address, 410, OTHER_SESSION)


async def test_an_unattended_screen_stops_by_itself(client, office):
    page = await shown(client, "/log/live?person=novakova")
    office.log.entries = [replace(one, at=one.at - following.FOLLOWED_FOR) for one in office.log.entries]
    await asked(client, news_of(page))
    office.log.entries = [replace(one, at=one.at - timedelta(seconds=1)) for one in office.log.entries]
    await asked(client, news_of(page), 410)
    again = news_of(page).replace("/log/live/news", "/log/live")
    assert "Follow again" in await asked(client, again, 410)


async def test_of_a_session_the_newest_windows_are_answered(client, office):
    addresses = [
        news_of(await shown(client, f"/log/live?person=novakova&session=s-{number}"))
        for number in range(following.WINDOWS + 1)
    ]
    await asked(client, addresses[0], 410)
    await asked(client, addresses[1])
    await asked(client, addresses[-1])


async def test_too_many_questions_at_once_wait(client, office, monkeypatch):
    monkeypatch.setattr(following.asyncio.Semaphore, "locked", lambda self: True)
    answer = await client.get(news_of(await shown(client, "/log/live")), headers=AS_OFFICER)
    assert (answer.status, answer.headers["x-brana-reason"]) == (429, "followers_too_many")


async def test_a_municipality_follows_what_concerns_it_alone(client, office):
    page = await asked(client, "/log/live", headers=AS_KVASICE)
    assert sequences(page)
    assert all(number % 7 == 0 for number in sequences(page))
    office.log.entries += [refused(1, HULIN), refused(2, KVASICE)]
    told = await asked(client, news_of(page), headers=AS_KVASICE)
    assert len(office.log.entries) - 1 in sequences(told)
    assert len(office.log.entries) - 2 not in sequences(told)


async def test_without_script_the_page_is_looked_at_again_where_asked_and_the_same_reading_stands(
    client, office
):
    page = await shown(client, "/log/live?person=novakova")
    again = re.search(r'href="(/log/live\?[^"]*follow[^"]*)">Look again<', page)[1].replace("&amp;", "&")
    answer = await client.get(again, headers=AS_OFFICER)
    assert "Refresh" not in answer.headers
    watched = await client.get(f"{again}&watch=1", headers=AS_OFFICER)
    assert watched.headers["Refresh"] == "10"
    assert "Do not look again by itself" in await watched.text()
    assert len(looks(office)) == 1


async def test_filters_that_cannot_be_read_are_not_followed(client, office):
    page = await shown(client, "/log/live?since=tomorrow", 400)
    assert "data-live" not in page
    assert sequences(page) == []


def test_the_reasons_have_names():
    for one in (following.FOLLOWING_OVER, following.FOLLOWERS_TOO_MANY):
        assert REASONS.name(one.reason)


async def test_a_municipality_s_reader_is_not_told_how_long_the_log_is(client, office):
    where = re.compile(r'data-live="([^"]+)"')
    as_kvasice = {**AS_OFFICER, **assertion_header(replace(OFFICER, municipality=KVASICE))}
    page = await (await client.get("/log/live?technical=1", headers=as_kvasice)).text()
    address = html.unescape(where.search(page)[1])
    place = address.rpartition("after=")[2]
    assert not place.isdigit()
    office.log.entries += [replace(one, own_municipality=KVASICE) for one in office.log.entries[:2]]
    answer = await client.get(address, headers=as_kvasice)
    told = await answer.text()
    assert answer.status == 200
    assert 'href="/log/' in told
    after = re.search(r'data-after="([^"]+)"', told)[1]
    assert not after.isdigit()
    for forged in ("0", "x", "", place[:-8], "é", "A" * 201, place.swapcase()):
        refused = await client.get(address.replace(place, forged), headers=as_kvasice)
        assert (refused.status, refused.headers["x-brana-reason"]) == (410, "following_over")
    another = {**AS_OFFICER, **assertion_header(replace(OFFICER, municipality=KVASICE, sid="another"))}
    assert (await client.get(address, headers=another)).status == 410
