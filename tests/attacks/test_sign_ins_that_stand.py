"""What changes of a person while a sign-in stands at the code: nobody comes in by what the directory said before."""

import ldap
import pytest

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.demo import ldif
from gateway.demo.world import Account
from tests.attacks.test_accounts import in_groups
from tests.rig.attacked import Ground

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


def loses_every_role(ground: Ground, account: Account) -> None:
    with ground.product.as_root() as root:
        in_groups(root, ldif.person_dn(account.login), None)


def must_change(ground: Ground, account: Account) -> None:
    with ground.product.as_root() as root:
        root.modify_s(ldif.person_dn(account.login), [(ldap.MOD_ADD, "pwdReset", [b"TRUE"])])


async def stopped(ground: Ground, account: Account) -> str:
    (entry,) = await ground.entries(at_least=1, codes=(Code.SIGN_IN_FAILED,), person=account.login)
    return entry.reason


async def test_a_sign_in_that_stands_at_the_code_ends_with_the_role_it_knew(ground: Ground) -> None:
    account, browser = ground.somebody(), ground.browser()
    page = await ground.at_code(browser, account)
    loses_every_role(ground, account)
    assert await stopped(ground, account) == "role_lost"
    ground.taken_over.requests.clear()
    shown = await browser.fill(page, code=ground.code(account))
    assert shown.status == 400
    assert ground.taken_over.requests == []
    assert await ground.entries(codes=(Code.SESSION_OPENED,), person=account.login) == []


async def test_who_was_an_officer_until_just_now_is_none_by_a_code(ground: Ground) -> None:
    """An operator has the officer read again: the officers' pages stay shut to who stands at the code."""
    officer, browser = ground.somebody(Role.SECURITY_OFFICER), ground.browser()
    page = await ground.at_code(browser, officer, f"{ground.product.addresses.admin}/people")
    loses_every_role(ground, officer)
    await ground.brana("user", "recheck", officer.login)
    assert await stopped(ground, officer) == "role_lost"
    shown = await browser.fill(page, code=ground.code(officer))
    assert shown.status == 400
    assert await ground.entries(codes=(Code.SESSION_OPENED,), person=officer.login) == []


async def test_a_password_that_must_be_changed_by_now_opens_nothing_from_the_code(ground: Ground) -> None:
    """Who showed the old one before the helpdesk said so may be a thief, with a code that was phished."""
    account, thief = ground.somebody(), ground.browser()
    page = await ground.at_code(thief, account)
    must_change(ground, account)
    assert await stopped(ground, account) == "must_change_password"
    shown = await thief.fill(page, code=ground.code(account))
    assert shown.status == 400
    assert await ground.entries(codes=(Code.SESSION_OPENED,), person=account.login) == []
