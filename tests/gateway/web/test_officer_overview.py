"""What an officer sees first: figures that lead to what they count, warnings, entries told apart, choices in order."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.asks.emergencies import Emergencies
from gateway.audit.altered_acts import incidents_altered
from gateway.audit.anchors import Fault
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.recomputation import Verdict
from gateway.audit.retention import Kept
from gateway.audit.verify_report import Broken
from gateway.web.officer.damage_told import TOLD
from tests.gateway.web.people import NOW, OFFICER
from tests.gateway.web.sample_log import report
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
DAMAGE = "The log tells of damage"


async def test_the_overview_counts_and_has_its_chart_as_a_table(client):
    text = await shown(client, "/")
    assert text.count('<rect class="bar-') > 20
    assert text.count('<th scope="row">') == 24


async def test_the_overviews_figures_lead_to_the_entries_they_count(client):
    text = await shown(client, "/")
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="(/log\?counted[^"]+)"', text)]
    assert links == [
        f"/log?counted={counted}&since=2026-11-22T10%3A00&until=2026-11-23T09%3A59"
        for counted in ("let_through", "refused")
    ]
    assert set(re.findall(r'class="tag tag-(\w+)"', await shown(client, links[0]))) == {"success"}
    text = await shown(client, links[1])
    assert set(re.findall(r'class="tag tag-(\w+)"', text)) == {"refused"}
    assert '<option value="refused" selected>refused</option>' in text


async def test_the_overview_warns_while_the_last_verification_found_damage(client, office):
    office.says(Verdict(report(broken=Broken(Fault.EDITED, 41, NOW, "its bytes do not give its leaf hash"))))
    assert "The log is damaged" not in await shown(client, "/")
    await client.post("/integrity", headers=AS_OFFICER)
    text = await shown(client, "/")
    assert "The log is damaged" in text
    assert 'href="/integrity">What was found' in text
    office.recomputation.standing = None  # the product was started again: the log itself tells of it
    found = next(n for n, one in enumerate(office.log.entries) if one.code is Code.LOG_VERIFIED)
    assert f'href="/log/{found}">What was found' in await shown(client, "/")
    office.log.entries.append(
        replace(office.log.entries[found], outcome=Outcome.FAILURE, reason="verification_failed")
    )
    assert "The log is damaged" in await shown(client, "/")  # no verdict takes none back
    office.log.entries.append(replace(office.log.entries[found], outcome=Outcome.SUCCESS))
    assert "The log is damaged" not in await shown(client, "/")


@pytest.mark.parametrize("code", sorted(TOLD))
async def test_whatever_the_log_tells_of_its_damage_stands_on_the_overview_and_the_page_about_integrity(
    client, office, code
):
    paths = ("/", "/integrity")
    assert not any([DAMAGE in await shown(client, path) for path in paths])
    told = Entry(code=code, outcome=Outcome.FAILURE, at=NOW, subject="system")
    office.log.entries += [
        replace(told, at=NOW - timedelta(days=31)),
        replace(told, outcome=Outcome.SUCCESS),
    ]
    assert not any([DAMAGE in await shown(client, path) for path in paths])
    office.log.entries += [replace(told, at=NOW - timedelta(days=29)), told]
    number = len(office.log.entries) - 1
    await client.post("/integrity", headers=AS_OFFICER)  # which finds it whole, and takes nothing back
    for path in paths:
        text = await shown(client, path)
        assert DAMAGE in text
        [item] = re.findall(rf'<li><a href="/log/{number}">.*?</li>', text)
        assert "(2 times)" in item
        assert 'href="/answers/log-whole"' in text
        czech = await (await client.get(path, headers={**AS_OFFICER, "Accept-Language": "cs"})).text()
        assert "Auditní záznam hlásí poškození" in czech
        assert "(2×)" in czech


async def test_a_verification_by_the_page_holds_incidents_against_the_log_too(client, office):
    await client.post("/integrity", headers=AS_OFFICER)
    assert DAMAGE not in await shown(client, "/integrity")
    office.compared = lambda: office.log.record([incidents_altered(NOW, [3], 1)])
    await client.post("/integrity", headers=AS_OFFICER)
    text = await shown(client, "/integrity")
    assert DAMAGE in text
    assert "The log is whole and unaltered" in text


async def test_the_overview_warns_while_searches_do_not_reach_the_whole_log(client, office):
    assert "Searches do not reach" not in await shown(client, "/")
    office.out_of_reach = 20480
    text = await shown(client, "/")
    assert "Searches do not reach the whole log" in text
    assert "20480 entries are not in the index yet." in text
    czech = await (await client.get("/", headers={**AS_OFFICER, "Accept-Language": "cs"})).text()
    assert "Hledání neprojde celý záznam" in czech


async def test_the_overview_tells_of_emergency_access_that_is_open_or_not_reviewed(client, office):
    text = await shown(client, "/")
    assert "Emergency access" not in text
    office.emergencies = Emergencies(running=2, waiting=1, overdue=1)
    text = await shown(client, "/")
    assert "Emergency access waits for a review" in text
    assert "Somebody else has to look at 1 use. Later than allowed: 1." in text
    assert "Running now: 2." in text
    assert text.count('href="https://requests.brana.test/reviews"') == 2


async def test_the_two_ends_of_one_act_are_told_apart_in_the_list_with_who_did_it(client, office):
    facts = {"code": Code.SESSION_ENDED, "reason": "ended_by_officer", "person": "novakova"}
    by = {"by": "dvorak", "by_subject": OFFICER.subject}
    first = office.log.entries[0]
    here = replace(first, **facts, details={**by, "revoked": "s.1"})
    idle = replace(here, reason="idle", details={"by": "system", "by_subject": "system", "revoked": "s.1"})
    own = replace(
        here, reason="signed_out", details={"by": "novakova", "by_subject": first.subject, "revoked": "s.1"}
    )
    office.log.entries = [here, replace(first, **facts, details={"by": "dvorak"}), idle, own]
    text = await shown(client, "/log")
    assert text.count("Gateway session ended") == 3
    assert text.count("Sign-in ended") == 1
    assert text.count("done by dvorak") == 2
    assert text.count("done by Brána") == 1
    czech = await (await client.get("/log/2", headers=AS_OFFICER | {"Accept-Language": "cs"})).text()
    assert "(důvod: dlouhá nečinnost, ukončila: Brána)" in czech
    assert 'Brána <code class="quiet">system</code>' in czech


async def test_municipalities_and_kinds_are_offered_by_the_czech_alphabet(client, office):
    answer = await client.get("/log", headers=AS_OFFICER | {"Accept-Language": "cs"})
    text = await answer.text()
    offered = re.findall(r'<option value="\d{6}">([^<]+)', text)
    assert offered == 2 * ["Hulín", "Kroměříž", "Kvasice"]  # of what was asked for, and one's own
    kinds = re.search(r'<optgroup label="Auditní záznam">(.*?)</optgroup>', text, re.DOTALL)
    in_order = [
        "Kontrolní bod poštou",
        "Nahlížení do auditního záznamu",
        "Nový měsíc záznamu",
        "Odmítnutí svědka",
        "Ověření neporušenosti",
        "Poškozený soubor s přístupy",
        "Požadavek bez doložené odpovědi",
        "Svědek nepotvrzuje",
        "Svědek opět potvrzuje",
        "Účel nahlížení do záznamu",
        "Vymazaná část záznamu",
        "Zrušené zadržení záznamů",
    ]
    assert [one for one in re.findall(r">([^<\n]+)</option>", kinds[1]) if one in in_order] == in_order


async def test_what_is_kept_of_the_log_and_what_holds_it_is_told(client):
    text = await shown(client, "/integrity")
    assert "Deleted after its time: what was received from" in text
    assert re.search(r"Closed months that are kept:\s+2\.\s+Holds that stand:\s+1\.", text)
    assert 'href="/holds"' in text


async def test_whoever_asks_for_a_time_that_was_deleted_is_told_so(client, office):
    gone = office.kept.shards[0]
    span = f"since={gone.began:%Y-%m-%dT%H:%M}&until={gone.ended:%Y-%m-%dT%H:%M}"
    assert "The log does not go back that far" in await shown(client, f"/log?{span}")
    later = f"since={gone.ended + timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert "does not go back that far" not in await shown(client, f"/log?{later}")
    office.kept = Kept()
    assert "does not go back that far" not in await shown(client, f"/log?{span}")
