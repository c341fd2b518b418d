"""Readers of one municipality's log who want to see another's, on the whole running product."""

import csv
import html
import io
import re

import pytest

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.demo.people import CENTRE, HULIN
from gateway.storage.audit_search import LogSearch
from tests.rig.attacked import Ground
from tests.rig.visitor import NAVIGATES

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
ASKED = ("", "?municipality=588296", "?q=588296", "?role=*", "?technical=1", "?own_municipality=588296")


async def test_a_municipality_s_officer_sees_nothing_of_others_by_any_filter_or_guessed_number(
    ground: Ground,
) -> None:
    officer, admin = ground.somebody(Role.SECURITY_OFFICER, HULIN), ground.product.addresses.admin
    await ground.signed_in(ground.somebody(Role.CLERK, CENTRE))
    browser = await ground.signed_in(officer, f"{admin}/log")
    log = LogSearch(ground.state.database)
    shown: set[int] = set()
    for asked in ASKED:
        answer = await browser.get(f"{admin}/log{asked}")
        assert answer.status == 200
        shown |= {int(number) for number in re.findall(r'href="/log/(\d+)"', answer.text)}
    assert shown
    for number in shown:
        found = await log.entry(number)
        assert found is not None
        assert HULIN in (found.found.entry.municipality, found.found.entry.own_municipality)
    form = {"asked": "?own_municipality=542342&technical=1", "form": "csv", "purpose": "kontrola"}
    nothing = await browser.post(f"{admin}/export", form, follow=False)
    assert nothing.status == 409
    assert (await ground.entry(nothing, Code.LOG_ACT_REFUSED)).reason == "export_of_nothing"
    given = await browser.post(f"{admin}/export", form | {"asked": "?technical=1"}, follow=False)
    assert given.status == 200
    assert (await ground.entry(given, Code.LOG_SEARCHED)).details["form"] == "export"
    rows = list(csv.DictReader(io.StringIO(given.text)))
    assert rows
    assert all(HULIN in (one["municipality"], one["own_municipality"]) for one in rows)
    [strangers, *_] = (await log.page(Query(own_municipality=CENTRE))).entries
    guessed = await browser.get(f"{admin}/log/{strangers.sequence}")
    missing = await browser.get(f"{admin}/log/99999999")
    assert (guessed.status, missing.status) == (404, 404)
    look = await ground.entry(guessed, Code.LOG_SEARCHED)
    assert (look.subject, look.own_municipality, look.details["found"]) == (officer.subject, HULIN, 0)


async def test_a_municipality_s_officer_learns_of_no_role_elsewhere_by_page_filter_or_export(
    ground: Ground,
) -> None:
    admin, log = ground.product.addresses.admin, LogSearch(ground.state.database)
    both = next(
        one
        for one in ground.product.world.accounts
        if {HULIN} < {held.municipality for held in one.roles} and one.totp_secret and not one.disabled
    )
    elsewhere = [
        f"{held.municipality}:{held.role.value}" for held in both.roles if held.municipality != HULIN
    ]
    await (await ground.signed_in(both)).get(ground.records(HULIN))
    decided = Query(
        person=f"={both.login}",
        municipality=HULIN,
        codes=frozenset({Code.DECISION_PERMIT, Code.DECISION_REFUSE}),
    )
    [entry, *_] = (await log.page(decided)).entries
    assert set(elsewhere) <= set(entry.entry.details["roles"])
    officer = await ground.signed_in(ground.somebody(Role.SECURITY_OFFICER, HULIN), f"{admin}/log")
    page = await officer.get(f"{admin}/log/{entry.sequence}")
    assert page.status == 200
    form = {"purpose": "kontrola přístupů", "asked": f"?person={both.login}&technical=1"}
    given = [await officer.post(f"{admin}/export", form | {"form": one}) for one in ("csv", "jsonl", "ocsf")]
    assert all(both.login in one.text for one in given)
    for role in elsewhere:
        assert all(role not in one.text for one in (page, *given))
        asked = f"person={both.login}&technical=1&role={role}"
        found = await officer.get(f"{admin}/log?{asked}")
        assert found.status == 200
        assert 'href="/log/' + str(entry.sequence) not in found.text
        without = await officer.post(
            f"{admin}/export", form | {"form": "csv", "asked": f"?{asked}"}, follow=False
        )
        assert without.status == 409
        assert (await ground.entry(without, Code.LOG_ACT_REFUSED)).reason == "export_of_nothing"


