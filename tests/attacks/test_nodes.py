"""Machines that pretend to be nodes of the fleet, and nodes that ask for more than is theirs."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from sqlalchemy import insert, select

from config.fleet import NodeName, Role, Service, authority_file
from config.settings import Peer
from gateway.audit.entry import Code, Entry
from gateway.commands.fleet_services import REFUSALS
from gateway.commands.state import State
from gateway.demo.configuration import RECORDS
from gateway.demo.people import CENTRE
from gateway.fleet import certificates
from gateway.fleet.alike import TELLINGS
from gateway.fleet.invitation import new_invitation
from gateway.fleet.joining import CannotJoin, ask_to_join
from gateway.fleet.node_service import LONGEST, MOST
from gateway.fleet.register import Admitted, NotJoined
from gateway.storage.fleet import ROW
from gateway.storage.moment import micros
from gateway.storage.tables.fleet import fleet_authority, fleet_certificate
from tests.rig.fleet import Fleet
from tests.rig.fleet_papers import Papers, answered, context
from tests.rig.fleet_people import inhabited, signed_in

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
DECIDE = b"GET / HTTP/1.1\r\nHost: records\r\nConnection: close\r\n\r\n"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Ground:
    fleet: Fleet
    state: State
    folder: Path

    def believing(self, shown: Path | None) -> Any:
        """TLS of a machine that believes the fleet's authority."""
        papers = Papers(self.folder / "unused")
        papers.file.write_bytes(authority_file(self.state.settings.state.directory).read_bytes())
        return context(papers, shown)

    async def ask(
        self, shown: Path | None, service: Service | str = Service.AUTHORIZE, sent: bytes = DECIDE
    ) -> bytes:
        return await answered(self.fleet.fleet_port, self.believing(shown), service, sent)

    async def tell(self, shown: Path, path: str, said: dict[str, Any]) -> bytes:
        body = json.dumps(said).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        return await self.ask(shown, Service.NODE, head.encode() + body)

    async def member(self, name: str, role: Role) -> Path:
        """A node that joined as the product lets it."""
        code, key = name.encode().ljust(24, b"."), certificates.new_key()
        await self.state.register.invite(code, NodeName(name), role, timedelta(hours=1), "test", now())
        made = await self.state.register.join(code, certificates.request_of(key), (name, role), "", now())
        assert isinstance(made, Admitted)
        return self.kept(name, made.certificate, key)

    def kept(self, name: str, certificate: bytes, key: ec.EllipticCurvePrivateKey) -> Path:
        file = self.folder / f"{name}.pem"
        file.write_bytes(certificate + certificates.key_pem(key))
        return file

    def signer(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey, bytes]:
        """The fleet's own authority, as only its control planes have it."""
        row = self.state.database.read_now(
            lambda connection: connection.execute(select(fleet_authority)).one()
        )
        pem = self.state.seal.open(row.sealed, ROW)
        key = load_pem_private_key(pem, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(row.certificate.encode()), key, pem

    def of_another_purpose(self, alternative: x509.GeneralName, purpose: ObjectIdentifier) -> Path:
        """Signed by the right authority."""
        authority, signer, _ = self.signer()
        key = certificates.new_key()
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "b")]))
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now() - timedelta(hours=1))
            .not_valid_after(now() + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .sign(signer, hashes.SHA256())
        )
        return self.kept("another", made.public_bytes(Encoding.PEM), key)

    async def refused(self, reason: str, before: int = 0) -> Entry:
        found = await self.fleet.entries(Code.NODE_REFUSED, reason=reason, at_least=before + 1)
        entry = found[0]
        assert entry.outcome == "refused"
        return entry

    async def so_far(self, reason: str) -> int:
        return len(await self.fleet.entries(Code.NODE_REFUSED, reason=reason, at_least=0))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    folder = tmp_path_factory.mktemp("f")
    async with inhabited(folder, []) as fleet:
        with fleet.product.state() as state:
            yield Ground(fleet, state, folder)


async def test_a_machine_of_another_authority_or_without_a_certificate_is_no_node(ground: Ground) -> None:
    theirs, _ = Papers(ground.folder / "theirs").node("a", Role.WHOLE)
    assert await ground.ask(theirs) == b""
    await ground.refused("node_certificate_not_trusted")
    assert await ground.ask(None) == b""
    entry = await ground.refused("node_certificate_missing")
    assert entry.address == "127.0.0.1"


