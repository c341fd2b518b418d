"""Guessing passwords and codes at the running product: in a row, at once, under other spellings, from elsewhere."""

import asyncio
from datetime import timedelta

import ldap
import pytest

from gateway.audit.entry import Code
from gateway.demo import ldif
from tests.rig.attacked import PATIENCE, Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
GUESSES = 5  # of an account within the window, as delivered
LOCKS_AFTER = 10  # wrong passwords, as the office's directory has it


async def guessed(
    ground: Ground, login: str, password: str = "spatne", browser: Visitor | None = None
) -> Shown:
    browser = browser or ground.browser()
    return await browser.fill(await browser.get(ground.portal), username=login, password=password)


async def locked(ground: Ground, shown: Shown) -> None:
    assert shown.status == 429
    assert "Retry-After" in shown.headers
    await ground.refused(shown, "wait")
    throttled = await ground.entry(shown, Code.SIGN_IN_THROTTLED)
    assert throttled.reason == "too_many_attempts_account"


async def test_a_code_is_good_once(ground: Ground) -> None:
    account = ground.somebody()
    code = ground.code(account)
    first, second = ground.browser(), ground.browser()
    pages = [await ground.at_code(browser, account) for browser in (first, second)]
    assert (await first.fill(pages[0], code=code)).status == 200
    shown = await second.fill(pages[1], code=code)
    assert shown.status == 422
    await ground.refused(shown, "code_wrong")
    assert (await ground.entry(shown, Code.SIGN_IN_CODE_REFUSED)).reason == "code_replayed"
    assert "__Host-brana-sso" not in second.cookies(ground.login)


async def test_one_code_in_five_browsers_at_once_signs_one_in(ground: Ground) -> None:
    account = ground.somebody()
    browsers = [ground.browser() for _ in range(5)]
    pages = [await ground.at_code(browser, account) for browser in browsers]
    code = ground.code(account)
    shown = await asyncio.gather(
        *(browser.fill(page, code=code, follow=False) for browser, page in zip(browsers, pages, strict=True))
    )
    assert sorted(one.status for one in shown) == [303, 422, 422, 422, 422]
    refused = [await ground.entry(one, Code.SIGN_IN_CODE_REFUSED) for one in shown if one.status == 422]
    assert {entry.reason for entry in refused} == {"code_replayed"}
    completed = await ground.entries(codes=(Code.SIGN_IN_COMPLETED,), person=account.login)
    assert len(completed) == 1


async def test_guessing_codes_at_once_gives_no_more_guesses(ground: Ground) -> None:
    account = ground.somebody()
    browsers = [ground.browser() for _ in range(12)]
    pages = [await ground.at_code(browser, account) for browser in browsers]
    wrong = f"{(int(ground.code(account)) + 500_000) % 1_000_000:06}"
    shown = await asyncio.gather(
        *(browser.fill(page, code=wrong) for browser, page in zip(browsers, pages, strict=True))
    )
    assert sorted(one.status for one in shown) == [422] * GUESSES + [429] * 7
    for one in shown:
        if one.status == 429:
            await locked(ground, one)
        else:
            assert (await ground.entry(one, Code.SIGN_IN_CODE_REFUSED)).reason == "code_wrong"
    await locked(ground, await browsers[0].fill(pages[0], code=ground.code(account)))


async def test_guessing_passwords_at_once_gives_no_more_guesses(ground: Ground) -> None:
    account = ground.somebody()
    first = await guessed(ground, account.login)  # by it the login is known as somebody's
    shown = [first, *await asyncio.gather(*(guessed(ground, account.login) for _ in range(11)))]
    assert sorted(one.status for one in shown) == [422] * GUESSES + [429] * 7
    evaluated = await ground.entries(codes=(Code.SIGN_IN_PASSWORD_REFUSED,), person=account.login)
    assert [entry.reason for entry in evaluated] == ["wrong_password"] * GUESSES
    await locked(ground, await guessed(ground, account.login, account.password))
    await alerted(ground, "failed_sign_ins", account.login)


