"""A new password at my account: guesses are charged, refusals explained, everything else of the person ends."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR
from gateway.audit.entry import Code
from idp.directory.errors import BindRefused, DirectoryUnreachable
from idp.directory.password import Changed, NotChanged, NotChangedReason
from idp.directory.person import AccountState, Person
from idp.http.account_words import OF_PASSWORD
from idp.http.cookies import KNOWN, SSO
from idp.http.new_password import REFUSALS
from idp.http.words import TELLINGS
from idp.login.refusal import TOLD
from idp.login.totp import code_at
from tests.idp.http.test_new_password import NEW, OLD, Office, typed
from tests.rig.people import JANA as PERSON
from tests.rig.provider import Answer, Browser, Rig, provider
from tests.rig.sign_in_world import CHANGING, CHANGING_PASSWORD, SECRET, World

PAGE, FORM = "/account/password", "/account/password/change"


@pytest.fixture
async def willing() -> Office:
    return Office(state=AccountState.ACTIVE)


@pytest.fixture
async def rig(willing: Office) -> AsyncIterator[Rig]:
    async with provider(
        willing.authenticate, willing.reread, change_password=willing.change_password
    ) as made:
        await made.kept.store.enrol_for(PERSON.subject, SECRET, made.clock())
        yield made


async def signed_in(rig: Rig, login: str = PERSON.login, password: str = OLD, page: str = "") -> Browser:
    """In a new browser; a code is good once, so a minute goes by."""
    rig.clock.forward(minutes=1)
    browser = rig.browser()
    page = page or await browser.begin()
    assert (await browser.password(page, login, password)).status == 303
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    return browser


async def changed(browser: Browser, **fields: str) -> Answer:
    return await browser.post(FORM, typed(**fields))


async def test_whoever_is_not_signed_in_is_led_through_a_sign_in_and_comes_back(rig: Rig):
    browser = rig.browser()
    page = (await browser.get(PAGE)).location
    assert page.startswith("/sign-in?flow=")
    await browser.password(page, PERSON.login, OLD)
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).location == PAGE
    shown = await browser.get(PAGE)
    assert (shown.status, "<h1>Change of password</h1>" in shown.text) == (200, True)
    assert (await rig.browser().get(PAGE, Sec_Fetch_Dest="image")).status == 400


async def test_the_password_is_changed_recorded_and_told_and_this_browser_stays_in(rig: Rig, willing: Office):
    browser = await signed_in(rig)
    assert 'href="/account/password"' in (await browser.get("/account")).text
    done = await changed(browser)
    assert (done.status, done.location) == (303, "/account?done=password-changed#password")
    assert willing.asked == [(OLD, NEW)]
    assert "You are signed in only here now." in (await browser.get(done.location)).text
    entry = next(one for one in rig.kept.entries if one.code is Code.SIGN_IN_PASSWORD_CHANGED)
    assert (entry.subject, entry.person, entry.address) == (PERSON.subject, PERSON.login, "192.0.2.7")
    codes = rig.kept.codes()  # said before the directory is asked, and settled with its answer
    assert codes.index(Code.SIGN_IN_PASSWORD_CHANGING) < codes.index(Code.SIGN_IN_PASSWORD_CHANGED)
    assert await rig.kept.store.look(lambda book: book.password_changes(rig.clock())) == []
    assert OLD not in repr(rig.kept.entries)
    assert NEW not in repr(rig.kept.entries)


async def test_other_sessions_and_sign_ins_under_way_end_and_a_copied_cookie_is_worth_nothing(rig: Rig):
    elsewhere, browser = await signed_in(rig), await signed_in(rig)
    sids = {
        one.sid for one in await rig.kept.store.look(lambda book: book.sessions_of_subject(PERSON.subject))
    }
    thief, copy = rig.browser(), rig.browser()
    theirs = await thief.begin()
    assert (await thief.password(theirs, PERSON.login, OLD)).status == 303
    copy.cookies[SSO] = browser.cookies[SSO]
    await changed(browser)
    assert (await elsewhere.get("/account")).location.startswith("/sign-in")
    assert (await copy.get("/account")).location.startswith("/sign-in")
    assert "can no longer be finished" in (await thief.get(theirs)).text
    (left,) = await rig.kept.store.look(lambda book: book.sessions_of_subject(PERSON.subject))
    assert rig.ended == [*(sids - {left.sid})]  # of which the gateway is told
    assert "password_changed" in rig.kept.reasons()


@pytest.mark.parametrize(
    ("fields", "says", "status", "reason"),
    [
        (typed(again="jinak"), None, 422, "new_passwords_differ"),
        (typed(new=OLD, again=OLD), None, 422, "new_password_same"),
        (typed(new="k7Gq9z!xT4m", again="k7Gq9z!xT4m"), None, 422, "password_too_short"),
        (typed(new="NovakovaJana1985", again="NovakovaJana1985"), None, 422, "password_of_own_names"),
        (typed(old="spatne"), None, 422, "old_password_wrong"),
        *(
            (
                typed(),
                said,
                (OF_PASSWORD.get(REFUSALS[said]) or TELLINGS[TOLD[REFUSALS[said]]]).status,
                REFUSALS[said].value,
            )
            for said in NotChangedReason
            if said is not NotChangedReason.UNCERTAIN  # test_password_change_in_doubt
        ),
    ],
)
async def test_a_password_that_is_not_taken_is_told_why_and_ends_nothing(
    rig: Rig, willing: Office, fields, says, status, reason
):
    browser = await signed_in(rig)
    willing.says = says
    refused = await browser.post(FORM, fields)
    assert (refused.status, refused.headers["x-brana-reason"]) == (status, reason)
    entry = rig.kept.entries[-1]
    assert (entry.code, entry.reason) == (Code.SIGN_IN_PASSWORD_NOT_CHANGED, reason)
    assert (await browser.get("/account")).status == 200
    for secret in (fields["old"], fields["new"]):
        assert secret not in refused.text


async def test_a_session_that_was_taken_over_guesses_no_more_than_a_stranger(rig: Rig, willing: Office):
    owner = await signed_in(rig)
    thief = rig.browser(address="198.51.100.9")
    thief.cookies[SSO] = owner.cookies[SSO]
    answers = [await changed(thief, old=f"odhad {n}") for n in range(7)]
    assert [answer.status for answer in answers] == [422] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(willing.asked) == 5
    assert rig.kept.entries[-1].code is Code.SIGN_IN_THROTTLED
    # the guesses are those of the sign-in: a stranger has none left there either
    rig.clock.forward(seconds=1)
    page = await thief.begin(prompt="login")
    assert (await thief.password(page, PERSON.login, OLD)).status == 429
    # the owner's browser pays from its own
    assert (await changed(owner)).status == 303


async def test_guesses_of_the_sign_in_count_at_my_account(rig: Rig, willing: Office):
    browser = await signed_in(rig)
    rig.clock.forward(seconds=1)
    page = await browser.begin(prompt="login")
    for n in range(5):
        await browser.password(page, PERSON.login, f"odhad {n}")
    assert (await changed(browser)).status == 429
    assert willing.asked == []


async def test_a_right_password_gives_the_guess_back(rig: Rig, willing: Office):
    browser = await signed_in(rig)
    willing.says = NotChangedReason.USED_BEFORE
    assert [(await changed(browser)).status for _ in range(7)] == [422] * 7


async def test_where_the_directory_lets_nobody_change_it_the_page_says_what_to_do_instead(willing: Office):
    async with provider(willing.authenticate, willing.reread) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        told = await changed(await signed_in(rig))
        assert told.status == 503
        for words in ("cannot be changed here", "Ctrl+Alt+Delete", "call Helpdesk, 573 321 100"):
            assert words in told.text
        assert 'name="old"' not in told.text


async def test_while_the_directory_is_away_nothing_changes_and_the_page_says_so(willing: Office):
    async def away(_subject: str, _old: str, _new: str) -> Changed | NotChanged:
        raise DirectoryUnreachable("ldaps://dc1", "start it")

    async with provider(willing.authenticate, willing.reread, change_password=away) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        browser = await signed_in(rig)
        told = await changed(browser)
        assert (told.status, rig.kept.entries[-1].reason) == (503, "directory_unreachable")
        assert "The password cannot be changed just now" in told.text
        assert (await browser.get("/account")).status == 200


async def test_a_session_that_ends_while_the_directory_is_asked_is_not_revived(willing: Office):
    async def meanwhile(subject: str, old: str, new: str) -> Changed | NotChanged:
        await other.post("/account/sign-ins/end-all", {})
        return await willing.change_password(subject, old, new)

    async with provider(willing.authenticate, willing.reread, change_password=meanwhile) as rig:
        await rig.kept.store.enrol_for(PERSON.subject, SECRET, rig.clock())
        other, browser = await signed_in(rig), await signed_in(rig)
        done = await changed(browser)
        assert done.status == 303
        assert (await browser.get(done.location)).location.startswith("/sign-in")
        assert Code.SIGN_IN_PASSWORD_CHANGED in rig.kept.codes()


async def test_a_strangers_page_changes_nothing(rig: Rig, willing: Office):
    browser = await signed_in(rig)
    answer = await browser.post(FORM, typed(), Sec_Fetch_Site="cross-site")
    assert (answer.status, willing.asked) == (403, [])
    assert (await browser.get(f"{FORM}?lang=cs")).location == f"{PAGE}?lang=cs"


async def test_who_is_signed_out_by_now_is_led_to_a_sign_in_and_no_guess_is_made(rig: Rig, willing: Office):
    browser = rig.browser()
    answer = await changed(browser)
    assert (answer.status, answer.location, willing.asked) == (303, PAGE, [])


async def test_the_recovery_administrator_has_no_password_in_a_directory(willing: Office):
    nobody = replace(PERSON, subject=RECOVERY_ADMINISTRATOR)

    async def authenticate(login: str, password: str, admit) -> Person | BindRefused:
        assert await admit(nobody.subject)
        return nobody

    async with provider(authenticate, willing.reread, change_password=willing.change_password) as rig:
        await rig.kept.store.enrol_for(nobody.subject, SECRET, rig.clock())
        browser = await signed_in(rig)
        assert 'name="old"' not in (await browser.get(PAGE)).text
        assert (await changed(browser)).status == 503
        assert (rig.kept.entries[-1].reason, willing.asked) == ("password_change_not_possible", [])


@pytest.mark.real
async def test_a_real_directory_changes_it_and_the_new_password_signs_in(world: World):
    rig = world.rig
    (person,) = await world.reader.named(CHANGING)
    await rig.kept.store.enrol_for(person.subject, SECRET, rig.clock())
    browser = await signed_in(rig, CHANGING, CHANGING_PASSWORD)
    wrong = await changed(browser, old="Neni-to-ono 5")
    assert (wrong.status, rig.kept.entries[-1].reason) == (422, "old_password_wrong")
    done = await changed(browser, old=CHANGING_PASSWORD)
    assert done.location == "/account?done=password-changed#password", done.text
    assert isinstance(await world.reader.authenticate(CHANGING, NEW), Person)
    assert isinstance(await world.reader.authenticate(CHANGING, CHANGING_PASSWORD), BindRefused)
    assert (await browser.get("/account")).status == 200
    assert KNOWN in browser.cookies
