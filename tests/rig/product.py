"""The whole product as it is installed: `brana serve`, a real slapd, a real application, and people who sign in.

`async with product(folder) as running:` prepares a small world, starts everything on free loopback ports and
stops it by process id. `running.visitor()` is a browser without a screen.
"""

import asyncio
import contextlib
import os
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp.abc import AbstractCookieJar

from config.district import read_district
from config.settings import Settings
from config.vocabulary import ApplicationId, SubjectId
from gateway.commands.addresses import Addresses
from gateway.commands.state import State, open_state
from gateway.demo import ldif
from gateway.demo.authority import authority, write_private
from gateway.demo.configuration import BUDGET, MAP, RECORDS, settings_text
from gateway.demo.people import CAST
from gateway.demo.slapd import Slapd, free_port, load
from gateway.demo.slapd import start as start_slapd
from gateway.demo.start import DISTRICT, DOMAIN, plan
from gateway.demo.world import Account, World, draw_accounts
from idp.login.officer import issue_enrolment_code
from idp.login.spoken_code import new_spoken_code, written
from idp.login.totp import Secret
from tests.rig.people import OPERATOR
from tests.rig.slapd import as_root
from tests.rig.visitor import Visitor
from tests.rig.warm import PROGRAM, Copied, serving

ROOT = Path(__file__).parents[2]
APPLICATIONS = (RECORDS, BUDGET, MAP)
READY_WITHIN = 60.0  # seconds; a loaded machine needs more than the usual one
ENDS_WITHIN = 15.0
POLL = 0.01
NO_LIMITS = "\n[limits]\nrequests_per_address = 100000\nrequests_per_session = 100000\n"
"""Everybody comes from one address: what is measured is something else."""


class Product:
    """A prepared installation; `start` and `stop` may be called again and again."""

    def __init__(self, world: World, configuration: Path, settings: Settings, directory: Slapd) -> None:
        self.world, self.configuration, self.settings = world, configuration, settings
        self.directory = directory
        self.addresses = Addresses(settings, read_district(settings.office.district))
        self.log = world.folder / "brana.log"
        self._supervisor: asyncio.subprocess.Process | Copied | None = None
        self._visitors: list[Visitor] = []
        self.before: tuple[str, ...] = ()
        """Command under which `brana serve` runs, as `setpriv …`."""

    @property
    def run(self) -> Path:
        return self.settings.state.directory / "run"

    @property
    def address(self) -> str:
        """Where it is asked; where it listens at each address, at the loopback's."""
        return self.settings.public.address.replace("0.0.0.0", "127.0.0.1")

    @property
    def port(self) -> int:
        return self.settings.public.port

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.world.authority))

    def account(self, login: str) -> Account:
        return self.world.account(login)

    def application(self, name: ApplicationId, municipality: str = "") -> str:
        """Start page of an application."""
        return f"https://{self.host(name, municipality)}/"

    def host(self, name: ApplicationId, municipality: str = "") -> str:
        """Host of an application, with its port, as the browser writes it."""
        found = next(one for one in self.settings.applications if one.id == name)
        return self.addresses.authority(found.host.replace("{municipality}", municipality))

    def visitor(
        self,
        address: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        jar: AbstractCookieJar | None = None,
    ) -> Visitor:
        """A new browser at `address`, any of 127.0.0.0/8; closed when the product ends. `tls`: as it speaks it where it
        shows a certificate; `jar`: cookies of another one.
        """
        made = Visitor(tls or self.tls(), address, self.address, jar)
        self._visitors.append(made)
        return made

    def same_visitor(self, other: Visitor) -> Visitor:
        """A browser that another node knows, asking here."""
        made = Visitor(other.tls, other.address, self.address, other.jar)
        self._visitors.append(made)
        return made

    async def start(self) -> float:
        """`brana serve`; seconds until people can come in (the portal sends a stranger to the sign-in)."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            words = ("--config", str(self.configuration))
            if not self.before:
                self._supervisor = await serving(words, log)
            else:
                self._supervisor = await asyncio.create_subprocess_exec(
                    *self.before, *PROGRAM, "serve", *words,
                    cwd=ROOT, stderr=log, stdin=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
        visitor, end = self.visitor(), time.monotonic() + READY_WITHIN
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                if await self._lets_in(visitor):
                    return time.monotonic() - begun
            ended = self._supervisor.returncode is not None
            if ended or time.monotonic() > end:
                raise AssertionError(f"the product does not start:\n{self.log.read_text()[-4000:]}")
            await asyncio.sleep(POLL)

    async def _lets_in(self, visitor: Visitor) -> bool:
        if self.settings.public.proxies:  # nobody but those may connect
            return b'"event": "ready"' in self.log.read_bytes()
        return (await visitor.get(self.addresses.portal, follow=False)).status == 302

    async def stop(self) -> None:
        """As an operator would: SIGTERM to the supervisor, which ends both children."""
        for visitor in self._visitors:
            await visitor.close()
        self._visitors.clear()
        if self._supervisor is None or self._supervisor.returncode is not None:
            return
        self._supervisor.terminate()
        try:
            await asyncio.wait_for(self._supervisor.wait(), ENDS_WITHIN)
        except TimeoutError:
            self._supervisor.kill()  # the kernel then ends its children
            await self._supervisor.wait()

    def supervisor(self) -> psutil.Process:
        assert self._supervisor is not None
        return psutil.Process(self._supervisor.pid)

    def control_plane(self) -> psutil.Process:
        return self._child("gateway.commands.control_plane_process")

    def envoy(self) -> psutil.Process:
        return self._child("--config-path")

    def watch_of_streams(self) -> psutil.Process:
        return self._child("gateway.commands.streams_process")

    def _child(self, argument: str) -> psutil.Process:
        return next(child for child in self.supervisor().children() if argument in child.cmdline())

    def as_root(self) -> contextlib.AbstractContextManager[Any]:
        """A python-ldap connection that may change everything in the directory."""
        return as_root(self.directory, self.world.authority)

    @contextlib.contextmanager
    def state(self) -> Iterator[State]:
        """The installation's database and stores, opened beside the running product."""
        opened = open_state(self.configuration)
        try:
            yield opened
        finally:
            opened.database.close()


