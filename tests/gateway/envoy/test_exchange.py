"""A configuration takes the place of another in a real Envoy, or nothing of it does."""

import asyncio
import contextlib
import dataclasses
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from config.settings import Application, Identity, IdentityHeaders, Route, Technical, UpstreamTls
from config.vocabulary import Action
from gateway.envoy.discovery import CLUSTERS, LISTENERS, NotTaken, Refused, all_resources
from gateway.envoy.exchange import Exchange
from gateway.envoy.messages import Json
from gateway.envoy.trial import objection
from gateway.grants.sign import public_jwks
from tests.rig import exact_http
from tests.rig.envoy import DOMAIN, Plane, hosting
from tests.rig.neighbours import EPOCH
from tests.rig.open_socket import answers, socket

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
NEW = f"new.{DOMAIN}"
BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def as_before(plane: Plane) -> AsyncIterator[None]:
    plane.forget()
    plane.rejections.clear()
    yield
    plane.discovery.publish(all_resources(plane.settings, plane.surroundings))
    await plane.gate()


def upstream(plane: Plane) -> str:
    return plane.settings.applications[0].upstreams[0]


def with_more(plane: Plane, *more: Application) -> dict[str, list[Json]]:
    settings = replace(plane.settings, applications=[*plane.settings.applications, *more])
    return all_resources(settings, plane.surroundings)


def exchange(plane: Plane, after: dict[str, list[Json]]) -> Exchange:
    return Exchange(plane.discovery, plane.administration, after)


async def status_of(plane: Plane, host: str) -> int:
    return (await plane.ask("/", host=host, cookie=plane.cookie(application=host.partition(".")[0]))).status


async def test_what_is_new_serves_at_once_and_open_streams_go_on(plane: Plane) -> None:
    change = exchange(plane, with_more(plane, hosting("new", upstream(plane))))
    async with socket(plane) as opened:
        await change.prepare()
        assert await status_of(plane, NEW) == 421, "no route before its turn"
        await change.switch(lambda: plane.discovery.publish_gate([], EPOCH))
        assert await status_of(plane, NEW) == 200
        change.tidy()
        assert await answers(opened)
    counted = await plane.administration.counters("^listener_manager.listener_(added|modified|removed)$")
    assert sum(counted.values()) == 2, "both listeners are those of the start"
    assert plane.rejections == []


async def test_a_grant_of_before_passes_no_table_that_it_was_not_made_for(plane: Plane) -> None:
    """The gate's epoch comes with the routes."""
    change = exchange(plane, with_more(plane, hosting("new", upstream(plane))))
    cookie = plane.cookie()
    assert (await plane.ask("/", cookie=cookie)).status == 200
    await change.prepare()
    await change.switch(lambda: plane.discovery.publish_gate([], "another"))
    asked = len(plane.decision.requests)
    assert (await plane.ask("/", cookie=cookie)).status == 403
    assert len(plane.decision.requests) == asked + 1


async def test_grants_are_read_as_the_routes_of_that_moment_want_it(plane: Plane) -> None:
    """A route names the kind of its grants; a kind that is not known would let nobody in."""
    headers = Identity(way="headers", headers=IdentityHeaders(login="X-User"))
    told = hosting("told", upstream(plane), identity=headers)
    first = exchange(plane, with_more(plane, told))
    await first.prepare()
    await first.switch(lambda: plane.discovery.publish_gate([], EPOCH))
    first.tidy()
    assert await status_of(plane, f"told.{DOMAIN}") == 200
    second = exchange(plane, with_more(plane, hosting("new", upstream(plane))))
    await second.prepare()
    assert await status_of(plane, f"told.{DOMAIN}") == 200, "its route is still there"
    await second.switch(lambda: plane.discovery.publish_gate([], EPOCH))
    second.tidy()
    assert await status_of(plane, f"told.{DOMAIN}") == 421


