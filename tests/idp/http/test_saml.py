"""A service provider of SAML 2.0 at the real provider: signed in, stepped up, refused."""

import re
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from config.vocabulary import Language
from gateway.audit.entry import Code
from idp.http.provider import NotAdmitted
from idp.http.saml import ServiceProviders
from idp.saml import names
from idp.saml.level import MULTI_FACTOR
from idp.saml.provider import FORMATS, Fact, NameId
from idp.saml.reading import redirected
from idp.saml.signature import signed_by
from tests.idp.http.test_form_post import posted as form_of
from tests.rig.code_flow import finish
from tests.rig.provider import ISSUER, Answer, Browser
from tests.rig.service_provider import (
    ACS,
    ENTITY,
    OTHER_ACS,
    SPACES,
    SSO,
    Said,
    contexts,
    key,
    ours,
    party,
    posted,
    pseudonym,
    query,
    request,
    sign_out,
    signed,
)
from tests.rig.sign_in_world import JANA, World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real
DEMANDING, CLOSED, NAMING = "https://a.obec.test", "https://b.obec.test", "https://c.obec.test"
LEAVING, GOODBYE = "https://d.obec.test", f"{ENTITY}/slo"
OURS = (key(1).private.public_key(),)


@pytest.fixture
async def world(office: Directory) -> AsyncIterator[World]:
    parties = [
        party(logout_address=GOODBYE),
        party(entity_id=LEAVING, logout_address=f"{LEAVING}/slo"),
        party(entity_id=DEMANDING, signs=True, signed_answers=True, name_id=NameId.TRANSIENT),
        party(entity_id=CLOSED, application="budget", name_id=NameId.LOGIN),
        party(entity_id=NAMING, name_id=NameId.MAIL, attributes={"mail": Fact.MAIL}),
    ]
    door = ServiceProviders(providers={one.entity_id: one for one in parties}, keys=ours, pseudonym=pseudonym)
    async with sign_in_world(office, saml=door) as made:
        yield made


async def arrives(world: World, browser: Browser, inner: str = "", issuer: str = ENTITY, **changes) -> Answer:
    """By redirect, signed; what `/saml/go` says."""
    text = request(world.rig.clock(), inner, issuer, **changes)
    answer = await browser.get(f"/saml/sso?{query(text, by=key())}")
    return await browser.get(answer.location) if answer.status == 303 else answer


async def signed_in(world: World, browser: Browser, begun: Answer) -> Answer:
    """Jana, from the page that the request led to; the form that is posted."""
    assert begun.location.startswith("/sign-in?"), begun.text
    _, answer = await finish(world, browser, begun.location)
    assert answer.location.startswith("/saml/go?"), answer.text
    return await browser.get(answer.location)


def said_in(answer: Answer, address: str = ACS) -> Said:
    action, fields = form_of(answer)
    assert action == address
    assert fields.keys() == {"SAMLResponse", "RelayState"}
    assert fields["RelayState"] == "stav-1"
    return Said.of(fields["SAMLResponse"])


