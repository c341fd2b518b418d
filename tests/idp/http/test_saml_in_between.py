"""Service providers of SAML where something else happens at the same time: frames, devices, clocks, odd octets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.audit.entry import Code
from idp.directory.person import Person
from idp.http.cookies import DEVICE
from idp.http.provider import NotAdmitted
from idp.http.saml import ServiceProviders
from idp.login.handle import Handle, device_of
from idp.saml.provider import NameId
from tests.idp.http.test_saml import (
    CLOSED,
    GOODBYE,
    LEAVING,
    arrives,
    at_both,
    logout_request,
    redirected_in,
    said_in,
)
from tests.idp.http.test_suspended_device import is_shut, suspend
from tests.rig.provider import Answer
from tests.rig.service_provider import SPACES, contexts, key, ours, party, pseudonym, query, request
from tests.rig.sign_in_world import JANA, World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real
BY_LOGIN = "https://e.obec.test"
RESISTANT = "urn:brana:acr:phishing-resistant"


@pytest.fixture
def alike() -> list[str]:
    """Logins that somebody else has too."""
    return []


@pytest.fixture
async def world(office: Directory, alike: list[str]) -> AsyncIterator[World]:
    async def named_alike(person: Person) -> bool:
        return person.login in alike

    parties = [
        party(entity_id=BY_LOGIN, name_id=NameId.LOGIN),
        party(logout_address=GOODBYE),
        party(entity_id=LEAVING, logout_address=f"{LEAVING}/slo"),
        party(entity_id=CLOSED, application="budget"),
    ]
    door = ServiceProviders(
        providers={one.entity_id: one for one in parties},
        keys=ours,
        pseudonym=pseudonym,
        named_alike=named_alike,
    )
    async with sign_in_world(office, saml=door) as made:
        yield made


def codes_in(answer: Answer) -> list[str]:
    """Of the answer to a sign-out."""
    assert answer.status == 303, answer.text
    response = redirected_in(answer.location, "SAMLResponse")
    return [one.get("Value").rpartition(":")[2] for one in response.iterfind(".//p:StatusCode", SPACES)]


async def test_in_a_suspended_device_nobody_signs_in_and_everybody_may_sign_out(world: World) -> None:
    browser, name, session = await at_both(world)
    await suspend(world, device_of(Handle(browser.cookies[DEVICE])))
    assert is_shut(await arrives(world, browser, ID="_again"))
    gone = await browser.get(f"/saml/slo?{query(logout_request(world, name, session), by=key())}")
    assert gone.status == 200, gone.text
    assert world.rig.kept.entries[-1].code is Code.SIGN_OUT


@pytest.mark.parametrize(
    ("changes", "headers"), [({"IsPassive": "true"}, {}), ({}, {"Sec_Fetch_Dest": "iframe"})]
)
async def test_whom_policies_do_not_let_in_sees_no_page_where_none_may_be_shown(
    world: World, changes: dict, headers: dict
) -> None:
    async def nobody(*_asked: object) -> NotAdmitted:
        return NotAdmitted("not_permitted", {}, {})

    world.rig.may_use = nobody
    browser, _ = await world.sign_in()
    text = request(world.rig.clock(), issuer=CLOSED, **changes)
    begun = await browser.get(f"/saml/sso?{query(text, by=key())}")
    said = said_in(await browser.get(begun.location, **headers))
    assert said.statuses == ["Responder", "RequestDenied"]
    assert world.rig.kept.entries[-1].reason == "access_denied"


async def test_a_sign_out_that_a_frame_brings_does_not_say_that_it_was_done(world: World) -> None:
    """A frame of another site brings no cookie of ours (`SameSite=Lax`), so nobody knows whether anybody is in."""
    browser, name, session = await at_both(world)
    here, browser.cookies = browser.cookies, {}
    text = logout_request(world, name, session)
    answer = await browser.get(f"/saml/slo?{query(text, by=key())}", Sec_Fetch_Dest="iframe")
    assert "Success" not in codes_in(answer)
    browser.cookies = here
    assert said_in(await arrives(world, browser, ID="_after")).statuses == ["Success"]


async def test_a_sign_out_that_is_over_is_refused(world: World) -> None:
    browser, name, session = await at_both(world)
    over = (world.rig.clock() - timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = logout_request(world, name, session, NotOnOrAfter=over)
    answer = await browser.get(f"/saml/slo?{query(text, by=key())}")
    assert answer.headers["x-brana-reason"] == "saml_request_out_of_time"
    assert said_in(await arrives(world, browser, ID="_after")).statuses == ["Success"]


async def test_a_key_lifts_the_sign_in_and_the_assertion_says_so(world: World) -> None:
    made = await world.key_of()
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=5)
    begun = await arrives(world, browser, contexts(RESISTANT))
    done = await browser.key(begun.location, made)
    assert done.location.startswith("/saml/go?")
    said = said_in(await browser.get(done.location))
    assert said.text(".//a:AuthnContextClassRef") == RESISTANT
    since = (world.rig.clock() - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert said.one(".//a:AuthnStatement").get("AuthnInstant") == since  # the password's


async def test_a_sign_in_that_ended_elsewhere_meanwhile_is_not_lifted(world: World) -> None:
    made = await world.key_of()
    browser, _ = await world.sign_in()
    begun = await arrives(world, browser, contexts(RESISTANT))
    here = dict(browser.cookies)
    await browser.post("/logout/confirm", {})
    browser.cookies = here
    answer = await browser.key(begun.location, made)
    assert (answer.status, "SAMLResponse" in answer.text) == (400, False)


async def test_ten_that_bring_one_request_at_once_get_one_assertion(world: World) -> None:
    browser, _ = await world.sign_in()
    begun = await browser.get(f"/saml/sso?{query(request(world.rig.clock()), by=key())}")
    answers = await asyncio.gather(*(browser.get(begun.location) for _ in range(10)))
    assert sorted(one.status for one in answers) == [200] + 9 * [400]
    issued = [one for one in world.rig.kept.entries if one.code is Code.SAML_ASSERTION_ISSUED]
    assert len(issued) == 1


async def test_who_shares_a_login_with_somebody_is_not_named_by_it(world: World, alike: list[str]) -> None:
    """A service provider would take the one for the other."""
    browser, _ = await world.sign_in()
    alike.append(JANA)
    said = said_in(await arrives(world, browser, issuer=BY_LOGIN))
    assert said.statuses == ["Responder", "InvalidNameIDPolicy"]
    assert world.rig.kept.entries[-1].reason == "saml_name_shared"
    assert said_in(await arrives(world, browser, ID="_r2")).statuses == ["Success"]
    alike.clear()
    assert said_in(await arrives(world, browser, issuer=BY_LOGIN, ID="_r3")).text(".//a:NameID") == JANA
