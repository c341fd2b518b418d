"""Messages of SAML that somebody forged, on the running product."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from lxml import etree
from yarl import URL

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.demo.configuration import BUDGET
from idp.saml.keys import SamlKey
from tests.attacks.conftest import SignedIn, known_at_login
from tests.rig.attacked import Ground
from tests.rig.service_provider import ACS, ENTITY, Said, key, query, request, sign_out
from tests.rig.visitor import NAVIGATES, Shown, Visitor
from tests.rig.wrapping import WRAPPED

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


def address(ground: Ground, **changes: str) -> URL:
    """Of a right request, signed by its service provider."""
    text = request(datetime.now(UTC), **{"Destination": f"{ground.login}/saml/sso", **changes})
    return URL(f"{ground.login}/saml/sso?{query(text, by=key())}", encoded=True)


async def opened(browser: Visitor, url: URL) -> Shown:
    """Redirects are taken as they are."""
    shown = await browser.get(url, follow=False)
    while shown.status == 303 and shown.location.path == "/saml/go":
        shown = await browser.get(shown.url.join(shown.location), follow=False)
    return shown


async def test_a_request_that_is_wrapped_or_asks_for_files_is_refused(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = known_at_login(ground, clerk)
    forged = [etree.tostring(wrapped()).decode() for wrapped in WRAPPED]
    now = request(datetime.now(UTC), Destination=f"{ground.login}/saml/sso")
    entity = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + now.replace(
        "</saml:Issuer>", "&e;</saml:Issuer>"
    )
    comment = now.replace("</saml:Issuer>", "<!-- --></saml:Issuer>")
    for text in (*forged, entity, comment):
        form = {"SAMLRequest": b64encode(text.encode()).decode(), "RelayState": "x"}
        shown = await browser.post(f"{ground.login}/saml/sso", form, headers=NAVIGATES, follow=False)
        assert shown.status == 400
        assert "SAMLResponse" not in shown.text
        refused = await ground.entry(shown, Code.SAML_REQUEST_REFUSED)
        assert refused.reason in {"saml_signature_wrong", "saml_request_unreadable"}
        assert shown.headers["x-brana-reason"] == refused.reason


async def test_who_may_do_nothing_in_the_application_gets_no_assertion(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = known_at_login(ground, clerk)
    shown = await opened(browser, address(ground))
    assert shown.status == 403
    assert "SAMLResponse" not in shown.text
    assert (await ground.entry(shown, Code.SAML_REQUEST_REFUSED)).reason == "access_denied"
    assert (await ground.entry(shown, Code.DECISION_REFUSE)).application == BUDGET


async def test_an_assertion_is_given_once_to_the_configured_address_alone(ground: Ground) -> None:
    account = ground.somebody(Role.ACCOUNTANT)
    browser = await ground.signed_in(account, ground.product.application(BUDGET))
    known = ground.browser()
    known.keep(ground.login, browser.cookies(ground.login))
    shown = await opened(known, address(ground))
    assert "SAMLResponse" in shown.text
    assert re.findall(r'<form[^>]*action="([^"]*)"', shown.text)[-1] == ACS
    assert (await ground.entry(shown, Code.SAML_ASSERTION_ISSUED)).rule
    for url, reason in (
        (address(ground), "saml_request_used_twice"),
        (
            address(ground, AssertionConsumerServiceURL="https://evil.test/acs", ID="_b"),
            "saml_address_unknown",
        ),
        (URL(f"{address(ground, ID='_c')}&RelayState=y", encoded=True), "saml_request_unreadable"),
        (URL(f"{ground.login}/saml/go?" + urlencode({"saml": "e30=", "seal": "x"})), None),
    ):
        again = await opened(known, url)
        assert "SAMLResponse" not in again.text
        if reason is not None:
            await ground.refused(again, reason)


async def test_a_sign_out_that_is_forged_or_somebody_else_s_ends_no_sign_in(ground: Ground) -> None:
    account = ground.somebody(Role.ACCOUNTANT)
    browser = await ground.signed_in(account, ground.product.application(BUDGET))
    known, stranger = ground.browser(), ground.browser()
    known.keep(ground.login, browser.cookies(ground.login))
    shown = await opened(known, address(ground, ID="_in"))
    said = Said.of(re.findall(r'name="SAMLResponse" value="([^"]*)"', shown.text)[-1])
    name, session = said.text(".//a:NameID"), said.one(".//a:AuthnStatement").get("SessionIndex")
    now, here, ours = datetime.now(UTC), f"{ground.login}/saml/slo", key()

    def asked(number: int, *whom: str, by: SamlKey | None = ours, **changes: str) -> URL:
        text = sign_out(now, *whom, **{"Destination": here, "ID": f"_out-{number}", **changes})
        return URL(f"{here}?{query(text, by=by)}", encoded=True)

    over = (now - timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    mine = asked(0, name, session)
    for url, reason in (
        (asked(1, name, session, by=None), "saml_signature_missing"),
        (asked(2, name, session, by=key(1)), "saml_signature_wrong"),
        (asked(3, name, session, Destination=f"{ground.login}/saml/sso"), "saml_request_for_another"),
        (asked(4, name, session, NotOnOrAfter=over), "saml_request_out_of_time"),
        (URL(f"{mine}&SAMLRequest=x", encoded=True), "saml_request_unreadable"),
    ):
        await ground.refused(await known.get(url, follow=False), reason)
    for url in (asked(5, name + "x", ""), asked(6, "", ""), asked(7, name, session + "x")):
        told = await known.get(url, follow=False)
        assert (told.status, str(told.location).startswith(f"{ENTITY}/slo?")) == (303, True)
    framed = {**NAVIGATES, "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    assert (await stranger.get(mine, follow=False, headers=framed)).status == 303  # without a cookie
    assert "SAMLResponse" in (await opened(known, address(ground, ID="_still"))).text
    await ground.refused(await known.get(mine, follow=False), "saml_request_used_twice")
    gone = await known.get(asked(8, name, session), follow=False)
    assert (await ground.entry(gone, Code.SIGN_OUT)).person == account.login
    assert "SAMLResponse" not in (await opened(known, address(ground, ID="_after"))).text