def prepared(folder: Path, accounts: Sequence[Account], address: str = "127.0.0.1") -> World:
    """World files of these people: certificates, directory data, the reader's password."""
    now = datetime.now(UTC)
    made = authority(folder / "tls", now)
    public = made.issue("public", [DOMAIN, f"*.{DOMAIN}"], now)
    made.issue("directory", [address], now)
    password_file = folder / "directory-password"
    write_private(password_file, b"heslo-sluzebniho-uctu-brany")
    world = World(
        folder=folder,
        domain=DOMAIN,
        authority=made.certificate,
        certificate=public.certificate,
        key=public.key,
        district=DISTRICT,
        directory_password_file=password_file,
        directory_root_password="korenove-heslo-pro-testy",
        accounts=tuple(accounts),
    )
    district = read_district(DISTRICT)
    titles = {code: district.name(code) for code in district}
    directory = replace(plan(world), address=address)
    load(directory, ldif.directory_text(world.accounts, titles, password_file.read_text()))
    return world


@contextlib.asynccontextmanager
async def installed(
    folder: Path,
    accounts: Sequence[Account] = (),
    application: str | Mapping[ApplicationId, str] = "http://127.0.0.1:1",
    configured: Callable[[str], str] = lambda text: text,
    directory_at: str = "127.0.0.1",
) -> AsyncIterator[Product]:
    """Everything ready to start, the directory running. `application` is the upstream of all applications, or
    of each; `configured` may change the text of the configuration; `directory_at`: the directory's address.
    """
    folder = folder.resolve()
    assert len(os.fsencode(folder / "state/run/envoy-admin.sock")) < 100, "unix socket paths are short"
    world = prepared(folder, accounts or draw_accounts(CAST), directory_at)
    directory = start_slapd(replace(plan(world), address=directory_at))
    configuration = folder / "brana.toml"
    upstreams = dict.fromkeys(APPLICATIONS, application) if isinstance(application, str) else application
    text = settings_text(world, directory.url, upstreams, port=free_port(), metrics_port=free_port())
    configuration.write_text(configured(text + NO_LIMITS), "utf-8")
    try:
        state = open_state(configuration)
        try:
            await enrol(state, world.accounts)
            made = Product(world, configuration, state.settings, directory)
        finally:
            state.database.close()
        try:
            yield made
        finally:
            await made.stop()
    finally:
        directory.stop()


async def enrolment_code(state: State, account: Account, subject: SubjectId | None = None) -> str:
    """What an officer would tell this person, or `subject` of the same name."""
    code, now = new_spoken_code(), datetime.now(UTC)
    until = now + timedelta(hours=1)
    await state.identities.transact(
        lambda book: issue_enrolment_code(
            book, subject or account.subject, account.login, code, OPERATOR, now, until
        )
    )
    return written(code)


async def enrol(state: State, accounts: Sequence[Account]) -> None:
    """Give accounts the one-time-code secrets they were drawn with."""
    now = datetime.now(UTC)
    await asyncio.gather(
        *(
            state.identities.enrol_for(one.subject, Secret(one.totp_secret), now)
            for one in accounts
            if one.totp_secret is not None
        )
    )


@contextlib.asynccontextmanager
async def product(
    folder: Path, accounts: Sequence[Account] = (), application: str = "http://127.0.0.1:1"
) -> AsyncIterator[Product]:
    """Installed, started, ready."""
    async with installed(folder, accounts, application) as made:
        await made.start()
        yield made