async def test_hosts_for_technical_accounts_come_and_go_while_people_stay_connected(plane: Plane) -> None:
    """They have a chain of the listener and a table of their own."""
    door = f"programs.{DOMAIN}"
    program = hosting("program", upstream(plane), technical=True, technical_host=door)
    settings = replace(
        plane.settings,
        technical=Technical(authority=plane.folder / "server.pem"),
        applications=[*plane.settings.applications, program],
    )
    around = dataclasses.replace(plane.surroundings, token_keys=public_jwks(plane.signer.key))

    async def status_at_the_door() -> int:
        tls = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
        tls.check_hostname = False
        reader, writer = await exact_http.connect(plane.port, tls, door)
        (answer,) = await exact_http.exchange(reader, writer, exact_http.request("/", host=door))
        return answer.status

    async with socket(plane) as opened:
        there = exchange(plane, all_resources(settings, around))
        await there.prepare()
        await there.switch(lambda: plane.discovery.publish_gate([], EPOCH))
        there.tidy()
        assert await status_at_the_door() == 403, "the decision was asked"
        back = exchange(plane, with_more(plane))
        await back.prepare()
        await back.switch(lambda: plane.discovery.publish_gate([], EPOCH))
        back.tidy()
        async with asyncio.timeout(10):
            while await status_at_the_door() != 421:
                await asyncio.sleep(0.02)
        assert await answers(opened)
    counted = await plane.administration.counters("^listener_manager.listener_in_place_updated$")
    assert counted["listener_manager.listener_in_place_updated"] == 2
    assert await objection(all_resources(settings, around), plane.surroundings.run) is None


async def test_a_certificate_that_envoy_cannot_read_is_refused_in_its_words(plane: Plane) -> None:
    broken = plane.folder / "broken.pem"
    broken.write_text(BROKEN)
    secret = f"https://{upstream(plane).removeprefix('http://')}"
    bad = hosting("bad", secret, tls=UpstreamTls(authority=broken))
    after = with_more(plane, hosting("new", upstream(plane)), bad)
    change = exchange(plane, after)
    with pytest.raises(Refused) as refused:
        await change.prepare()
    change.undo()
    assert refused.value.rejection.names == (f"authority {broken}",)
    assert (
        await objection(after, plane.surroundings.run)
        == f"Failed to load trusted CA certificates from {broken}"
    )
    assert not list(plane.surroundings.run.glob("trial-*")), "what was written for it is gone"
    assert await objection(with_more(plane), plane.surroundings.run) is None


async def test_what_was_good_in_a_refused_answer_is_taken_back_too(plane: Plane) -> None:
    """Envoy takes clusters one by one, also those of an answer that it refuses as a whole."""
    after = with_more(plane, hosting("new", upstream(plane)), hosting("bad", upstream(plane)))
    after[CLUSTERS][-1]["outlier_detection"] = {"max_ejection_percent": 101}
    change = exchange(plane, after)
    with pytest.raises(Refused):
        await change.prepare()
    change.undo()
    await plane.discovery.taken([(CLUSTERS, ())], timedelta(seconds=10))
    dump = await plane.administration.configuration()
    assert "application.new" not in dump
    assert await status_of(plane, f"files.{DOMAIN}") == 200
    again = exchange(plane, with_more(plane, hosting("new", upstream(plane))))
    await again.prepare()
    await again.switch(lambda: plane.discovery.publish_gate([], EPOCH))
    assert await status_of(plane, NEW) == 200


async def test_an_envoy_that_is_away_takes_nothing(plane: Plane) -> None:
    plane.discovery.add({LISTENERS: []})
    with pytest.raises(NotTaken):
        await plane.discovery.taken([(CLUSTERS, ("nobody asks for this",))], timedelta(milliseconds=50))


async def test_a_request_under_way_at_an_application_that_is_removed_ends_by_itself(plane: Plane) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: web.BaseRequest) -> web.StreamResponse:
        begun.set()
        await go_on.wait()
        return web.Response(text="whole")

    read = [Route(action=Action.READ)]
    first = exchange(plane, with_more(plane, hosting("new", upstream(plane), routes=read)))
    await first.prepare()
    await first.switch(lambda: plane.discovery.publish_gate([], EPOCH))
    answering, plane.application.handle = plane.application.handle, slow
    asking = asyncio.create_task(plane.ask("/", host=NEW, cookie=plane.cookie(application="new")))
    await begun.wait()
    second = exchange(plane, with_more(plane))
    plane.application.handle = answering
    await second.prepare()
    await second.switch(lambda: plane.discovery.publish_gate([], EPOCH))
    second.tidy()
    await plane.discovery.taken([(CLUSTERS, ())], timedelta(seconds=10))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):  # long enough for an end to come
            await asyncio.shield(asking)
    assert not asking.done()
    go_on.set()
    assert (await asking).body == b"whole"
