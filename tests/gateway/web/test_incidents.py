"""The officers' pages about incidents and suspended people: what is done there, by whom, and what is refused."""

import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import REASON_HEADER, Language
from gateway.audit.entry import Code
from gateway.incidents.items import EntryEvidence, SearchEvidence
from gateway.policy_office.incident import Incident as Switched
from gateway.storage.policy_incidents import StoredIncidents
from policies.incidents import Closure, ClosureKind
from tests.gateway.web.conftest import make_office_app
from tests.gateway.web.people import AUDITOR, MAYOR, NOW, OFFICER, assertion_header
from tests.gateway.web.sample import Office
from tests.gateway.web.test_officer import AS_OFFICER
from tests.rig.incidents import Incidents, incidents

pytestmark = pytest.mark.real

FORM = {
    **AS_OFFICER,
    "Content-Type": "application/x-www-form-urlencoded",
    "Origin": "https://admin.brana.test",
}
NEW = {
    "title": "Zneužitý účet",
    "kind": "account_taken_over",
    "severity": "critical",
    "noticed": "2026-11-22T08:00",
    "began": "",
    "description": "Přihlášení z ciziny.",
    "entry": "",
}


@pytest.fixture
def kept() -> Iterator[Incidents]:
    with incidents() as made:
        made.now = NOW
        yield made


@pytest.fixture
async def client(office: Office, kept: Incidents) -> AsyncIterator[TestClient]:
    office.incidents = kept
    async with TestClient(TestServer(make_office_app(office))) as client:
        yield client


async def shown(client, path, status=200, who=OFFICER):
    answer = await client.get(path, headers={**AS_OFFICER, **assertion_header(who)})
    assert answer.status == status
    return re.sub(r"\s+", " ", await answer.text())


async def sent(client, path, status=303, **fields):
    answer = await client.post(path, data=urlencode(fields, doseq=True), headers=FORM, allow_redirects=False)
    assert answer.status == status, await answer.text()
    return answer


async def opened(client, **changed) -> str:
    answer = await sent(client, "/incidents/new", **NEW | changed)
    return answer.headers["Location"].partition("?")[0]


async def test_an_incident_is_opened_from_an_entry_and_says_what_is_due(client, kept, office):
    text = await shown(client, "/log/5")
    [link] = re.findall(r'href="(/incidents/new\?entry=5[^"]*)"', text)
    form = await shown(client, link.replace("&amp;", "&"))
    assert 'value="5"' in form
    concerned = office.log.entries[5]
    assert f'<option value="{concerned.municipality}" selected>' in form
    assert re.search(rf'value="{concerned.application}" checked', form)
    bare = await shown(client, "/incidents/new?entry=5&municipality=x&application=x")
    assert ("selected>Hulín" in bare, " checked" in bare) == (False, False)
    place = await opened(client)
    text = await shown(client, place)
    assert "Zneužitý účet" in text
    assert "overdue" in text  # noticed more than 24 hours ago
    assert "to be sent until" in text
    assert "Reports of this incident are overdue" in text
    overview = await shown(client, "/")
    assert "1 report should have been sent already." in overview
    assert f'<a href="{place}">Incident 1</a>' in overview
    assert "1 report should have been sent already." in await shown(client, "/incidents")


async def test_what_cannot_be_kept_is_told_and_nothing_that_was_typed_is_lost(client):
    answer = await sent(client, "/incidents/new", 409, **NEW | {"noticed": "2030-01-01T00:00"})
    text = await answer.text()
    assert answer.headers[REASON_HEADER] == "incident_times_unusable"
    assert "Přihlášení z ciziny." in text
    assert 'value="2030-01-01T00:00"' in text
    assert (await sent(client, "/incidents/new", 400, **NEW | {"kind": "none"})).status == 400
    await sent(client, "/incidents/new", 409, **NEW | {"municipality": ["999999"]})


async def test_the_page_tells_what_is_held_and_releases_it(client, kept):
    place = await opened(client)
    assert "Records that are held" not in await shown(client, place)
    await sent(client, f"{place}/entry", sequence="0")
    text = await shown(client, place)
    assert "Records that are held" in text
    assert "behind that for so many months: 18." in text
    assert f'action="{place}/release"' in text
    answer = await sent(client, f"{place}/release", 409, hold="1", why="")
    assert answer.headers[REASON_HEADER] == "incident_text_unusable"
    answer = await sent(client, f"{place}/release", 409, hold="2", why="Omyl")
    assert answer.headers[REASON_HEADER] == "incident_hold_over"
    assert [one.stands for one in await kept.office.holds(1)] == [True]
    await sent(client, f"{place}/release", hold="1", why="Důkazy má policie")
    assert [one.stands for one in await kept.office.holds(1)] == [False]
    text = await shown(client, f"{place}?lang=cs")
    assert "Zadržené záznamy" in text
    assert f'action="{place}/release"' not in text


