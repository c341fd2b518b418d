"""Guessing passwords and codes: in a row, at once, under other spellings, from other places."""

import asyncio
from collections.abc import Callable

import pytest

from gateway.audit.entry import Code
from gateway.storage.identity import STRANGERS_KEPT
from idp.directory.reader import DirectoryReader
from idp.directory.spelling import strictly
from idp.events import PasswordRefused
from tests.rig.code_generator import code_at
from tests.rig.provider import provider
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, SECRET, World
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real
SSO = "__Host-brana-sso"
NOBODY = "nikdo.takovy"


async def test_a_code_used_twice_is_refused(world: World):
    code = world.code()
    await world.sign_in()
    other = world.rig.browser()
    page = await other.begin()
    await other.password(page, JANA, JANA_PASSWORD)
    answer = await other.code(page, code)
    assert answer.status == 422
    assert SSO not in other.cookies
    assert answer.headers["x-brana-reason"] == "code_wrong"
    assert "code_replayed" in world.rig.kept.reasons()


async def test_one_code_used_by_five_browsers_at_once_signs_one_in(world: World):
    browsers = [world.rig.browser() for _ in range(5)]
    pages = [await browser.begin() for browser in browsers]
    for browser, page in zip(browsers, pages, strict=True):
        assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    code = world.code()
    answers = await asyncio.gather(*(b.code(p, code) for b, p in zip(browsers, pages, strict=True)))
    assert sorted(answer.status for answer in answers) == [303, 422, 422, 422, 422]
    assert world.rig.kept.codes().count(Code.SIGN_IN_COMPLETED) == 1


async def test_guessing_codes_in_parallel_gives_five_guesses_and_a_right_one_waits(world: World):
    browsers = [world.rig.browser() for _ in range(12)]
    pages = [await browser.begin() for browser in browsers]
    for browser, page in zip(browsers, pages, strict=True):
        await browser.password(page, JANA, JANA_PASSWORD)
    answers = await asyncio.gather(
        *(b.code(p, f"00000{n % 10}") for n, (b, p) in enumerate(zip(browsers, pages, strict=True)))
    )
    assert sorted(answer.status for answer in answers) == [422] * 5 + [429] * 7
    late = await browsers[0].code(pages[0], world.code())
    assert late.status == 429
    assert "Try again in 15 minutes." in late.text
    assert late.headers["Retry-After"] == "900"


async def test_lock_out_holds_in_a_sign_in_begun_before_and_for_the_password_too(world: World):
    old = world.rig.browser()
    old_page = await old.begin()
    await old.password(old_page, JANA, JANA_PASSWORD)
    attacker = world.rig.browser("198.51.100.9")
    page = await attacker.begin()
    for _ in range(5):
        assert (await attacker.password(page, JANA, "spatne")).status == 422
    assert (await old.code(old_page, world.code())).status == 429
    assert (await attacker.password(page, JANA, JANA_PASSWORD)).status == 429
    assert len(world.asked) == 6


