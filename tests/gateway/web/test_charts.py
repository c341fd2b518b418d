"""Bars: of what a search found, and the page of charts. What a bar counts is what its link finds."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.counts import Counted, OverTime, Slice
from gateway.audit.entry import Code, Outcome
from gateway.audit.slices import Width
from gateway.web.officer.bars import drawn, minutes_of
from gateway.web.officer.chart import HEIGHT
from gateway.web.officer.charts import DECIDED, FAILED, REFUSED
from gateway.web.officer.filters import filters_of
from tests.gateway.audit.making import entry
from tests.gateway.web.people import HULIN, KVASICE, NOW, OFFICER, assertion_header
from tests.gateway.web.sample_log import matches
from tests.gateway.web.test_officer import AS_OFFICER, sequences, shown

real = pytest.mark.real
AS_KVASICE = {**AS_OFFICER, **assertion_header(replace(OFFICER, municipality=KVASICE))}
NUMBERS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=62)


@given(NUMBERS)
def test_no_bar_leaves_its_box_and_whatever_was_found_can_be_seen(numbers):
    hour = timedelta(hours=1)
    slices = [
        Slice(NOW + hour * place, NOW + hour * (place + 1), max(pair), min(pair))
        for place, pair in enumerate(numbers)
    ]
    made = drawn(OverTime(Width.HOURS, tuple(slices), Counted()), lambda times: "there")
    for bar in made.bars:
        assert 0 <= bar.refused_height <= bar.height <= HEIGHT
        assert bool(bar.height) is bool(bar.entries) is bool(bar.link)
        assert 0 <= bar.x < made.box
    assert made.entries == sum(max(pair) for pair in numbers)
    assert made.marks[0] == made.bars[0].begin
    assert made.bars[-1].begin < made.marks[-1] <= made.bars[-1].end


def test_a_bar_leads_to_all_minutes_that_it_touches():
    begin = datetime(2026, 11, 27, 11, 0, 30, tzinfo=UTC)
    asked = minutes_of(begin, begin + timedelta(minutes=2, seconds=30))
    assert asked == {"since": "2026-11-27T12:00", "until": "2026-11-27T12:02"}
    query = filters_of(asked, "s").query
    assert query.since <= begin
    assert query.until >= begin + timedelta(minutes=2, seconds=30)


def links(text: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<a href="(/log\?[^"]+)">', text)]


def table(text: str, name: str) -> str:
    return text[text.index(name) :].partition("</table>")[0]


def fitting(office, address: str) -> int:
    query = filters_of(dict(parse_qsl(address.partition("?")[2])), OFFICER.subject).query
    return sum(matches(query, one) for one in office.log.entries)


@real
async def test_above_the_entries_stands_when_they_happened(client, office):
    text = await shown(client, "/log?outcome=refused")
    rows = re.findall(r'<a href="(/log\?[^"]+)">(\d+)<span', table(text, 'id="timeline"'))
    assert sum(int(number) for _, number in rows) == 26
    for address, number in rows:
        assert "outcome=refused" in address
        assert fitting(office, unescape(address)) == int(number)
    assert "stripes" in text


@real
@pytest.mark.parametrize("asked", ["person=nobody", "since=tomorrow", "before=60"])
async def test_where_nothing_was_found_or_the_page_is_another_no_bars_are_drawn(client, asked):
    text = await shown(client, f"/log?{asked}", 400 if "tomorrow" in asked else 200)
    assert 'id="timeline"' not in text


@real
async def test_a_count_that_is_not_whole_says_so(client, office):
    office.log.counted = Counted(since=NOW - timedelta(hours=1), exactly=False, not_indexed=8192)
    for path in ("/log", "/charts"):
        text = await shown(client, path)
        assert "Only entries from this time on were counted" in text
        assert "8192 entries are not in the index yet" in text
        assert "near enough, not exact" in text


def failed(number: int, person: str, address: str):
    return entry(
        number,
        Code.SIGN_IN_PASSWORD_REFUSED,
        Outcome.REFUSED,
        at=NOW - timedelta(hours=number),
        person=person,
        address=address,
        reason="wrong_password",
        own_municipality=HULIN,
    )


def decided(number: int, country: str, municipality: str = HULIN):
    return entry(
        number,
        Code.DECISION_PERMIT,
        at=NOW - timedelta(minutes=number),
        municipality=municipality,
        details={"facts": f'{{"country":"{country}","networks":["office"]}}'},
    )


@real
async def test_each_number_of_the_charts_leads_to_as_many_entries(client, office):
    office.log.entries += [failed(number, "novakova", f"192.0.2.{number % 2}") for number in range(5)]
    office.log.entries += [failed(9, "novakova2", "192.0.2.7")]  # whose login only contains the other
    office.log.entries += [decided(1, "CZ"), decided(2, "CZ"), decided(3, "SK")]
    text = await shown(client, "/charts")
    names = ("reasons", "countries", "networks", "failed-people", "failed-addresses", "hours", "failed")
    for name in names:
        rows = re.findall(
            r'<tr><th scope="row">(?:<a href="(/log\?[^"]+)">)?[^\0]*?<td class="figure">'
            r'(?:<a href="(/log\?[^"]+)">)?(\d+)',
            table(text, f'aria-labelledby="{name}"'),
        )
        counted = [(first or second, int(number)) for first, second, number in rows if int(number)]
        assert counted, name
        for address, number in counted:
            assert fitting(office, unescape(address)) == number, (name, address)
    assert "Slovakia (SK)" in text
    (look,) = [one for one in office.log.entries if one.code is Code.LOG_SEARCHED]
    assert look.details["query"].startswith("page=charts, since=2026-11-")


@real
async def test_a_municipality_is_drawn_alone_and_its_reader_sees_no_other(client, office):
    office.log.entries += [decided(1, "CZ", HULIN), decided(2, "SK", KVASICE), decided(3, "SK", KVASICE)]
    chosen = await shown(client, f"/charts?municipality={KVASICE}")
    assert "Slovakia (SK)" in chosen
    assert "23 Nov 2026</time>, Kvasice" in chosen
    assert "Czechia (CZ)" not in chosen
    assert all(f"municipality={KVASICE}" in one for one in links(chosen))
    answer = await client.get("/charts", headers=AS_KVASICE)
    assert "Czechia (CZ)" not in await answer.text()


@real
@pytest.mark.parametrize(
    "asked", ["since=tomorrow", "until=2026-13-01", "since=2026-11-23&until=2026-11-22", "municipality=%00"]
)
async def test_a_time_that_cannot_be_used_draws_nothing(client, asked):
    text = await shown(client, f"/charts?{asked}", 400)
    assert '<svg class="chart-bars"' not in text


@real
async def test_what_cannot_be_recorded_is_not_drawn(client, office, monkeypatch):
    async def full(entries):
        raise OSError

    monkeypatch.setattr(office.log, "record", full)
    for path in ("/charts", "/log/live", "/log"):
        answer = await client.get(path, headers=AS_OFFICER)
        assert answer.status == 500
        assert "chart-bars" not in await answer.text()


def test_what_a_chart_counts_can_be_asked_for_by_filters():
    for one in (REFUSED, DECIDED, FAILED):
        assert not filters_of(one, "s").unreadable
    query = filters_of(REFUSED, "s").query
    assert query.reason is None
    assert str(query.having[0]) == "reason!=sign_in_needed"


@real
async def test_a_reason_that_is_left_out_stays_chosen_in_the_filter(client):
    text = await shown(client, "/log?outcome=refused&reason=!role_not_sufficient")
    assert sequences(text) == []
    assert "other than: the person&#39;s role does not suffice" in text