async def test_the_page_of_a_closed_incident_tells_when_its_records_go(client, kept):
    place = await opened(client)
    await sent(client, f"{place}/entry", sequence="0")
    await sent(client, f"{place}/close", conclusion="Planý poplach")
    assert "They are held until this time; then they are deleted as all others. <time" in await shown(
        client, place
    )
    assert "/release" not in await shown(client, place, who=AUDITOR)


async def test_notes_evidence_and_searches_are_added_and_shown(client, kept, office):
    place = await opened(client)
    await sent(client, f"{place}/note", text="Voláno správci.\r\nNebere.")
    await sent(client, f"{place}/entry", sequence=" 0 ")
    await sent(client, "/incidents/add", incident="1", entry="", search="?person=novakova&outcome=refused")
    found = await kept.office.shown(1)
    assert [item.kind for item in found.items] == ["note", "entry", "held", "search"]
    evidence, search = found.items[1].body, found.items[3].body
    assert isinstance(evidence, EntryEvidence)
    assert isinstance(search, SearchEvidence)
    assert (search.conditions["person"], search.found) == ("novakova", 8)
    text = await shown(client, place)
    assert "Voláno správci. Nebere." in text
    assert "person=novakova" in text
    answer = await sent(client, f"{place}/entry", 409, sequence="0")
    assert answer.headers[REASON_HEADER] == "evidence_there_already"
    answer = await sent(client, f"{place}/entry", 409, sequence="-1")
    assert answer.headers[REASON_HEADER] == "evidence_not_in_log"
    unreadable = await sent(client, "/incidents/add", 409, incident="1", entry="", search="?outcome=nonsense")
    assert unreadable.headers[REASON_HEADER] == "evidence_search_unreadable"


async def test_a_search_is_taken_from_where_it_was_made(client):
    await opened(client)
    text = await shown(client, "/log?person=novakova")
    address = re.search(r'href="(/incidents/add[^"]*)"', text)[1].replace("&amp;", "&")
    assert "person=novakova" in await shown(client, address)


async def test_a_report_is_written_in_versions_and_sent(client, kept):
    place = await opened(client)
    page = f"{place}/reports/early_warning"
    assert "Přihlášení z ciziny." in await shown(client, page)
    empty = dict.fromkeys(("happened", "impact", "concerned", "measures", "cause", "contact"), "")
    answer = await sent(client, page, 409, **empty | {"impact": "Rozepsaný dopad"})
    assert "Rozepsaný dopad" in await answer.text()
    await sent(client, page, **empty | {"happened": "ž" * 9_000, "contact": "bezpecnost@obec.test"})
    await sent(client, f"{place}/sent", kind="early_warning", recipient="NÚKIB", at="2026-11-23T09:00")
    text = await shown(client, place)
    assert "NÚKIB" in text
    assert "late" in text
    assert (await kept.office.shown(1)).dues[0].late
    await shown(client, f"{place}/reports/none", 404)


async def test_what_cannot_be_read_is_shown_as_it_stands_and_beside_it_everything_else(client, kept):
    place = await opened(client)
    for said in ("První zápis.", "Druhý zápis."):
        await sent(client, f"{place}/note", text=said)
    await opened(client, title="Jiný incident")
    for change in (
        "UPDATE security_incident_item SET body = '<b>no JSON', entry = 'x' WHERE number = 1",
        "UPDATE security_incident SET kind = 'x', closed_at = 'x' WHERE number = 1",
    ):
        kept.kept.database.write_soon(lambda c, one=change: c.exec_driver_sql(one)).result()
    text = await shown(client, place)
    assert "&lt;b&gt;no JSON" in text
    assert "Druhý zápis." in text
    assert "What is written here is not what the audit log has of it" in text
    assert "The incident itself is not what the audit log says was written" in text
    listed = await shown(client, "/incidents")
    assert listed.count("changed by hand") == 1
    assert "Jiný incident" in listed
    answer = await sent(client, f"{place}/close", 409, conclusion="Nic.")
    assert answer.headers[REASON_HEADER] == "security_incident_altered"
    assert kept.kept.entries[-1].reason == "security_incident_altered"


def closed_by_the_switch(kept: Incidents) -> str:
    """Its name."""
    closure = Closure(
        kind=ClosureKind.SUPPLIERS,
        target="",
        reason={Language.CZECH: "Útok.", Language.ENGLISH: "An attack."},
        by="office:2",
        at=NOW,
    )
    made = Switched(id="s" * 22, closure=closure, closed_by_name="Petr")
    kept.kept.database.write_soon(lambda connection: StoredIncidents(connection).keep(made)).result()
    return made.id


