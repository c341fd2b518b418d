"""The office of the sign-in tests: its directory, its people, and a provider over both."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil

from config.settings import SignIn
from config.vocabulary import Role, SubjectId
from idp.directory.errors import BindRefused
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.directory.person import Person
from idp.directory.reader import Admit, DirectoryReader
from idp.http.provider import SamlDoor, UpstreamDoor
from idp.login import key_site, keys, totp
from idp.login.authenticator import Authenticator, Credential, Newly, Proof, new_authenticator_id
from idp.login.officer import issue_enrolment_code
from idp.login.spoken_code import new_spoken_code, written
from tests.rig.code_generator import code_at
from tests.rig.people import HULIN, OPERATOR
from tests.rig.provider import Browser, Rig, provider
from tests.rig.slapd import Directory, municipality_ldif, person_ldif, role_ldif
from tests.rig.soft_key import SoftKey

JANA, JANA_PASSWORD = "novakova.jana", "Jarni-louka-u-Moravy 7"
PETR, PETR_PASSWORD = "svoboda.petr", "Zimni-stadion-Hulin 3"
ALIASES = [f"prezdivka-{number}" for number in range(8)]
"""Names of one account; the directory finds it by each of them."""
ALIASES_PASSWORD = "Spousta-jmen-jeden-clovek 8"
STALE, STALE_PASSWORD = "zmenit.heslo", "Prvni-heslo-od-spravce 1"
"""Whose password the directory wants changed."""
CHANGING, CHANGING_PASSWORD = "meni.heslo", "Druhe-heslo-na-rok 6"
"""Who changes the password without being asked to."""
SECRET = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")

LDIF = (
    person_ldif(JANA, password=JANA_PASSWORD)
    + person_ldif(PETR, password=PETR_PASSWORD, name="Petr Svoboda")
    + person_ldif(ALIASES[0], password=ALIASES_PASSWORD, uid=ALIASES)
    + person_ldif(STALE, password=STALE_PASSWORD, pwdReset="TRUE")
    + person_ldif(CHANGING, password=CHANGING_PASSWORD, name="Milan Čermák")
    + municipality_ldif(HULIN)
    + role_ldif(Role.REGISTRAR, HULIN, [JANA])
    + role_ldif(Role.CENTRE_ADMINISTRATOR, HULIN, [PETR])
)


@dataclass(slots=True)
class World:
    """A provider over the real directory; Jana has an application for codes, Petr has nothing."""

    rig: Rig
    reader: DirectoryReader
    directory: Directory
    jana: Person
    petr: Person
    asked: list[str]
    """Logins the directory was asked about."""

    def code(self) -> str:
        return code_at(SECRET, self.rig.clock())

    async def enrolment_code(self, person: Person | None = None, hours: float = 1) -> str:
        """As an officer would tell it; Petr's, if it is nobody else's."""
        who, code, now = person or self.petr, new_spoken_code(), self.rig.clock()
        until = now + timedelta(hours=hours)
        await self.rig.kept.store.transact(
            lambda book: issue_enrolment_code(book, who.subject, who.login, code, OPERATOR, now, until)
        )
        return written(code)

    async def at_enrolment(self, browser: Browser, **changes: str | None) -> str:
        """Petr, with password and officer's code shown; the page that offers what he may enrol."""
        page = await browser.begin(**changes)
        await browser.password(page, PETR, PETR_PASSWORD)
        answer = await browser.form(page, "enrolment", {"enrolment": await self.enrolment_code()})
        assert answer.status == 303, answer.text
        return page

    async def key_of(
        self, person: Person | None = None, newly: Newly | None = None, **changes: Any
    ) -> SoftKey:
        """A key that is enrolled; Jana's, if it is nobody else's."""
        who, site = person or self.jana, self.rig.provider.site
        key = SoftKey(site.origin, site.rp_id, owner=key_site.user_handle(who.subject), **changes)
        made = keys.made(key.made(b"c" * 32), b"c" * 32, site)
        assert isinstance(made, Credential)
        held = Authenticator(
            id=new_authenticator_id(), subject=who.subject, name="Klíč", means=made,
            enrolled_at=self.rig.clock(), proven_by=Proof.PREPARED, newly=newly,
        )  # fmt: skip
        await self.rig.kept.store.transact(lambda book: book.keep_authenticator(held))
        return key

    async def sign_in(self, browser: Browser | None = None, **changes: str | None):
        """Jana through the whole sign-in; the browser and the answer that leads back."""
        browser = browser or self.rig.browser()
        page = await browser.begin(**changes)
        answer = await browser.password(page, JANA, JANA_PASSWORD)
        assert answer.status == 303, answer.text
        answer = await browser.code(page, self.code())
        assert answer.status == 303, answer.text
        return browser, answer


@asynccontextmanager
async def sign_in_world(
    office: Directory,
    lockout: Lockout = NO_LOCKOUT,
    sign_in: SignIn | None = None,
    upstreams: Mapping[str, UpstreamDoor] | None = None,
    saml: SamlDoor | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """`settings`: of the directory, other than those of `office`."""
    reader, asked = DirectoryReader(office.settings(**settings)), []

    async def authenticate(login: str, password: str, admit: Admit) -> Person | BindRefused:
        asked.append(login)
        return await reader.authenticate(login, password, admit)

    async def reread(subject: SubjectId) -> Person | None:
        return await reader.person(subject)

    try:
        jana = await reader.authenticate(JANA, JANA_PASSWORD)
        petr = await reader.authenticate(PETR, PETR_PASSWORD)
        assert isinstance(jana, Person), jana
        assert isinstance(petr, Person), petr
        start = datetime.now(UTC).replace(microsecond=0)
        changing = reader.change_password
        async with provider(
            authenticate, reread, sign_in, start, changing, lockout, upstreams=upstreams, saml=saml
        ) as rig:
            await rig.kept.store.enrol_for(jana.subject, SECRET, rig.clock())
            yield World(rig, reader, office, jana, petr, asked)
    finally:
        reader.close()


@asynccontextmanager
async def hanging(world: World) -> AsyncIterator[None]:
    """The directory does not answer."""
    server = psutil.Process(world.directory.server.pid)
    server.suspend()
    try:
        yield
    finally:
        server.resume()
