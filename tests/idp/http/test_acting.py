"""My account acts by facts that are young enough: whoever left meanwhile does nothing there any more."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from config.vocabulary import REASON_HEADER, SubjectId
from gateway.audit.entry import Code
from idp.directory.errors import DirectoryUnreachable
from idp.directory.person import AccountState, Person
from idp.http.account import FORMS
from idp.login.book import Book
from tests.idp.http.test_new_password import OLD
from tests.rig.code_generator import code_at
from tests.rig.people import JANA
from tests.rig.provider import Browser, Rig, provider
from tests.rig.sign_in_world import SECRET

DISABLED = replace(JANA, state=AccountState.DISABLED)
ENDING = {path for path in FORMS if path.startswith("/account/sign-ins/")} | {
    "/account/consents/withdraw",
    "/account/devices/not-mine",
    "/account/upstreams/end",
}


@dataclass
class Directory:
    """Says of Jana what it is told to."""

    person: Person | None = JANA
    away: bool = False

    async def authenticate(self, _login: str, _password: str, admit) -> Person:
        assert await admit(JANA.subject)
        return JANA

    async def reread(self, _subject: SubjectId) -> Person | None:
        if self.away:
            raise DirectoryUnreachable("ldaps://office", "end the exercise")
        return self.person


@pytest.fixture
async def directory() -> Directory:
    return Directory()


@pytest.fixture
async def rig(directory: Directory) -> AsyncIterator[Rig]:
    async with provider(directory.authenticate, directory.reread) as made:
        await made.kept.store.enrol_for(JANA.subject, SECRET, made.clock())
        yield made


@pytest.fixture
async def browser(rig: Rig) -> Browser:
    """Jana's, signed in; her facts are two minutes old, and the provider's are stale after one."""
    made = rig.browser()
    page = (await made.get("/account")).location
    assert (await made.password(page, JANA.login, OLD)).status == 303
    assert (await made.code(page, code_at(SECRET, rig.clock()))).location == "/account"
    rig.clock.forward(minutes=2)
    return made


def codes_left(book: Book) -> int:
    return book.recovery_codes_left(JANA.subject)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    ("told", "reason"),
    [(DISABLED, "account_closed"), (None, "account_closed"), (replace(JANA, roles=()), "role_lost")],
)
async def test_no_form_is_carried_out_for_whoever_left_or_lost_a_role(
    rig: Rig, directory: Directory, browser: Browser, path: str, told: Person | None, reason: str
):
    before, directory.person = len(rig.kept.entries), told
    answer = await browser.post(path, {})
    assert (answer.status, answer.headers[REASON_HEADER]) == (303, reason)
    (ended,) = rig.kept.entries[before:]
    assert (ended.code, ended.reason, rig.ended) == (Code.SESSION_ENDED, reason, [ended.session])
    assert (await browser.get("/account/expiry")).status == 401
    again = await browser.post(path, {})
    assert (again.status, again.headers[REASON_HEADER]) == (303, reason)


async def test_whoever_left_gets_no_recovery_codes(rig: Rig, directory: Directory, browser: Browser):
    directory.person = DISABLED
    assert (await browser.post("/account/recovery-codes", {})).status == 303
    assert await rig.kept.store.look(codes_left) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/password",
        "/account/authenticators/new?by=key",
        "/account/authenticators/remove?which=a",
    ],
)
async def test_no_page_is_shown_to_whoever_left(directory: Directory, browser: Browser, path: str):
    directory.person = DISABLED
    answer = await browser.get(path)
    assert answer.status == 303
    assert (await browser.get("/account/expiry")).status == 401


@pytest.mark.parametrize("path", sorted(FORMS.keys() - ENDING))
async def test_with_facts_past_the_grace_nothing_is_changed_while_the_directory_is_away(
    rig: Rig, directory: Directory, browser: Browser, path: str
):
    directory.away = True
    rig.clock.forward(minutes=10)
    await browser.post("/account/stay", {})
    rig.clock.forward(minutes=4)
    answer = await browser.post(path, {})
    assert (answer.status, answer.headers[REASON_HEADER]) == (503, "directory_unreachable")
    assert rig.ended == []


async def test_what_only_ends_needs_no_directory(rig: Rig, directory: Directory, browser: Browser):
    """Whoever finds a stranger's sign-in ends it at once."""
    directory.away = True
    rig.clock.forward(minutes=10)
    await browser.post("/account/stay", {})
    rig.clock.forward(minutes=4)
    assert (await browser.post("/account/sign-ins/end-all", {})).status == 200
    assert len(rig.ended) == 1


async def test_facts_of_a_time_to_come_are_read_again_and_serve_no_grace(
    rig: Rig, directory: Directory, browser: Browser
):
    """As a clock that is set back by an hour leaves them."""
    ahead = rig.clock() + timedelta(hours=1)

    def set_back(book: Book) -> None:
        (session,) = book.sessions_of_subject(JANA.subject)
        book.keep_session(replace(session, facts_at=ahead))

    await rig.kept.store.transact(set_back)
    directory.away = True
    assert (await browser.get("/account")).status == 503
    assert "error=temporarily_unavailable" in await browser.begin(prompt="none")
    directory.away, directory.person = False, DISABLED
    assert (await browser.get("/account")).status == 303
    assert (await browser.get("/account/expiry")).status == 401


async def test_what_stays_in_somebodys_hands_is_done_by_facts_of_the_last_five_seconds(
    rig: Rig, directory: Directory, browser: Browser
):
    new = "/account/authenticators/new?by=code"
    page = (await browser.get("/account/prove")).location
    assert (await browser.password(page, JANA.login, OLD)).status == 303
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    directory.person = DISABLED
    rig.clock.forward(seconds=4)
    assert (await browser.get(new)).status == 200
    rig.clock.forward(seconds=1)
    assert (await browser.get("/account")).status == 200
    assert (await browser.get(new)).status == 303
    assert [one.reason for one in rig.kept.entries if one.code is Code.SESSION_ENDED] == ["account_closed"]
