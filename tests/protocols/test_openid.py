"""An application with OpenID Connect of its own behind the gate: opened, signed in at silently, signed out of."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig.centre import LOGIN, Centre
from tests.rig.visitor import NAVIGATES, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
STEPS = iter(range(2))  # each code is good once


@pytest_asyncio.fixture(loop_scope="session")
async def jana(there: Centre) -> AsyncIterator[Visitor]:
    """A browser of hers, signed in at the portal alone."""
    there.partner.asked.clear()
    there.partner.headers.clear()
    browser = there.product.visitor()
    shown = await browser.sign_in(
        there.product.account(LOGIN), there.product.addresses.portal, step=next(STEPS)
    )
    assert shown.status == 200, shown.title
    yield browser


async def test_single_sign_on_leads_through_the_gate_and_into_the_application(
    there: Centre, jana: Visitor
) -> None:
    """One GET: two code flows in turn, ours at the gate and the application's own, and no page between them."""
    account = there.product.account(LOGIN)
    shown = await jana.get(there.url("partner"))
    assert (shown.status, shown.text) == (200, f"dobrý den, {account.name}")
    assert str(shown.url) == there.url("partner")
    assert there.partner.asked == ["GET /", "GET /oidc/callback", "GET /"]
    assert not [name for name in there.partner.headers if name.startswith("x-brana")]
    (known,) = there.partner.sessions.values()
    assert known["claims"]["sub"] == account.subject
    entry = await there.entry(shown.request_id)
    assert (entry.person, entry.application, entry.action) == (LOGIN, "partner", "read")


async def test_its_callback_is_behind_the_gate_as_everything_else_is(there: Centre) -> None:
    there.partner.asked.clear()
    stranger = there.product.visitor()
    for headers, status in ((NAVIGATES, 302), ({"Accept": "*/*"}, 401)):
        answer = await stranger.get(
            there.url("partner", "/oidc/callback?code=x&state=x"), headers=headers, follow=False
        )
        assert answer.status == status
    assert there.partner.asked == []


async def test_signing_out_of_it_signs_out_of_everything(there: Centre, jana: Visitor) -> None:
    await jana.get(there.url("partner"))
    left = await jana.post(there.url("partner", "/sign-out"), {})
    assert (str(left.url), left.text) == (there.url("partner", "/bye"), "na shledanou")
    assert there.partner.asked[-1] == "GET /bye"
    there.partner.asked.clear()
    for url in (there.url("partner"), there.product.addresses.portal):
        shown = await jana.get(url)
        assert shown.url.host == f"login.{there.product.settings.public.domain}"
        assert 'name="password"' in shown.text
    assert there.partner.asked == []