async def test_a_request_leads_through_the_sign_in_to_a_signed_assertion(world: World) -> None:
    browser, now = world.rig.browser(), world.rig.clock()
    answer = await signed_in(world, browser, await arrives(world, browser))
    assert f"form-action {ACS};" in answer.headers["Content-Security-Policy"]
    said = said_in(answer)
    assert said.statuses == ["Success"]
    assertion = said.one("a:Assertion")
    believed = signed_by(assertion, OURS)  # and nothing else is read
    assert believed.find("a:Issuer", SPACES).text == f"{ISSUER}/saml/metadata"
    confirmed = believed.find(".//a:SubjectConfirmationData", SPACES)
    ends = (now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert dict(confirmed.attrib) == {"NotOnOrAfter": ends, "Recipient": ACS, "InResponseTo": "_request-1"}
    assert believed.find(".//a:Audience", SPACES).text == ENTITY
    assert said.attributes["uid"] == [JANA]
    assert said.attributes["roles"] == ["588491:registrar"]
    assert said.text(".//a:AuthnContextClassRef") == MULTI_FACTOR
    assert said.root.get("InResponseTo") == "_request-1"
    issued = world.rig.kept.entries[-1]
    assert (issued.code, issued.person, issued.application) == (Code.SAML_ASSERTION_ISSUED, JANA, ENTITY)


async def test_a_session_answers_at_once_and_each_provider_has_a_name_of_its_own_for_its_person(
    world: World,
) -> None:
    browser, _ = await world.sign_in()
    names_of = []
    for issuer, kind in ((ENTITY, NameId.PERSISTENT), (ENTITY, NameId.PERSISTENT), (CLOSED, NameId.LOGIN)):
        answer = await arrives(world, browser, issuer=issuer, ID=f"_r{len(names_of)}")
        name = said_in(answer).one(".//a:NameID")
        assert name.get("Format") == FORMATS[kind]
        names_of.append(name.text)
    assert names_of[0] == names_of[1]
    assert names_of[2] == JANA
    assert world.jana.subject not in names_of


async def test_a_form_of_another_site_is_answered_too_and_the_answer_may_be_signed_as_a_whole(
    world: World,
) -> None:
    browser, _ = await world.sign_in()
    text = signed(request(world.rig.clock(), issuer=DEMANDING, AssertionConsumerServiceURL=OTHER_ACS))
    here, browser.cookies = browser.cookies, {}  # `SameSite=Lax`
    answer = await browser.post("/saml/sso", posted(text), Sec_Fetch_Site="cross-site")
    assert answer.status == 303, answer.text
    browser.cookies = here
    said = said_in(await browser.get(answer.location), OTHER_ACS)
    assert said.outer_signature_holds(key(1))
    assert said.one(".//a:NameID").get("Format") == FORMATS[NameId.TRANSIENT]


async def test_a_level_that_is_asked_for_leads_to_the_factor_that_is_missing(world: World) -> None:
    await world.key_of()
    browser, _ = await world.sign_in()
    strongest = "urn:brana:acr:phishing-resistant"
    begun = await arrives(world, browser, contexts(strongest))
    assert begun.location.startswith("/sign-in?")
    page = await browser.get(begun.location)
    assert 'name="password"' not in page.text
    assert "data-options" in page.text  # a key, and nothing but it
    weaker = said_in(await arrives(world, browser, contexts(strongest, MULTI_FACTOR)))
    assert weaker.text(".//a:AuthnContextClassRef") == MULTI_FACTOR


@pytest.mark.parametrize(
    ("inner", "changes", "status", "reason"),
    [
        ("", {"IsPassive": "true"}, "NoPassive", "saml_not_without_asking"),
        (contexts("urn:unknown"), {}, "NoAuthnContext", "saml_level_unmet"),
        (contexts(MULTI_FACTOR, comparison="better"), {}, "NoAuthnContext", "saml_level_unmet"),
        (
            f'<samlp:NameIDPolicy Format="{FORMATS[NameId.TRANSIENT]}"/>',
            {},
            "InvalidNameIDPolicy",
            "saml_name_not_offered",
        ),
    ],
)
async def test_what_cannot_be_done_is_told_by_a_signed_status(
    world: World, inner: str, changes: dict, status: str, reason: str
) -> None:
    answer = await arrives(world, world.rig.browser(), inner, **changes)
    said = said_in(answer)
    assert said.statuses == ["Responder", status]
    assert said.root.find("a:Assertion", SPACES) is None
    assert signed_by(said.root, OURS) is not None
    entry = world.rig.kept.entries[-1]
    assert (entry.code, entry.reason, entry.application) == (Code.SAML_REQUEST_REFUSED, reason, ENTITY)


async def test_a_level_that_no_factor_of_the_person_reaches_is_told(world: World) -> None:
    browser, _ = await world.sign_in()
    said = said_in(await arrives(world, browser, contexts("urn:brana:acr:phishing-resistant")))
    assert said.statuses == ["Responder", "NoAuthnContext"]


async def test_who_is_to_be_asked_anew_is(world: World) -> None:
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=1)
    begun = await arrives(world, browser, ForceAuthn="true")
    assert said_in(await signed_in(world, browser, begun)).statuses == ["Success"]


async def test_one_request_is_answered_once(world: World) -> None:
    browser, _ = await world.sign_in()
    text = request(world.rig.clock())
    for _ in range(2):
        begun = await browser.get(f"/saml/sso?{query(text)}")
        answer = await browser.get(begun.location)
    assert answer.status == 400
    assert "SAMLResponse" not in answer.text
    assert world.rig.kept.entries[-1].reason == "saml_request_used_twice"
    another = await arrives(world, browser, ID="_another")
    assert said_in(another).statuses == ["Success"]


