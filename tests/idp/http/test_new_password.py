"""A password that must be changed: the factor first, then the new password, then the session."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel, Role
from gateway.audit.entry import Code
from idp.directory.errors import BindRefused, RefusalReason
from idp.directory.password import Changed, NotChanged, NotChangedReason
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.reader import Admit
from idp.http.cookies import SSO
from idp.http.new_password import REFUSALS
from idp.http.words import TELLINGS
from idp.login import officer
from idp.login.exception import new_exception
from idp.login.refusal import TOLD
from tests.rig.code_generator import code_at
from tests.rig.people import HULIN, OPERATOR
from tests.rig.people import JANA as PERSON
from tests.rig.provider import CALLBACK, Browser, Rig, provider
from tests.rig.sign_in_world import SECRET, STALE, STALE_PASSWORD, World

OLD, NEW = "Stare-heslo 1", "Nove-dlouhe-heslo 2"


@dataclass
class Office:
    """A directory that wants the password changed; it changes it, or says why not."""

    says: NotChangedReason | None = None
    password: str = OLD
    state: AccountState = AccountState.PASSWORD_EXPIRED
    roles: tuple[RoleHeld, ...] = PERSON.roles
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def authenticate(self, _login: str, password: str, admit: Admit) -> Person | BindRefused:
        assert await admit(PERSON.subject)
        if password != self.password:
            return BindRefused(RefusalReason.WRONG_PASSWORD, PERSON.subject)
        if self.state is AccountState.ACTIVE:
            return PERSON
        return BindRefused(RefusalReason.PASSWORD_EXPIRED, PERSON.subject)

    async def reread(self, _subject: str) -> Person:
        return replace(PERSON, state=self.state, roles=self.roles)

    async def change_password(self, _subject: str, old: str, new: str) -> Changed | NotChanged:
        self.asked.append((old, new))
        if self.says is not None or old != self.password:
            return NotChanged(self.says or NotChangedReason.OLD_WRONG)
        self.password, self.state = new, AccountState.ACTIVE
        return Changed()


@pytest.fixture
async def willing() -> Office:
    return Office()


@pytest.fixture
async def rig(willing: Office) -> AsyncIterator[Rig]:
    async with provider(
        willing.authenticate, willing.reread, change_password=willing.change_password
    ) as made:
        await made.kept.store.enrol_for(PERSON.subject, SECRET, made.clock())
        yield made


async def at_new_password(rig: Rig) -> tuple[Browser, str]:
    browser = rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, PERSON.login, OLD)).status == 303
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    return browser, page


async def test_whoever_becomes_an_administrator_during_the_change_comes_in_by_no_exception(
    rig: Rig, willing: Office
):
    """The exception was granted to somebody whom it may be granted to."""
    now = rig.clock()
    granted = new_exception(PERSON.subject, PERSON.login, "telefon", OPERATOR, now, now + timedelta(days=2))
    await rig.kept.store.transact(lambda book: officer.grant_exception(book, granted))
    browser = rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, PERSON.login, OLD)).status == 303
    willing.roles = (RoleHeld(HULIN, Role.CENTRE_ADMINISTRATOR),)
    answer = await browser.form(page, "new-password", typed())
    assert answer.location == page
    assert SSO not in browser.cookies
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    (session,) = await rig.kept.store.look(lambda book: book.sessions_of_subject(PERSON.subject))
    assert session.level is AuthenticationLevel.TWO_FACTORS


def typed(old: str = OLD, new: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"old": old, "new": new, "again": again}


async def test_after_the_factor_a_new_password_is_chosen_and_opens_the_session(rig: Rig, willing: Office):
    browser, page = await at_new_password(rig)
    shown = await browser.get(page)
    assert "Choose a new password" in shown.text
    assert OLD not in shown.text
    assert "__Host-brana-sso" not in browser.cookies
    done = await browser.form(page, "new-password", typed())
    assert (await browser.told_of_the_change(done)).location.startswith(CALLBACK + "?code=")
    assert willing.asked == [(OLD, NEW)]
    assert Code.SIGN_IN_PASSWORD_CHANGED in rig.kept.codes()
    assert NEW not in repr(rig.kept.entries)


async def test_a_changed_password_ends_other_sign_ins_that_showed_the_old_one(rig: Rig, willing: Office):
    browser, page = await at_new_password(rig)
    thief = rig.browser()
    theirs = await thief.begin()
    assert (await thief.password(theirs, PERSON.login, OLD)).status == 303
    done = await browser.form(page, "new-password", typed())
    assert (await browser.told_of_the_change(done)).location.startswith(CALLBACK + "?code=")
    assert "can no longer be finished" in (await thief.get(theirs)).text
    rig.clock.forward(seconds=30)
    await thief.code(theirs, code_at(SECRET, rig.clock()))
    assert "__Host-brana-sso" not in thief.cookies


@pytest.mark.parametrize(
    ("fields", "says", "status", "reason"),
    [
        (typed(again="jinak"), None, 422, "new_passwords_differ"),
        (typed(new=OLD, again=OLD), None, 422, "new_password_same"),
        (typed(new="", again=""), None, 422, "new_password_unusable"),
        (typed(new="k7Gq9z!xT4m", again="k7Gq9z!xT4m"), None, 422, "password_too_short"),
        (typed(new="Heslo1234567", again="Heslo1234567"), None, 422, "password_too_common"),
        *(
            (typed(new=new, again=new), None, 422, "password_of_own_names")
            for new in ("NovakovaJana1985", "Kromeriz-Hulin-7!x", "Matrika.Evidence.9k")
        ),
        (typed(old="spatne"), None, 422, "old_password_wrong"),
        *(
            (typed(), said, TELLINGS[TOLD[REFUSALS[said]]].status, REFUSALS[said].value)
            for said in NotChangedReason
            if said is not NotChangedReason.UNCERTAIN  # test_password_change_in_doubt
        ),
    ],
)
async def test_a_password_that_is_not_taken_is_told_why_and_opens_nothing(
    rig: Rig, willing: Office, fields, says, status, reason
):
    browser, page = await at_new_password(rig)
    willing.says = says
    refused = await browser.form(page, "new-password", fields)
    assert refused.status == status
    assert rig.kept.entries[-1].reason == reason
    assert rig.kept.entries[-1].code is Code.SIGN_IN_PASSWORD_NOT_CHANGED
    assert "__Host-brana-sso" not in browser.cookies


@pytest.mark.parametrize(
    "asked", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login", "max_age": "60"}]
)
async def test_who_was_to_sign_in_anew_is_told_of_the_change_and_not_asked_once_more(rig: Rig, asked):
    browser = rig.browser()
    page = await browser.begin(**asked)
    assert (await browser.password(page, PERSON.login, OLD)).status == 303
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    done = await browser.form(page, "new-password", typed())
    rig.clock.forward(minutes=2)
    assert (await browser.told_of_the_change(done)).location.startswith(CALLBACK + "?code=")
    assert rig.kept.codes().count(Code.CODE_ISSUED) == 1


async def test_the_page_about_the_change_says_nothing_to_who_is_not_signed_in(rig: Rig):
    answer = await rig.browser().get("/sign-in/password-changed?client_id=x&prompt=login&lang=cs")
    assert (answer.status, answer.location) == (303, "/authorize?client_id=x&prompt=login")


async def test_a_link_to_the_page_about_the_change_tells_nobody_of_what_did_not_happen(
    rig: Rig, willing: Office
):
    """In a session that no change opened, and minutes after one that did: the request goes on as it was written."""
    browser, page = await at_new_password(rig)
    changed = await browser.form(page, "new-password", typed())
    link, onward = "/sign-in/password-changed?x=y&prompt=login&lang=cs", "/authorize?x=y&prompt=login"
    assert "Your password has been changed" in (await browser.get(changed.location)).text
    rig.clock.forward(minutes=5)
    late = await browser.get(link)
    assert (late.status, late.location) == (303, onward)
    willing.state = AccountState.ACTIVE
    another = rig.browser()
    page = await another.begin()
    await another.password(page, PERSON.login, NEW)
    assert (await another.code(page, code_at(SECRET, rig.clock()))).location.startswith(CALLBACK)
    never = await another.get(link, Sec_Fetch_Site="cross-site")
    assert (never.status, never.location) == (303, onward)


async def test_on_the_way_to_my_account_the_page_itself_tells_of_the_change(rig: Rig):
    browser = rig.browser()
    page = (await browser.get("/account")).location
    assert (await browser.password(page, PERSON.login, OLD)).status == 303
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    done = await browser.form(page, "new-password", typed())
    assert done.location == "/account?done=password-changed#password"
    assert "Your password has been changed." in (await browser.get(done.location)).text


async def test_the_old_password_cannot_be_guessed_there_without_end(rig: Rig, willing: Office):
    browser, page = await at_new_password(rig)
    answers = [await browser.form(page, "new-password", typed(old=f"odhad {n}")) for n in range(7)]
    assert [answer.status for answer in answers] == [422] * 5 + [429] * 2
    assert len(willing.asked) == 5


async def test_sessions_opened_with_the_old_password_end_with_it(rig: Rig, willing: Office):
    willing.state = AccountState.ACTIVE
    elsewhere = rig.browser()
    page = await elsewhere.begin()
    await elsewhere.password(page, PERSON.login, OLD)
    await elsewhere.code(page, code_at(SECRET, rig.clock()))
    (before,) = await rig.kept.store.look(lambda book: book.sessions_of_subject(PERSON.subject))
    rig.clock.forward(seconds=60)
    willing.state = AccountState.PASSWORD_EXPIRED
    browser, page = await at_new_password(rig)
    assert (await browser.form(page, "new-password", typed())).status == 303
    (after,) = await rig.kept.store.look(lambda book: book.sessions_of_subject(PERSON.subject))
    assert after.sid != before.sid
    assert rig.ended == [before.sid]
    assert "password_changed" in rig.kept.reasons()


async def test_where_nothing_changes_passwords_people_are_told_to_do_it_at_the_office(willing: Office):
    async with provider(willing.authenticate, willing.reread) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        browser, page = await at_new_password(rig)
        told = await browser.form(page, "new-password", typed())
        assert told.status == 503
        assert "Change it on an office computer" in told.text


@pytest.mark.real
async def test_a_real_directory_is_asked_and_the_new_password_signs_in(world: World):
    asked = await world.reader.authenticate(STALE, STALE_PASSWORD)
    assert isinstance(asked, BindRefused)
    assert asked.subject is not None
    await world.rig.kept.store.enrol_for(asked.subject, SECRET, world.rig.clock())
    browser = world.rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, STALE, STALE_PASSWORD)).status == 303
    assert (await browser.code(page, world.code())).status == 303
    done = await browser.form(page, "new-password", typed(old=STALE_PASSWORD))
    assert (await browser.told_of_the_change(done)).location.startswith(CALLBACK + "?code=")
    world.rig.clock.forward(seconds=60)
    again = world.rig.browser()
    page = await again.begin()
    assert (await again.password(page, STALE, STALE_PASSWORD)).status == 422
    assert (await again.password(page, STALE, NEW)).status == 303
    assert (await again.code(page, world.code())).location.startswith(CALLBACK + "?code=")
