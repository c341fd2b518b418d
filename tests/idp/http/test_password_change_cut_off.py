"""A process that dies between the directory's change of a password and our record of it."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from idp.directory.person import AccountState
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