@pytest.mark.parametrize(
    ("bring", "reason"),
    [
        (lambda now: query(request(now, issuer="https://zly.test")), "saml_provider_unknown"),
        (
            lambda now: query(request(now, AssertionConsumerServiceURL="https://zly.test")),
            "saml_address_unknown",
        ),
        (lambda now: query(request(now, issuer=DEMANDING)), "saml_signature_missing"),
        (lambda now: query(request(now, issuer=DEMANDING), by=key(1)), "saml_signature_wrong"),
        (lambda now: query(request(now, Destination=SSO + "x")), "saml_request_for_another"),
        (lambda now: query(request(now - timedelta(hours=1))), "saml_request_out_of_time"),
        (lambda _: "SAMLRequest=AAAA", "saml_request_unreadable"),
        (lambda _: "", "saml_request_unreadable"),
        (
            lambda now: query('<!DOCTYPE a SYSTEM "https://zly.test/x">' + request(now)),
            "saml_request_unreadable",
        ),
    ],
)
async def test_who_asks_or_where_is_not_trusted_is_told_by_a_page_alone(
    world: World, bring, reason: str
) -> None:
    browser, _ = await world.sign_in()
    for language in ("cs", "en"):
        answer = await browser.get(f"/saml/sso?{bring(world.rig.clock())}", Accept_Language=language)
        assert answer.status == 400
        assert answer.headers["x-brana-reason"] == reason
        assert "SAMLResponse" not in answer.text
        assert "zly.test" not in answer.headers["Content-Security-Policy"]
        entry = world.rig.kept.entries[-1]
        assert (entry.code, entry.reason) == (Code.SAML_REQUEST_REFUSED, reason)


async def test_whom_policies_do_not_let_in_reads_why_and_the_application_gets_nothing(world: World) -> None:
    async def nobody(*_asked: object) -> NotAdmitted:
        return NotAdmitted("not_permitted", {Language.ENGLISH: "Not for you"}, {Language.ENGLISH: "Ask."})

    world.rig.may_use = nobody
    browser, _ = await world.sign_in()
    answer = await arrives(world, browser, issuer=CLOSED)
    assert answer.status == 403
    assert "Not for you" in answer.text
    assert "SAMLResponse" not in answer.text
    assert world.rig.kept.entries[-1].reason == "access_denied"
    assert said_in(await arrives(world, browser)).statuses == ["Success"]


async def test_what_the_browser_brings_to_the_way_on_is_what_was_sealed(world: World) -> None:
    browser, _ = await world.sign_in()
    begun = await browser.get(f"/saml/sso?{query(request(world.rig.clock()))}")
    kept = begun.location
    for forged in (
        kept[:-1] + ("A" if kept[-1] != "A" else "B"),
        kept.replace("saml=", "saml=e"),
        "/saml/go",
    ):
        answer = await browser.get(forged)
        assert "SAMLResponse" not in answer.text
        assert "sign-in" in answer.text.lower()
    world.rig.clock.forward(hours=1)
    assert "SAMLResponse" not in (await browser.get(kept)).text


async def test_metadata_are_signed_and_name_each_key(world: World) -> None:
    answer = await world.rig.browser().get("/saml/metadata")
    assert answer.headers["Content-Type"] == "application/samlmetadata+xml"
    root = etree.fromstring(answer.text.encode())
    md = {"m": names.METADATA, **SPACES}
    assert root.get("entityID") == f"{ISSUER}/saml/metadata"
    shown = [one.text for one in root.iterfind(".//m:KeyDescriptor//d:X509Certificate", md)]
    assert shown == [one.certificate_text for one in ours().announced]
    places = {
        (one.get("Binding"), one.get("Location")) for one in root.iterfind(".//m:SingleSignOnService", md)
    }
    assert places == {(names.REDIRECT, SSO), (names.POST, SSO)}


async def test_without_service_providers_nothing_of_it_is_there(office: Directory) -> None:
    async with sign_in_world(office) as bare:
        for path in ("/saml/metadata", "/saml/sso", "/saml/go"):
            assert (await bare.rig.browser().get(path)).status == 404


def logout_request(world: World, name: str, session: str, issuer: str = ENTITY, **changes: str) -> str:
    return sign_out(world.rig.clock(), name, session, issuer, **changes)


def redirected_in(address: str, field: str) -> etree._Element:
    """A message of ours by the Redirect binding; its signature holds."""
    plain, _, signature = urlsplit(address).query.partition("&Signature=")
    value = b64decode(unquote(signature))
    key(1).private.public_key().verify(value, plain.encode(), padding.PKCS1v15(), hashes.SHA256())
    return etree.fromstring(redirected(dict(parse_qsl(plain))[field]))


