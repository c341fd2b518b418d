"""A node that decides and edges that let people in, each with processes of its own, over mutual TLS."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from gateway.demo.configuration import MAP
from tests.rig.fleet import Fleet
from tests.rig.fleet_people import inhabited, records, signed_in

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MOMENT = 1.0  # seconds in which a revocation is everywhere


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    async with inhabited(tmp_path_factory.mktemp("f"), ["b", "c"]) as made:
        yield made


async def test_somebody_signs_in_at_an_edge_and_is_in_at_every_node(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    for node in ("b", "c", "a"):
        browser.goes_to(office[node].address)
        assert (await browser.get(records(office))).status == 200
    (opened,) = await office.entries(Code.SESSION_OPENED, person=account.login)
    assert opened.address == "127.0.0.1"


async def test_what_an_edge_let_in_is_in_the_log_once_with_its_node_and_its_person(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    ids = [(await browser.get(records(office))).request_id for _ in range(20)]
    office["b"].child("node_process").kill()  # in the middle of what it carries
    ids += [(await browser.get(records(office))).request_id for _ in range(20)]
    found = await office.entries(Code.ACCESS, person=account.login, at_least=40)
    ours = [one for one in found if one.request_id in ids]
    assert sorted(one.request_id for one in ours) == sorted(ids)
    assert {one.details["node"] for one in ours} == {"b"}
    assert {one.subject for one in ours} == {account.subject}
    assert any(one.details["fresh"] for one in ours)
    await office["b"].ready()


async def test_an_ended_session_is_out_at_every_edge_within_a_second(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    browser.goes_to(office["c"].address)
    assert (await browser.get(records(office))).status == 200
    status, said = await office["a"].brana("sessions", "revoke", "--user", account.login)
    ended = time.monotonic()
    assert status == 0, said  # it has waited for every gate that can be reached
    for node in ("b", "c"):
        browser.goes_to(office[node].address)
        assert (await browser.get(records(office), follow=False)).status == 302
    assert time.monotonic() - ended < MOMENT


async def test_an_edge_whose_process_dies_goes_on_and_gets_it_back(office: Fleet) -> None:
    browser, _ = await signed_in(office, "c")
    office["c"].child("node_process").kill()
    assert (await browser.get(records(office))).status == 200
    await office["c"].until(lambda status, parts: status == 200 and parts["control_plane"])


async def test_a_stream_through_an_edge_ends_with_its_session(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    url = office.product.application(MAP) + "feed"
    shown = await browser.get(office.product.application(MAP))
    assert shown.status == 200
    stream = await browser.web_socket(url)
    await stream.send_str("x")
    assert (await stream.receive(10)).data == "echo x"
    await office.entries(Code.STREAM_OPENED, person=account.login)
    asked = asyncio.create_task(office["a"].brana("sessions", "revoke", "--user", account.login))
    assert (await stream.receive(30)).data is not None or stream.closed
    await asked
    (cut,) = await office.entries(Code.STREAM_CUT, person=account.login)
    assert cut.outcome == "refused"


async def test_the_list_of_nodes_says_who_is_what(office: Fleet) -> None:
    status, said = await office["a"].brana("fleet", "list")
    assert status == 0
    assert [line.split()[1:4:2] for line in said.splitlines() if "│" in line] == [
        ["a", "whole"],
        ["b", "edge"],
        ["c", "edge"],
    ]