async def test_each_act_on_an_incident_is_an_entry_of_its_own(client, kept):
    place = await opened(client)
    await sent(client, f"{place}/note", text="Voláno správci.")
    await sent(client, f"{place}/entry", sequence="0")
    await sent(client, "/incidents/add", incident="1", entry="", search="?person=novakova")
    await sent(client, "/incidents/add", incident="1", entry="1", search="")
    await sent(client, f"{place}/search", search="?outcome=refused")
    empty = dict.fromkeys(("happened", "impact", "concerned", "measures", "cause", "contact"), "")
    await sent(client, f"{place}/reports/early_warning", **empty | {"happened": "x", "contact": "y"})
    await sent(client, f"{place}/sent", kind="early_warning", recipient="NÚKIB", at="2026-11-23T09:00")
    await sent(client, f"{place}/closure", closure=closed_by_the_switch(kept))
    await sent(client, f"{place}/close", conclusion="Vyřešeno.")
    acts = [one for one in kept.kept.entries if one.code.value.startswith("incident.")]
    assert [one.code for one in acts] == [
        Code.SECURITY_INCIDENT_OPENED,
        Code.SECURITY_INCIDENT_NOTED,
        *[Code.SECURITY_INCIDENT_EVIDENCE] * 4,
        Code.SECURITY_INCIDENT_REPORT,
        Code.SECURITY_INCIDENT_SENT,
        Code.SECURITY_INCIDENT_ACT,
        Code.SECURITY_INCIDENT_CLOSED,
    ]
    assert {(one.details["incident"], one.person) for one in acts} == {(1, acts[0].person)}


async def test_the_bundle_is_handed_out_for_a_purpose(client, kept):
    place = await opened(client)
    answer = await sent(client, f"{place}/export", 409, purpose=" ")
    assert answer.headers[REASON_HEADER] == "purpose_missing"
    answer = await sent(client, f"{place}/export", 200, purpose="hlášení NÚKIB")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="incident-1.zip"'
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        assert "purpose" in archive.read("incident-1/manifest.json").decode()
        assert "hlášení NÚKIB" in archive.read("incident-1/README.txt").decode()
    assert kept.kept.entries[-1].code is Code.SECURITY_INCIDENT_EXPORTED


async def test_page_and_bundle_say_that_what_a_search_found_is_not_in_it(client):
    place, words = await opened(client), "Of searches it has the conditions and counts"
    assert words not in await shown(client, place)
    await sent(client, "/incidents/add", incident="1", entry="", search="?person=novakova")
    assert words in await shown(client, place)
    answer = await sent(client, f"{place}/export", 200, purpose="hlášení NÚKIB")
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        assert "Searches are evidence, too" in archive.read("incident-1/README.txt").decode()
        page = archive.read("incident-1/incident.html").decode()
    assert "they are not in this bundle" in page
    assert not re.search(r"\d{4}-\d\d-\d\dT", page)  # moments are those of Prague, with their zone


async def test_a_closed_incident_offers_nothing_more(client):
    place = await opened(client)
    await sent(client, f"{place}/close", conclusion="Planý poplach.")
    text = await shown(client, place)
    assert "Planý poplach." in text
    assert f'action="{place}/note"' not in text
    answer = await sent(client, f"{place}/note", 409, text="ještě")
    assert answer.headers[REASON_HEADER] == "security_incident_closed"
    await shown(client, "/incidents/77", 404)


async def test_an_auditor_reads_and_is_offered_no_act(client, kept):
    """That a POST of theirs never comes here is the gate's decision: each needs the action "administer"."""
    place = await opened(client)
    for path in ("/log/5", place, "/incidents", "/suspensions", f"{place}/reports/early_warning", "/people"):
        if path != "/people":
            text = await shown(client, path, who=AUDITOR)
            assert re.findall(r'<form[^>]*method="post"[^>]*action="/(?:incidents|suspensions)', text) == []
            assert "/suspensions/new" not in text


async def test_every_look_at_incidents_is_recorded(client, office):
    place = await opened(client)
    for path in (
        "/incidents",
        place,
        f"{place}/reports/final_report",
        "/suspensions",
        "/incidents/add?entry=5",
    ):
        before = len(office.log.entries)
        await shown(client, path)
        assert [one.code for one in office.log.entries[before:]] == [Code.LOG_SEARCHED], path


