"""A form whose sign-in has ended, or does not suffice, waits in its page: nobody else sends it, nor anywhere else."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import update
from yarl import URL

from gateway.demo.people import HULIN
from gateway.demo.world import Account
from gateway.envoy.hardening import KEPT_FORM_BYTES
from gateway.storage.tables.sessions import session
from tests.attacks.conftest import SignedIn, foreign
from tests.rig.attacked import Ground
from tests.rig.visitor import NAVIGATES, Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
NINE_HOURS = 9 * 3600 * 1_000_000  # microseconds
TYPED = {"predmet": "Žádost o sál", "text": "první\r\ndruhý <řádek>"}


async def signed_out(ground: Ground) -> Visitor:
    """Elsewhere, so that the browser still holds the handle of its session at the records."""
    browser = await ground.signed_in(ground.somebody())
    await browser.get(ground.portal)
    await browser.post(f"{ground.portal}/.brana/sign-out", {})
    ground.taken_over.requests.clear()
    return browser


async def kept(ground: Ground, browser: Visitor) -> Shown:
    page = await browser.post(f"{ground.records()}zapsat?krok=2", TYPED)
    assert page.status == 401, page.text
    assert page.url.path == "/.brana/form"
    await ground.refused(page, "sign_in_needed")
    return page


async def test_a_form_reaches_the_application_only_by_its_person_s_click_and_as_it_was(
    ground: Ground,
) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    await browser.get(ground.portal)
    await browser.post(f"{ground.portal}/.brana/sign-out", {})
    ground.taken_over.requests.clear()
    page = await kept(ground, browser)
    assert "Žádost o sál" in page.text
    again = await browser.post(page.form, TYPED)
    assert again.status == 401  # pressed too early: it stays
    assert ground.taken_over.requests == []
    await browser.sign_in(account, f"{ground.records()}.brana/sign-in?to=/.brana/form/back", step=1)
    assert ground.taken_over.requests == []  # nothing is sent by itself
    sent = await browser.post(page.form, TYPED)
    assert sent.status == 200, sent.text
    [request] = ground.taken_over.requests
    assert (request.method, request.target) == ("POST", "/zapsat?krok=2")
    assert request.body == urlencode(TYPED).encode()


async def test_somebody_else_at_the_same_browser_cannot_send_it(ground: Ground, clerk: SignedIn) -> None:
    page = await kept(ground, await signed_out(ground))
    answer = await clerk.browser.post(page.form, TYPED)
    assert answer.status == 403
    await ground.refused(answer, "form_of_somebody_else")
    assert "Žádost" not in answer.text
    assert ground.taken_over.requests == []


async def test_a_ticket_is_good_at_its_host_alone_and_none_can_be_made_up(ground: Ground) -> None:
    browser = await signed_out(ground)
    page = await kept(ground, browser)
    ticket = page.url.query["ticket"]
    elsewhere = f"https://{ground.host(municipality=HULIN)}/.brana/form"
    for url in (
        URL(f"{elsewhere}/send").with_query(ticket=ticket),
        URL(elsewhere).with_query(ticket=ticket),
        page.form.with_query(ticket=ticket[:-4] + "AAAA"),
        page.form.with_query(ticket=""),
        page.form.with_query({}),
    ):
        answer = await browser.post(url, TYPED)
        assert answer.status == 400, url
        await ground.refused(answer, "form_ticket_unusable")
    assert ground.taken_over.requests == []


async def test_a_form_of_another_page_is_neither_kept_nor_sent(ground: Ground) -> None:
    browser = await signed_out(ground)
    page = await kept(ground, browser)
    for headers in foreign(ground, str(page.form)):
        answer = await browser.post(page.form, TYPED, headers=headers, follow=False)
        assert answer.status == 403
        await ground.refused(answer, "not_from_our_page")
        answer = await browser.post(f"{ground.records()}zapsat", TYPED, headers=headers, follow=False)
        assert (answer.status, answer.headers.get("Location")) == (401, None)
    assert ground.taken_over.requests == []


async def test_a_form_of_nobody_known_waits_for_a_sign_in_and_a_click(ground: Ground) -> None:
    """Whoever signs in at this browser sends it in their own name, and is told so before."""
    account = ground.somebody()
    browser = ground.browser()
    page = await kept(ground, browser)
    assert "jménem toho, kdo je přihlášen" in page.text
    assert (await browser.post(page.form, TYPED)).status == 401
    await browser.sign_in(account, f"{ground.records()}.brana/sign-in?to=/.brana/form/back")
    assert ground.taken_over.requests == []
    assert (await browser.post(page.form, TYPED)).status == 200
    [request] = ground.taken_over.requests
    assert (request.method, request.target) == ("POST", "/zapsat?krok=2")


async def test_a_form_waits_for_the_sign_in_it_takes_and_no_older_one_sends_it(ground: Ground) -> None:
    """A session that is there but does not suffice sends nothing, however often the button is pressed."""
    account = ground.somebody()
    browser = await ground.signed_in(account)
    await long_ago(ground, account)
    ground.taken_over.requests.clear()
    page = await browser.post(f"{ground.records()}sign/2", TYPED)
    assert (page.status, page.url.path) == (401, "/.brana/form")
    await ground.refused(page, "sign_in_too_old_to_sign")
    again = await browser.post(page.form, TYPED)
    assert (again.status, again.url.path) == (401, "/.brana/form/send")
    elsewhere = f"{ground.records()}.brana/sign-in?wish=anew&to=/.brana/form/back"
    assert (await browser.sign_in(account, elsewhere, step=1)).status == 200
    assert ground.taken_over.requests == []
    sent = await browser.post(page.form, TYPED)
    assert sent.url.path == "/sign/2"
    await ground.refused(sent, "action_not_permitted")  # decided anew, as any other: clerks sign nothing


async def long_ago(ground: Ground, account: Account) -> None:
    """That person signed in nine hours ago and has been at work since."""
    mine = session.c.login == account.login
    aged = update(session).where(mine).values(authenticated_at=session.c.authenticated_at - NINE_HOURS)
    await ground.state.database.write(lambda connection: connection.execute(aged))


async def test_a_very_long_form_is_not_taken(ground: Ground) -> None:
    """The browser alone can hold what is sent."""
    browser = await signed_out(ground)
    long = {"text": "a" * KEPT_FORM_BYTES}
    answer = await browser.post(f"{ground.records()}zapsat", long, follow=False)
    assert (answer.status, answer.headers.get("Location")) == (401, None)
    await ground.refused(answer, "sign_in_needed")
    page = await kept(ground, browser)
    answer = await browser.post(page.form, long)
    assert answer.status == 413
    await ground.refused(answer, "request_too_large")


async def test_programs_get_a_reason_and_never_a_sign_in_page(ground: Ground) -> None:
    browser = ground.browser()
    for headers in (
        {"Accept": "*/*", "User-Agent": "curl/8.5.0"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "text/html"},
        {"Accept": "text/event-stream", "Cache-Control": "no-cache"},
        {"Accept": "text/html", "X-Requested-With": "XMLHttpRequest"},
        {"Accept": "text/html", "Authorization": "Bearer abc"},
        {**NAVIGATES, "Sec-Purpose": "prefetch"},
    ):
        answer = await browser.get(ground.records(), headers=headers, follow=False)
        assert answer.status == 401, headers
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith(f'Bearer realm="{ground.host()}"')
        assert "Location" not in answer.headers
        await ground.refused(answer, answer.headers["x-brana-reason"])


async def test_a_page_within_a_page_is_let_in_silently_or_says_so_where_it_stands(
    ground: Ground, clerk: SignedIn
) -> None:
    framed = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    other = ground.records(HULIN)
    known = ground.browser()
    known.keep(ground.login, clerk.browser.cookies(ground.login))
    assert (await known.get(ground.records(), headers=framed)).status == 200
    stranger = await ground.browser().get(other, headers=framed)
    assert stranger.status == 401
    assert stranger.url.path == "/.brana/callback"
    assert "frame-ancestors 'self' https://*.brana" in stranger.headers["Content-Security-Policy"]
    assert stranger.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<form" not in stranger.text
