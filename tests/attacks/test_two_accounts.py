"""One person with two accounts: what one of them wrote or asked for, the other would approve, review or hand on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import ldap
import pytest
import pytest_asyncio

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.commands.same_person import other_accounts
from gateway.demo import ldif
from tests.attacks.test_accounts import settled
from tests.attacks.test_policies import Town as PolicyTown
from tests.attacks.test_requests import WHY, window
from tests.attacks.test_requests import Town as RequestTown
from tests.rig.attacked import Ground
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
LEADS, ADMINISTERS, ASKS = ACCOUNTS = "vedeni.osoby", "sprava.osoby", "zadost.osoby"
PATIENCE = 30.0  # seconds


def number(ground: Ground, logins: Sequence[str], numbered: Sequence[bytes]) -> None:
    with ground.product.as_root() as root:
        for login in logins:
            root.modify_s(ldif.person_dn(login), [(ldap.MOD_REPLACE, "employeeNumber", list(numbered))])


async def numbered(ground: Ground, others: int) -> None:
    """The product has read that so many other accounts are the same person's, and then the facts of everybody."""
    subject = ground.named(LEADS).subject
    async with asyncio.timeout(PATIENCE):
        while len(await other_accounts(ground.state, subject)) != others:
            await asyncio.sleep(0.05)
    await settled(ground)


@pytest_asyncio.fixture(loop_scope="session")
async def linked(standing: Ground) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Has the directory number the accounts alike; nobody links them any more afterwards."""

    async def link() -> None:
        number(standing, ACCOUNTS, [b"10042"])
        await numbered(standing, len(ACCOUNTS) - 1)

    yield link
    number(standing, ACCOUNTS, [])
    await numbered(standing, 0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def leads(standing: Ground) -> Visitor:
    return await standing.signed_in(standing.named(LEADS), standing.product.addresses.origin("policies"))


async def test_nobody_approves_by_a_second_account_what_the_first_one_wrote(
    ground: Ground, leads: Visitor, linked: Callable[[], Awaitable[None]]
) -> None:
    site = ground.product.addresses.origin("policies")
    administers = await ground.signed_in(ground.named(ADMINISTERS), site)
    town = PolicyTown(ground, author=administers, approver=leads, stranger=leads)
    before = await town.newest()
    page = await town.waiting("of-another-person")
    assert (await town.act(leads, f"{page}/approve", **await town.approval(page))).status == 303
    assert (await town.act(leads, f"/versions/{before}/restore", of="", why="Zkouška.")).status == 303
    page = await town.waiting("by-two-accounts")
    form = await town.approval(page)
    await linked()
    answer = await town.act(leads, f"{page}/approve", **form)
    entry = await town.refused(answer, "same_person")
    assert answer.status == 403
    assert ADMINISTERS in answer.text, "the person reads which account it was"
    assert (entry.person, entry.details["account"]) == (LEADS, ADMINISTERS)
    shown = await town.shown(page, leads)
    assert (ADMINISTERS in shown.text, 'name="digest"' in shown.text) == (True, False)
    await town.away(page)


async def test_nobody_decides_by_a_second_account_about_what_the_first_one_asked_for(
    ground: Ground, leads: Visitor, linked: Callable[[], Awaitable[None]]
) -> None:
    site = ground.product.addresses.origin("requests")
    await leads.get(f"{site}/")
    asks = await ground.signed_in(ground.named(ASKS), site)
    town = RequestTown(ground, asker=asks, leader=leads, stranger=leads)
    name = await town.access()
    assert (await town.act(leads, "/approve", name=name, note="")).status == 303, "another person's"
    await town.act(asks, "/end", name=name)
    await linked()
    name = await town.access()
    for act, more in (("approve", {"note": ""}), ("refuse", {"note": "Ne."})):
        entry = await town.refused(await town.act(leads, f"/{act}", name=name, **more), "same_person")
        assert (entry.person, entry.details["account"]) == (LEADS, ASKS)
    lent = {"person": ADMINISTERS, "role": Role.CHIEF_CLERK.value, "why": WHY, **window()}
    await town.refused(await town.act(leads, "/deputies", **lent), "same_person")
    assert await ground.entries(codes=(Code.DELEGATION_RECORDED,), person=LEADS) == []
    assert (await town.act(asks, "/end", name=name)).status == 303, "whoever asked takes it back"
