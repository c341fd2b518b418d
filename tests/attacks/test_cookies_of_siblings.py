"""A cookie that an application sets for the whole domain, read at the sign-in as one of the provider's own.

Found by an attacker; `THREAT_MODEL.md`, attackers 3 and 4. An application that was taken over, or a script in one, may
set `theme=x __Host-brana-login=…` for the domain above both hosts: its name is `theme`, so no
browser objects, and browsers
send it to the sign-in's host as well (RFC 6265 §5.3, §5.4). What is between two `;` is one cookie (RFC 6265 §4.2.1).
"""

import pytest
from aiohttp import web

from gateway.demo.start import DOMAIN
from tests.rig.attacked import Ground
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
LOGIN, SSO, KNOWN = "__Host-brana-login", "__Host-brana-sso", "__Host-brana-browser"


def planted(browser: Visitor, ground: Ground, name: str, value: str, *, beside: str = "theme=x") -> None:
    """As a script of an application sets it: `document.cookie = "theme=x __Host-…=…; domain=…"`."""
    own, _, text = beside.partition("=")
    browser.keep(ground.login, {own: f"{text} {name}={value}"})


async def test_a_cookie_of_the_domain_signs_nobody_in_as_the_attacker(ground: Ground) -> None:
    """Session fixation and sign-in CSRF: the victim works, and adds keys and files, in the attacker's account."""
    mallory, victim = ground.somebody(), ground.browser()
    theirs = (await ground.signed_in(mallory)).cookies(ground.login)[SSO]
    planted(victim, ground, SSO, theirs)
    shown = await victim.get(f"{ground.login}/account")
    assert mallory.login not in shown.text
    assert 'name="password"' in shown.text


async def test_a_cookie_of_the_domain_does_not_join_the_attacker_to_a_sign_in(ground: Ground) -> None:
    """Or the victim enrols a first factor at our own page, in the flow of the attacker, who takes the session."""
    attacker, victim = ground.browser(), ground.browser()
    begun = await attacker.get(ground.portal)
    planted(victim, ground, LOGIN, attacker.cookies(ground.login)[LOGIN])
    page = await victim.get(begun.url)  # by a link in the application: the address is the real one
    assert (page.status, "<form" in page.text) == (400, False)
    assert 'name="password"' in (await attacker.get(begun.url)).text


async def test_a_cookie_of_the_domain_makes_no_browser_of_the_attacker_a_known_one(ground: Ground) -> None:
    """The attacker's browser has guesses of the victim's then, is told to nobody as new, and vouches for others."""
    mallory, victim_account, victim = ground.somebody(), ground.somebody(), ground.browser()
    theirs = (await ground.signed_in(mallory)).cookies(ground.login)[KNOWN]
    planted(victim, ground, KNOWN, theirs)
    page = await ground.at_code(victim, victim_account)
    await victim.fill(page, code=ground.code(victim_account))
    assert victim.cookies(ground.login)[KNOWN] != theirs


async def test_what_an_application_answers_with_such_a_cookie_is_kept_back(ground: Ground) -> None:
    """The way by a header; a script needs none, so the reading at the sign-in has to be mended first."""
    mallory = await ground.signed_in(ground.somebody())
    cookie = f"theme=x __Host-brana-sso={'A' * 43}; Domain={DOMAIN}; Path=/; Secure"

    def answers(_: object) -> web.StreamResponse:
        return web.Response(headers={"Set-Cookie": cookie})

    ground.taken_over.answer = answers
    answer = await ground.ask("/x", cookie=ground.cookie(mallory))
    assert answer.values("set-cookie") == []
