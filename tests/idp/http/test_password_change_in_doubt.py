"""The line to a real slapd is cut after a change of a password: nobody knows which one holds, and that is said."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import ldap
import pytest

from gateway.audit.entry import Code
from idp.directory.errors import DirectoryUnreachable
from idp.directory.password import Changed, NotChanged, NotChangedReason
from idp.login.totp import code_at
from tests.idp.http.test_account_password import FORM
from tests.idp.http.test_new_password import NEW, Office, at_new_password, typed
from tests.rig import slapd
from tests.rig.broken_line import BrokenLine, broken_line
from tests.rig.people import JANA as PERSON
from tests.rig.provider import CALLBACK, Browser, provider
from tests.rig.sign_in_world import LDIF, SECRET, World, sign_in_world

pytestmark = pytest.mark.real
OLD = "Pocatecni-heslo-uradu 4"
PEOPLE = ("ma.zmenit", "meni.sama", "mereni.prvni", "mereni.druhe")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Directory]:
    people = "".join(slapd.person_ldif(login, password=OLD) for login in PEOPLE)
    with slapd.slapd(tmp_path_factory.mktemp("pochybnost"), LDIF + people) as made:
        yield made


@dataclass
class Doubt:
    world: World
    line: BrokenLine

    async def sign_in(self, login: str, password: str = OLD) -> Browser:
        rig = self.world.rig
        rig.clock.forward(minutes=1)  # a code is good once
        browser = rig.browser()
        page = await browser.begin()
        assert (await browser.password(page, login, password)).status == 303
        assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
        return browser

    async def enrolled(self, login: str) -> None:
        (person,) = await self.world.reader.named(login)
        await self.world.rig.kept.store.enrol_for(person.subject, SECRET, self.world.rig.clock())

    def demand_another_password(self, login: str) -> None:
        """As an administrator does who sets one (pwdMustChange)."""
        with self.world.directory.as_root() as root:
            root.modify_s(slapd.person_dn(login), [(ldap.MOD_REPLACE, "userPassword", OLD.encode())])

    async def cut_after_the_next_change(self, measured: str) -> None:
        """How much a change says before its answer is seen at somebody else's."""
        (person,) = await self.world.reader.named(measured)
        assert await self.world.reader.change_password(person.subject, OLD, NEW) == Changed()
        self.line.break_the_next_like_the_last(for_good=True)

    def codes_since(self, code: Code) -> list[Code]:
        codes = self.world.rig.kept.codes()
        return codes[len(codes) - codes[::-1].index(code) - 1 :]

    async def mended(self) -> None:
        """The server answers again, and has rested for long enough to be asked."""
        self.line.dead = False
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(DirectoryUnreachable):
                    return await self.world.reader.pretend("kdokoli")
                await asyncio.sleep(0.05)


@pytest.fixture
async def doubt(directory: slapd.Directory) -> AsyncIterator[Doubt]:
    async with broken_line("127.0.0.1", directory.server.tls_port) as line:
        through = [f"ldaps://127.0.0.1:{line.port}"]
        async with sign_in_world(directory, servers=through, connections=1) as world:
            yield Doubt(world, line)


async def test_at_the_sign_in_sessions_end_and_the_person_tries_the_new_password_then_the_old_one(
    doubt: Doubt,
):
    login, rig = PEOPLE[0], doubt.world.rig
    await doubt.enrolled(login)
    elsewhere = await doubt.sign_in(login)
    doubt.demand_another_password(login)
    doubt.demand_another_password("mereni.prvni")
    rig.clock.forward(minutes=1)
    thief, browser = rig.browser(), rig.browser()
    theirs, page = await thief.begin(), await browser.begin()
    assert (await thief.password(theirs, login, OLD)).status == 303
    assert (await browser.password(page, login, OLD)).status == 303
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    await doubt.cut_after_the_next_change("mereni.prvni")
    told = await browser.form(page, "new-password", typed(old=OLD))
    assert (told.status, told.headers["x-brana-reason"]) == (503, "password_change_uncertain")
    assert "did not say whether it changed the password" in told.text
    assert 'name="password"' in told.text
    assert doubt.codes_since(Code.SIGN_IN_PASSWORD_CHANGING)[1:] == [
        Code.SIGN_IN_PASSWORD_UNCERTAIN,
        Code.SESSION_ENDED,
    ]
    assert "password_change_unknown" in rig.kept.reasons()
    assert (await elsewhere.get("/account")).location.startswith("/sign-in")
    assert "can no longer be finished" in (await thief.get(theirs)).text
    assert len(rig.ended) == 1
    assert await rig.kept.store.look(lambda book: book.password_changes(rig.clock())) == []
    await doubt.mended()
    rig.clock.forward(minutes=1)
    assert (await browser.password(page, login, OLD)).status == 422
    assert (await browser.password(page, login, NEW)).status == 303
    done = await browser.code(page, code_at(SECRET, rig.clock()))
    assert done.location.startswith(CALLBACK + "?code=")


async def test_at_my_account_everything_else_ends_and_the_page_says_which_password_to_try(doubt: Doubt):
    login, rig = PEOPLE[1], doubt.world.rig
    await doubt.enrolled(login)
    elsewhere, browser = await doubt.sign_in(login), await doubt.sign_in(login)
    copied = rig.browser()
    copied.cookies |= browser.cookies
    await doubt.cut_after_the_next_change("mereni.druhe")
    told = await browser.post(FORM, typed(old=OLD))
    assert (told.status, told.headers["x-brana-reason"]) == (503, "password_change_uncertain")
    assert "From now on try the new one first" in told.text
    assert doubt.codes_since(Code.SIGN_IN_PASSWORD_CHANGING)[1:] == [
        Code.SIGN_IN_PASSWORD_UNCERTAIN,
        Code.SESSION_ENDED,
    ]
    assert (await browser.get("/account")).status == 200
    for other in (elsewhere, copied):
        assert (await other.get("/account")).location.startswith("/sign-in")
    assert len(rig.ended) == 1
    await doubt.mended()
    await doubt.sign_in(login, NEW)


async def test_a_sign_in_that_ran_out_meanwhile_takes_the_doubt_into_the_log_all_the_same():
    office = Office(says=NotChangedReason.UNCERTAIN)

    async def slowly(subject: str, old: str, new: str) -> Changed | NotChanged:
        rig.clock.forward(minutes=11)
        return await office.change_password(subject, old, new)

    async with provider(office.authenticate, office.reread, change_password=slowly) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        browser, page = await at_new_password(rig)
        assert "can no longer be finished" in (await browser.form(page, "new-password", typed())).text
        assert rig.kept.codes()[-1] is Code.SIGN_IN_PASSWORD_UNCERTAIN