async def test_spellings_of_one_login_share_their_guesses(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    spellings = [JANA, JANA.upper(), "Novakova.Jana", f" {JANA}", f"{JANA} ", "ｎovakova.jana"]
    statuses = [(await browser.password(page, spelling, "spatne")).status for spelling in spellings]
    assert statuses == [422] * 5 + [429]


async def test_guesses_of_unknown_logins_are_limited_alike(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    statuses = [(await browser.password(page, NOBODY, "spatne")).status for _ in range(6)]
    assert statuses == [422] * 5 + [429]


@pytest.mark.parametrize(
    "spelled", [lambda name: name[:3] + " " + name[3:], lambda name: name.replace("a", "á", 1)]
)
async def test_a_loose_spelling_after_the_last_guess_does_not_tell_whether_the_login_is_there(
    world: World, spelled: Callable[[str], str]
):
    statuses = {}
    for login in (JANA, NOBODY):
        browser = world.rig.browser()
        page = await browser.begin()
        for _ in range(5):
            assert (await browser.password(page, login, "spatne")).status == 422
        statuses[login] = (await browser.password(page, spelled(login), "spatne")).status
    assert statuses == {JANA: 429, NOBODY: 429}


async def test_strangers_do_not_shut_a_known_browser_out_of_an_alias(office: Directory):
    reader = DirectoryReader(office.settings(login_attributes=["uid", "mail"]))
    try:
        async with provider(reader.authenticate, reader.person) as rig:
            (jana,) = await reader.named(JANA)
            await rig.kept.store.enrol_for(jana.subject, SECRET, rig.clock())
            own, stranger = rig.browser(), rig.browser("198.51.100.9")
            page = await own.begin()
            await own.password(page, JANA, JANA_PASSWORD)
            assert (await own.code(page, code_at(SECRET, rig.clock()))).status == 303
            theirs = await stranger.begin()
            for _ in range(5):
                await stranger.password(theirs, jana.mail.replace(".", " .", 1), "spatne")
            assert (await stranger.password(theirs, jana.mail, JANA_PASSWORD)).status == 429
            rig.clock.forward(minutes=1)
            page = await own.begin(prompt="login")
            assert (await own.password(page, jana.mail, JANA_PASSWORD)).status == 303
    finally:
        reader.close()


async def test_a_flood_of_refusals_does_not_hide_that_somebody_s_login_ran_out_of_guesses(world: World):
    """The login means whom it meant last: the entry is about that person, and not a stranger's among many."""
    await world.sign_in()
    kept, thief = world.rig.kept, world.rig.browser("203.0.113.4")
    flood = [PasswordRefused(at=world.rig.clock(), reason="empty_password")] * (STRANGERS_KEPT[0] + 1)
    await kept.store.transact(lambda book: [book.record(one) for one in flood])
    page = await thief.begin()
    for number in range(7):
        await thief.password(page, JANA, f"spatne-{number}")
    whose = (await kept.store.look(lambda book: book.subject_of(strictly(JANA)))) or ""
    throttled = [one for one in kept.entries if one.code is Code.SIGN_IN_THROTTLED]
    assert whose
    assert [(one.subject, one.person, one.address) for one in throttled] == [(whose, JANA, "203.0.113.4")] * 2


async def test_a_stranger_cannot_lock_a_person_out_of_a_known_browser(world: World):
    own, _ = await world.sign_in()
    stranger = world.rig.browser("198.51.100.9")
    page = await stranger.begin()
    for _ in range(6):
        await stranger.password(page, JANA, "spatne")
    world.rig.clock.forward(seconds=60)
    assert (await stranger.password(page, JANA, JANA_PASSWORD)).status == 429
    await world.sign_in(own, prompt="login")


async def test_an_address_has_fifty_guesses_over_all_accounts_and_sign_ins(world: World):
    browsers = [world.rig.browser(f"2001:db8::{number:x}") for number in range(60)]
    pages = [await browser.begin() for browser in browsers]
    guesses = (b.password(p, f"nikdo{n}", "x") for n, (b, p) in enumerate(zip(browsers, pages, strict=True)))
    statuses = [answer.status for answer in await asyncio.gather(*guesses)]
    assert sorted(statuses) == [422] * 50 + [429] * 10
    assert len(world.asked) == 50
    neighbour = world.rig.browser("2001:db8:0:1::1")
    assert (await neighbour.password(await neighbour.begin(), JANA, JANA_PASSWORD)).status == 303


async def test_a_success_gives_the_account_its_guesses_back(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    for _ in range(4):
        await browser.password(page, JANA, "spatne")
    await world.sign_in()
    page = await browser.begin()
    assert [(await browser.password(page, JANA, "spatne")).status for _ in range(6)] == [422] * 5 + [429]


async def test_a_right_password_in_between_gives_no_guesses_of_codes(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    await browser.password(page, JANA, JANA_PASSWORD)
    statuses = [(await browser.code(page, "000000")).status for _ in range(4)]
    page = await browser.begin()
    await browser.password(page, JANA, JANA_PASSWORD)
    statuses += [(await browser.code(page, "000000")).status for _ in range(2)]
    assert statuses == [422] * 5 + [429]
    assert (await browser.code(page, world.code())).status == 429


async def test_wrong_passwords_use_up_no_guesses_of_codes(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    for _ in range(4):
        await browser.password(page, JANA, "spatne")
    await browser.password(page, JANA, JANA_PASSWORD)
    assert [(await browser.code(page, "000000")).status for _ in range(4)] == [422] * 4
    assert (await browser.code(page, world.code())).status == 303
