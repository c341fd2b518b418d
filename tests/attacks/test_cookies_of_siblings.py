"""A cookie that an application sets for the whole domain, read at the sign-in as one of the provider's own.

Found by an attacker; `THREAT_MODEL.md`, attackers 3 and 4. An application that was taken over, or a script in one, may
set `theme=x __Host-brana-login=…` for the domain above both hosts: its name is `theme`, so no
browser objects, and browsers
send it to the sign-in's host as well (RFC 6265 §5.3, §5.4). What is between two `;` is one cookie (RFC 6265 §4.2.1).
"""

import re

import pytest
from aiohttp import web
from yarl import URL

from gateway.demo.start import DOMAIN
from tests.rig.attacked import Ground
from tests.rig.product import enrolment_code
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
LOGIN, SSO, KNOWN = "__Host-brana-login", "__Host-brana-sso", "__Host-brana-browser"
SPOKEN = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}")
SMUGGLED = (
    "idp/http/cookies.py reads aiohttp's request.cookies, which parts a Cookie header at spaces as well "
    "as at `;` and lets "
    "the later of two win: the value of anybody's cookie for the domain is taken for __Host- cookies of ours. Read the "
    "header as gateway/grants/cookie.read_cookies does"
)


def planted(browser: Visitor, ground: Ground, name: str, value: str, *, beside: str = "theme=x") -> None:
    """As a script of an application sets it: `document.cookie = "theme=x __Host-…=…; domain=…"`."""
    own, _, text = beside.partition("=")
    browser.keep(ground.login, {own: f"{text} {name}={value}"})


@pytest.mark.xfail(strict=True, reason=SMUGGLED)
async def test_a_cookie_of_the_domain_signs_nobody_in_as_the_attacker(ground: Ground) -> None:
    """Session fixation and sign-in CSRF: the victim works, and adds keys and files, in the attacker's account."""
    mallory, victim = ground.somebody(), ground.browser()
    theirs = (await ground.signed_in(mallory)).cookies(ground.login)[SSO]
    planted(victim, ground, SSO, theirs)
    shown = await victim.get(f"{ground.login}/account")
    assert mallory.login not in shown.text
    assert 'name="password"' in shown.text


@pytest.mark.xfail(strict=True, reason=SMUGGLED)
async def test_a_cookie_of_the_domain_does_not_join_the_attacker_to_a_sign_in(ground: Ground) -> None:
    """The victim enrols a first factor at our own page, in the attacker's flow; the attacker takes the session."""
    account, attacker, victim = ground.somebody(enrolled=False), ground.browser(), ground.browser()
    begun = await attacker.get(ground.portal)
    planted(victim, ground, LOGIN, attacker.cookies(ground.login)[LOGIN])
    # a link in the application: the address is the real one, and so is the page
    page = await victim.get(begun.url)
    shown: Shown = await victim.fill(page, username=account.login, password=account.password)
    code = await enrolment_code(ground.state, account)
    chosen = await victim.fill(shown, enrolment=code)
    setting_up = await victim.get(chosen.url.update_query(by="code"))
    await victim.fill(setting_up, code=ground.code(account, setting_up.secret))
    # while the victim writes the recovery codes down: others in their place, and the session
    stolen = await attacker.post(URL(str(begun.form).replace("/password", "/recovery-codes")), {})
    await attacker.post(URL(str(begun.form).replace("/password", "/saved")), {})
    assert SPOKEN.findall(stolen.text) == []
    assert account.login not in (await attacker.get(f"{ground.login}/account")).text


@pytest.mark.xfail(strict=True, reason=SMUGGLED)
async def test_a_cookie_of_the_domain_makes_no_browser_of_the_attacker_a_known_one(ground: Ground) -> None:
    """The attacker's browser has guesses of the victim's then, is told to nobody as new, and vouches for others."""
    mallory, victim_account, victim = ground.somebody(), ground.somebody(), ground.browser()
    theirs = (await ground.signed_in(mallory)).cookies(ground.login)[KNOWN]
    planted(victim, ground, KNOWN, theirs)
    page = await ground.at_code(victim, victim_account)
    await victim.fill(page, code=ground.code(victim_account))
    assert victim.cookies(ground.login)[KNOWN] != theirs


@pytest.mark.xfail(
    strict=True,
    reason="answer.lua looks for our names at the beginning of a cookie alone, and the sign-in reads "
    "them after a space",
)
async def test_what_an_application_answers_with_such_a_cookie_is_kept_back(ground: Ground) -> None:
    """The way by a header; a script needs none, so the reading at the sign-in has to be mended first."""
    mallory = await ground.signed_in(ground.somebody())
    cookie = f"theme=x __Host-brana-sso={'A' * 43}; Domain={DOMAIN}; Path=/; Secure"

    def answers(_: object) -> web.StreamResponse:
        return web.Response(headers={"Set-Cookie": cookie})

    ground.taken_over.answer = answers
    answer = await ground.ask("/x", cookie=ground.cookie(mallory))
    assert answer.values("set-cookie") == []