async def test_the_right_authority_for_another_purpose_makes_no_node(ground: Ground) -> None:
    reason = "node_certificate_of_other_purpose"
    for alternative, purpose in (
        (x509.DNSName("*.brana.localhost"), ExtendedKeyUsageOID.SERVER_AUTH),
        (x509.UniformResourceIdentifier("brana:agent:b"), ExtendedKeyUsageOID.CLIENT_AUTH),
        (x509.UniformResourceIdentifier("brana:node:a"), ExtendedKeyUsageOID.EMAIL_PROTECTION),
    ):
        before = await ground.so_far(reason)
        assert await ground.ask(ground.of_another_purpose(alternative, purpose)) == b""
        await ground.refused(reason, before)


async def test_an_expired_certificate_of_a_node_is_refused(ground: Ground) -> None:
    authority, _, pem = ground.signer()
    key, ago = certificates.new_key(), now() - certificates.NODE_LIVES - timedelta(minutes=1)
    request = certificates.request_of(key)
    issued = certificates.issue(
        authority.public_bytes(Encoding.PEM), pem, request, NodeName("a"), Role.WHOLE, ago
    )
    row = {"serial": issued.serial, "node": "a", "expires_at": micros(issued.until)}
    await ground.state.database.write(
        lambda connection: connection.execute(insert(fleet_certificate).values(row))
    )
    assert await ground.ask(ground.kept("old", issued.pem, key)) == b""
    await ground.refused("node_certificate_expired")


async def test_a_node_that_was_removed_is_refused_at_once(ground: Ground) -> None:
    member = await ground.member("lost", Role.EDGE)
    assert b"HTTP/1.1" in await ground.ask(member)
    status, said = await ground.fleet["a"].brana("fleet", "leave", "lost")
    assert status == 0, said
    assert await ground.ask(member) == b""
    assert (await ground.refused("node_revoked")).details["node"] == "lost"


async def test_nodes_get_no_service_that_is_not_theirs(ground: Ground) -> None:
    edge, control = await ground.member("edge", Role.EDGE), await ground.member("control", Role.CONTROL)
    for shown, service in (
        (edge, "control.brana.internal"),
        (edge, "metrics.brana.internal"),
        (edge, "discovery.brana.internal"),
        (edge, Service.JOIN),
        (control, Service.AUTHORIZE),
        (control, Service.NODE),
    ):
        before = await ground.so_far("node_service_not_allowed")
        assert await ground.ask(shown, service) == b"", service
        await ground.refused("node_service_not_allowed", before)


async def test_an_edge_speaks_for_itself_alone_and_of_what_it_sees(ground: Ground) -> None:
    edge = await ground.member("talker", Role.EDGE)
    _, victim = await signed_in(ground.fleet, "a")
    forged = {
        "code": "session.opened",
        "outcome": "success",
        "at": now().isoformat(),
        "subject": victim.subject,
        "request_id": "forged-1",
    }
    assert b"403" in (await ground.tell(edge, "/told", {"entries": [forged]}))[:20]
    seen = forged | {"code": "access.cut_off", "request_id": "forged-2", "details": {"node": "a"}}
    for _ in range(2):  # as after an answer that was lost
        assert b"204" in (await ground.tell(edge, "/told", {"entries": [seen]}))[:20]
    (told,) = await ground.fleet.entries(request_id="forged-2")
    assert (told.subject, told.details["node"]) == ("system", "talker")
    assert await ground.fleet.entries(request_id="forged-1", at_least=0) == []
    # Places have no node's name in them: another's cannot be named.
    place = {"name": "access-1.log", "offset": 7, "renaming_to": "", "finished": False}
    moved = {"before": place | {"offset": 0}, "after": place, "entries": [], "node": "a"}
    assert b"204" in (await ground.tell(edge, "/moved", moved))[:20]
    assert b'"access-1.log"' in await ground.tell(edge, "/places", {})
    assert b'"access-1.log"' not in await ground.tell(await ground.member("other", Role.EDGE), "/places", {})


