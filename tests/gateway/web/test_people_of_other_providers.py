"""An officer sees by which other providers a person signs in, and ends that."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code
from gateway.sessions.officers_act import NotDone
from idp.login.upstream import Identity, Link
from tests.gateway.web.conftest import make_office_app
from tests.gateway.web.people import NOW
from tests.gateway.web.sample import Office
from tests.gateway.web.test_officer import sent, shown
from tests.rig.assistance import KAREL, Helping

pytestmark = pytest.mark.real


@pytest.fixture
async def client(people: Helping, office: Office) -> AsyncIterator[TestClient]:
    office.assistance, office.lost_factors = people.assistance, people.lost_factors
    async with TestClient(TestServer(make_office_app(office))) as client:
        yield client


async def test_a_link_with_another_provider_is_seen_and_ended_with_a_reason(client, people):
    identity = Identity(issuer="https://sso.kraj.test", subject="a1")
    link = Link(identity=identity, provider="kraj", name="Karel <U>", subject=KAREL.subject, linked_at=NOW)
    await people.kept.store.transact(lambda book: book.keep_link(link))
    text = await shown(client, "/people?login=urban.karel")
    assert "kraj – Karel &lt;U&gt;" in text
    form = {"subject": KAREL.subject, "which": identity.name}
    unexplained = await sent(client, "/people/factors", 409, **form, why=" ")
    assert 'id="link-why' in (again := await unexplained.text())
    assert again.count("Say why, in") == 1
    ended = await sent(client, "/people/factors", 303, **form, why="Odešel z kraje")
    assert "End a link" not in await shown(client, ended.headers["Location"])
    [entry] = people.kept.entries
    assert (entry.code, entry.subject, entry.details["why"]) == (
        Code.UPSTREAM_UNLINKED,
        KAREL.subject,
        "Odešel z kraje",
    )
    assert (await sent(client, "/people/factors", 409, **form, why="x")).headers[REASON_HEADER] == (
        NotDone.FACTOR_UNKNOWN
    )
