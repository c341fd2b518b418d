"""Whom policies do not let use an application, at the relying party that it is, on the running product."""

import json

import pytest
from yarl import URL

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.demo.configuration import BUDGET
from tests.attacks.conftest import VERIFIER, SignedIn, authorization, known_at_login
from tests.rig.attacked import Ground
from tests.rig.attacked_parties import LEDGER, LEDGER_CALLBACK
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


def question(ground: Ground, **changes: str | None) -> str:
    asked = {"client_id": LEDGER, "redirect_uri": LEDGER_CALLBACK, "scope": "openid", **changes}
    return authorization(ground, **asked)


def code_in(location: URL) -> str:
    assert str(location).startswith(LEDGER_CALLBACK), location
    return location.query["code"]


async def test_who_may_do_nothing_in_the_application_gets_no_code_however_it_is_asked(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = known_at_login(ground, clerk)
    for changes in ({}, {"response_mode": "form_post"}, {"max_age": "36000"}, {"login_hint": "x"}):
        shown = await browser.get(question(ground, **changes), follow=False)
        assert shown.status == 403
        assert 'name="code"' not in shown.text
        refused = await ground.entry(shown, Code.DECISION_REFUSE)
        assert (refused.application, refused.person) == (BUDGET, clerk.account.login)
        assert (await ground.entry(shown, Code.CODE_REFUSED)).reason == "access_denied"
        await ground.refused(shown, refused.reason)
    silently = await browser.get(question(ground, prompt="none"), follow=False)
    assert silently.location.query["error"] == "access_denied"
    assert (
        await ground.entries(codes=(Code.CODE_ISSUED,), application=LEDGER, person=clerk.account.login) == []
    )


async def test_who_may_gets_tokens_and_refreshes_them_until_their_access_is_suspended(ground: Ground) -> None:
    account = ground.somebody(Role.ACCOUNTANT)
    browser = await ground.signed_in(account, ground.product.application(BUDGET))
    known = ground.browser()
    known.keep(ground.login, browser.cookies(ground.login))
    answer = await known.get(question(ground), follow=False)
    issued = await ground.entry(answer, Code.CODE_ISSUED)
    assert issued.rule
    tokens = await exchanged(ground, known, code_in(answer.location))
    again = {"grant_type": "refresh_token", "client_id": LEDGER, "refresh_token": tokens["refresh_token"]}
    answer = await known.post(f"{ground.login}/token", again)
    assert answer.status == 200, answer.text
    await ground.brana("person", "suspend", account.login, "--why", "Test této věci")
    again["refresh_token"] = json.loads(answer.text)["refresh_token"]
    assert (await known.post(f"{ground.login}/token", again)).status == 400


async def exchanged(ground: Ground, browser: Visitor, code: str) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "client_id": LEDGER,
        "code": code,
        "redirect_uri": LEDGER_CALLBACK,
        "code_verifier": VERIFIER,
    }
    answer = await browser.post(f"{ground.login}/token", form)
    assert answer.status == 200, answer.text
    return dict(json.loads(answer.text))


async def test_a_sign_in_that_began_at_the_application_ends_in_no_code_either(ground: Ground) -> None:
    account = ground.somebody()
    browser = ground.browser()
    page = await ground.at_code(browser, account, question(ground, prompt="login"))
    shown = await browser.fill(page, code=ground.code(account))
    assert shown.status == 403
    assert (await ground.entry(shown, Code.CODE_REFUSED)).reason == "access_denied"
    assert await ground.entries(codes=(Code.CODE_ISSUED,), application=LEDGER, person=account.login) == []
