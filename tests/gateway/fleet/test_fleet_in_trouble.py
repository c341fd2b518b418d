"""Nodes that are cut off, taken out of service, or removed."""

import asyncio
import re
import ssl
import time
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, delete, insert, update

from config.fleet import NodeName, authority_file, node_file
from gateway.alerts.gaps import LEAST
from gateway.audit.entry import Code
from gateway.fleet import certificates, papers
from gateway.storage.tables.audit import audit_spool
from gateway.storage.tables.fleet import fleet_certificate
from tests.rig.fleet import PATIENCE, A, Fleet
from tests.rig.fleet_people import inhabited, records, signed_in
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    async with inhabited(tmp_path_factory.mktemp("f"), ["b", "c"], grace="8 s") as made:
        yield made


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def all_well(office: Fleet) -> AsyncIterator[None]:
    """Every test leaves all nodes well; one that fails does not fail those behind it."""
    yield
    for node in ("a", "b", "c"):
        if (process := office[node].process) is None or process.returncode is not None:
            await office[node].serve()
        await office[node].ready()


async def refused_at_last(browser: Visitor, office: Fleet) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await browser.get(records(office), follow=False)).status != 503:
            await asyncio.sleep(0.1)


async def test_an_edge_alone_honours_grants_for_the_grace_and_carries_its_log_later(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    stranger = office.visitor("b")
    await office["a"].stop()
    shown = await browser.get(records(office), follow=False)
    assert shown.status == 200
    told = await stranger.get(records(office), follow=False)
    assert (told.status, told.title) == (503, "Přístup teď nelze ověřit")
    await office["b"].until(lambda status, parts: status == 503 and not parts["not_alone"])
    await office["c"].until(lambda status, parts: status == 503)
    await refused_at_last(browser, office)  # its Envoy hears of it a moment after the load balancer
    await office["a"].serve()
    for node in ("a", "b", "c"):
        await office[node].ready()
    assert (await browser.get(records(office), follow=False)).status == 200
    found = await office.entries(request_id=shown.request_id)
    assert [(one.code, one.person) for one in found] == [("access.request", account.login)]


async def test_a_control_plane_that_is_killed_comes_back_and_nobody_is_signed_out(office: Fleet) -> None:
    browser, _ = await signed_in(office, "b")
    before = len(await office.entries(Code.STARTED))
    office["a"].child("control_plane_process").kill()
    assert (await browser.get(records(office), follow=False)).status == 200
    await office.entries(Code.STARTED, at_least=before + 1)
    await office.decides("b")
    await signed_in(office, "b")
    browser.moves_to(office["a"].address)
    assert (await browser.get(records(office), follow=False)).status == 200


async def test_a_node_that_left_decides_nothing_any_more_and_may_join_again(office: Fleet) -> None:
    browser, _ = await signed_in(office, "b")
    began = time.monotonic()
    status, said = await office["a"].brana("fleet", "leave", "b")
    assert status == 0, said
    await refused_at_last(browser, office)  # one that is alone for another reason honours grants for a while
    assert not office["b"].readiness()[1]["not_alone"]
    refused = await office.entries(Code.NODE_REFUSED, reason="node_revoked")
    assert refused[0].details["node"] == "b"
    assert time.monotonic() - began < 30
    await office.join("b")
    await office["b"].stop()
    await office["b"].serve()
    await office["b"].ready()
    assert (await browser.get(records(office), follow=False)).status == 200


async def test_requests_of_an_edge_whose_log_is_taken_away_are_missed_by_the_control_plane_that_it_asks(
    office: Fleet,
) -> None:
    browser, _ = await signed_in(office, "b")
    elsewhere, _ = await signed_in(office, "c")
    spool = office["b"].state / "spool"
    current = max(spool.glob("access-*.log"), key=lambda one: one.stat().st_mtime)  # of rotated ones, too
    current.rename(office["b"].state / "taken-away.log")  # its Envoy writes on, there
    async with asyncio.timeout(PATIENCE):
        while not_recorded(office, "b") < LEAST:
            assert (await browser.get(records(office), follow=False)).status == 200
            assert (await elsewhere.get(records(office), follow=False)).status == 200
            await office.state.database.write(places_seem_to_move)
            await asyncio.sleep(0.1)
    assert not_recorded(office, "c") < LEAST
    await office["b"].stop()
    await office["b"].serve()
    await office["b"].ready()


def places_seem_to_move(connection: Connection) -> None:
    """By whoever writes to the database: of a file that nobody looks for."""
    row = audit_spool.c.name == "b/access-9.log"
    if not connection.execute(
        update(audit_spool).where(row).values(offset=audit_spool.c.offset + 1)
    ).rowcount:
        connection.execute(
            insert(audit_spool).values(name="b/access-9.log", offset=1, renaming_to="", finished=False)
        )


def not_recorded(office: Fleet, node: str) -> float:
    """As the control plane tells."""
    with urllib.request.urlopen(f"http://{A}:{office['a'].metrics_port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    found = re.search(rf'^brana_requests_not_recorded\{{node="{node}"\}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_a_drained_edge_drops_no_request_while_people_move_to_another(office: Fleet) -> None:
    people = [(await signed_in(office, "b"))[0] for _ in range(3)]
    seen: list[int | str] = []
    over = asyncio.Event()

    async def works(browser: Visitor) -> None:
        while not over.is_set():
            try:
                seen.append((await browser.get(records(office), follow=False)).status)
            except aiohttp.ClientError as error:
                seen.append(repr(error))
            await asyncio.sleep(0.01)

    working = [asyncio.create_task(works(one)) for one in people]
    draining = asyncio.create_task(office["b"].brana("drain", "--notice", "1", "--at-most", "10"))
    await office["b"].until(lambda status, parts: status == 503 and not parts["in_service"])
    for one in people:  # as a load balancer does that reads /readyz
        one.goes_to(office["c"].address)
    status, said = await draining
    assert status == 0, said
    assert "nothing is under way" in said
    await office["b"].stop()
    await office["b"].serve()
    await office["b"].ready()
    over.set()
    await asyncio.gather(*working)
    assert set(seen) == {200}
    assert len(seen) > 50


async def test_a_certificate_that_is_due_is_renewed_without_a_restart_of_envoy(office: Fleet) -> None:
    browser, _ = await signed_in(office, "b")
    file, key = node_file(office["b"].state), certificates.new_key()
    earlier = datetime.now(UTC) - certificates.NODE_LIVES + certificates.RENEW_BEFORE
    due = await office.state.register.renew(NodeName("b"), certificates.request_of(key), earlier)
    assert due is not None
    papers.keep(office["b"].state, authority_file(office["b"].state).read_bytes(), due, key)
    envoy = office["b"].child("--config-path").pid
    office["b"].child("node_process").kill()  # it looks at the certificate when it begins, and each minute
    renewed = await office.entries(Code.NODE_RENEWED, at_least=2)
    assert {one.details["node"] for one in renewed} == {"b"}
    async with asyncio.timeout(10):
        while papers.good_for(office["b"].state, datetime.now(UTC)) < certificates.RENEW_BEFORE * 2:
            await asyncio.sleep(0.05)
    assert file.stat().st_mode & 0o777 == 0o600
    await office.state.database.write(
        lambda connection: connection.execute(
            delete(fleet_certificate).where(fleet_certificate.c.serial != renewed[0].details["serial"])
        )
    )  # what is shown from here on is the new one
    await office["b"].until(lambda status, parts: status == 200 and parts["control_plane"])
    await office.decides("b")
    assert (await browser.get(records(office), follow=False)).status == 200
    assert office["b"].child("--config-path").pid == envoy


async def test_a_control_plane_renews_its_own_certificate_and_shows_the_new_one(office: Fleet) -> None:
    state, key = office["a"].state, certificates.new_key()
    earlier = datetime.now(UTC) - certificates.NODE_LIVES + certificates.RENEW_BEFORE
    due = await office.state.register.renew(NodeName("a"), certificates.request_of(key), earlier)
    assert due is not None
    papers.keep(state, authority_file(state).read_bytes(), due, key)
    office["a"].child("control_plane_process").kill()
    async with asyncio.timeout(30):
        while papers.good_for(state, datetime.now(UTC)) < certificates.RENEW_BEFORE * 2:
            await asyncio.sleep(0.1)
    await office.decides("b")
    new = x509.load_pem_x509_certificate(node_file(state).read_bytes()).public_bytes(Encoding.DER)
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(10):
        while True:
            _, writer = await asyncio.open_connection("127.0.0.1", office.fleet_port, ssl=anybody)
            shown = writer.get_extra_info("ssl_object").getpeercert(True)
            writer.transport.abort()
            if shown == new:
                return
            await asyncio.sleep(0.1)
