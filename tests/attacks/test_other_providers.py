"""Another identity provider in front of ours, and whoever is between: answers that prove nothing, or lead elsewhere."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.demo.world import Account
from gateway.storage.audit_search import LogSearch
from idp.http.cookies import SSO
from idp.login.totp import STEP, Secret
from tests.rig.code_generator import code_at
from tests.rig.product import Product
from tests.rig.upstream_product import NAME, product_with_upstream
from tests.rig.upstream_provider import Running, Wrong
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
HERS, HIS = "a1-ona", "b2-on"
FORGED = {
    Wrong.ALG_NONE: "upstream_algorithm",
    Wrong.CONFUSED: "upstream_algorithm",
    Wrong.OTHER_ALGORITHM: "upstream_algorithm",
    Wrong.FOREIGN_KEY: "upstream_signature_wrong",
    Wrong.NONCE: "upstream_nonce_wrong",
    Wrong.AUDIENCE: "upstream_audience_wrong",
    Wrong.TWO_AUDIENCES: "upstream_audience_wrong",
    Wrong.PARTY: "upstream_audience_wrong",
    Wrong.ISSUER: "upstream_issuer_wrong",
    Wrong.EXPIRED: "upstream_time_wrong",
    Wrong.FROM_THE_FUTURE: "upstream_time_wrong",
    Wrong.HASH: "upstream_hash_wrong",
    Wrong.MIXED_UP: "upstream_mixed_up",
    Wrong.UNNAMED: "upstream_mixed_up",
}


@dataclass
class Office:
    product: Product
    running: Running
    clerk: Account
    addresses: int = 1

    def browser(self) -> Visitor:
        self.addresses += 1
        return self.product.visitor(f"127.0.{self.addresses}.9")

    async def begun(self, browser: Visitor) -> Shown:
        return await browser.get(self.product.addresses.portal)

    async def answer(self, browser: Visitor, page: Shown, who: str = HERS, **more: str) -> str:
        """The address with which the provider sends that browser back."""
        self.running.op.at_screen = who
        asked = {"flow": page.url.query["flow"], "provider": NAME, **more}
        there = page.url.with_path("/sign-in/upstream").with_query(asked)
        sent = await browser.get(there, follow=False)
        assert sent.status == 303, sent.text
        tls = self.running.tls()
        async with (
            aiohttp.ClientSession() as http,
            http.get(sent.headers["Location"], ssl=tls, allow_redirects=False) as got,
        ):
            return got.headers["Location"]

    async def reasons(self) -> list[str]:
        found = await self.entries(Code.SIGN_IN_UPSTREAM_REFUSED)
        return [one.reason for one in found]

    async def entries(self, code: Code) -> list[Any]:
        with self.product.state() as state:
            page = await LogSearch(state.database).page(Query(codes=frozenset({code})), limit=100)
            return [one.entry for one in page.entries]

    def signed_in(self, browser: Visitor) -> bool:
        return SSO in browser.cookies(self.product.addresses.issuer)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """The clerk has shown both sides once."""
    async with product_with_upstream(tmp_path_factory.mktemp("op")) as (product, running):
        running.op.people.update({HERS: {"name": "Ona"}, HIS: {"name": "On"}})
        clerk = next(one for one in product.world.accounts if one.totp_secret and not one.disabled)
        made = Office(product, running, clerk)
        browser = made.browser()
        page = await browser.get(await made.answer(browser, await made.begun(browser), link="yes"))
        page = await browser.fill(page, username=clerk.login, password=clerk.password)
        assert 'name="code"' in page.text
        code = code_at(Secret(clerk.totp_secret or ""), datetime.now(UTC))
        done = await browser.fill(page, code=code)
        assert made.signed_in(browser), done.text
        yield made


@pytest.fixture(autouse=True)
def well_again(office: Office) -> None:
    office.running.op.wrong.clear()


async def test_no_token_that_proves_nothing_lets_anybody_in(office: Office) -> None:
    for wrong, reason in FORGED.items():
        browser = office.browser()
        page = await office.begun(browser)
        office.running.op.wrong = {wrong}
        shown = await browser.get(await office.answer(browser, page))
        assert shown.status == 422, wrong
        assert not office.signed_in(browser), wrong
        assert (await office.reasons())[0] == reason
    assert await office.entries(Code.SIGN_IN_UPSTREAM_ACCEPTED) == []


async def test_an_answer_counts_once_and_in_the_browser_that_asked(office: Office) -> None:
    thief, victim = office.browser(), office.browser()
    back = await office.answer(thief, await office.begun(thief))
    asked = office.running.op.asked.count("/token")
    stolen = await victim.get(back)
    assert stolen.status == 400
    page = await office.begun(victim)
    own = await office.answer(victim, page, HIS)
    flow = page.url.query["flow"]
    code, handle = (parse_qs(urlsplit(back).query)[name][0] for name in ("code", "state"))
    mixed = f"{flow}.{handle.partition('.')[2]}"
    injected = await victim.get(str(page.url.with_path(f"/upstream/{NAME}/callback").with_query(
        code=code, state=mixed, iss=office.running.op.issuer
    )))  # fmt: skip
    assert (injected.status, (await office.reasons())[0]) == (422, "upstream_state_wrong")
    assert office.running.op.asked.count("/token") == asked
    hers = parse_qs(urlsplit(own).query)["code"][0]
    swapped = await victim.get(own.replace(hers, code))
    assert (swapped.status, (await office.reasons())[0]) == (422, "upstream_code_refused")
    assert not office.signed_in(victim)
    first = await thief.get(back)
    assert first.status == 422  # the code was spent by then, at the provider
    again = await thief.get(back)
    assert (again.status, office.signed_in(thief)) == (422, False)
    assert (await office.reasons())[0] == "upstream_state_wrong"


async def test_the_provider_alone_opens_nothing_and_links_nobody(office: Office) -> None:
    """Neither who is linked, without the own second factor, nor a stranger with the name and mail of somebody here."""
    office.running.op.people["c3"] = {
        "name": office.clerk.login,
        "preferred_username": office.clerk.login,
        "email": f"{office.clerk.login}@kromeriz.test",
        "email_verified": True,
    }
    for who, asks in ((HERS, 'name="code"'), ("c3", 'name="password"')):
        browser = office.browser()
        shown = await browser.get(await office.answer(browser, await office.begun(browser), who))
        assert asks in shown.text
        assert not office.signed_in(browser)
    assert len(await office.entries(Code.UPSTREAM_LINKED)) == 1
    assert (await office.entries(Code.SIGN_IN_UPSTREAM_NOT_LINKED))[0].details["upstream_identity"] == "c3"


async def test_a_session_that_somebody_left_at_the_provider_is_linked_with_nobody(office: Office) -> None:
    """On a shared computer; the provider does not ask again, whatever we ask of it."""
    earlier = int((datetime.now(UTC) - timedelta(hours=1)).timestamp())
    office.running.op.people["d4"] = {"name": "Kdo tu seděl předtím", "auth_time": earlier}
    browser = office.browser()
    page = await office.begun(browser)
    offered = await browser.get(await office.answer(browser, page, "d4"))
    assert "link=yes" in offered.text
    refused = await browser.get(await office.answer(browser, page, "d4", link="yes"))
    assert (refused.status, (await office.reasons())[0]) == (422, "upstream_not_anew")
    known = await browser.fill(refused, username=office.clerk.login, password=office.clerk.password)
    assert 'name="code"' in known.text
    linked = await office.entries(Code.UPSTREAM_LINKED)
    assert [one.details["upstream_identity"] for one in linked] == [HERS]


async def test_a_provider_that_redirects_us_is_not_followed(office: Office) -> None:
    """With the code and our proof of who we are (its metadata: `tests/idp/http/test_upstream.py`)."""
    browser = office.browser()
    page = await office.begun(browser)
    office.running.op.wrong = {Wrong.REDIRECTS}
    shown = await browser.get(await office.answer(browser, page))
    assert (shown.status, (await office.reasons())[0]) == (503, "upstream_unreachable")
    assert "/elsewhere" not in office.running.op.asked
    assert 'name="password"' in shown.text


async def test_an_address_that_brings_answers_without_end_runs_out_of_them(office: Office) -> None:
    """Each costs us and the provider a question."""
    browser = office.browser()
    asked = office.running.op.asked.count("/token")
    office.running.op.wrong = {Wrong.NONCE}
    shown, tries = None, 0
    while shown is None or shown.status == 422:
        shown = await browser.get(await office.answer(browser, await office.begun(browser)))
        tries += 1
        assert tries < 60
    assert shown.status == 429
    assert office.running.op.asked.count("/token") == asked + tries - 1


async def test_nobody_but_the_provider_signs_people_out_and_what_it_tells_counts_once(office: Office) -> None:
    """Forged, foreign, old and replayed tokens; a right one puts out what it opened, at the applications too."""
    browser, op = office.browser(), office.running.op
    op.sids[HERS] = "relace"
    page = await browser.get(await office.answer(browser, await office.begun(browser)))
    code = code_at(Secret(office.clerk.totp_secret or ""), datetime.now(UTC) + timedelta(seconds=STEP))
    await browser.fill(page, code=code)
    assert office.signed_in(browser)
    portal = office.product.addresses.portal
    assert (await browser.get(portal, follow=False)).status == 200
    there = f"{office.product.addresses.issuer}/upstream/{NAME}/backchannel"

    async def told(wrong: Wrong | None = None, **changes: Any) -> tuple[int, str]:
        op.wrong = {wrong} if wrong is not None else set()
        token = op.logout_token(**{"sub": HERS, **changes})
        return (await office.browser().post(there, {"logout_token": token}, headers={})).status, token

    for wrong in (Wrong.ALG_NONE, Wrong.CONFUSED, Wrong.FOREIGN_KEY):
        assert (await told(wrong))[0] == 400
    for changes in ({"aud": "x"}, {"iss": "https://jiny.test"}, {"iat": 0}, {"nonce": "n"}, {"events": {}}):
        assert (await told(**changes))[0] == 400
    assert (await browser.get(portal, follow=False)).status == 200
    status, token = await told(sid="relace")
    assert status == 200
    assert (await browser.get(portal, follow=False)).status == 302
    replayed = await office.browser().post(there, {"logout_token": token}, headers={})
    assert replayed.status == 400
    refused = [one.reason for one in await office.entries(Code.UPSTREAM_SIGN_OUT_REFUSED)]
    assert (len(refused), refused[0]) == (9, "upstream_replayed")
    assert [one.details["ended"] for one in await office.entries(Code.UPSTREAM_SIGNED_OUT)] == [1]
