"""What time alone changes is looked at when it changes, and not with the next reading of the directory."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import ldap
import pytest

from gateway.commands.timetable import Next, Timetable
from gateway.demo import ldif
from gateway.demo.world import Account
from tests.rig.people import JANA, JANA_ID, PETR, PETR_ID
from tests.rig.product import Product, product
from tests.rig.visitor import Visitor

LOGINS = ("dvorak.petr", "novakova.jana")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON, LATE = timedelta(milliseconds=20), timedelta(hours=1)
BEFORE_IT_IS_READ = 1.0  # seconds; the directory is asked every ten


@pytest.fixture
async def clock() -> Callable[[], datetime]:
    """`NOON` when the test begins."""
    passing = asyncio.get_running_loop().time
    began = passing()
    return lambda: NOON + timedelta(seconds=passing() - began)


async def test_who_is_due_is_told_then_and_once(clock: Callable[[], datetime]) -> None:
    table = Timetable()
    table.note([replace(JANA, changes_at=NOON + LATE), replace(PETR, changes_at=NOON + SOON)])
    assert await table.next(clock) == Next(due=frozenset({PETR_ID}))
    assert clock() >= NOON + SOON
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(table.next(clock), 0.05)


async def test_what_was_seen_of_somebody_last_counts(clock: Callable[[], datetime]) -> None:
    table = Timetable()
    table.note([replace(one, changes_at=NOON) for one in (JANA, PETR)])
    table.note([JANA, replace(PETR, changes_at=NOON + SOON)])
    assert await table.next(clock) == Next(due=frozenset({PETR_ID}))
    assert clock() >= NOON + SOON


async def test_who_is_noted_while_somebody_waits_is_waited_for(clock: Callable[[], datetime]) -> None:
    table = Timetable()
    waits = asyncio.create_task(table.next(clock))
    await asyncio.sleep(0)
    table.note([replace(JANA, changes_at=NOON + SOON)])
    assert await waits == Next(due=frozenset({JANA_ID}))


async def test_who_has_just_signed_in_is_told_at_once(clock: Callable[[], datetime]) -> None:
    table = Timetable()
    table.opened(JANA_ID)
    assert await table.next(clock) == Next(opened=frozenset({JANA_ID}))


def ends_at(office: Product, account: Account, moment: int) -> None:
    said = f"{datetime.fromtimestamp(moment, UTC):%Y%m%d%H%M%SZ}".encode()
    with office.as_root() as root:
        root.modify_s(ldif.person_dn(account.login), [(ldap.MOD_REPLACE, "pwdEndTime", [said])])


async def signs_in(office: Product, account: Account, visitor: Visitor) -> None:
    assert (await visitor.sign_in(account, office.addresses.portal)).status == 200


async def until_out(office: Product, visitor: Visitor) -> float:
    while (await visitor.get(office.addresses.portal, follow=False)).status == 200:
        await asyncio.sleep(0.01)
    return time.time()


@pytest.mark.real
async def test_whose_account_ends_is_out_then_whether_it_was_known_at_the_sign_in_or_only_after(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with product(tmp_path_factory.mktemp("t")) as office:
        told_later, known = [(office.account(one), office.visitor()) for one in LOGINS]
        began = time.time()
        await signs_in(office, *told_later)
        ends = int(
            time.time() + 3 + 3 * (time.time() - began)
        )  # the second takes no longer than three times the first
        ends_at(office, known[0], ends)
        await signs_in(office, *known)
        ends_at(office, told_later[0], ends)
        for out in await asyncio.gather(*(until_out(office, one) for _, one in (told_later, known))):
            assert ends <= out < ends + BEFORE_IT_IS_READ
