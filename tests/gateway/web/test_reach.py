"""Readers of one municipality, who try to see what is not theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.audit.counts import Counted
from gateway.audit.entry import Code
from gateway.audit.search import NotSearched
from gateway.web.officer.reach import OUTSIDE, Reach
from tests.gateway.web.people import AUDITOR, HULIN, KROMERIZ, KVASICE, NOW, OFFICER, assertion_header
from tests.gateway.web.sample_log import leaf
from tests.gateway.web.test_officer import AS_OFFICER, sequences

pytestmark = pytest.mark.real

OF_KVASICE = replace(OFFICER, municipality=KVASICE)
AS_KVASICE = {**AS_OFFICER, **assertion_header(OF_KVASICE)}


async def text_of(client, path, status=200, headers=AS_KVASICE):
    answer = await client.get(path, headers=headers)
    assert answer.status == status
    return await answer.text()


def test_only_who_acts_for_the_centre_sees_everything():
    reach = Reach(KROMERIZ)
    assert reach.of(OFFICER) is None
    assert reach.of(OF_KVASICE) == KVASICE
    assert reach.of(replace(OFFICER, municipality="")) == OUTSIDE
    assert Reach(None).of(OFFICER) == KROMERIZ


async def test_the_log_of_a_municipality_is_what_concerns_it_and_nothing_else(client, office):
    shown = sequences(await text_of(client, "/log"))
    assert shown
    assert all(number % 7 == 0 for number in shown)  # whose people are of Kvasice


@pytest.mark.parametrize(
    "asked",
    ["municipality=588491", "person=novakova", "session=s-1", "request_id=0b1c2d3e-0001", "before=129"],
)
async def test_no_filter_leads_beyond_it(client, asked):
    shown = sequences(await text_of(client, f"/log?{asked}"))
    assert all(number % 7 == 0 for number in shown)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/log",
        "/log?person=novakova",
        "/log/live",
        "/charts",
        "/answers",
        "/answers/failed-sign-ins",
        "/export",
    ],
)
async def test_a_municipality_s_reader_is_told_what_no_page_of_theirs_can_show(client, path):
    assert "Sign-ins, failed ones too" in await text_of(client, path)
    assert "You see what concerns your municipality" not in await text_of(client, path, headers=AS_OFFICER)


async def test_how_much_the_index_lacks_is_told_to_the_centre_alone(client, office):
    office.log.not_searched = NotSearched(8192, NOW - timedelta(days=3))
    office.log.counted = Counted(not_indexed=8192)
    for path in ("/log?q=x", "/log", "/charts", "/answers/why-refused"):
        assert "8192" in await text_of(client, path, headers=AS_OFFICER)
        text = await text_of(client, path)
        assert "8192" not in text
        assert "Part of the log is not in the index yet" in text
        assert "The newest of them" not in text


async def test_an_entry_shows_no_hash_by_which_what_is_left_out_could_be_guessed(client):
    assert leaf(7).hex() in await text_of(client, "/log/7", headers=AS_OFFICER)
    assert leaf(7).hex() not in await text_of(client, "/log/7")


async def test_nor_does_one_that_is_damaged(client, office):
    office.log.altered.add(7)
    assert leaf(7).hex() in await text_of(client, "/log/7", headers=AS_OFFICER)
    assert leaf(7).hex() not in await text_of(client, "/log/7")


async def test_a_guessed_number_is_as_unknown_as_one_that_is_not_there(client, office):
    other, missing = await text_of(client, "/log/5", 404), await text_of(client, "/log/999999", 404)
    assert other.replace("/log/5", "") == missing.replace("/log/999999", "")
    await text_of(client, "/log/7")
    looks = [one for one in office.log.entries if one.code is Code.LOG_SEARCHED]
    assert [one.details["found"] for one in looks] == [0, 0, 1]
    assert {one.own_municipality for one in looks} == {KVASICE}


@pytest.mark.parametrize("path", ["/sessions", "/sessions/end", "/integrity", "/nodes", "/nothing"])
async def test_pages_for_the_centre_are_not_there_for_others(client, path):
    await text_of(client, path, 404)


@pytest.mark.parametrize("path", ["/sessions/end", "/sessions/end/now", "/sessions/recheck", "/integrity"])
@pytest.mark.parametrize(
    "who", [OF_KVASICE, replace(AUDITOR, municipality=HULIN)], ids=["officer", "auditor"]
)
async def test_nothing_is_done_from_a_municipality(client, office, path, who):
    headers = {**AS_OFFICER, **assertion_header(who)}
    answer = await client.post(
        path, headers=headers, data={"session": office.sessions.open_sessions[0].session}
    )
    assert answer.status == 404
    assert office.sessions.acts == []


async def test_the_overview_of_a_municipality_tells_nothing_of_the_centre(client):
    text = await text_of(client, "/")
    assert "open session" not in text
    assert "/sessions" not in text
    assert "sealed entr" not in text
