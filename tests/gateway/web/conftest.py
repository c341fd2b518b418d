import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.vocabulary import Action, ApplicationId, Language
from gateway.authorize.refusals import refusal
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Refused
from gateway.sessions.sign_in import Fault
from gateway.waiting import Waiting
from gateway.web.app import make_app
from gateway.web.decision_pages import DecisionPages
from gateway.web.desk import Desk
from gateway.web.refusal import signed_out_page
from gateway.web.sign_in_failures import told
from idp.http.page import language_of, page_headers
from tests.gateway.web.people import NOW, OFFICER, session
from tests.gateway.web.requests_site import RequestsSite, requests_site
from tests.gateway.web.sample import CARDS, POLICIES, REQUESTS, Office
from tests.gateway.web.sample_fleet import FLEET
from tests.rig.assistance import Helping, helping
from tests.rig.incidents import incidents
from tests.rig.people import person

REFUSED = Refused(
    reason="other_municipality_active",
    rule="",
    policy_version="1",
    title={Language.CZECH: "Jednáte za jinou obec", Language.ENGLISH: "You act for another municipality"},
    advice={
        Language.CZECH: "Jsou to písemnosti obce Kvasice. Přepněte na portálu na Kvasice a otevřete je znovu.",
        Language.ENGLISH: "These are the records of Kvasice. Switch to Kvasice and open them again.",
    },
    municipality=None,
)

ROLELESS = refusal("no_role", None, "", "1")
DIRECTORY = refusal("directory_unreachable", None, "", "1")


def own_paths(desk: Desk) -> dict:
    """Pages that the composer's handlers show, each at an address of its own."""
    pages = DecisionPages(desk)

    def shown(render):
        async def handler(request: web.Request) -> web.Response:
            asked = AccessRequest(
                application=ApplicationId("records"),
                municipality=None,
                action=Action.READ,
                method="GET",
                host=request.host,
                target=request.path_qs,
                page=request.path_qs,
                address="203.0.113.7",
                request_id="7c0d2c7e-4a55-4bb4-9b3b-0d3a0b9a7f10",
                user_agent="",
                page_load=True,
                cookies={},
                language=language_of(request),
            )
            return web.Response(text=render(asked), content_type="text/html", headers=page_headers())

        return handler

    async def failed(request: web.Request) -> web.Response:
        return desk.refuse(request, *told(Fault.ATTEMPT_LOST), again="/")

    return {
        "/.brana/refused": shown(lambda asked: pages.refused(asked, REFUSED, session(), 403)),
        "/.brana/roleless": shown(
            lambda asked: pages.refused(asked, ROLELESS, session(roles=(), municipality=None), 403)
        ),
        "/.brana/directory": shown(lambda asked: pages.refused(asked, DIRECTORY, session(), 503)),
        "/.brana/over": shown(pages.signed_out),
        "/.brana/unavailable": shown(pages.unavailable),
        "/.brana/failed": failed,
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
    people: Helping

    def address(self, host: str, path: str) -> str:
        return f"https://{host}.brana.test:{self.port}{path}"


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path) -> AsyncIterator[Site]:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    office = Office(origin_port=f":{port}", fleet=FLEET, demands=7)
    with helping() as people, incidents() as kept:
        await people.prepare()
        kept.now, office.incidents = NOW, kept
        office.portal.cards_open = (*CARDS, POLICIES, REQUESTS)
        office.waiting = Waiting(requests=1, uses=2, proposals=1, accesses=100)
        office.assistance, office.lost_factors = people.assistance, people.lost_factors
        runner = web.AppRunner(make_office_app(office))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=self_signed(tmp_path)).start()
        yield Site(office, port, people)
        await runner.cleanup()


@pytest.fixture
def requests(tmp_path: Path) -> Iterator[RequestsSite]:
    """Where requests are made and decided about."""
    made = requests_site(tmp_path)
    yield made
    made.kept.database.close()


@pytest.fixture
async def people() -> AsyncIterator[Helping]:
    with helping(person(OFFICER.subject, OFFICER.login)) as made:
        await made.prepare()
        yield made