async def test_an_edge_records_no_act_of_its_own_side_under_somebody_s_session(ground: Ground) -> None:
    edge = await ground.member("slander", Role.EDGE)
    _, victim = await signed_in(ground.fleet, "a")
    opened, *_ = await ground.fleet.entries(Code.SESSION_OPENED, person=victim.subject)
    forged = _told("configuration.reloaded", session=opened.session, request_id="forged-3")
    for path, said in (
        ("/told", {"entries": [forged]}),
        ("/moved", {"before": _place(0), "after": _place(7), "entries": [forged]}),
    ):
        assert b"403" in (await ground.tell(edge, path, said))[:20]
    named = _told("configuration.reloaded", subject=f"cli:\x1b[2Jroot{'x' * 5_000}", request_id="forged-4")
    assert b"204" in (await ground.tell(edge, "/told", {"entries": [named]}))[:20]
    (told,) = await ground.fleet.entries(request_id="forged-4")
    assert (len(told.subject) < 300, "\x1b" in told.subject, told.details["node"]) == (True, False, "slander")
    assert await ground.fleet.entries(request_id="forged-3", at_least=0) == []


async def test_an_edge_fills_neither_the_log_nor_anybody_s_time_with_one_message(ground: Ground) -> None:
    edge = await ground.member("flood", Role.EDGE)
    one, huge = _told("access.cut_off"), _told("access.cut_off", details={"path": "x" * LONGEST})
    sids = {f"s{number}": now().isoformat() for number in range(MOST + 1)}
    for path, said in (
        ("/told", {"entries": [one] * (MOST + 1)}),
        ("/told", {"entries": [huge | {"request_id": "flood-1"}]}),
        ("/moved", {"before": _place(0), "after": _place(7), "entries": [one] * (MOST + 1)}),
        ("/moved", {"before": _place(0), "after": _place(7), "entries": [], "seen": sids}),
        ("/recorded", {"ids": [""] * 70_000}),  # more than a statement can name
    ):
        assert b" 413 " in (await ground.tell(edge, path, said))[:20], path
    assert await ground.fleet.entries(request_id="flood-1", at_least=0) == []
    assert b'"access-1.log"' not in await ground.tell(edge, "/places", {})


async def test_an_edge_that_asks_about_thousands_of_streams_at_once_holds_nobody_up(ground: Ground) -> None:
    """Each is a decision, and the supervisor ends a control plane that does nothing else for long."""
    edge = await ground.member("asker", Role.EDGE)
    browser, victim = await signed_in(ground.fleet, "a")
    opened, *_ = await ground.fleet.entries(Code.SESSION_OPENED, person=victim.subject)
    where = {"application": RECORDS, "municipality": CENTRE, "action": "read", "address": "127.0.0.1"}
    whose = {"session": opened.session, "revocation_id": f"{opened.session}.0", "request_id": "asked-1"}
    one = {"number": 1, "turn": 1, "first": True, "stream": where | whose}
    line = json.dumps({"type": "asked", "questions": [one] * 4_000}).encode() + b"\n"
    refused = asyncio.create_task(ground.ask(edge, Service.WATCH, line * 10))
    shown = await browser.get(ground.fleet.product.addresses.portal)
    assert shown.status == 200
    assert b"answered" not in await refused
    assert await ground.fleet.entries(request_id="asked-1", at_least=0) == []


async def test_an_edge_that_says_another_version_each_time_fills_no_log(ground: Ground) -> None:
    edge = await ground.member("babbler", Role.EDGE)
    for number in range(3 * TELLINGS):
        said = {"release": f"{number}\x1b[2J{'x' * 50_000}", "lacks": ["\x1b[2J" * 5_000] * 50}
        assert b" 200 " in (await ground.tell(edge, "/known", said))[:20]
    lines = [one for one in ground.fleet["a"].log.read_text("utf-8").splitlines() if '"babbler"' in one]
    assert len(lines) == TELLINGS
    assert max(map(len, lines)) < 1_000
    async with asyncio.timeout(10):
        while "babbler" not in (listed := (await ground.fleet["a"].brana("fleet", "list"))[1]):
            await asyncio.sleep(0.1)
    assert "\x1b" not in listed


