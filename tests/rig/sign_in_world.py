"""The office of the sign-in tests: its directory, its people, and a provider over both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from config.vocabulary import Role, SubjectId
from idp.directory.errors import BindRefused
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.directory.person import Person
from idp.directory.reader import Admit, DirectoryReader
from idp.login import totp
from tests.rig.people import HULIN
from tests.rig.provider import Browser, Rig, provider
from tests.rig.slapd import Directory, municipality_ldif, person_ldif, role_ldif

JANA, JANA_PASSWORD = "novakova.jana", "Jarni-louka-u-Moravy 7"
PETR, PETR_PASSWORD = "svoboda.petr", "Zimni-stadion-Hulin 3"
ALIASES = [f"prezdivka-{number}" for number in range(8)]
"""Names of one account; the directory finds it by each of them."""
ALIASES_PASSWORD = "Spousta-jmen-jeden-clovek 8"
SECRET = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")

LDIF = (
    person_ldif(JANA, password=JANA_PASSWORD)
    + person_ldif(PETR, password=PETR_PASSWORD, name="Petr Svoboda")
    + person_ldif(ALIASES[0], password=ALIASES_PASSWORD, uid=ALIASES)
    + municipality_ldif(HULIN)
    + role_ldif(Role.REGISTRAR, HULIN, [JANA])
    + role_ldif(Role.CENTRE_ADMINISTRATOR, HULIN, [PETR])
)


@dataclass(slots=True)
class World:
    """A provider over the real directory; Jana has a factor, Petr has none."""

    rig: Rig
    reader: DirectoryReader
    directory: Directory
    jana: Person
    asked: list[str]
    """Logins the directory was asked about."""

    def code(self) -> str:
        return totp.code_at(SECRET, self.rig.clock())

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
async def sign_in_world(office: Directory, lockout: Lockout = NO_LOCKOUT) -> AsyncIterator[World]:
    reader, asked = DirectoryReader(office.settings()), []

    async def authenticate(login: str, password: str, admit: Admit) -> Person | BindRefused:
        asked.append(login)
        return await reader.authenticate(login, password, admit)

    async def reread(subject: SubjectId) -> Person | None:
        return await reader.person(subject)

    try:
        jana = await reader.authenticate(JANA, JANA_PASSWORD)
        assert isinstance(jana, Person), jana
        start = datetime.now(UTC).replace(microsecond=0)
        async with provider(authenticate, reread, start=start, lockout=lockout) as rig:
            await rig.kept.store.enrol_for(jana.subject, SECRET, rig.clock())
            yield World(rig, reader, office, jana, asked)
    finally:
        reader.close()
