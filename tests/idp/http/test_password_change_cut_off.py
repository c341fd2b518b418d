"""What happens around a change of a password while the directory makes it: a process dies, other sign-ins go on."""

import asyncio
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from idp.directory.password import Changed, NotChanged
from idp.directory.person import AccountState
from idp.directory.reader import Admit
from idp.http.cookies import SSO
from idp.login.conduct_password_change import TAKES_AT_MOST
from tests.idp.http.test_new_password import NEW, OLD, Office, at_new_password, typed
from tests.rig.code_generator import code_at
from tests.rig.identity_store import identity_store
from tests.rig.people import JANA as PERSON
from tests.rig.people import NOON
from tests.rig.provider import CALLBACK, Rig, provider
from tests.rig.sign_in_world import SECRET

pytestmark = pytest.mark.real

DIES = """
import asyncio, os, pathlib, signal, sys
from datetime import timedelta
from idp.login import conduct_password_change
from idp.login.password_change import PasswordChange
from idp.events import Origin
from tests.rig.identity_store import identity_store
from tests.rig.people import JANA, NOON

async def whole():
    with identity_store(pathlib.Path(sys.argv[1])) as kept:
        change = PasswordChange("s" * 22, JANA.subject, JANA.login, NOON)
        await kept.store.transact(lambda book: conduct_password_change.begun(book, change, Origin()))
        os.kill(os.getpid(), signal.SIGKILL)  # while the directory is at it

asyncio.run(whole())
"""


async def test_a_killed_process_leaves_its_word_in_the_log_and_the_next_start_settles_it(tmp_path: Path):
    root = Path(__file__).parents[3]
    dead = subprocess.run([sys.executable, "-c", DIES, str(tmp_path)], cwd=root, check=False, timeout=60)  # noqa: ASYNC221
    assert dead.returncode == -signal.SIGKILL
    with identity_store(tmp_path) as kept:
        open_ones = await kept.store.look(lambda book: book.password_changes(NOON))
        assert [one.subject for one in open_ones] == [PERSON.subject]
        await kept.store.settle_password_changes(NOON + timedelta(seconds=2))
        (entry,) = kept.entries
        assert (entry.code, entry.person) == (Code.SIGN_IN_PASSWORD_UNCERTAIN, PERSON.login)
        assert entry.details["began_at"] == NOON.isoformat()
        assert await kept.store.look(lambda book: book.password_changes(NOON)) == []
        await kept.store.settle_password_changes(NOON + timedelta(seconds=3))
        assert len(kept.entries) == 1


class CutOff(Office):
    """Changes the password, and nobody hears of it: the request dies there."""

    async def change_password(self, subject: str, old: str, new: str) -> None:
        assert type(await super().change_password(subject, old, new)).__name__ == "Changed"
        raise ConnectionAbortedError


async def signed_in_elsewhere(rig: Rig, office: Office) -> None:
    office.state = AccountState.ACTIVE
    browser = rig.browser()
    page = await browser.begin()
    await browser.password(page, PERSON.login, OLD)
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    office.state = AccountState.PASSWORD_EXPIRED
    rig.clock.forward(minutes=1)


async def test_after_a_change_nobody_heard_of_old_sessions_end_and_the_new_password_signs_in():
    office = CutOff()
    async with provider(office.authenticate, office.reread, change_password=office.change_password) as rig:
        store, limits = rig.kept.store, rig.provider.sign_in
        await store.enrol_for(PERSON.subject, SECRET, rig.clock())
        await signed_in_elsewhere(rig, office)
        (before,) = await store.look(lambda book: book.sessions_of_subject(PERSON.subject))
        browser, page = await at_new_password(rig)
        assert (await browser.form(page, "new-password", typed())).status == 500
        assert rig.kept.codes()[-1] is Code.SIGN_IN_PASSWORD_CHANGING
        assert NEW not in repr(rig.kept.entries)
        assert await store.sweep(limits, rig.clock()) == ()  # it might still be under way
        rig.clock.forward(seconds=TAKES_AT_MOST.total_seconds())
        assert await store.sweep(limits, rig.clock()) == (before.sid,)
        assert rig.kept.codes()[-2:] == [Code.SIGN_IN_PASSWORD_UNCERTAIN, Code.SESSION_ENDED]
        assert rig.kept.reasons()[-1] == "password_change_unknown"
        assert "can no longer be finished" in (await browser.get(page)).text
        again = rig.browser()
        page = await again.begin()
        assert (await again.password(page, PERSON.login, OLD)).status == 422
        assert (await again.password(page, PERSON.login, NEW)).status == 303
        done = await again.code(page, code_at(SECRET, rig.clock()))
        assert done.location.startswith(CALLBACK + "?code=")