async def test_a_code_lets_one_machine_join_once(ground: Ground) -> None:
    peer, authority = _peer(ground), ground.state.register.authority()
    assert authority is not None
    invitation = new_invitation(certificates.fingerprint(authority))
    await ground.state.register.invite(
        invitation.code, NodeName("twin"), Role.EDGE, timedelta(hours=1), "test", now()
    )
    requests = [certificates.request_of(certificates.new_key()) for _ in range(2)]
    both = await asyncio.gather(
        *(ask_to_join(peer, invitation, one, (NodeName("twin"), Role.EDGE)) for one in requests),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Admitted", "CannotJoin"]
    with pytest.raises(CannotJoin, match="invitation_used"):
        await ask_to_join(peer, invitation, requests[0], (NodeName("twin"), Role.EDGE))
    await ground.refused("invitation_used")


async def test_a_code_that_is_over_or_guessed_lets_nobody_join(ground: Ground) -> None:
    peer, authority = _peer(ground), ground.state.register.authority()
    assert authority is not None
    invitation, request = (
        new_invitation(certificates.fingerprint(authority)),
        certificates.request_of(certificates.new_key()),
    )
    with pytest.raises(CannotJoin, match="invitation_unknown"):
        await ask_to_join(peer, invitation, request, (NodeName("late"), Role.EDGE))
    await ground.refused("invitation_unknown")
    await ground.state.register.invite(
        invitation.code, NodeName("late"), Role.EDGE, timedelta(0), "test", now()
    )
    with pytest.raises(CannotJoin, match="invitation_expired"):
        await ask_to_join(peer, invitation, request, (NodeName("late"), Role.EDGE))
    await ground.refused("invitation_expired")


async def test_a_code_is_given_to_no_other_fleet_and_no_other_node(ground: Ground) -> None:
    theirs = Papers(ground.folder / "stranger")
    authority = ground.state.register.authority()
    assert authority is not None
    request, careful = certificates.request_of(certificates.new_key()), (NodeName("careful"), Role.EDGE)
    with pytest.raises(CannotJoin, match="another authority"):
        await ask_to_join(
            _peer(ground), new_invitation(certificates.fingerprint(theirs.authority)), request, careful
        )
    invitation = new_invitation(certificates.fingerprint(authority))
    await ground.state.register.invite(
        invitation.code, NodeName("careful"), Role.EDGE, timedelta(hours=1), "test", now()
    )
    with pytest.raises(CannotJoin, match="not that of node z"):
        await ask_to_join(
            Peer(name="z", address="127.0.0.1", port=ground.fleet.fleet_port), invitation, request, careful
        )
    made = await ground.state.register.join(invitation.code, request, careful, "", now())
    assert not isinstance(made, NotJoined)


async def test_nobody_says_by_himself_where_he_comes_from(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Behind load balancers: what comes from elsewhere is closed, whatever it begins with."""
    proxies = ["127.0.0.1/32"]

    def behind(_name: str, text: str) -> str:
        return text.replace("[public]\n", f"[public]\nproxies = {json.dumps(proxies)}\n", 1)

    async with inhabited(tmp_path_factory.mktemp("f"), [], configured=behind) as fleet:
        port, host = fleet.product.port, f"portal.{fleet.product.settings.public.domain}"

        async def ask(begins: bytes, local: str) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(local, 0))
            writer.write(begins)
            try:
                await writer.start_tls(fleet.product.tls(), server_hostname=host)
                writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                return await asyncio.wait_for(reader.read(), 10)
            except OSError:
                return b""
            finally:
                with contextlib.suppress(OSError):
                    writer.close()

        said = b"PROXY TCP4 203.0.113.7 127.0.0.1 40000 443\r\n"
        assert b"401" in (await ask(said, "127.0.0.1"))[:20]
        assert await ask(b"", "127.0.0.1") == b""
        assert await ask(said, "127.0.0.9") == b""
        found = await fleet.entries(Code.ACCESS)
        assert {one.address for one in found} == {"203.0.113.7"}


async def test_a_flood_at_the_port_of_the_fleet_is_told_in_few_lines_everywhere(ground: Ground) -> None:
    """The last one here: for a minute nothing else that is refused there has a line of its own."""
    tls = ground.believing(None)
    for _ in range(3 * REFUSALS // 20):
        port = ground.fleet.fleet_port
        await asyncio.gather(*(answered(port, tls, Service.AUTHORIZE, DECIDE) for _ in range(20)))
    entries = await ground.fleet.entries(Code.NODE_REFUSED, at_least=REFUSALS)
    lines = ground.fleet["a"].log.read_text("utf-8").count('"node.refused"')
    assert lines == len(entries) <= 2 * REFUSALS


def _told(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "outcome": "success", "at": now().isoformat(), **more}


def _place(offset: int) -> dict[str, Any]:
    return {"name": "access-1.log", "offset": offset, "renaming_to": "", "finished": False}


def _peer(ground: Ground) -> Peer:
    return Peer(name="a", address="127.0.0.1", port=ground.fleet.fleet_port)