async def at_both(world: World) -> tuple[Browser, str, str]:
    """Jana, signed in to two service providers; what the first calls her and her sign-in."""
    browser, _ = await world.sign_in()
    said_in(await arrives(world, browser, issuer=LEAVING))
    said = said_in(await arrives(world, browser))
    return browser, said.text(".//a:NameID"), said.one(".//a:AuthnStatement").get("SessionIndex")


async def test_a_sign_out_there_ends_the_sign_in_here_and_the_others_know(world: World) -> None:
    browser, name, session = await at_both(world)
    text = logout_request(world, name, session)
    answer = await browser.get(f"/saml/slo?{query(text, by=key())}")
    assert answer.status == 200, answer.text
    (frame,) = re.findall(r'<iframe[^>]* src="([^"]*)"', answer.text)
    told = redirected_in(unescape(frame), "SAMLRequest")
    assert unescape(frame).startswith(f"{LEAVING}/slo?")
    assert f"frame-src {LEAVING}/slo;" in answer.headers["Content-Security-Policy"]
    assert told.tag == f"{{{names.PROTOCOL}}}LogoutRequest"
    assert told.find("a:NameID", SPACES).text != name  # its own name for her
    onward = re.search(r'href="([^"]*)" data-onward', answer.text)
    assert onward is not None
    response = redirected_in(unescape(onward[1]), "SAMLResponse")
    assert unescape(onward[1]).startswith(f"{GOODBYE}?")
    assert response.get("InResponseTo") == "_out-1"
    assert response.find(".//p:StatusCode", SPACES).get("Value").endswith(":Success")
    assert world.rig.kept.entries[-1].code is Code.SIGN_OUT
    assert (await arrives(world, browser, ID="_after")).location.startswith("/sign-in?")


async def test_a_sign_out_of_somebody_else_ends_nothing(world: World) -> None:
    browser, name, session = await at_both(world)
    for number, (who, which) in enumerate(((name + "x", session), (name, session + "x"), ("", ""))):
        text = logout_request(world, who, which, ID=f"_out-{number}")
        answer = await browser.get(f"/saml/slo?{query(text, by=key())}")
        assert answer.status == 303
        response = redirected_in(answer.location, "SAMLResponse")
        codes = [one.get("Value").rpartition(":")[2] for one in response.iterfind(".//p:StatusCode", SPACES)]
        assert codes == ["Requester", "UnknownPrincipal"]
    assert said_in(await arrives(world, browser, ID="_after")).statuses == ["Success"]


async def test_a_sign_out_has_to_be_signed_for_us_of_now_and_new(world: World) -> None:
    browser, name, session = await at_both(world)
    text = logout_request(world, name, session)
    elsewhere = logout_request(world, name, session, Destination=SSO)
    old = logout_request(world, name, session, IssueInstant="2020-01-01T00:00:00Z")
    for brought, reason in (
        (query(text), "saml_signature_missing"),
        (query(text, by=key(1)), "saml_signature_wrong"),
        (query(elsewhere, by=key()), "saml_request_for_another"),
        (query(old, by=key()), "saml_request_out_of_time"),
        (
            query(text.replace("<saml:NameID>", "<saml:BaseID/><saml:NameID>"), by=key()),
            "saml_request_unreadable",
        ),
        (query(logout_request(world, name, session, issuer=NAMING), by=key()), "saml_address_unknown"),
    ):
        answer = await browser.get(f"/saml/slo?{brought}")
        assert (answer.status, answer.headers["x-brana-reason"]) == (400, reason)
    assert said_in(await arrives(world, browser, ID="_after")).statuses == ["Success"]
    first = await browser.get(f"/saml/slo?{query(text, by=key())}")
    assert first.status == 200
    again = await browser.get(f"/saml/slo?{query(text, by=key())}")
    assert again.headers["x-brana-reason"] == "saml_request_used_twice"


async def test_a_sign_out_here_is_told_to_each_service_provider(world: World) -> None:
    browser, name, session = await at_both(world)
    answer = await browser.post("/logout/confirm", {})
    frames = [unescape(one) for one in re.findall(r'<iframe[^>]* src="([^"]*)"', answer.text)]
    assert [one.partition("?")[0] for one in frames] == [f"{LEAVING}/slo", GOODBYE]
    told = redirected_in(frames[1], "SAMLRequest")
    assert told.find("a:NameID", SPACES).text == name
    assert told.find("p:SessionIndex", SPACES).text == session
    said = await browser.get("/saml/slo?SAMLResponse=anything")
    assert (said.status, said.text) == (204, "")
