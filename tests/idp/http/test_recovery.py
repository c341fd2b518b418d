"""The page of the recovery administrator, with the real hash and the real store."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, SubjectId
from gateway.storage.recovery_rows import fingerprint_of
from gateway.storage.seal import Seal
from gateway.storage.secret_hash import SecretHashes, TooBusy
from idp.directory.errors import DirectoryUnreachable
from idp.directory.person import Person
from idp.events import Factor
from idp.http.account_factors import ADD
from idp.http.provider import Admit
from idp.http.recovery import Recovery
from idp.http.sign_in_page import WAYS
from idp.login import recovery, totp
from idp.login.totp import Enrolled
from tests.rig.code_generator import code_at
from tests.rig.people import HULIN, NOON
from tests.rig.provider import PORTAL, Answer, Rig, authorize_path, provider

SSO, KNOWN = "__Host-brana-sso", "__Host-brana-browser"
CODE = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")


@dataclass(slots=True)
class World:
    """A provider whose directory does not answer."""

    rig: Rig
    hashes: SecretHashes
    alarms: list[str]

    async def issue(self, *, code: bool = False, of_an_earlier_version: bool = False) -> str:
        secret = recovery.new_secret()
        account = recovery.Account(
            id=recovery.new_id(), secret_hash=self.hashes.hashed(secret), municipality=HULIN, issued_at=NOON,
            code=Enrolled(CODE, -1) if code else None, issued_by="cli:root",
            fingerprint=None if of_an_earlier_version else fingerprint_of(secret, self.rig.kept.seal),
        )  # fmt: skip
        await self.rig.kept.store.transact(lambda book: recovery.issue(book, account, "cli:root", NOON))
        return secret

    async def enter(self, secret: str, code: str = "", address: str = "192.0.2.7", **headers: str) -> Answer:
        browser = self.rig.browser(address)
        answer = await browser.post("/recovery", {"secret": secret, "code": code}, **headers)
        assert (SSO in browser.cookies) is (answer.status == 303)
        assert KNOWN not in browser.cookies
        return answer


async def away(_login: str, _password: str, _admit: Admit) -> Person:
    raise DirectoryUnreachable("ldaps://ldap.obec.test", "it is away")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    hashes, alarms = SecretHashes(), []
    seal = Seal(bytes(range(32)))  # as the rig's store has it
    needed = Recovery(
        matches=hashes.matches,
        fingerprint=lambda secret: fingerprint_of(secret, seal),
        busy=(TooBusy,),
        alarm=alarms.append,
    )

    async def reread(subject: SubjectId) -> Person | None:
        assert subject == RECOVERY_ADMINISTRATOR, "nobody else is known without the directory"
        return recovery.person(HULIN)

    async with provider(away, reread, last_resort=needed) as rig:
        yield World(rig, hashes, alarms)
    hashes.close()


async def test_the_secret_signs_in_while_the_directory_is_away_and_leads_to_the_portal(world: World):
    answer = await world.enter(recovery.shown(await world.issue()).lower())
    assert (answer.status, answer.location) == (303, PORTAL)
    assert world.alarms == ["used"]
    assert world.rig.kept.codes()[-1] == "recovery.used"


async def test_the_session_goes_through_the_provider_without_any_directory(world: World):
    browser = world.rig.browser()
    await browser.post("/recovery", {"secret": await world.issue(), "code": ""})
    world.rig.clock.forward(minutes=10)
    assert "code=" in (await browser.get(authorize_path())).location
    world.rig.clock.forward(minutes=10)
    assert "code=" in (await browser.get(authorize_path())).location
    world.rig.clock.forward(minutes=10)
    assert "/sign-in" in (await browser.get(authorize_path())).location


async def test_the_account_is_called_what_it_is_in_the_readers_language(world: World):
    browser = world.rig.browser()
    await browser.post("/recovery", {"secret": await world.issue(), "code": ""})
    assert "Nouzový správce" in (await browser.get("/account?lang=cs")).text
    assert "Recovery administrator" in (await browser.get("/account?lang=en")).text


async def test_my_account_says_of_it_what_is_true_and_offers_nothing_it_cannot_do(world: World):
    browser = world.rig.browser()
    form = {"secret": await world.issue(), "code": ""}
    await browser.post("/recovery", form, User_Agent="Mozilla/5.0 (Windows NT 10.0) Firefox/145.0")
    shown = (await browser.get("/account?lang=en")).text
    assert "Firefox, Windows" in shown
    assert "192.0.2.7" in shown
    for words in ("unknown", "Confirmed by the office directory", "My password", "How I confirm"):
        assert words not in shown


async def test_a_secret_is_good_once_also_when_ten_send_it_at_once(world: World):
    secret = await world.issue()
    answers = await asyncio.gather(*(world.enter(secret, address=f"10.{n}.0.1") for n in range(10)))
    assert sorted(answer.status for answer in answers) == [303] + [422] * 9
    assert (await world.enter(secret)).status == 422
    assert world.rig.kept.codes().count("recovery.used") == 1


async def test_wrong_secrets_spent_secrets_and_no_secret_look_the_same(world: World):
    never = await world.enter("A" * 30, address="10.1.0.1")
    secret = await world.issue()
    wrong, odd = await world.enter("B" * 30, address="10.2.0.1"), await world.enter("?", address="10.3.0.1")
    await world.enter(secret, address="10.4.0.1")
    spent = await world.enter(secret, address="10.5.0.1")
    told = {(one.status, one.headers["x-brana-reason"], one.text) for one in (never, wrong, odd, spent)}
    assert len(told) == 1
    assert (never.status, never.headers["x-brana-reason"]) == (422, "not_accepted")
    assert world.rig.kept.reasons() == [
        "recovery_not_issued", "recovery_wrong", "recovery_wrong", "recovery_not_issued",
    ]  # fmt: skip


async def test_guesses_from_one_address_run_out_and_the_right_secret_is_taken_there_all_the_same(
    world: World,
):
    secret = await world.issue()
    statuses = [(await world.enter("A" * 30)).status for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert (await world.enter(secret)).status == 303
    assert world.alarms[-2:] == ["recovery_too_many_attempts", "used"]


async def test_a_flood_from_the_whole_network_and_from_everywhere_keeps_nobody_waiting(world: World):
    """No try of a stranger is hashed: the two threads for that are free for the right secret."""
    secret = await world.issue()
    near = [world.enter(f"{n % 10}" * 30, address=f"192.0.2.{n}") for n in range(40)]
    far = [world.enter("B" * 30, address=f"10.{n}.0.1") for n in range(40)]
    right = world.enter(secret, address="192.0.2.7")
    *wrong, answer = await asyncio.gather(*near, *far, right)
    assert answer.status == 303
    assert {one.status for one in wrong} <= {422, 429}
    assert "recovery_busy" not in world.rig.kept.reasons()


async def test_a_secret_of_an_earlier_version_signs_in_and_waits_as_it_did(world: World):
    secret = await world.issue(of_an_earlier_version=True)
    statuses = [(await world.enter("A" * 30)).status for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    late = await world.enter(secret)
    assert (late.status, late.headers["Retry-After"]) == (429, "900")
    assert (await world.enter(secret, address="198.51.100.1")).status == 303


async def test_with_a_second_factor_both_are_needed_and_a_wrong_code_spends_nothing(world: World):
    secret = await world.issue(code=True)
    assert (await world.enter(secret)).status == 422
    assert (await world.enter(secret, "000000")).status == 422
    world.rig.clock.forward(minutes=1)
    assert (await world.enter(secret, code_at(CODE, world.rig.clock()))).status == 303


async def test_a_form_of_another_page_is_not_taken(world: World):
    secret = await world.issue()
    answer = await world.enter(secret, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert (await world.enter(secret)).status == 303


async def test_too_many_at_once_are_sent_away_and_nothing_is_counted(world: World):
    secret = await world.issue(of_an_earlier_version=True)  # one that only its hash knows
    answers = await asyncio.gather(*(world.enter("A" * 30, address=f"10.{n}.0.1") for n in range(30)))
    assert {answer.status for answer in answers} <= {422, 503}
    assert (await world.enter(secret)).status == 303


async def test_the_session_enrols_no_factor_that_would_come_in_a_second_time(world: World):
    browser, secret = world.rig.browser(), await world.issue(code=True)
    world.rig.clock.forward(minutes=1)
    form = {"secret": secret, "code": code_at(CODE, world.rig.clock())}
    assert (await browser.post("/recovery", form)).status == 303
    for way in (WAYS[Factor.ONE_TIME_CODE], WAYS[Factor.KEY]):
        assert (await browser.get(f"{ADD}?by={way}")).headers["x-brana-reason"] == "proof_too_old"
    for path in (
        "/account/authenticators/application",
        "/account/authenticators/key",
        "/account/recovery-codes",
    ):
        answer = await browser.post(path, {"code": "000000", "key": "{}", "name": "x"})
        assert answer.headers["x-brana-reason"] == "proof_too_old", path
    assert "factor.enrolled" not in world.rig.kept.codes()


async def test_no_page_of_the_sign_in_links_there(world: World):
    browser = world.rig.browser()
    page = await browser.get(await browser.begin())
    assert "recovery" not in page.text


async def test_where_there_is_no_recovery_administrator_there_is_no_page():
    async def nobody(_: SubjectId) -> None: ...

    async with provider(away, nobody) as rig:
        assert (await rig.browser().get("/recovery")).status == 404
