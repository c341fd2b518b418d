"""The officers' pages about suspended devices: found from an entry or its session, suspended, lifted, refused."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import REASON_HEADER, DeviceId, device_subject
from gateway.audit.entry import Code
from tests.gateway.web.conftest import make_office_app
from tests.gateway.web.incident_site import NOTEBOOK
from tests.gateway.web.people import AUDITOR, FIREFOX, NOW, OFFICER, session
from tests.gateway.web.sample import Office
from tests.gateway.web.test_incidents import opened, sent, shown
from tests.rig.incidents import Incidents, incidents

pytestmark = pytest.mark.real

LOST = DeviceId("ztraceny-notebook-0001")
SUBJECT = device_subject(LOST)
LINK = f"/suspensions/new?subject=device%3A{LOST}"
FIELDS = {"subject": SUBJECT, "why": "Ztracený notebook", "until": "", "incident": ""}


@pytest.fixture
def kept() -> Iterator[Incidents]:
    with incidents() as made:
        made.now = NOW
        yield made


@pytest.fixture
async def client(office: Office, kept: Incidents) -> AsyncIterator[TestClient]:
    """Entry 4 is of the device, entry 7 of the same session, and entry 5 of no device that is known."""
    office.incidents = kept
    fourth = office.log.entries[4]
    office.log.entries[4] = replace(
        fourth, code=Code.SESSION_OPENED, details={**fourth.details, "device": LOST, "user_agent": FIREFOX}
    )
    assert office.log.entries[7].session == fourth.session != office.log.entries[5].session
    async with TestClient(TestServer(make_office_app(office))) as client:
        yield client


async def test_an_entry_leads_to_its_device_also_where_only_another_one_of_its_session_names_it(client):
    for number, known in ((4, True), (7, True), (5, False)):
        text = await shown(client, f"/log/{number}")
        assert (f'href="/log?device={LOST}"' in text) is known
        assert (LINK in text) is known
    assert LINK not in await shown(client, "/log/4", who=AUDITOR)


async def test_an_officer_s_entry_about_another_device_makes_it_not_the_officer_s(client, office):
    """Of an entry that names none: the session's own device is looked for, not one that was suspended in it."""
    shut = office.log.entries[8]
    office.log.entries[8] = replace(shut, code=Code.DEVICE_SUSPENDED, details={"device": LOST})
    assert office.log.entries[5].session == shut.session
    assert LINK not in await shown(client, "/log/5")


async def test_a_device_is_suspended_from_an_entry_and_used_again(client, kept):
    here = session(device=LOST)
    await kept.sessions.add(here, sha256(b"h").digest(), "portal", [])
    form = await shown(client, LINK)
    assert "Suspend the device Firefox, Windows?" in form
    assert "novakova" in form  # who is signed in there now
    assert "known by a cookie" in form
    place = await opened(client)
    answer = await sent(client, "/suspensions", **FIELDS | {"incident": "1"})
    assert answer.headers["Location"] == f"{place}?done=device"
    assert LOST in await shown(client, place)
    assert kept.suspended(SUBJECT)
    assert (await kept.sessions.open_of([SUBJECT])).sessions == []
    listed = await shown(client, "/suspensions")
    assert "Firefox, Windows" in listed
    assert "Nobody is suspended." in listed  # no person
    again = await sent(client, "/suspensions", 409, **FIELDS)
    assert again.headers[REASON_HEADER] == "suspended_already"
    assert "of the device Firefox, Windows?" in await shown(client, f"/suspensions/lift?subject={SUBJECT}")
    answer = await sent(client, "/suspensions/lift", subject=SUBJECT, why="Nalezen")
    assert "from the device again" in await shown(client, answer.headers["Location"])
    assert not kept.suspended(SUBJECT)
    assert kept.kept.codes()[-1] is Code.DEVICE_RESUMED


async def test_a_device_with_an_agent_has_its_own_name_and_is_not_called_a_browser(client, office):
    logged = office.log.entries[4]
    office.log.entries[4] = replace(logged, details={**logged.details, "device": NOTEBOOK})
    subject = device_subject(NOTEBOOK)
    form = await shown(client, f"/suspensions/new?subject={subject}")
    assert "Suspend the device NB-2026-17?" in form
    assert "by its certificate and its tunnel" in form
    assert "My account ask for no certificate" in form
    for of_a_browser in ("known by a cookie", "nobody signs in from it"):
        assert of_a_browser not in form
    await sent(client, "/suspensions", **FIELDS | {"subject": subject})
    listed = await shown(client, "/suspensions")
    assert "NB-2026-17" in listed
    assert "Firefox, Windows" not in listed
    assert "of the device NB-2026-17?" in await shown(client, f"/suspensions/lift?subject={subject}")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"subject": device_subject(DeviceId("X" * 22))}, "device_not_seen"),
        ({"subject": "device:x"}, "suspension_of_no_person"),
        ({"why": " "}, "suspension_without_reason"),
    ],
)
async def test_one_that_may_not_be_is_refused_by_name_and_recorded(client, kept, changed, reason):
    answer = await sent(client, "/suspensions", 409, **FIELDS | changed)
    assert answer.headers[REASON_HEADER] == reason
    assert kept.kept.reasons()[-1] == reason
    assert not kept.suspended(SUBJECT)


async def test_no_officer_suspends_the_device_they_work_with(client, kept):
    mine = session(id=OFFICER.sid, subject=OFFICER.subject, login=OFFICER.login, device=LOST)
    await kept.sessions.add(mine, sha256(b"h").digest(), "admin", [])
    assert "You work with this device now" in await shown(client, LINK, 409)
    answer = await sent(client, "/suspensions", 409, **FIELDS)
    assert answer.headers[REASON_HEADER] == "suspension_of_own_device"
    assert not kept.suspended(SUBJECT)
