"""How long somebody stays signed in: by the last click, by the directory's last word, and until put out.

The installed product with durations of seconds; people without a screen, others in each test. The last takes the
directory away.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from config.vocabulary import SessionId
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.demo.configuration import MAP
from gateway.storage.audit_evidence import rows
from idp.events import NOWHERE, EndReason
from idp.login import desk
from tests.rig.product import ROOT, Product, Visitor, installed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
IDLE, LIFETIME, GRACE = 9.0, 6.0, 7.0  # seconds, as below
PATIENCE = 30.0  # seconds until a control plane is back, on a busy machine
DURATIONS = '\n[sign_in]\nidle = "9 s"\n\n[grants]\nlifetime = "6 s"\n'
FACTS = ('refresh = "10 s"', 'refresh = "1 s"\ngrace = "7 s"')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    def changed(text: str) -> str:
        assert FACTS[0] in text
        return text.replace(*FACTS) + DURATIONS

    async with installed(tmp_path_factory.mktemp("p"), configured=changed) as made:
        await made.start()
        yield made


def entries(product: Product, code: Code, *people: str) -> list[Entry]:
    with product.state() as state:
        found = state.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
    return [one for one in found if one.code is code and one.person in people]


async def signed_in(product: Product, login: str) -> Visitor:
    visitor = product.visitor()
    page = await visitor.sign_in(product.account(login), product.addresses.portal)
    assert page.status == 200, page.text
    return visitor


async def asked_to_sign_in(visitor: Visitor, url: str) -> bool:
    page = await visitor.get(url)
    return 'name="username"' in page.text


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.1)


async def test_whoever_clicks_only_under_a_fresh_grant_stays_and_whoever_does_nothing_is_signed_out(
    product: Product,
) -> None:
    portal = product.addresses.portal
    people = ("novakova.jana", "dvorak.petr")
    busy, still = [await signed_in(product, login) for login in people]
    began = time.monotonic()
    clicked = began
    while time.monotonic() < began + LIFETIME - 2:
        assert (await busy.get(portal)).status == 200
        clicked = time.monotonic()
        await asyncio.sleep(0.3)
    await asyncio.sleep(began + IDLE + 0.7 - time.monotonic())
    assert time.monotonic() < clicked + IDLE - 1, "the machine is too slow for this test"
    decided = [
        one.person for one in entries(product, Code.DECISION_PERMIT, *people) if one.application == "portal"
    ]
    assert sorted(decided) == ["dvorak.petr", "novakova.jana"]  # every other click was let in by the grant
    assert await asked_to_sign_in(still, portal)
    assert not await asked_to_sign_in(busy, portal)
    assert not await asked_to_sign_in(busy, product.application(MAP))  # single sign-on is awake as well
    await until(lambda: bool(entries(product, Code.SESSION_ENDED, *people)))
    ended = entries(product, Code.SESSION_ENDED, *people)
    assert {(one.person, one.reason) for one in ended} == {("dvorak.petr", "idle")}


@pytest.mark.parametrize(
    ("login", "arguments"),
    [
        ("pospisilova.vera", ("sessions", "revoke", "--user")),
        ("horak.tomas", ("user", "reset-factor", "--yes")),
    ],
)
async def test_whoever_an_operator_puts_out_shows_the_factors_again(
    login: str, arguments: tuple[str, ...], product: Product
) -> None:
    visitor = await signed_in(product, login)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "gateway", *arguments, login, "--config", str(product.configuration)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert await asked_to_sign_in(visitor, product.application(MAP))
    assert await asked_to_sign_in(visitor, product.addresses.portal)
    here, there = entries(product, Code.SESSION_ENDED, login)
    assert (here.reason, there.reason) == ("ended_by_officer", "ended_by_officer")
    assert (here.session != there.session, here.subject) == (True, there.subject)


async def test_what_ended_at_the_provider_as_the_control_plane_died_has_ended_here_after_the_start(
    product: Product,
) -> None:
    visitor = await signed_in(product, "kucera.martin")
    product.control_plane().kill()
    with product.state() as state:
        (session,) = [one for one in await state.sessions.open_ones() if one.login == "kucera.martin"]
        sid, at = SessionId(session.provider_sid), datetime.now(UTC)
        await state.identities.transact(
            lambda book: desk.end_one(book, sid, EndReason.SIGNED_OUT, NOWHERE, at)
        )
    await until(lambda: bool(entries(product, Code.SESSION_ENDED, "kucera.martin")))
    (ended,) = entries(product, Code.SESSION_ENDED, "kucera.martin")
    assert (ended.session, ended.reason) == (session.id, "provider_session_ended")
    async with asyncio.timeout(PATIENCE):  # Envoy asks for the new gate a moment after it is there
        while not await asked_to_sign_in(visitor, product.addresses.portal):
            await asyncio.sleep(0.1)


async def test_single_sign_on_with_facts_older_than_the_grace_says_that_sign_in_does_not_work_now(
    product: Product,
) -> None:
    visitor = await signed_in(product, "rihova.alena")
    began = time.monotonic()
    product.directory.stop()
    while time.monotonic() < began + GRACE + 0.5:  # at work meanwhile, so that nothing goes idle
        await visitor.get(product.addresses.portal)
        await asyncio.sleep(0.3)
    page = await visitor.get(product.application(MAP))
    assert (page.status, page.title) == (503, "Přihlašování teď nefunguje")
    running = await visitor.get(product.addresses.portal)
    assert (running.status, running.title) == (503, "Adresář úřadu neodpovídá")