async def alerted(ground: Ground, rule: str, person: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            alerts = [one.details for one in await ground.entries(codes=(Code.ALERT_RAISED,))]
            if any((one["alert_rule"], one.get("alert_of")) == (rule, person) for one in alerts):
                return
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
async def test_spellings_of_one_login_share_their_guesses(ground: Ground, *, known: bool) -> None:
    login = ground.somebody().login if known else "nikdo.pravopisny"
    first = login[0]
    spellings = (
        login,
        login.upper(),
        login.title(),
        f" {login}",
        f"{login}  ",
        chr(ord(first) + 0xFEE0) + login[1:],  # fullwidth
        login.replace(".", "．"),
        f"{first}\u200b{login[1:]}",
        f"{first}\u00ad{login[1:]}",
        f"{first} {login[1:]}",
        f"{first}\u0301{login[1:]}",
        f"{first}\u034f{login[1:]}",
    )
    shown = [await guessed(ground, spelling) for spelling in spellings]
    assert [one.status for one in shown] == [422] * GUESSES + [429] * (len(spellings) - GUESSES)
    await locked(ground, shown[-1])


async def test_lock_out_holds_in_a_sign_in_begun_before_and_at_the_other_step(ground: Ground) -> None:
    account = ground.somebody()
    old = ground.browser()
    page = await ground.at_code(old, account)
    for _ in range(GUESSES):
        assert (await guessed(ground, account.login)).status == 422
    await locked(ground, await old.fill(page, code=ground.code(account)))
    await locked(ground, await guessed(ground, account.login, account.password))
    fresh = ground.browser()
    await locked(ground, await guessed(ground, account.login.upper(), account.password, fresh))
    assert "__Host-brana-sso" not in old.cookies(ground.login)


async def test_a_right_password_in_between_gives_no_further_guesses_of_codes(ground: Ground) -> None:
    account = ground.somebody()
    wrong = f"{(int(ground.code(account)) + 500_000) % 1_000_000:06}"
    statuses = []
    for _ in range(3):
        browser = ground.browser()
        page = await ground.at_code(browser, account)
        for _ in range(2):
            shown = await browser.fill(page, code=wrong)
            statuses.append(shown.status)
    assert statuses == [422] * GUESSES + [429]
    await locked(ground, shown)


async def test_lock_out_reaches_neither_the_directory_s_account_nor_the_person_s_own_browser(
    ground: Ground,
) -> None:
    """The office locks an account after six wrong passwords; a stranger at three addresses makes twelve."""
    account = ground.somebody()
    own = await ground.signed_in(account)
    policy = ground.product.directory.plan.policy
    with ground.product.as_root() as root:
        root.modify_s(policy, [(ldap.MOD_REPLACE, "pwdMaxFailure", [b"6"])])
        try:
            strangers = [ground.browser() for _ in range(3)]
            shown = [await guessed(ground, account.login, browser=strangers[n % 3]) for n in range(12)]
            assert [one.status for one in shown] == [422] * GUESSES + [429] * 7
            await locked(ground, shown[-1])
            found = root.search_s(ldif.person_dn(account.login), ldap.SCOPE_BASE, attrlist=["+"])[0][1]
            assert "pwdAccountLockedTime" not in found
        finally:
            root.modify_s(policy, [(ldap.MOD_REPLACE, "pwdMaxFailure", [str(LOCKS_AFTER).encode()])])
    assert (await own.get(ground.records(), follow=False)).status == 200
    await own.post(f"{ground.records()}.brana/sign-out", {})
    page = await ground.at_code(own, account)
    assert (await own.fill(page, code=ground.code(account))).status == 200
    await locked(ground, await guessed(ground, account.login, account.password))


async def test_the_cookie_of_a_known_browser_gives_its_guesses_for_its_own_person_alone(
    ground: Ground,
) -> None:
    account, victim = ground.somebody(), ground.somebody()
    attacker = await ground.signed_in(account)
    known = attacker.cookies(ground.login)["__Host-brana-browser"]
    for _ in range(GUESSES):
        assert (await guessed(ground, victim.login)).status == 422
    for cookie in (known, "B" * 43):
        browser = ground.browser()
        browser.keep(ground.login, {"__Host-brana-browser": cookie})
        await locked(ground, await guessed(ground, victim.login, victim.password, browser))


async def test_copies_of_a_known_browser_s_cookie_do_not_lock_the_directory_s_account(ground: Ground) -> None:
    """Strangers, and thieves with the cookie, at ten addresses at once: one wrong password less than the lock-out."""
    account = ground.somebody()
    own = await ground.signed_in(account)
    known = own.cookies(ground.login)["__Host-brana-browser"]
    thieves = [ground.browser() for _ in range(5)]
    for thief in thieves:
        thief.keep(ground.login, {"__Host-brana-browser": known})
    everybody = [*thieves, *(ground.browser() for _ in range(5))]
    pages = [await browser.get(ground.portal) for browser in everybody]
    tries = [(everybody[n % 10], pages[n % 10]) for n in range(40)]
    shown = await asyncio.gather(
        *(browser.fill(page, username=account.login, password="spatne") for browser, page in tries)
    )
    assert {one.status for one in shown} == {422, 429}
    with ground.product.as_root() as root:
        found = root.search_s(ldif.person_dn(account.login), ldap.SCOPE_BASE, attrlist=["+"])[0][1]
    assert "pwdAccountLockedTime" not in found
    assert len(found["pwdFailureTime"]) == LOCKS_AFTER - 1
    waits = await guessed(ground, account.login, account.password, thieves[0])
    assert waits.status == 429
    await ground.refused(waits, "wait")
    reasons = {
        entry.reason for entry in await ground.entries(codes=(Code.SIGN_IN_THROTTLED,), person=account.login)
    }
    assert "too_many_attempts_directory" in reasons


async def test_a_network_that_tries_many_names_runs_out_of_guesses_and_a_known_browser_in_it_does_not(
    ground: Ground,
) -> None:
    account, neighbour = ground.somebody(), ground.somebody()
    own = await ground.signed_in(account)
    limit = ground.product.settings.sign_in.attempts_per_network
    network = own.address.rpartition(".")[0]
    browsers = [ground.browser(f"{network}.{number}") for number in range(10, 15)]
    pages = [await browser.get(ground.portal) for browser in browsers]
    shown = await asyncio.gather(
        *(
            browsers[n % 5].fill(pages[n % 5], username=f"nikdo.ze.site.{n}", password="x")
            for n in range(limit + 5)
        )
    )
    assert sorted(one.status for one in shown) == [422] * limit + [429] * 5
    fresh = ground.browser(f"{network}.99")
    last = await guessed(ground, neighbour.login, neighbour.password, fresh)
    await ground.refused(last, "wait")
    throttled = await ground.entry(last, Code.SIGN_IN_THROTTLED)
    assert (throttled.reason, throttled.address) == ("too_many_attempts_network", fresh.address)
    await own.post(f"{ground.records()}.brana/sign-out", {})
    page = await ground.at_code(own, account)
    assert (await own.fill(page, code=ground.code(account))).status == 200


async def test_an_address_that_tries_many_names_runs_out_of_guesses(ground: Ground) -> None:
    limit = ground.product.settings.sign_in.attempts_per_address
    assert ground.product.settings.sign_in.attempts_window >= timedelta(minutes=5)
    browser = ground.browser()
    pages = [await browser.get(ground.portal) for _ in range(limit + 5)]
    shown = await asyncio.gather(
        *(browser.fill(page, username=f"nikdo.{number}", password="x") for number, page in enumerate(pages))
    )
    assert sorted(one.status for one in shown) == [422] * limit + [429] * 5
    last = next(one for one in shown if one.status == 429)
    await ground.refused(last, "wait")
    throttled = await ground.entry(last, Code.SIGN_IN_THROTTLED)
    assert (throttled.reason, throttled.address) == ("too_many_attempts_address", browser.address)
