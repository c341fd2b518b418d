"""An application that knows SAML 2.0 alone, Apache with mod_auth_mellon, behind the gate and at our sign-in."""

import html
import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from yarl import URL

from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.storage.audit_search import LogSearch
from tests.rig.centre import Centre
from tests.rig.service_provider import SPACES, Said
from tests.rig.visitor import NAVIGATES, Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
MAYOR, CLERK = "dvorak.petr", "horak.tomas"  # each code is good once, and neighbours use Jana's
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def petr(there: Centre) -> AsyncIterator[Visitor]:
    """A browser of the mayor's, signed in at the portal alone."""
    browser = there.product.visitor()
    account = there.product.account(MAYOR)
    shown = await browser.sign_in(account, there.product.addresses.portal)
    assert shown.status == 200, shown.title
    yield browser
    await browser.close()


async def opened(browser: Visitor, url: str) -> Shown:
    """Redirects are taken as they are, as browsers do: a query that is encoded otherwise has another signature."""
    shown = await browser.get(URL(url, encoded=True), follow=False)
    for _ in range(12):
        if shown.status not in {302, 303}:
            break
        shown = await browser.get(shown.url.join(shown.location), follow=False)
    return shown


async def sent_on(browser: Visitor, page: Shown, *, follow: bool = True) -> Shown:
    """As the script of the page does, from another site than the application's."""
    fields = {name: html.unescape(value) for name, value in FIELD.findall(page.text)}
    assert "SAMLResponse" in fields, f"{page.status} {page.url}: {page.title}"
    headers = {**NAVIGATES, "Sec-Fetch-Site": "same-site", "Origin": f"https://{page.url.authority}"}
    return await browser.post(page.form, fields, headers=headers, follow=follow)


async def test_a_stronger_sign_in_that_it_asks_for_leads_to_the_factor(there: Centre, petr: Visitor) -> None:
    """He has codes and no key, so the application is told that it cannot be."""
    page = await opened(petr, there.url("archive", "/strong/"))
    refused = await sent_on(petr, page)
    assert refused.status >= 400
    assert "NoAuthnContext" in there.archive.log


async def test_single_sign_on_leads_through_the_gate_and_into_the_application(
    there: Centre, petr: Visitor
) -> None:
    page = await opened(petr, there.url("archive", "/in/"))
    assert page.url.path == "/saml/go"
    shown = await sent_on(petr, page)
    assert (shown.status, shown.title) == (200, "spisovna: in"), there.archive.log[-3000:]
    assert str(shown.url) == there.url("archive", "/in/")
    assert shown.headers["X-Uid"] == MAYOR
    assert there.product.account(MAYOR).subject not in shown.headers["X-Name-Id"]
    assert re.search(r"\b\d{6}:mayor\b", shown.headers["X-Roles"])
    again = await opened(petr, there.url("archive", "/in/"))
    assert again.title == "spisovna: in"  # its own session


async def test_what_it_is_given_is_in_the_log(there: Centre, petr: Visitor) -> None:
    asked = Query(codes=frozenset({Code.SAML_ASSERTION_ISSUED}))
    with there.product.state() as state:
        page = await LogSearch(state.database).page(asked)
    entry = page.entries[0].entry
    assert (entry.person, entry.application) == (MAYOR, f"{there.archive.origin}/mellon/metadata")
    assert entry.rule  # by which policy


async def test_an_answer_that_was_changed_or_is_sent_twice_opens_nothing_there(there: Centre) -> None:
    browser = there.product.visitor()
    await browser.sign_in(there.product.account(CLERK), there.product.addresses.portal)
    page = await opened(browser, there.url("archive", "/in/"))
    assert page.url.path == "/saml/go", (page.title, page.url)
    fields = {name: html.unescape(value) for name, value in FIELD.findall(page.text)}
    own = {**NAVIGATES, "Sec-Fetch-Site": "same-site", "Origin": f"https://{page.url.authority}"}
    changed = fields["SAMLResponse"].replace("A", "B", 1)
    refused = await browser.post(page.form, {**fields, "SAMLResponse": changed}, headers=own, follow=False)
    assert refused.status >= 400
    again = await browser.get(page.url)
    assert (again.status, again.headers["x-brana-reason"]) == (400, "saml_request_used_twice")
    await browser.close()


async def test_an_encrypted_assertion_is_read_by_its_application(there: Centre, petr: Visitor) -> None:
    page = await opened(petr, there.url("archive", "/sealed/"))
    answer = Said.of(html.unescape(dict(FIELD.findall(page.text))["SAMLResponse"]))
    assert answer.root.find("a:Assertion", SPACES) is None
    shown = await sent_on(petr, page)
    assert (shown.status, shown.title) == (200, "spisovna: sealed"), there.archive.log[-3000:]


async def test_a_request_that_nobody_signed_is_refused(there: Centre, petr: Visitor) -> None:
    begun = await petr.get(there.url("archive", "/mellon/login?ReturnTo=%2Fin%2F"), follow=False)
    location = begun.location
    assert location.path == "/saml/sso"
    assert {"SAMLRequest", "SigAlg", "Signature"} <= set(location.query)
    bare = str(location).partition("&SigAlg=")[0]
    refused = await petr.get(URL(bare, encoded=True))
    assert (refused.status, refused.headers["x-brana-reason"]) == (400, "saml_signature_missing")
    forged = str(location).replace("RelayState=", "RelayState=x")
    refused = await petr.get(URL(forged, encoded=True))
    assert (refused.status, refused.headers["x-brana-reason"]) == (400, "saml_signature_wrong")


async def known_there(there: Centre, browser: Visitor) -> str:
    """Whom the application takes the browser for, on a page that everybody may see."""
    shown = await browser.get(there.url("archive", "/bye/"))
    assert shown.title == "spisovna: bye", shown.text
    return shown.headers["X-Uid"]


async def test_signing_out_of_it_signs_out_of_everything(there: Centre, petr: Visitor) -> None:
    await sent_on(petr, await opened(petr, there.url("archive", "/in/")))
    assert await known_there(there, petr) == MAYOR
    bye = there.url("archive", "/bye/")
    left = await opened(petr, there.url("archive", f"/mellon/logout?ReturnTo={quote(bye, safe='')}"))
    assert (str(left.url), left.title) == (bye, "spisovna: bye"), there.archive.log[-3000:]
    assert await known_there(there, petr) == "(null)"
    shown = await petr.get(there.product.addresses.portal)
    assert 'name="password"' in shown.text


async def test_signing_out_here_signs_out_of_it(there: Centre, petr: Visitor) -> None:
    portal = there.product.addresses.portal
    shown = await petr.sign_in(there.product.account(MAYOR), portal, step=1)
    assert shown.status == 200, shown.title
    await sent_on(petr, await opened(petr, there.url("archive", "/in/")))
    assert await known_there(there, petr) == MAYOR
    page = await petr.get(f"{there.product.addresses.issuer}/logout")
    said = await petr.fill(page)
    (frame,) = re.findall(r'<iframe[^>]* src="([^"]*)"', said.text)
    loaded = await opened(petr, html.unescape(frame))
    assert (loaded.url.path, loaded.status) == ("/saml/slo", 204), there.archive.log[-3000:]
    assert await known_there(there, petr) == "(null)"
