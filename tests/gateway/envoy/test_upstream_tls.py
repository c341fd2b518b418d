"""TLS to an application's servers: who is believed, under which name, and who we say we are. Real servers."""

import asyncio
import contextlib
import shutil
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography.x509.oid import ExtendedKeyUsageOID

from config.settings import UpstreamTls
from config.vocabulary import REASON_HEADER
from gateway.demo.authority import LIFETIME, Authority, KeyPair
from gateway.demo.slapd import free_port
from tests.rig import exact_http2 as http2
from tests.rig.authority import make_authority, server_pair
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.exact_http import Answer
from tests.rig.neighbours import Neighbour, listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
HTTP2 = Path(__file__).parents[2] / "rig" / "http2_server.mjs"
NAME = "spis.test"


@dataclass(frozen=True)
class Ground:
    plane: Plane
    folder: Path
    """Files that Envoy reads."""
    ours: Authority
    """The authority that the settings name."""
    others: Authority
    port: int

    async def ask(self, name: str) -> Answer:
        cookie = self.plane.cookie(application=name)
        return await self.plane.ask(host=f"{name}.{DOMAIN}", cookie=cookie)

    async def until(self, name: str, status: int) -> Answer:
        """A file that was replaced is read soon, and a server that was away is tried again."""
        for _ in range(200):
            if (answer := await self.ask(name)).status == status:
                return answer
            await asyncio.sleep(0.02)
        raise AssertionError(f"{name} does not come to answer {status}: {answer}")

    @contextlib.asynccontextmanager
    async def server(self, pair: KeyPair, asks_for: Path | None = None) -> AsyncIterator[Neighbour]:
        """With that certificate; `asks_for`: the authority of clients' certificates."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=asks_for)
        context.verify_mode = ssl.CERT_NONE if asks_for is None else ssl.CERT_REQUIRED
        context.load_cert_chain(pair.certificate, pair.key)
        server = Neighbour()
        server.answer = lambda _: web.Response(text="secretly")
        async with listening(server, self.port, context):
            yield server

    def refused(self, answer: Answer) -> None:
        assert (answer.status, answer.value(REASON_HEADER)) == (503, "unavailable")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    folder, port = tmp_path_factory.mktemp("t"), free_port()
    files = folder / "files"
    ours, others = make_authority(folder / "ours"), make_authority(folder / "others")
    files.mkdir()
    shutil.copy(ours.certificate, files / "authority.pem")
    client(ours, files)
    at, by_name = f"https://127.0.0.1:{port}", f"https://localhost:{port}"
    tls = UpstreamTls(authority=files / "authority.pem")
    named = UpstreamTls(authority=files / "authority.pem", server_name=NAME)
    shown = UpstreamTls(
        authority=files / "authority.pem",
        server_name=NAME,
        certificate=files / "client.pem",
        key=files / "client.key",
    )
    applications = [
        hosting("address", at, tls=tls),
        hosting("host", by_name, tls=tls),
        hosting("named", at, tls=named),
        hosting("shown", at, tls=shown),
        hosting("both", at, by_name, tls=tls),
        hosting("two", at, tls=named, protocol="http2"),
        hosting("plain-two", f"http://127.0.0.1:{port}", protocol="http2"),
    ]
    (folder / "p").mkdir()
    async with data_plane(folder / "p", applications=applications) as plane:
        yield Ground(plane, files, ours, others, port)


def client(authority: Authority, files: Path) -> None:
    """A certificate for us, put into the place of the one before by renaming, the key first."""
    pair = authority.issue("client", ["brana.test"], datetime.now(UTC), ExtendedKeyUsageOID.CLIENT_AUTH)
    pair.key.rename(files / "client.key")
    pair.certificate.rename(files / "client.pem")


async def test_a_server_is_believed_by_its_address_its_host_or_the_name_that_is_configured(
    ground: Ground,
) -> None:
    for name, holder in (("address", "127.0.0.1"), ("host", "localhost"), ("named", NAME)):
        async with ground.server(server_pair(ground.ours, holder, [holder])) as server:
            answer = await ground.until(name, 200)
            assert answer.body == b"secretly"
            assert server.last.value("x-brana-assertion") == "assertion-of-the-grant"


@pytest.mark.parametrize("holder", ["x.spis.test", "spis.test.x", "*.spis.test", "localhost", "127.0.0.1"])
async def test_a_certificate_of_another_name_is_not_believed(ground: Ground, holder: str) -> None:
    pair = server_pair(ground.ours, f"other-{holder.replace('*', 'w')}", [holder])
    async with ground.server(pair) as server:
        ground.refused(await ground.ask("named"))
        assert server.requests == []


async def test_each_of_several_servers_must_bear_its_own_name(ground: Ground) -> None:
    async with ground.server(server_pair(ground.ours, "second", ["localhost"])) as server:
        await ground.until("both", 200)  # the first address is refused, the second host believed
        assert server.requests


async def test_a_certificate_of_another_authority_is_not_believed(ground: Ground) -> None:
    async with ground.server(server_pair(ground.others, "foreign", [NAME])) as server:
        ground.refused(await ground.ask("named"))
        assert server.requests == []


@pytest.mark.parametrize("fault", ["expired", "not_yet", "of_a_client"])
async def test_a_certificate_that_does_not_hold_is_not_believed(ground: Ground, fault: str) -> None:
    now = datetime.now(UTC)
    when = {"expired": now - 2 * LIFETIME, "not_yet": now + timedelta(days=2)}.get(fault, now)
    purpose = {"of_a_client": ExtendedKeyUsageOID.CLIENT_AUTH}.get(fault, ExtendedKeyUsageOID.SERVER_AUTH)
    async with ground.server(ground.ours.issue(fault, [NAME], when, purpose)) as server:
        ground.refused(await ground.ask("named"))
        assert server.requests == []


async def test_a_server_without_tls_gets_nothing(ground: Ground) -> None:
    server = Neighbour()
    async with listening(server, ground.port):
        ground.refused(await ground.ask("named"))
    assert server.requests == []


async def test_our_certificate_is_shown_to_a_server_that_asks_and_read_again_when_it_is_replaced(
    ground: Ground,
) -> None:
    pair = server_pair(ground.ours, "asking", [NAME])
    async with ground.server(pair, ground.ours.certificate) as server:
        await ground.until("shown", 200)
        server.requests.clear()
        assert (await ground.ask("named")).status == 503  # it has none to show
        assert server.requests == []
    async with ground.server(pair, ground.others.certificate):
        assert (await ground.ask("shown")).status == 503
        client(ground.others, ground.folder)
        await ground.until("shown", 200)


async def test_an_authority_that_was_replaced_is_believed_without_a_restart(ground: Ground) -> None:
    async with ground.server(server_pair(ground.others, "replaced", [NAME])):
        assert (await ground.ask("named")).status == 503
        draft = ground.folder / "draft.pem"
        shutil.copy(ground.others.certificate, draft)
        draft.rename(ground.folder / "authority.pem")
        await ground.until("named", 200)
    draft.write_bytes(ground.ours.certificate.read_bytes())
    draft.rename(ground.folder / "authority.pem")
    async with ground.server(server_pair(ground.ours, NAME, [NAME])):
        await ground.until("named", 200)


@contextlib.asynccontextmanager
async def speaking_http_2(port: int, *files: str) -> AsyncIterator[None]:
    """`files`: key and certificate, where it speaks TLS."""
    process = await asyncio.create_subprocess_exec(
        "node", str(HTTP2), str(port), *files, stdout=asyncio.subprocess.PIPE, stderr=sys.stderr
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("name", ["two", "plain-two"])
async def test_http_2_is_spoken_to_servers_that_want_it(ground: Ground, name: str) -> None:
    pair = server_pair(ground.ours, "two", [NAME])
    files = [str(pair.key), str(pair.certificate)] if name == "two" else []
    async with speaking_http_2(ground.port, *files):
        assert (await ground.until(name, 200)).body == b"2.0 assertion-of-the-grant"


async def test_what_comes_after_a_body_reaches_no_server_that_could_read_it(ground: Ground) -> None:
    """Trailers pass from HTTP/2 to HTTP/2, and some programs put them among the headers (RFC 9110 §6.5.1)."""
    plane, host = ground.plane, f"plain-two.{DOMAIN}"
    asked = [(":method", "POST"), (":scheme", "https"), (":path", "/"), (":authority", host)]
    asked.append(("cookie", plane.cookie(application="plain-two")))
    forged = [("x-brana-assertion", "forged"), ("x-remote-user", "forged"), ("grpc-status", "0")]
    async with speaking_http_2(ground.port):
        await ground.until("plain-two", 200)
        reader, writer = await plane.connect(alpn="h2")
        writer.write(http2.PREFACE + http2.frame(http2.HEADERS, http2.END_HEADERS, 1, http2.block(asked)))
        writer.write(http2.frame(http2.DATA, 0, 1, b"x"))
        writer.write(http2.frame(http2.HEADERS, http2.END_HEADERS | http2.END_STREAM, 1, http2.block(forged)))
        async with asyncio.timeout(5):
            said = await _body(reader)
        writer.transport.abort()
    assert said == b"2.0 assertion-of-the-grant"


async def _body(reader: asyncio.StreamReader) -> bytes:
    """What the first frame with data holds (RFC 9113 §4.1)."""
    while True:
        head = await reader.readexactly(9)
        payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
        if head[3] == http2.DATA:
            return payload


async def test_no_key_and_no_certificate_stands_in_what_envoy_tells_of_its_configuration(
    ground: Ground,
) -> None:
    told = await ground.plane.administration.configuration()
    assert str(ground.folder / "client.key") in told
    assert "PRIVATE KEY" not in told
    key = (ground.folder / "client.key").read_text().splitlines()[1]
    assert key not in told
