"""Programs that ask an edge: their tokens and certificates count there as where it is decided."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.audit.entry import Code, Entry
from tests.rig.programs import Programs, programs_of_a_fleet
from tests.rig.resting import rest_of, same_grant

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at_an_edge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Programs]:
    async with programs_of_a_fleet(tmp_path_factory.mktemp("f")) as made:
        yield made


async def asked(world: Programs, request_id: str) -> Entry:
    """The request's own entry, which tells the node, and on which decision it rests."""
    found = await world.ground.entry(request_id, Code.ACCESS)
    assert found.details["node"] == "b"
    (decision,) = await world.ground.entries(codes=(Code.DECISION_PERMIT,), **same_grant(found))
    assert rest_of(found) == rest_of(decision)
    assert all(rest_of(found))
    return found


async def test_a_token_is_given_at_an_edge_lets_in_there_by_itself_and_is_withdrawn_there(
    at_an_edge: Programs,
) -> None:
    secret, name = await at_an_edge.secret()
    given = await at_an_edge.token("podatelna", secret)
    assert given.status == 200, given.body
    bearer = {"Authorization": f"Bearer {given.body['access_token']}"}
    told = await at_an_edge.ask(at_an_edge.address("agenda"), **bearer)
    assert told.status == 200, told.body
    entry = await asked(at_an_edge, told.request_id)
    assert (entry.subject, entry.details["fresh"]) == ("technical:podatelna", True)
    await at_an_edge.ground.brana("technical", "revoke", name)
    told = await at_an_edge.ask(at_an_edge.address("agenda"), **bearer)
    assert (told.status, told.body["reason"]) == (401, "token_withdrawn")


async def test_a_certificate_that_an_edge_was_shown_is_judged_where_it_is_decided(
    at_an_edge: Programs,
) -> None:
    here = at_an_edge.address("api") + "/x"
    certificate, serial = at_an_edge.authority.client()
    async with at_an_edge.one_connection(certificate) as ask:
        first, second = await ask(here), await ask(here)
        assert (first.status, second.status) == (200, 200), first.body
        entries = [await asked(at_an_edge, told.request_id) for told in (first, second)]
        assert [entry.details["fresh"] for entry in entries] == [False, True]
        assert {entry.subject for entry in entries} == {"technical:cidla"}
        at_an_edge.authority.revoke(serial)
        (ended,) = await at_an_edge.ground.entries(
            at_least=1, codes=(Code.SESSION_ENDED,), reason="certificate_revoked"
        )
        assert ended.session == entries[1].session
        while (told := await ask(here)).status == 200:
            pass
        assert told.body["reason"] == "certificate_revoked"
    elsewhere = await at_an_edge.ask(here, certificate=at_an_edge.authority.client()[0], source="127.6.0.1")
    assert elsewhere.body["reason"] == "technical_address"
    unknown = await at_an_edge.ask(here)
    assert unknown.body["reason"] == "certificate_missing"
