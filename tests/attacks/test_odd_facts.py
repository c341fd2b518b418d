"""What a directory may say of somebody without meaning to: times of another clock, unreadable values, too much."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import ldap
import pytest

from config.vocabulary import DirectoryName, MunicipalityCode, Role
from gateway.audit.entry import Code
from gateway.demo import ldif
from gateway.demo.people import CENTRE
from gateway.demo.world import Account
from gateway.storage.directory_reading import StoredReading
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

SHADOW = [(ldap.MOD_ADD, "objectClass", [b"shadowAccount"])]
LARGEST_COOKIE = 4_096  # bytes; RFC 6265 §6.1


class Said(NamedTuple):
    attribute: str
    value: str
    reason: str = ""
    """Why the sign-in is refused; empty: it is not."""


def times(now: datetime) -> tuple[Said, ...]:
    """As seen `now`, by our clock."""
    today = (now - datetime(1970, 1, 1, tzinfo=UTC)).days
    before, after = (f"{now + timedelta(minutes=minutes):%Y%m%d%H%M%SZ}" for minutes in (-3, 3))
    return (
        Said("shadowExpire", str(today), "account_expired"),
        Said("shadowExpire", str(today + 2)),
        Said("shadowExpire", "2147483647"),  # a day of no calendar
        Said("shadowExpire", "-2147483648"),
        Said("pwdEndTime", before, "account_expired"),
        Said("pwdEndTime", after),
        Said("pwdEndTime", "20371231235959Z"),
        Said("pwdStartTime", after, "account_expired"),  # of a directory whose clock is ahead
        Said("pwdStartTime", before),
        Said("pwdStartTime", "00000101000000Z", "entry_unusable"),
        Said("pwdAccountLockedTime", after, "account_locked"),
    )


def say(ground: Ground, account: Account, attribute: str, value: bytes) -> None:
    more = SHADOW if attribute.startswith("shadow") else []
    with ground.product.as_root() as root:
        root.modify_s(ldif.person_dn(account.login), [*more, (ldap.MOD_REPLACE, attribute, [value])])


async def entered(ground: Ground, account: Account) -> Shown:
    browser = ground.browser()
    page = await browser.get(ground.portal)
    return await browser.fill(page, username=account.login, password=account.password)


async def test_times_of_a_directory_decide_by_our_clock_whatever_they_are(ground: Ground) -> None:
    """Nobody is let in for a time that cannot be read, nobody refused for one that is merely far away."""
    for said in times(datetime.now(UTC)):
        account = ground.somebody()
        say(ground, account, said.attribute, said.value.encode())
        shown = await entered(ground, account)
        assert ('name="code"' in shown.text) is (said.reason == ""), said
        if said.reason:
            assert shown.status == 422
            await ground.refused(shown, "not_recognised")
            assert (await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)).reason == said.reason, said


UNREADABLE = (
    ("userPKCS12", b"\xff\xfe", "userPKCS12 is not UTF-8"),
    ("displayName", b"Eva\x1b[2J", "displayName"),
    ("pwdStartTime", b"00000101000000Z", "pwdStartTime"),
)


async def test_who_cannot_be_read_any_more_is_out_alone_and_the_operator_is_told_whom_to_mend(
    ground: Ground,
) -> None:
    other = await ground.signed_in(ground.somebody())
    accounts = [ground.somebody() for _ in UNREADABLE]
    inside = [await ground.signed_in(account) for account in accounts]
    for account, (attribute, value, _) in zip(accounts, UNREADABLE, strict=True):
        say(ground, account, attribute, value)
    for account, browser in zip(accounts, inside, strict=True):
        assert await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login)
        async with asyncio.timeout(2):
            while (await browser.get(ground.records(), follow=False)).status == 200:
                await asyncio.sleep(0.02)
        shown = await entered(ground, account)
        await ground.refused(shown, "not_recognised")
        assert (await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)).reason == "entry_unusable"
    told = await ground.brana("directory", "status", "--all")
    for account, (_, _, what) in zip(accounts, UNREADABLE, strict=True):
        assert any(ldif.person_dn(account.login) in line and what in line for line in told.splitlines()), told
    assert "\x1b" not in told
    assert (await other.get(ground.records(), follow=False)).status == 200
    with ground.product.as_root() as root:
        for account, (attribute, _, _) in zip(accounts, UNREADABLE, strict=True):
            mended = [account.name.encode()] if attribute == "displayName" else None
            root.modify_s(ldif.person_dn(account.login), [(ldap.MOD_REPLACE, attribute, mended)])
    for account in accounts:
        assert 'name="code"' in (await entered(ground, account)).text


def in_groups(ground: Ground, account: Account, number: int) -> list[MunicipalityCode]:
    """Two roles in each municipality of the district, whose codes these are, and other groups up to `number`."""
    me, codes = ldif.person_dn(account.login).encode(), list(ground.state.district)
    roles = {ldif.TOWN.group(role.value, code) for code in codes for role in (Role.CLERK, Role.REGISTRAR)}
    others = {f"cn=spolek{each},{ldif.GROUPS}" for each in range(number - len(roles))}
    with ground.product.as_root() as root:
        for name in sorted(roles | others):
            facts = [("objectClass", b"groupOfNames"), ("cn", name[3:].partition(",")[0].encode())]
            try:
                root.add_s(name, [*facts, ("member", me)])
            except ldap.ALREADY_EXISTS:
                with contextlib.suppress(ldap.TYPE_OR_VALUE_EXISTS):
                    root.modify_s(name, [(ldap.MOD_ADD, "member", [me])])
    return codes


async def known_in_all(ground: Ground, account: Account, number: int) -> None:
    replica = StoredReading(ground.state.database)
    async with asyncio.timeout(10):
        while True:
            (known,) = await replica.named(DirectoryName("kromeriz"), account.login)
            if len(known.groups) >= number:
                return
            await asyncio.sleep(0.05)


async def test_somebody_in_hundreds_of_groups_works_as_anybody_else(ground: Ground) -> None:
    account = ground.somebody()
    codes = in_groups(ground, account, 600)  # more than the parts one statement of SQLite may have
    await known_in_all(ground, account, 600)
    browser = await ground.signed_in(account, ground.portal)
    portal = await browser.post(f"{ground.portal}/municipality", {"municipality": CENTRE})
    assert portal.status == 200
    assert (await browser.get(ground.records())).status == 200
    assert [code for code in codes if f'value="{code}"' not in portal.text] in ([], [CENTRE])
    kept = [value for url in (ground.records(), ground.portal) for value in browser.cookies(url).values()]
    assert max(map(len, kept)) < LARGEST_COOKIE
    opened = await ground.entries(at_least=1, codes=(Code.SESSION_OPENED,), person=account.login)
    assert len(opened) == 1