async def test_a_municipality_s_officer_reaches_nothing_that_is_for_the_centre(ground: Ground) -> None:
    officer, admin = ground.somebody(Role.SECURITY_OFFICER, HULIN), ground.product.addresses.admin
    victim = ground.somebody()
    browser = await ground.signed_in(officer, f"{admin}/log")
    for path in (
        "/sessions",
        "/people",
        f"/people?login={victim.login}",
        "/exceptions",
        "/integrity",
        "/holds",
        "/nodes",
    ):
        answer = await browser.get(f"{admin}{path}")
        assert answer.status == 404, path
        assert victim.name not in answer.text
    verify = await browser.post(f"{admin}/integrity", {}, follow=False)
    assert verify.status == 404
    ended = await browser.post(f"{admin}/sessions/end/now", {"session": "s"}, follow=False)
    assert ended.status == 403
    entry = await ground.entry(ended, Code.DECISION_REFUSE)
    assert entry.reason == "audit_of_municipality_is_read"


async def test_nobody_follows_the_log_unrecorded_by_another_s_opening_or_beyond_a_municipality(
    ground: Ground,
) -> None:
    admin = ground.product.addresses.admin
    officer = await ground.signed_in(ground.somebody(Role.SECURITY_OFFICER, HULIN), f"{admin}/log")
    other = await ground.signed_in(ground.somebody(Role.SECURITY_OFFICER, HULIN), f"{admin}/log")
    page = await officer.get(f"{admin}/log/live?technical=1")
    found = re.search(r'data-live="([^"]+)"', page.text)
    assert found is not None
    asked = html.unescape(found[1])
    news = admin + asked
    assert not re.search(r"after=\d+(&|$)", asked)  # it would tell how much the others do
    told = await officer.get(news)
    assert told.status == 200
    for number in re.findall(r'href="/log/(\d+)"', told.text):
        stored = await LogSearch(ground.state.database).entry(int(number))
        assert stored is not None
        assert HULIN in (stored.found.entry.municipality, stored.found.entry.own_municipality)
    for thief, address in (
        (other, news),
        (officer, news.replace("technical=1", "technical=")),
        (officer, re.sub("follow=[0-9a-f]+", "follow=" + "0" * 16, news)),
        (officer, f"{admin}/log/live/news?after=0"),
    ):
        answer = await thief.get(address)
        assert answer.status == 410, address
        assert 'href="/log/' not in answer.text
        assert (await ground.entry(answer)).reason == "following_over"
    readings = await ground.entries(at_least=1, codes=(Code.LOG_SEARCHED,), text="live follow")
    assert len([one for one in readings if one.details["query"].startswith("page=live")]) == 1


async def test_a_stranger_s_link_searches_nothing_in_an_officer_s_name(ground: Ground) -> None:
    admin = ground.product.addresses.admin
    officer = await ground.signed_in(ground.somebody(Role.SECURITY_OFFICER, HULIN), f"{admin}/log")
    for asked in ("/log?person=sousedka", "/answers/failed-sign-ins?person=sousedka"):
        led = await officer.get(f"{admin}{asked}", headers={**NAVIGATES, "Sec-Fetch-Site": "cross-site"})
        assert led.status == 403
        assert (await ground.entry(led)).reason == "came_from_elsewhere"
        assert not await ground.entries(request_id=led.request_id, codes=(Code.LOG_SEARCHED,))