async def test_a_person_is_suspended_from_an_entry_and_comes_again(client, kept, office):
    whose = office.log.entries[5].subject
    assert 'href="/suspensions/new?entry=5"' in await shown(client, "/log/5")
    assert whose in await shown(client, "/suspensions/new?entry=5")
    place = await opened(client)
    fields = {"subject": MAYOR.subject, "why": "Vyzrazené heslo", "until": "", "incident": "1"}
    answer = await sent(client, "/suspensions", **fields)
    assert answer.headers["Location"] == f"{place}?done=suspended"
    page = await shown(client, answer.headers["Location"])
    assert "Vyzrazené heslo" in page
    assert "The person is suspended. All sessions" in page
    assert '/suspensions">Suspensions' in page
    assert kept.suspended(MAYOR.subject)
    assert "Ing. Marie Nováková" in await shown(client, "/suspensions")
    again = await sent(client, "/suspensions", 409, **fields)
    assert again.headers[REASON_HEADER] == "suspended_already"
    assert "Why it can be lifted" in await shown(client, f"/suspensions/lift?subject={MAYOR.subject}")
    await sent(client, "/suspensions/lift", subject=MAYOR.subject, why="Heslo změněno")
    assert not kept.suspended(MAYOR.subject)
    assert "Nobody is suspended." in await shown(client, "/suspensions")
    answer = await sent(client, "/suspensions/lift", 409, subject=MAYOR.subject, why="znovu")
    assert answer.headers[REASON_HEADER] == "suspension_over"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"subject": OFFICER.subject}, "not_for_oneself"),
        ({"subject": "urad:nobody"}, "suspension_of_no_person"),
        ({"why": " "}, "suspension_without_reason"),
        ({"until": "2020-01-01T00:00"}, "suspension_end_unusable"),
        ({"until": "tomorrow"}, "incident_times_unusable"),
        ({"incident": "7"}, "security_incident_unknown"),
    ],
)
async def test_a_suspension_that_may_not_be_is_refused_by_name(client, kept, changed, reason):
    fields = {"subject": MAYOR.subject, "why": "Proč", "until": "", "incident": ""} | changed
    answer = await sent(client, "/suspensions", 409, **fields)
    assert reason in (answer.headers.get(REASON_HEADER), (await answer.text()).find(reason) and reason)
    assert await kept.stored.latest(1) == []


async def test_a_suspension_is_not_lifted_without_a_readable_reason_and_the_form_comes_again(client, kept):
    await sent(client, "/suspensions", subject=MAYOR.subject, why="Proč", until="", incident="")
    for typed in (" ", "x" * 501):
        answer = await sent(client, "/suspensions/lift", 409, subject=MAYOR.subject, why=typed)
        text = await answer.text()
        assert answer.headers[REASON_HEADER] == "suspension_without_reason"
        assert 'id="why-error"' in text
        assert f'value="{typed}" required autofocus aria-invalid="true"' in text
    assert kept.suspended(MAYOR.subject)


@pytest.mark.parametrize(
    ("typed", "leads"), [("/suspensions/lift", "/suspensions"), ("/suspensions/new", "/people")]
)
async def test_a_question_about_a_person_typed_without_one_leads_to_where_people_are(client, typed, leads):
    answer = await client.get(typed, headers={**FORM, **assertion_header(OFFICER)}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, leads)


async def test_lifting_asks_for_a_fresh_confirmation(client, kept):
    await sent(client, "/suspensions", subject=MAYOR.subject, why="Proč", until="", incident="")
    late = replace(OFFICER, auth_time=NOW - timedelta(hours=1))
    text = await shown(client, f"/suspensions/lift?subject={MAYOR.subject}", who=late)
    assert "Confirm who you are" in text
    answer = await client.post(
        "/suspensions/lift",
        data=urlencode({"subject": MAYOR.subject, "why": "Proč"}),
        headers={**FORM, **assertion_header(late)},
        allow_redirects=False,
    )
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "sign_in_too_old")
    assert kept.suspended(MAYOR.subject)


async def test_a_search_that_found_no_open_incident_is_kept_until_there_is_one(client, kept):
    asked = "?person=novakova&outcome=refused"
    page = await shown(client, f"/incidents/add{asked}")
    assert "Outcome: <strong>refused</strong>" in page
    (leads,) = re.findall(r'href="(/incidents/new\?[^"]*)"', page)
    form = await shown(client, leads)
    (search,) = re.findall(r'name="search" value="([^"]*)"', form)
    answer = await sent(client, "/incidents/new", **NEW, search=search.replace("&amp;", "&"))
    assert answer.headers["Location"] == f"/incidents/add{asked}"
    assert "Zneužitý účet" in await shown(client, answer.headers["Location"])


async def test_evidence_that_is_a_search_is_told_in_words_and_asked_again(client, kept):
    path = await opened(client)
    await sent(
        client, "/incidents/add", incident=path[-1], entry="", search="?person=novakova&outcome=refused"
    )
    page = await shown(client, path)
    assert "Person: <strong>novakova</strong>, Outcome: <strong>refused</strong>" in page
    assert re.search(r'href="/log\?person=novakova&amp;outcome=refused"', page)
