"""The office of the sign-in tests, at which another provider may be asked; and the ways through it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from config.district import District, Municipality
from config.settings import Title, UpstreamProvider
from config.vocabulary import MunicipalityCode, SubjectId
from gateway.audit.entry import Code, Entry
from gateway.commands.upstreams import upstreams_of
from idp.broker.client import UpstreamClient
from idp.login.session import Session
from idp.login.upstream import Link
from tests.rig.people import HULIN
from tests.rig.provider import ISSUER, Answer, Browser
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World, sign_in_world
from tests.rig.slapd import Directory
from tests.rig.upstream_provider import CLIENT, SECRET, Running, upstream_provider
from tests.rig.upstream_provider import UpstreamProvider as Op

KVASICE = MunicipalityCode("588644")
DISTRICT = District([Municipality(HULIN, "Hulín", "00287229"), Municipality(KVASICE, "Kvasice", "00287385")])
NAME, TITLE = "kraj", "Krajský úřad"
CALLBACK = f"{ISSUER}/upstream/{NAME}/callback"
JANAS, PETRS = "a1-jana", "b2-petr"
"""Who they are at the other provider."""
PEOPLE: dict[str, dict[str, Any]] = {
    JANAS: {"name": "Jana N. (kraj)", "email": "novakova.jana@obec.test", "preferred_username": JANA},
    PETRS: {
        "name": "Petr S. (kraj)",
        "email": "svoboda.petr@obec.test",
        "preferred_username": "svoboda.petr",
    },
}


@dataclass(slots=True)
class UpstreamWorld:
    world: World
    running: Running
    client: UpstreamClient

    @property
    def op(self) -> Op:
        return self.running.op

    async def at_op(
        self,
        page: str,
        browser: Browser,
        who: str | None = JANAS,
        provider: str = NAME,
        *,
        link: bool = False,
    ) -> str:
        """From the page of a sign-in to the provider; the address with which it sends the browser back."""
        self.op.at_screen = who
        way = f"{page.replace('/sign-in', '/sign-in/upstream', 1)}&provider={provider}"
        sent = await browser.get(f"{way}&link=yes" if link else way)
        assert sent.status == 303, sent.text
        return await self.answer_of_op(sent.location)

    async def answer_of_op(self, address: str) -> str:
        assert urlsplit(address).netloc == f"127.0.0.1:{self.running.port}", address
        async with (
            aiohttp.ClientSession() as http,
            http.get(address, ssl=self.client.tls, allow_redirects=False) as got,
        ):
            assert got.status == 302, await got.text()
            return got.headers["Location"]

    async def through(
        self, browser: Browser, who: str = JANAS, *, link: bool = False, **changes: str | None
    ) -> tuple[str, Answer]:
        """The page of a sign-in, and what the answer of the provider comes to there."""
        page = await browser.begin(**changes)
        back = await self.at_op(page, browser, who, link=link)
        return page, await browser.get(back.removeprefix(ISSUER))

    async def link(self, browser: Browser | None = None, who: str = JANAS) -> Browser:
        """Jana shows both sides."""
        browser = browser or self.world.rig.browser()
        page, back = await self.through(browser, who, link=True)
        assert back.status == 303, back.text
        await browser.form(
            page, "password", {"username": JANA, "password": JANA_PASSWORD, "confirmed": "yes"}
        )
        done = await browser.code(page, self.world.code())
        assert done.status == 303, done.text
        self.world.rig.clock.forward(seconds=31)  # each code works once
        return browser


def settings_of(running: Running, secret: Path | None, **changes: Any) -> UpstreamProvider:
    usual: dict[str, Any] = {
        "name": NAME,
        "title": Title(cs=TITLE, en=TITLE),
        "issuer": running.op.issuer,
        "authority": running.authority.certificate,
        "client_id": CLIENT,
        "client_secret_file": secret,
        "realms": ["kraj.test"],
        "algorithms": ["RS256"],
    }
    return UpstreamProvider(**{**usual, **changes})


@asynccontextmanager
async def upstream_world(
    office: Directory, folder: Path, prepared: Callable[[Running], None] = lambda _: None, **changes: Any
) -> AsyncIterator[UpstreamWorld]:
    """`changes`: of the provider's settings; `prepared`: makes the provider what it is to be, before it is asked."""
    secret = folder / "upstream.secret"
    secret.write_text(SECRET, encoding="utf-8")
    async with upstream_provider(folder / "op", CALLBACK) as running:
        running.op.people.update({who: dict(said) for who, said in PEOPLE.items()})
        prepared(running)
        clients = upstreams_of([settings_of(running, secret, **changes)], DISTRICT)
        async with sign_in_world(office, upstreams=clients) as world:
            running.op.clock = world.rig.clock
            yield UpstreamWorld(world, running, clients[NAME])


def entries(there: UpstreamWorld, code: Code) -> list[Entry]:
    return [one for one in there.world.rig.kept.entries if one.code is code]


async def sessions(there: UpstreamWorld) -> list[Session]:
    """Jana's."""
    subject = there.world.jana.subject
    return await there.world.rig.kept.store.look(lambda book: book.sessions_of_subject(subject))


async def links(there: UpstreamWorld, subject: SubjectId | None = None) -> list[Link]:
    """Jana's, or that person's."""
    whose = subject or there.world.jana.subject
    return await there.world.rig.kept.store.look(lambda book: book.links_of(whose))
