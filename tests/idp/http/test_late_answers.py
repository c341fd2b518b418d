"""A real directory that hangs, and what others do until it answers."""

import asyncio
from dataclasses import replace

import pytest

from idp.directory.errors import BindRefused
from idp.directory.person import AccountState, Person
from idp.events import NOWHERE, EndReason
from idp.http.cookies import SSO
from idp.http.provider import Admit
from idp.login import desk
from tests.rig.people import OPERATOR
from tests.rig.provider import Answer, provider
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World, hanging

pytestmark = pytest.mark.real


async def asking(world: World, number: int) -> None:
    """Until so many guesses are counted, so the directory is being asked."""
    while len(world.asked) < number:
        await asyncio.sleep(0)


async def test_of_two_tabs_that_wait_for_the_directory_one_goes_on_and_a_code_is_asked_for_once(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    async with hanging(world):
        tabs = [asyncio.create_task(browser.password(page, JANA, JANA_PASSWORD)) for _ in range(2)]
        await asking(world, 2)
    answers = [await one for one in tabs]
    assert [one.status for one in answers] == [303, 303]
    assert sorted(one.headers.get("x-brana-reason", "") for one in answers) == ["", "start_again"]
    assert (await browser.code(page, world.code())).status == 303
    assert SSO in browser.cookies


@pytest.mark.parametrize("act", ["reset", "end", "close"])
async def test_a_passkey_opens_nothing_when_its_person_was_put_out_while_the_directory_hung(
    world: World, act: str
):
    await world.sign_in()
    key, browser = await world.key_of(), world.rig.browser()
    page, store, now, jana = await browser.begin(), world.rig.kept.store, world.rig.clock(), world.jana
    (session,) = await store.look(lambda book: book.sessions_of_subject(jana.subject))
    closed = replace(jana, state=AccountState.DISABLED)
    acts = {
        "reset": lambda book: desk.remove_factors(book, jana.subject, jana.login, OPERATOR, now),
        "end": lambda book: desk.end_all(book, jana.subject, EndReason.BY_OFFICER, NOWHERE, now),
        "close": lambda book: desk.refresh(book, session.sid, closed, world.rig.provider.sign_in, now),
    }

    async def used() -> bool:
        held = await store.look(lambda book: book.authenticators(jana.subject))
        return any(one.name == "Klíč" and one.last_used_at is not None for one in held)

    async with hanging(world):
        tab: asyncio.Task[Answer] = asyncio.create_task(browser.key(page, key))
        while not await used():
            await asyncio.sleep(0)
        await store.transact(acts[act])
    assert "code=" not in (await tab).headers.get("Location", "")
    assert SSO not in browser.cookies
    assert 'name="password"' in (await browser.get(page)).text


@pytest.mark.parametrize("act", ["reset", "end", "news", "another tab"])
async def test_a_right_password_opens_nothing_when_somebody_was_faster_than_its_answer(
    world: World, act: str
):
    """Somebody without a session; of a closed account the replica has news just then."""
    jana = world.jana

    async def overtaken(login: str, password: str, admit: Admit) -> Person | BindRefused:
        asked.append(login)
        said = await world.reader.authenticate(login, password, admit)
        store, now = rig.kept.store, rig.clock()
        if act == "reset":
            await store.transact(
                lambda book: desk.remove_factors(book, jana.subject, jana.login, OPERATOR, now)
            )
        elif act == "end":
            await store.transact(
                lambda book: desk.end_all(book, jana.subject, EndReason.BY_OFFICER, NOWHERE, now)
            )
        elif act == "news":
            assert await store.signing_in(now) == {jana.subject: now}  # whose news are looked at
            await store.transact(
                lambda book: desk.end_all(book, jana.subject, EndReason.ACCOUNT_CLOSED, NOWHERE, now)
            )
        elif len(asked) == 1:
            assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
        return said

    asked: list[str] = []
    async with provider(overtaken, world.reader.person) as rig:
        browser = rig.browser()
        page = await browser.begin()
        late = await browser.password(page, JANA, JANA_PASSWORD)
        shown = await browser.get(page)
        assert ('name="password"' in shown.text) is (act != "another tab")
        assert late.status == 303
        assert rig.kept.reasons().count("answered_too_late") == 1
        assert SSO not in browser.cookies


async def test_a_wrong_password_is_told_alike_where_its_person_was_put_out_meanwhile_and_where_there_is_nobody(
    world: World,
):
    """Or whoever guesses would learn that there is an account, and that it was closed just now."""

    async def overtaken(login: str, password: str, admit: Admit) -> Person | BindRefused:
        said = await world.reader.authenticate(login, password, admit)
        await rig.kept.store.transact(
            lambda book: desk.end_all(
                book, world.jana.subject, EndReason.ACCOUNT_CLOSED, NOWHERE, rig.clock()
            )
        )
        return said

    async with provider(overtaken, world.reader.person) as rig:
        told = []
        for login in (JANA, "nikdo.takovy"):
            browser = rig.browser()
            page = await browser.begin()
            told.append((await browser.password(page, login, "spatne")).status)
            told.append((await browser.password(page, login, "spatne")).status)
        assert told == [422] * 4
