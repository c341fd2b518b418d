"""The office's directory locks accounts after wrong passwords: real slapd with its password policy, and us in front."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import ldap
import pytest

from gateway.audit.entry import Code
from idp.directory.lockout import Lockout
from tests.rig.provider import Browser
from tests.rig.sign_in_world import ALIASES, ALIASES_PASSWORD, JANA, JANA_PASSWORD, World, sign_in_world
from tests.rig.slapd import BASE, Directory, person_dn

pytestmark = pytest.mark.real
LOCKS_AFTER, COMMON = 4, 3
STRANGERS, ALL_TOGETHER = 2, 3
POLICY = f"cn=default,ou=policies,{BASE}"
KNOWN = "__Host-brana-browser"


@asynccontextmanager
async def locking_after(office: Directory, attempts: int) -> AsyncIterator[World]:
    """The directory locks an account at that many wrong passwords; every account begins without any."""
    with office.as_root() as root:
        root.modify_s(POLICY, [(ldap.MOD_REPLACE, "pwdMaxFailure", [str(attempts).encode()])])
        try:
            async with sign_in_world(office, Lockout(attempts, timedelta(minutes=15))) as world:
                yield world
                for login, password in ((JANA, JANA_PASSWORD), (ALIASES[0], ALIASES_PASSWORD)):
                    await world.reader.authenticate(login, password)
                    assert failures(world, login) == 0
        finally:
            root.modify_s(POLICY, [(ldap.MOD_DELETE, "pwdMaxFailure", None)])


@pytest.fixture
async def strict(office: Directory) -> AsyncIterator[World]:
    async with locking_after(office, LOCKS_AFTER) as world:
        yield world


def failures(world: World, login: str) -> int:
    """Wrong passwords that the directory has counted; the account is not locked."""
    with world.directory.as_root() as root:
        found = root.search_s(person_dn(login), ldap.SCOPE_BASE, attrlist=["+"])[0][1]
    assert "pwdAccountLockedTime" not in found
    return len(found.get("pwdFailureTime", []))


async def guesses(world: World, logins: list[str], browsers: list[Browser]) -> list[int]:
    """One wrong password under each login, all at once, in the browsers by turns."""
    pages = [await browser.begin() for browser in browsers]
    answers = await asyncio.gather(
        *(
            browsers[number % len(browsers)].password(
                pages[number % len(browsers)], login, f"spatne {number}"
            )
            for number, login in enumerate(logins)
        )
    )
    return sorted(answer.status for answer in answers)


async def test_guesses_at_once_from_many_places_do_not_lock_the_account(strict: World):
    strangers = [strict.rig.browser(f"198.51.{number}.9") for number in range(10)]
    assert await guesses(strict, [JANA] * 20, strangers) == [422] * STRANGERS + [429] * 18
    assert failures(strict, JANA) == STRANGERS


async def test_guesses_at_once_under_all_names_of_an_account_do_not_lock_it(strict: World):
    strangers = [strict.rig.browser(f"198.51.{number}.9") for number in range(4)]
    assert await guesses(strict, ALIASES * 3, strangers) == [422] * STRANGERS + [429] * 22
    assert failures(strict, ALIASES[0]) == STRANGERS


async def test_strangers_thieves_of_cookies_and_known_browsers_together_do_not_lock_the_account(
    strict: World,
):
    own, _ = await strict.sign_in()
    second = strict.rig.browser()
    second.cookies[KNOWN] = own.cookies[KNOWN]
    strangers = [strict.rig.browser(f"198.51.{number}.9") for number in range(4)]
    await guesses(strict, [JANA] * 8, strangers)
    assert failures(strict, JANA) == STRANGERS
    strict.rig.clock.forward(seconds=60)
    await strict.sign_in(own, prompt="login")
    assert failures(strict, JANA) == 0
    thieves = [second, *(strict.rig.browser(f"203.0.113.{number}") for number in range(3))]
    for thief in thieves:
        thief.cookies[KNOWN] = own.cookies[KNOWN]
    await guesses(strict, [JANA] * 24, thieves)
    assert failures(strict, JANA) <= ALL_TOGETHER
    strict.rig.clock.forward(seconds=1)
    answer = await own.password(await own.begin(prompt="login"), JANA, JANA_PASSWORD)
    assert answer.status == 429
    assert answer.headers["x-brana-reason"] == "wait"
    assert "Too many attempts." in answer.text
    assert "too_many_attempts_directory" in strict.rig.kept.reasons()


async def test_a_stranger_keeps_nobody_out_of_a_known_browser_while_the_directory_s_budget_is_short(
    strict: World,
):
    own, _ = await strict.sign_in()
    strangers = [strict.rig.browser(f"198.51.{number}.9") for number in range(5)]
    await guesses(strict, [JANA] * 15, strangers)
    strict.rig.clock.forward(seconds=60)
    await strict.sign_in(own, prompt="login")
    late = await strangers[0].password(await strangers[0].begin(), JANA, JANA_PASSWORD)
    assert late.status == 429


async def test_the_budget_comes_back_when_the_directory_has_forgotten(strict: World):
    stranger = strict.rig.browser()
    await guesses(strict, [JANA] * 4, [stranger])
    strict.rig.clock.forward(minutes=15)
    assert (await stranger.password(await stranger.begin(), JANA, JANA_PASSWORD)).status == 429
    strict.rig.clock.forward(minutes=1)
    assert (await stranger.password(await stranger.begin(), JANA, JANA_PASSWORD)).status == 303


async def test_a_name_that_is_nobody_s_runs_out_after_as_many_guesses_and_with_the_same_words(strict: World):
    told = []
    for login in (JANA, "nikdo.takovy"):
        browser = strict.rig.browser()
        page = await browser.begin()
        answers = [await browser.password(page, login, f"spatne {number}") for number in range(4)]
        told.append([(a.status, a.headers.get("Retry-After"), a.text.replace(login, "")) for a in answers])
    assert [status for status, _, _ in told[0]] == [422] * STRANGERS + [429] * 2
    assert [each[:2] for each in told[0]] == [each[:2] for each in told[1]]
    throttled = [one.reason for one in strict.rig.kept.entries if one.code is Code.SIGN_IN_THROTTLED]
    assert set(throttled) == {"too_many_attempts_directory"}


async def test_an_old_sign_in_has_no_guesses_of_its_own_when_the_budget_is_spent(strict: World):
    old = [strict.rig.browser(f"203.0.113.{number}") for number in range(3)]
    pages = [await browser.begin() for browser in old]
    await guesses(strict, [JANA] * 4, [strict.rig.browser()])
    for browser, page in zip(old, pages, strict=True):
        assert (await browser.password(page, JANA.upper(), JANA_PASSWORD)).status == 429
    assert failures(strict, JANA) == STRANGERS


async def test_where_three_lock_an_account_strangers_leave_one_for_a_known_browser(office: Directory):
    """They come back whenever they may: the person still signs in at the first try, each time."""
    async with locking_after(office, COMMON) as world:
        own, _ = await world.sign_in()
        for lapse in (1, 16, 16):
            strangers = [world.rig.browser(f"198.51.{number}.9") for number in range(2)]
            assert await guesses(world, [JANA] * 2, strangers) == [422, 429]
            world.rig.clock.forward(minutes=lapse)
            await world.sign_in(own, prompt="login")
        world.rig.clock.forward(seconds=1)
        wrong = await own.password(await own.begin(prompt="login"), JANA, "preklep")
        assert wrong.status == 422
        assert failures(world, JANA) < COMMON