@pytest.mark.parametrize("office", [Office(), Office(says=None, password="jine")])
async def test_a_change_whose_end_was_recorded_leaves_nothing_open(office: Office):
    async with provider(office.authenticate, office.reread, change_password=office.change_password) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        office.password, typed_old = OLD, office.password
        browser, page = await at_new_password(rig)
        await browser.form(page, "new-password", typed(old=typed_old))
        assert Code.SIGN_IN_PASSWORD_CHANGING in rig.kept.codes()
        now = rig.clock() + TAKES_AT_MOST
        assert await rig.kept.store.look(lambda book: book.password_changes(now)) == []


async def test_a_refused_change_does_not_settle_another_one_of_the_session():
    office, gate, reached = Office(state=AccountState.ACTIVE), asyncio.Event(), asyncio.Event()

    async def change(subject: str, old: str, new: str) -> Changed | NotChanged:
        said = await office.change_password(subject, old, new)
        if old == OLD:
            reached.set()
            await gate.wait()
        return said

    async with provider(office.authenticate, office.reread, change_password=change) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        own, copy = rig.browser(), rig.browser()
        page = await own.begin()
        await own.password(page, PERSON.login, OLD)
        assert (await own.code(page, code_at(SECRET, rig.clock()))).status == 303
        copy.cookies.update(own.cookies)
        pending = asyncio.create_task(own.post("/account/password/change", typed(OLD, NEW, NEW)))
        await reached.wait()
        refused = await copy.post("/account/password/change", typed("spatne-heslo", NEW, NEW))
        assert refused.status == 422
        left = await rig.kept.store.look(lambda book: book.password_changes(rig.clock()))
        gate.set()
        assert (await pending).status == 303
        assert [one.subject for one in left] == [PERSON.subject]


async def test_a_change_whose_sign_in_ran_out_of_time_meanwhile_is_recorded_and_told():
    """Whoever knows the password sends the form in the last second of the sign-in's ten minutes."""
    office = Office()

    async def change(subject: str, old: str, new: str) -> Changed | NotChanged:
        said = await office.change_password(subject, old, new)
        rig.clock.forward(seconds=2)
        return said

    async with provider(office.authenticate, office.reread, change_password=change) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        browser = rig.browser()
        page = await browser.begin()
        await browser.password(page, PERSON.login, OLD)
        assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
        rig.clock.forward(minutes=9, seconds=59)
        await browser.form(page, "new-password", typed(OLD, NEW, NEW))
        assert office.password == NEW
        assert Code.SIGN_IN_PASSWORD_CHANGING in rig.kept.codes()
        assert Code.SIGN_IN_PASSWORD_CHANGED in rig.kept.codes()


async def test_an_answer_to_the_old_password_that_comes_after_the_change_opens_nothing():
    """Decision 30: the old password may be under way in a sign-in, and counts for nothing there."""
    office, gate, checked = Office(state=AccountState.ACTIVE), asyncio.Event(), asyncio.Event()

    async def slow(login: str, password: str, admit: Admit) -> object:
        said = await office.authenticate(login, password, admit)
        if slowly:
            checked.set()
            await gate.wait()
        return said

    slowly = False
    async with provider(slow, office.reread, change_password=office.change_password) as rig:  # type: ignore[arg-type]
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        own, thief = rig.browser(), rig.browser("198.51.100.9")
        page = await own.begin()
        await own.password(page, PERSON.login, OLD)
        assert (await own.code(page, code_at(SECRET, rig.clock()))).status == 303
        slowly, theirs = True, await thief.begin()
        pending = asyncio.create_task(thief.password(theirs, PERSON.login, OLD))
        await checked.wait()
        rig.clock.forward(seconds=1)
        changed = await own.post("/account/password/change", typed(OLD, NEW, NEW))
        assert changed.location == "/account?done=password-changed#password"
        gate.set()
        assert (await pending).status == 303
        assert 'name="password"' in (await thief.get(theirs)).text  # to the page where it began
        rig.clock.forward(minutes=1)
        await thief.code(theirs, code_at(SECRET, rig.clock()))
        assert SSO not in thief.cookies
