import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.async_api import Browser

from gateway.web.app import make_app
from gateway.web.desk import Desk
from gateway.web.door import DoorPages
from gateway.web.refusal import SIGN_IN_FAILED, Occurrence, refusal_page, signed_out_page
from idp.http.page import language_of, page_headers
from tests.gateway.web.sample import NOW, Office
from tests.rig.browser import chromium


@dataclass
class Asked:
    language: str
    request_id: str
    target: str


@dataclass
class Spoken:
    reason: str
    title: dict
    advice: dict


REFUSED = Spoken(
    "other_municipality_active",
    {"cs": "Jednáte za jinou obec", "en": "You act for another municipality"},
    {
        "cs": "Jsou to písemnosti obce Kvasice. Přepněte na portálu na Kvasice a otevřete je znovu.",
        "en": "These are the records of Kvasice. Switch to Kvasice at the portal and open them again.",
    },
)


def own_paths(desk: Desk) -> dict:
    """Pages that the composer's handlers show, each at an address of its own."""
    door = DoorPages(desk.pages, desk.portal, desk.now)

    def shown(render):
        async def handler(request: web.Request) -> web.Response:
            language = language_of(request)
            asked = Asked(language, "7c0d2c7e-4a55-4bb4-9b3b-0d3a0b9a7f10", request.path_qs)
            return web.Response(text=render(asked), content_type="text/html", headers=page_headers())

        return handler

    def failed(asked):
        occurrence = Occurrence(refusal=SIGN_IN_FAILED, status=400, at=NOW, request_id=asked.request_id)
        return refusal_page(desk.pages, occurrence, asked.language, portal=desk.portal, again="/")

    return {
        "/.brana/refused": shown(lambda asked: door.refused(asked, REFUSED)),
        "/.brana/over": shown(door.signed_out),
        "/.brana/unavailable": shown(door.unavailable),
        "/.brana/failed": shown(failed),
        "/.brana/signed-out": shown(
            lambda asked: signed_out_page(desk.pages, asked.language, portal=desk.portal)
        ),
    }


def make_office_app(office: Office) -> web.Application:
    desk = office.desk()
    return make_app(desk, office.rooms(desk), own_paths(desk))


@pytest_asyncio.fixture
async def office() -> Office:
    return Office()


@pytest_asyncio.fixture
async def client(office: Office) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_office_app(office))) as client:
        yield client


def self_signed(folder) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "brana.test")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(hours=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.brana.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@dataclass
class Site:
    """The real application behind TLS on a free port."""

    office: Office
    port: int

    def address(self, host: str, path: str) -> str:
        return f"https://{host}.brana.test:{self.port}{path}"


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path) -> AsyncIterator[Site]:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    office = Office(origin_port=f":{port}")
    runner = web.AppRunner(make_office_app(office))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=self_signed(tmp_path)).start()
    yield Site(office, port)
    await runner.cleanup()
