"""The product with what centres host, each application by its own configuration, and somebody who may use all of it.

`async with centre(folder) as there:` is `brana serve` with a real slapd and a real Envoy in front of real servers:
Apache, grpcio, spyne, websockets, aiohttp.
"""

import asyncio
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import websockets
from aiohttp import web
from websockets.asyncio.server import ServerConnection, serve

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.authority import write_private
from gateway.demo.configuration import POLICIES
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from gateway.sessions.office import handle_hash
from gateway.storage.audit_search import LogSearch
from tests.rig.apache import Apache, apache
from tests.rig.chatty import Chatty, chatty, hinting
from tests.rig.child import child
from tests.rig.mellon import ServiceProvider, service_provider
from tests.rig.name_proxy import name_proxy
from tests.rig.product import ROOT, Product, installed
from tests.rig.relying_party import CLIENT, SECRET, RelyingParty
from tests.rig.rpc_server import SERVICE, rpc_server
from tests.rig.signed_in import sign_in

PATIENCE = 30.0  # seconds for an entry to be in the log
LOGIN, HULIN = "novakova.jana", MunicipalityCode("588491")
CONFIGURED = """
[[applications]]
id = "{id}"
host = "{host}.{domain}"
upstreams = ["http://127.0.0.1:{port}"]
title = {{ cs = "{id}", en = "{id}" }}
description = {{ cs = "", en = "" }}
{text}
"""
POLICY = """
@id("{id}")
@title_cs("Aplikace {id} pro všechny")
@title_en("The application {id} for everybody")
permit (principal, action in [Action::"read", Action::"write"], resource in Application::"{id}")
when {{ principal.memberships.contains(resource.municipality) }};
"""
ALL_READ = 'routes = [{ action = "read", streaming = true }]'
WEBDAV = """
routes = [
  { path = "/dav", methods = ["GET", "OPTIONS", "PROPFIND"], action = "read", webdav = true },
  { path = "/dav", action = "write", webdav = true },
  { action = "read" },
]
"""
CALLS = f"""
path = "/{SERVICE}"
protocol = "http2"
grpc_web = true
routes = [{{ action = "write", streaming = true }}]
"""
CHATTY = """
routes = [
  { path = "/events", methods = ["GET"], action = "read", streaming = true },
  { path = "/poll", methods = ["GET"], action = "read", streaming = true, idle_timeout = "5 s" },
  { path = "/silent", methods = ["GET"], action = "read", streaming = true, idle_timeout = "1 s" },
  { path = "/sink", methods = ["PUT"], action = "write" },
  { path = "/small", methods = ["PUT"], action = "write", body_mib = 1 },
  { path = "/api", methods = ["OPTIONS"], public = true },
  { path = "/api", action = "write" },
  { methods = ["GET"], action = "read" },
]
"""
OPENID = """
identity = { way = "openid" }
routes = [
  { path = "/bye", methods = ["GET"], public = true },
  { methods = ["GET"], action = "read" },
  { path = "/sign-out", methods = ["POST"], action = "read" },
]
"""
REGISTERED = """
[[oidc_clients]]
id = "{client}"
redirect_uris = ["https://partner.{domain}:{port}/oidc/callback"]
post_logout_redirect_uris = ["https://partner.{domain}:{port}/bye"]
secret_file = "partner.secret"
"""
SAML = """
identity = { way = "none" }
routes = [
  { path = "/mellon/postResponse", methods = ["POST"], action = "read" },
  { path = "/strong/mellon/postResponse", methods = ["POST"], action = "read" },
  { path = "/sealed/mellon/postResponse", methods = ["POST"], action = "read" },
  { path = "/mellon/logout", methods = ["GET"], public = true },
  { path = "/bye", methods = ["GET"], public = true },
  { methods = ["GET"], action = "read" },
]
"""
TRUSTED = """
[[saml_service_providers]]
entity_id = "https://archive.{domain}:{port}/mellon/metadata"
addresses = ["https://archive.{domain}:{port}/mellon/postResponse"]
logout_address = "https://archive.{domain}:{port}/mellon/logout"
certificates = ["archive.pem"]
requests_signed = true
name_id = "transient"
application = "archive"
attributes = [{{ name = "uid", says = "login" }}, {{ name = "roles", says = "roles" }}]
[[saml_service_providers]]
entity_id = "https://archive.{domain}:{port}/strong/mellon/metadata"
addresses = ["https://archive.{domain}:{port}/strong/mellon/postResponse"]
certificates = ["archive.pem"]
sign_answers = true
[[saml_service_providers]]
entity_id = "https://archive.{domain}:{port}/sealed/mellon/metadata"
addresses = ["https://archive.{domain}:{port}/sealed/mellon/postResponse"]
encryption_certificate = "archive.pem"
sign_answers = true
attributes = [{{ name = "uid", says = "login" }}]
"""
PORT = re.compile(r"^port = (\d+)$", re.MULTILINE)
"""Of what people see, the first of the configuration."""
APPLICATIONS = {
    "plain": ("files", "plain", ALL_READ),
    "newer": ("files", "newer", f'protocol = "http2"\n{ALL_READ}'),
    "dav": ("files", "dav", WEBDAV),
    "chatty": ("chatty", "chatty", CHATTY),
    "hints": ("hints", "hints", ALL_READ),
    "sockets": ("sockets", "sockets", 'routes = [{ action = "read", websocket = true }]'),
    "soap": ("soap", "soap", 'routes = [{ action = "write" }]'),
    "calls": ("calls", "chatty", CALLS),
    "partner": ("partner", "partner", OPENID),
    "archive": ("archive", "archive", SAML),
}
"""Id → server, first label of the host, settings. The gRPC service lives on the host of the page that calls it."""


