"""A node that decides and edges that let people in, each with processes of its own, over mutual TLS."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from cryptography import x509

from gateway.audit.entry import Code
from gateway.commands.state import now
from gateway.demo.authority import Authority, write_private
from gateway.demo.configuration import MAP
from gateway.grants.cookie import GRANT
from tests.rig.fleet import PATIENCE, Fleet
from tests.rig.fleet_people import inhabited, records, signed_in
from tests.rig.resting import rest_of, same_grant

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MOMENT = 1.0  # seconds in which a revocation is everywhere


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    async with inhabited(tmp_path_factory.mktemp("f"), ["b", "c"]) as made:
        yield made


async def test_somebody_signs_in_at_an_edge_and_is_in_at_every_node(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    for node in ("b", "c", "a"):
        browser.moves_to(office[node].address)
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
    for grant in {one.details["grant"]: one for one in ours}.values():
        (decision,) = await office.entries(Code.DECISION_PERMIT, **same_grant(grant))
        assert rest_of(decision) == rest_of(grant)
        assert all(rest_of(grant))
    await office["b"].ready()


async def test_an_ended_session_is_out_at_every_edge_within_a_second(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    browser.moves_to(office["c"].address)
    assert (await browser.get(records(office))).status == 200
    status, said = await office["a"].brana("sessions", "revoke", "--user", account.login)
    ended = time.monotonic()
    assert status == 0, said  # it has waited for every gate that can be reached
    for node in ("b", "c"):
        browser.moves_to(office[node].address)
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


async def test_compromised_keys_are_believed_at_no_edge_and_nobody_is_signed_out(office: Fleet) -> None:
    browser, account = await signed_in(office, "b")
    assert (await browser.get(records(office))).status == 200
    stolen = {name: value for name, value in browser.cookies(records(office)).items() if name == GRANT}
    thief = office.visitor("b")
    thief.keep(records(office), stolen)
    assert (await thief.get(records(office), follow=False)).status == 200
    status, said = await office["a"].brana("keys", "rotate", "--compromised")
    assert status == 0, said
    for node in ("b", "c"):
        thief.moves_to(office[node].address)
        assert (await thief.get(records(office), follow=False)).status == 302
        browser.moves_to(office[node].address)
        assert (await browser.get(records(office), follow=False)).status == 200
    again = await browser.get(records(office), follow=False)  # the new key's grant, by the edge alone
    found = await office.entries(Code.ACCESS, person=account.login, at_least=3)
    while again.request_id not in {one.request_id for one in found}:
        found = await office.entries(Code.ACCESS, person=account.login, at_least=len(found) + 1)
    (entry,) = [one for one in found if one.request_id == again.request_id]
    assert (entry.details["node"], entry.details["fresh"]) == ("c", True)


async def test_a_renewed_certificate_is_served_and_told_by_every_node(office: Fleet) -> None:
    public = office.product.settings.public
    made = Authority(office.product.world.authority.parent)
    names = x509.load_pem_x509_certificate(public.certificate.read_bytes()).extensions
    hosts = names.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    renewed = made.issue("renewed", hosts, now())
    write_private(public.key, renewed.key.read_bytes())
    write_private(public.certificate, renewed.certificate.read_bytes())
    wanted = x509.load_pem_x509_certificate(renewed.certificate.read_bytes()).serial_number
    tls = ssl.create_default_context(cafile=str(office.product.world.authority))
    async with asyncio.timeout(PATIENCE):
        for node in ("a", "b", "c"):
            while await _serial(office, node, tls) != wanted:
                await asyncio.sleep(0.05)
    told = await office.entries(Code.CERTIFICATE_REPLACED, at_least=3)
    assert sorted(str(one.details["node"]) for one in told) == ["a", "b", "c"]
    assert {one.details["serial"] for one in told} == {f"{wanted:x}"}


async def _serial(office: Fleet, node: str, tls: ssl.SSLContext) -> int:
    port, name = office.product.port, f"portal.{office.product.settings.public.domain}"
    _, writer = await asyncio.open_connection(office[node].address, port, ssl=tls, server_hostname=name)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(shown).serial_number


async def test_a_code_that_is_for_another_machine_changes_nothing_here(office: Fleet) -> None:
    edge, code = office["b"], await office.invite("d")
    kept = {file: file.read_bytes() for file in (edge.state / "fleet").iterdir()}
    status, said = await edge.brana("fleet", "join", typed=f"{code}\n")
    assert status == 1
    assert "this code is for another node than b (edge)" in said
    assert {file: file.read_bytes() for file in (edge.state / "fleet").iterdir()} == kept
    (refused,) = await office.entries(Code.NODE_REFUSED, reason="invitation_for_another_node")
    assert refused.details["service"] == "join"


async def test_the_list_of_nodes_says_who_is_what_and_who_may_come(office: Fleet) -> None:
    await office.invite("novy")
    wanted = {one: (role, "in service") for one, role in (("a", "whole"), ("b", "edge"), ("c", "edge"))}
    wanted["novy"] = ("edge", "invited")
    listed: dict[str, tuple[str, str]] = {}
    async with asyncio.timeout(PATIENCE):  # what is heard of them is written down every few seconds
        while not wanted.items() <= listed.items():
            status, said = await office["a"].brana("fleet", "list")
            assert status == 0
            rows = [[cell.strip() for cell in one.split("│")] for one in said.splitlines() if "│" in one]
            listed = {name: (role, state) for _, name, role, state, *_ in rows}
