"""Three whole nodes, each a machine by itself, on a network of their own; in its middle are PostgreSQL, which takes
nothing but TLS and a password, slapd, an application that takes its time, and the people.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from config.vocabulary import Role
from gateway.demo.authority import authority, write_private
from gateway.demo.configuration import RECORDS
from gateway.demo.people import CAST, CENTRE, Inhabitant
from gateway.demo.slapd import free_port
from gateway.demo.world import Account, draw_accounts
from tests.rig.fleet import Fleet, Network, fleet
from tests.rig.fleet_load import AT_WORK
from tests.rig.fleet_log import recorded, verified
from tests.rig.fleet_policies import of_its_own
from tests.rig.namespaces import Machine, network
from tests.rig.neighbours import Neighbour, listening
from tests.rig.postgres import Server, cluster
from tests.rig.signed_in import SignedIn
from tests.rig.visitor import Visitor

PEOPLE, BACKBONE, APPLICATIONS = MIDDLE = ("10.1.0.1", "10.1.0.2", "10.1.0.3")
"""Whoever says nothing else goes out from the first."""
NODES = {"a": "10.1.0.11", "b": "10.1.0.12", "c": "10.1.0.13"}
"""As in config/examples/fleet.toml."""
ADDRESSES = (*MIDDLE, *NODES.values())
GRACE = 5.0  # seconds
WORKS_FOR = 0.03  # seconds: what the application needs for an answer
CLERKS = 7
PASSWORD = "heslo k databázi"
HBA = f"local all all trust\nhostssl all brana {BACKBONE}/24 scram-sha-256\n"
DATABASE = """
[state.database]
hosts = ["{host}"]
name = "{name}"
password_file = "{password}"
authority = "{authority}"
"""


@dataclass
class Three:
    fleet: Fleet
    machines: dict[str, Machine]
    server: Server
    settings: dict[str, str]
    """What the database server is started with."""

    @property
    def records(self) -> str:
        return self.fleet.product.application(RECORDS, CENTRE)

    def cut(self, name: str) -> None:
        """From the database, the directory and the other nodes; people and applications still reach it."""
        others = [address for node, address in NODES.items() if node != name]
        self.machines[name].cut_off_from([BACKBONE, *others])

    def clerk(self) -> Account:
        """Somebody of the centre whom no test has used."""
        people = (one for one in self.fleet.product.world.accounts if one.login.startswith("referent"))
        taken = {AT_WORK, *self.fleet.used}
        found = next(one for one in people if one.login not in taken)
        self.fleet.used.add(found.login)
        return found

    async def signed_in(self, at: str) -> tuple[Visitor, Account]:
        browser, account = self.fleet.visitor(at), self.clerk()
        shown = await browser.sign_in(account, self.records)
        assert (shown.status, shown.text) == (200, "hello"), (shown.status, shown.title)
        return browser, account

    def known(self, session: SignedIn, at: str) -> Visitor:
        """A browser that has a session at the records, and no grant."""
        browser = self.fleet.visitor(at)
        name, _, handle = session.cookie.partition("=")
        browser.keep(self.records, {name: handle})
        return browser

    async def recorded(self, requests: Collection[str]) -> None:
        await recorded(self.fleet, requests)

    async def verified(self, at: str) -> None:
        await verified(self.fleet, at)

    def restart_database(self) -> None:
        """As after a power cut: nobody says goodbye."""
        self.server.stop()
        self.server.start(**self.settings)


@contextlib.asynccontextmanager
async def three_nodes(folder: Path) -> AsyncIterator[Three]:
    """Everything runs; this thread is in the middle of the network meanwhile."""
    folder = folder.resolve()
    with (
        network(MIDDLE, NODES) as (middle, machines),
        middle.entered(),
        _server(folder) as (server, settings),
    ):
        place = server.empty()
        database = DATABASE.format(
            host=f"{BACKBONE}:{server.port}",
            name=place.name,
            password=folder / "database.password",
            authority=folder / "database" / "ca.pem",
        )
        where = Network(NODES, {name: one.network for name, one in machines.items()}, BACKBONE, PEOPLE)
        port, own = free_port(), of_its_own(folder)
        async with (
            listening(_slow(), port, address=APPLICATIONS),
            fleet(
                folder,
                ["b", "c"],
                _people(),
                f"http://{APPLICATIONS}:{port}",
                lambda name, text: own(name, text) + database,
                grace=f"{GRACE:g} s",
                whole=["b", "c"],
                network=where,
            ) as made,
        ):
            yield Three(made, machines, server, settings)


def _people() -> tuple[Account, ...]:
    clerks = (
        Inhabitant(login=f"referent{number}", given="Ivo", surname="Referent", places=((CENTRE, Role.CLERK),))
        for number in range(CLERKS)
    )
    return draw_accounts([*CAST, *clerks])


def _slow() -> Neighbour:
    """So that at each moment some requests are under way."""
    application = Neighbour(web_socket=True)
    at_once = application.handle

    async def handle(asked: web.BaseRequest) -> web.StreamResponse:
        if "Upgrade" not in asked.headers:
            await asyncio.sleep(WORKS_FOR)
        try:
            return await at_once(asked)
        except ConnectionError:  # who asked was killed meanwhile
            return web.Response(status=400)

    application.handle = handle
    return application


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    """The database server, and what it is started with."""
    now = datetime.now(UTC)
    (folder / "database").mkdir()
    pair = authority(folder / "database", now).issue("server", [BACKBONE], now)
    write_private(folder / "database.password", PASSWORD.encode())
    with cluster() as server:
        server.stop()
        server.give("server.pem", pair.certificate.read_bytes())
        server.give("server.key", pair.key.read_bytes())
        server.give("data/pg_hba.conf", HBA.encode())
        settings = {
            "listen_addresses": BACKBONE,
            "port": str(server.port),
            "ssl": "on",
            "ssl_cert_file": str(server.folder / "server.pem"),
            "ssl_key_file": str(server.folder / "server.key"),
        }
        server.start(**settings)
        server.run(f"ALTER ROLE brana PASSWORD '{PASSWORD}'")
        yield server, settings
