"""Accounts that are closed, renamed, deleted or made anew, and what a stranger can learn of who has one."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

import ldap
import pytest
from sqlalchemy import Connection, text

from config.vocabulary import SubjectId
from gateway.audit.entry import Code
from gateway.demo import ldif
from gateway.demo.world import Account
from idp.directory.reader import REFUSAL_STEP
from tests.attacks.conftest import authorization
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
VARIES = re.compile(r"flow=[\w-]+|value=\"[^\"]*\"|&amp;lang=..|(?<=challenge&#34;: &#34;)[\w-]{43}(?=&#34;)")

Change = Callable[[Any, str], object]


def disabled(root: Any, dn: str) -> None:
    root.modify_s(dn, [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])


def locked(root: Any, dn: str) -> None:
    root.modify_s(dn, [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"20260101000000Z"])])


def expired(root: Any, dn: str) -> None:
    root.modify_s(
        dn, [(ldap.MOD_ADD, "objectClass", [b"shadowAccount"]), (ldap.MOD_ADD, "shadowExpire", [b"100"])]
    )


CLOSED: dict[str, tuple[Change, str]] = {
    "disabled": (disabled, "account_disabled"),
    "locked": (locked, "account_locked"),
    "expired": (expired, "account_expired"),
}


async def shown_for(ground: Ground, login: str, password: str) -> Shown:
    browser = ground.browser()
    return await browser.fill(await browser.get(ground.portal), username=login, password=password)


def in_groups(root: Any, old: str, new: str | None) -> None:
    """What directories with referential integrity do by themselves: groups name people by their DN."""
    for group, _ in root.search_s(ldif.GROUPS, ldap.SCOPE_SUBTREE, f"(member={old})", ["cn"]):
        change = [(ldap.MOD_DELETE, "member", [old.encode()])]
        root.modify_s(group, [(ldap.MOD_ADD, "member", [new.encode()]), *change] if new else change)


async def settled(ground: Ground) -> None:
    """The facts of everybody signed in were read once more."""
    await asyncio.sleep(2 * ground.product.settings.facts.refresh.total_seconds())


async def out(ground: Ground, cookie: str) -> None:
    """The gate hears of an end within milliseconds; from then on the cookies open nothing."""
    async with asyncio.timeout(1):
        while (answer := await ground.ask("/x", cookie=cookie)).status == 200:
            await asyncio.sleep(0.02)
    assert answer.status == 401
    await ground.refused(answer, "sign_in_needed")


@pytest.mark.parametrize("state", ["disabled", "expired"])
async def test_a_closed_account_signs_nobody_in_and_loses_its_sessions(ground: Ground, state: str) -> None:
    close, reason = CLOSED[state]
    account = ground.somebody()
    browser = await ground.signed_in(account)
    kept = ground.cookie(browser)
    with ground.product.as_root() as root:
        close(root, ldif.person_dn(account.login))
    ended = await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login)
    assert reason in {entry.reason for entry in ended}
    await out(ground, kept)
    silent = await browser.get(authorization(ground, prompt="none"), follow=False)
    assert "error=login_required" in silent.headers["Location"]
    shown = await shown_for(ground, account.login, account.password)
    assert shown.status == 422
    await ground.refused(shown, "not_recognised")
    assert (await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)).reason == reason


async def test_an_account_locked_by_a_strangers_guesses_signs_nobody_in_and_goes_on_working(
    ground: Ground,
) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    with ground.product.as_root() as root:
        locked(root, ldif.person_dn(account.login))
    shown = await shown_for(ground, account.login, account.password)
    assert shown.status == 422
    assert (await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)).reason == "account_locked"
    await settled(ground)
    assert (await ground.ask("/x", cookie=ground.cookie(browser))).status == 200
    again = await browser.get(authorization(ground, prompt="none"), follow=False)
    assert "error=" not in again.headers["Location"]


def deleted(root: Any, dn: str) -> None:
    root.delete_s(dn)


@pytest.mark.parametrize("change", [disabled, expired, deleted])
async def test_an_account_that_is_closed_between_password_and_code_stays_out(
    ground: Ground, change: Change
) -> None:
    """The password was right a moment ago; what was shown counts no more once we have heard of it."""
    account, browser = ground.somebody(), ground.browser()
    page = await ground.at_code(browser, account)
    with ground.product.as_root() as root:
        change(root, ldif.person_dn(account.login))
    async with asyncio.timeout(5):
        while (await browser.get(page.url)).status == 200:
            await asyncio.sleep(0.05)
    shown = await browser.fill(page, code=ground.code(account))
    assert shown.status == 400
    await ground.refused(shown, "start_again")
    assert await ground.entries(codes=(Code.SIGN_IN_COMPLETED,), person=account.login) == []


async def test_a_code_that_overtakes_the_news_of_a_closed_account_opens_nothing_that_lasts(
    ground: Ground,
) -> None:
    account, browser = ground.somebody(), ground.browser()
    page = await ground.at_code(browser, account)
    with ground.product.as_root() as root:
        disabled(root, ldif.person_dn(account.login))
    await browser.fill(page, code=ground.code(account))
    async with asyncio.timeout(5):
        while (await browser.get(ground.records(), follow=False)).status == 200:
            await asyncio.sleep(0.05)
    await out(ground, ground.cookie(browser))


async def test_a_deleted_account_loses_its_sessions_and_its_grants(ground: Ground) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    kept = ground.cookie(browser)
    with ground.product.as_root() as root:
        root.delete_s(ldif.person_dn(account.login))
    ended = await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login)
    assert {one.reason for one in ended} <= {"account_gone", "account_closed"}  # whichever news came first
    await out(ground, kept)
    shown = await shown_for(ground, account.login, account.password)
    assert shown.status == 422
    assert (await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)).reason == "unknown_person"


async def test_who_loses_a_role_loses_the_sessions_that_had_it_and_single_sign_on(ground: Ground) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    kept = ground.cookie(browser)
    with ground.product.as_root() as root:
        in_groups(root, ldif.person_dn(account.login), None)
    await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login, reason="role_lost")
    await out(ground, kept)
    silent = await browser.get(authorization(ground, prompt="none"), follow=False)
    assert "error=login_required" in silent.headers["Location"]
    told = await browser.get(ground.portal)
    assert "protože vám byla odebrána role" in told.text


async def at_my_account_alone(ground: Ground, account: Account) -> Visitor:
    """Signed in at the provider, and at no host of the gateway: no session there could be compared."""
    return await ground.signed_in(account, f"{ground.login}/account")


async def over_at_the_provider(ground: Ground, browser: Visitor, account: Account, reason: str) -> None:
    ended = await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login)
    assert [entry.reason for entry in ended] == [reason]
    assert (await browser.get(f"{ground.login}/account/expiry")).status == 401
    for path in ("/account/recovery-codes", "/account/stay"):
        refused = await browser.post(f"{ground.login}{path}", {}, follow=False)
        assert refused.status == 303
        await ground.refused(refused, reason)


@pytest.mark.parametrize("change", [disabled, deleted])
async def test_who_is_signed_in_at_the_provider_alone_is_out_with_the_account(
    ground: Ground, change: Change
) -> None:
    """The browser asks for nothing meanwhile: nothing is read again because of it."""
    account = ground.somebody()
    browser = await at_my_account_alone(ground, account)
    with ground.product.as_root() as root:
        change(root, ldif.person_dn(account.login))
    await over_at_the_provider(ground, browser, account, "account_closed")


async def test_who_is_signed_in_at_the_provider_alone_is_out_with_the_role(ground: Ground) -> None:
    account = ground.somebody()
    browser = await at_my_account_alone(ground, account)
    assert account.login in await ground.brana("sessions", "list", "--user", account.login)
    with ground.product.as_root() as root:
        in_groups(root, ldif.person_dn(account.login), None)
    await over_at_the_provider(ground, browser, account, "role_lost")


async def test_facts_of_a_time_to_come_keep_nobody_in_whose_account_is_closed(ground: Ground) -> None:
    """As a clock that is set back by an hour leaves them behind, here and at the provider."""
    account, other = ground.somebody(), ground.somebody()
    browser, alone = await ground.signed_in(account), await at_my_account_alone(ground, other)
    kept, ahead = ground.cookie(browser), int((time.time() + 3600) * 1_000_000)

    def set_back(connection: Connection) -> None:
        for table in ("session", "provider_session"):
            statement = text(f"UPDATE {table} SET facts_at = :ahead WHERE subject IN (:one, :two)")
            connection.execute(statement, {"ahead": ahead, "one": account.subject, "two": other.subject})

    with ground.product.as_root() as root:
        await ground.state.database.write(set_back)
        for one in (account, other):
            disabled(root, ldif.person_dn(one.login))
    await ground.entries(at_least=2, codes=(Code.SESSION_ENDED,), person=account.login)
    await out(ground, kept)
    await over_at_the_provider(ground, alone, other, "account_closed")


def person(account: Account) -> list[tuple[str, list[bytes]]]:
    """Another person of the same name, as an administrator would enter one."""
    facts = {"uid": account.login, "cn": account.name, "displayName": account.name, "sn": account.surname,
             "userPassword": account.password}  # fmt: skip
    return [("objectClass", [b"inetOrgPerson"]), *((name, [text.encode()]) for name, text in facts.items())]


async def test_a_new_account_of_an_old_name_is_somebody_else(ground: Ground) -> None:
    """Without the session, the factor, the known browser and the roles of who had the name before."""
    account = ground.somebody()
    browser = await ground.signed_in(account)
    kept = ground.cookie(browser)
    with ground.product.as_root() as root:
        root.delete_s(ldif.person_dn(account.login))
        in_groups(root, ldif.person_dn(account.login), None)
        root.add_s(ldif.person_dn(account.login), person(account))
    ended = await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login)
    # whichever is heard first: that the account is gone (the provider calls it closed), or that groups name it no more
    assert {one.reason for one in ended} <= {"account_gone", "account_closed", "role_lost"}
    await out(ground, kept)
    page = await shown_for(ground, account.login, account.password)
    accepted = await ground.entries(at_least=2, codes=(Code.SIGN_IN_PASSWORD_ACCEPTED,), person=account.login)
    assert accepted[0].subject != accepted[1].subject == account.subject
    assert (
        'name="enrolment"' in page.text
    )  # the old factor is not the new person's, and an officer knows of none
    other, new = ground.browser(), SubjectId(accepted[0].subject)
    page = await ground.at_enrolment(other, account, new)
    page = await other.fill(page, code=ground.code(account, page.secret))
    shown = await other.fill(page)  # the recovery codes are put away
    assert shown.status == 403
    assert (await ground.refused(shown, "no_role")).application == "records"


async def test_a_renamed_account_keeps_its_person_and_its_old_name_opens_nothing(ground: Ground) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    name = f"{account.login}.nova"
    with ground.product.as_root() as root:
        root.rename_s(ldif.person_dn(account.login), f"uid={name}")
        in_groups(root, ldif.person_dn(account.login), ldif.person_dn(name))
    await ground.entries(at_least=1, codes=(Code.FACTS_CHANGED,), person=name)
    await settled(ground)
    assert (await browser.get(ground.records(), follow=False)).status == 200
    shown = await shown_for(ground, account.login, account.password)
    assert shown.status == 422
    assert (await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)).reason == "unknown_person"
    page = await shown_for(ground, name, account.password)
    assert (page.secret, 'name="code"' in page.text) == ("", True)
    refused = await ground.entries(codes=(Code.SIGN_IN_PASSWORD_ACCEPTED,), person=name)
    assert [entry.subject for entry in refused] == [account.subject]


async def test_a_renamed_account_has_no_guesses_of_its_own(ground: Ground) -> None:
    account = ground.somebody()
    for _ in range(3):
        assert (await shown_for(ground, account.login, "spatne")).status == 422
    name = f"{account.login}.jina"
    with ground.product.as_root() as root:
        root.rename_s(ldif.person_dn(account.login), f"uid={name}")
    statuses = [(await shown_for(ground, name, "spatne")).status for _ in range(3)]
    assert statuses == [422, 422, 429]
    (throttled,) = await ground.entries(codes=(Code.SIGN_IN_THROTTLED,), person=name)
    assert throttled.reason == "too_many_attempts_account"


async def test_no_answer_tells_whether_an_account_is_there(ground: Ground) -> None:
    """Unknown, wrong password, and closed accounts with their right password: one page, one status, one header."""
    accounts = [ground.somebody() for _ in range(4)]
    with ground.product.as_root() as root:
        for account, (close, _) in zip(accounts, CLOSED.values(), strict=False):
            close(root, ldif.person_dn(account.login))
    asked = [
        *((one.login, one.password) for one in accounts[:3]),
        (accounts[3].login, "spatne"),
        ("nikdo.tady", "x"),
    ]
    answers = [await shown_for(ground, *one) for one in asked]
    pages = {
        VARIES.sub("", one.text.replace(login, "")) for one, (login, _) in zip(answers, asked, strict=True)
    }
    assert len(pages) == 1
    assert {one.status for one in answers} == {422}
    headers = [
        {
            name: value
            for name, value in one.headers.items()
            if name.lower() not in {"x-request-id", "date", "content-length"}
        }
        for one in answers
    ]
    assert all(one == headers[0] for one in headers), headers
    for one in answers:
        await ground.refused(one, "not_recognised")
    reasons = [(await ground.entry(one, Code.SIGN_IN_PASSWORD_REFUSED)).reason for one in answers]
    assert reasons == [
        "account_disabled",
        "account_locked",
        "account_expired",
        "wrong_password",
        "unknown_person",
    ]


async def test_locked_out_looks_the_same_for_an_account_that_is_not_there(ground: Ground) -> None:
    known, unknown = ground.somebody().login, "nikdo.vubec"
    pages = []
    for login in (known, unknown):
        for _ in range(5):
            assert (await shown_for(ground, login, "spatne")).status == 422
        shown = await shown_for(ground, login, "spatne")
        assert shown.status == 429
        await ground.refused(shown, "wait")
        pages.append((VARIES.sub("", shown.text.replace(login, "")), shown.headers["Retry-After"]))
    assert pages[0] == pages[1]


async def test_no_answer_is_fast_enough_to_tell_that_an_account_is_not_there(ground: Ground) -> None:
    """A directory answers to a password, and to a name it does not know, well within a step; we never do. That both
    wait for an answer to a password is shown where the directory's answers can be held (idp/directory).
    """

    async def took(login: str) -> float:
        browser = ground.browser()
        page = await browser.get(ground.portal)
        begun = time.monotonic()
        shown = await browser.fill(page, username=login, password="spatne")
        assert shown.status == 422
        await ground.refused(shown, "not_recognised")
        return time.monotonic() - begun

    for login in (ground.somebody().login, "nikdo.takovy"):
        assert await took(login) >= 0.95 * REFUSAL_STEP


async def test_a_tab_left_at_the_sign_in_lets_nobody_in_whose_account_was_closed_meanwhile(
    ground: Ground,
) -> None:
    """Another tab signed in at "my account": no host of the gateway has a session that would be followed."""
    account, browser = ground.somebody(), ground.browser()
    parked = await browser.get(ground.records())
    page = await browser.get(f"{ground.login}/account")
    page = await browser.fill(page, username=account.login, password=account.password)
    assert (await browser.fill(page, code=ground.code(account))).status == 200
    with ground.product.as_root() as root:
        disabled(root, ldif.person_dn(account.login))
    await settled(ground)
    ground.taken_over.requests.clear()
    shown = await browser.get(parked.url)
    assert (shown.status, shown.url.path) == (200, "/sign-in")
    assert 'name="password"' in shown.text
    assert ground.taken_over.requests == []
    ended = await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login)
    assert {one.reason for one in ended} == {"account_closed"}