@dataclass(frozen=True, slots=True)
class Centre:
    product: Product
    apache: Apache
    chatty: Chatty
    partner: RelyingParty
    archive: ServiceProvider
    proxy: str
    """Address of a proxy by which clients find the hosts."""

    def authority(self, application: str) -> str:
        """`host:port` as people see it."""
        return self.product.addresses.authority(f"{APPLICATIONS[application][1]}.{DOMAIN}")

    def url(self, application: str, path: str = "/") -> str:
        return f"https://{self.authority(application)}{path}"

    async def cookie(self, application: str) -> str:
        """`name=value` of somebody's session at that host."""
        people = [(self.product.account(LOGIN), HULIN)]
        with self.product.state() as state:
            (made,) = await sign_in(state, people, lambda _: self.authority(application))
        return made.cookie

    async def session(self, cookie: str, application: str) -> str:
        """Name of the session whose cookie that is."""
        with self.product.state() as state:
            found = await state.sessions.by_handle(
                handle_hash(cookie.partition("=")[2]), self.authority(application)
            )
        assert found is not None
        return found.id

    async def revoke(self, session: str) -> None:
        """As an operator does."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "sessions", "revoke", session,
            "--config", str(self.product.configuration), cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert await process.wait() == 0

    async def entry(self, request_id: str) -> Entry:
        """What the log says of that request."""
        asked = Query(request_id=request_id, codes=frozenset({Code.ACCESS}))
        with self.product.state() as state:
            search = LogSearch(state.database)
            async with asyncio.timeout(PATIENCE):
                while not (page := await search.page(asked)).entries:
                    await asyncio.sleep(0.05)
        (recorded,) = page.entries
        return recorded.entry

    async def curl(self, *arguments: str, cookie: str = "") -> "Curled":
        """`arguments` end with the URL. Body and header are kept apart."""
        authority = arguments[-1].split("/")[2]
        with tempfile.NamedTemporaryFile(dir=self.product.world.folder) as head:
            return await self._curl(Path(head.name), authority, *arguments, cookie=cookie)

    async def _curl(self, head: Path, authority: str, *arguments: str, cookie: str) -> "Curled":
        process = await asyncio.create_subprocess_exec(
            "curl", "--silent", "--max-time", "60", "--cacert", str(self.product.world.authority),
            "--resolve", f"{authority}:127.0.0.1", "--dump-header", str(head),
            *(("--cookie", cookie) if cookie else ()), *arguments,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        said, _ = await process.communicate()
        return Curled(process.returncode or 0, head.read_text("latin-1"), said)


@dataclass(frozen=True, slots=True)
class Curled:
    code: int
    head: str
    """Of every answer, also of 100 and 103."""
    body: bytes

    @property
    def status(self) -> str:
        """`HTTP/2 206`: of the last answer."""
        return [line for line in self.head.splitlines() if line.startswith("HTTP/")][-1].strip()

    def value(self, name: str) -> str | None:
        lines = [line.partition(":") for line in self.head.splitlines()]
        return next((value.strip() for key, _, value in lines if key.lower() == name), None)

    @property
    def reason(self) -> object:
        return json.loads(self.body)["reason"]


async def _echo(socket: ServerConnection) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        async for message in socket:
            deflated = str(socket.protocol.extensions)
            await socket.send(deflated if message == "extensions" else message)


@contextlib.asynccontextmanager
async def centre(folder: Path) -> AsyncIterator[Centre]:
    """Started and ready; ended with the block."""
    ports = {"sockets": free_port(), "soap": free_port()}
    async with contextlib.AsyncExitStack() as stack:
        files = stack.enter_context(apache())
        stack.enter_context(
            child([sys.executable, "-m", "tests.rig.soap_server", str(ports["soap"])], ports["soap"])
        )
        talker, ports["chatty"] = await stack.enter_async_context(chatty())
        ports["hints"] = await stack.enter_async_context(hinting())
        ports["calls"] = await stack.enter_async_context(rpc_server())
        await stack.enter_async_context(serve(_echo, "127.0.0.1", ports["sockets"], max_size=2**24))
        ports["files"] = files.port
        partner = RelyingParty()
        ports["partner"] = await stack.enter_async_context(_served(partner))
        write_private(folder / "partner.secret", SECRET.encode())
        archive = stack.enter_context(service_provider())
        ports["archive"] = free_port()
        (folder / "archive.pem").write_bytes(archive.certificate)

        def configured(text: str) -> str:
            port = PORT.search(text)
            assert port is not None
            registered = REGISTERED.format(client=CLIENT, domain=DOMAIN, port=port[1])
            return (
                _with_policies(folder, text)
                + registered
                + TRUSTED.format(domain=DOMAIN, port=port[1])
                + "".join(
                    CONFIGURED.format(id=name, host=host, domain=DOMAIN, port=ports[server], text=more)
                    for name, (server, host, more) in APPLICATIONS.items()
                )
            )

        product = await stack.enter_async_context(installed(folder, configured=configured))
        partner.origin = f"https://{product.addresses.authority(f'partner.{DOMAIN}')}"
        partner.issuer, partner.tls = product.addresses.issuer, product.tls()
        await product.start()
        archive.origin = f"https://{product.addresses.authority(f'archive.{DOMAIN}')}"
        stack.enter_context(archive.running(ports["archive"], await _metadata(product)))
        proxy = await stack.enter_async_context(name_proxy(product.port))
        yield Centre(product, files, talker, partner, archive, proxy)


async def _metadata(product: Product) -> str:
    """As an operator fetches them."""
    visitor = product.visitor()
    shown = await visitor.get(f"{product.addresses.issuer}/saml/metadata")
    await visitor.close()
    assert shown.status == 200, shown.text
    return shown.text


@contextlib.asynccontextmanager
async def _served(application: RelyingParty) -> AsyncIterator[int]:
    """Yields its port."""
    app = web.Application()
    app.add_routes(application.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield port
    await runner.cleanup()


def _with_policies(folder: Path, text: str) -> str:
    """The region's, with those of the applications."""
    region = folder / "region"
    shutil.copytree(POLICIES / "region", region)
    (region / "70-hosted.cedar").write_text("".join(POLICY.format(id=name) for name in APPLICATIONS), "utf-8")
    return text.replace(str(POLICIES / "region"), str(region))
