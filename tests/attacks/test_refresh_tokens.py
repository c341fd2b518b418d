"""Refresh tokens of an application on the running product: raced, kept beyond the end of their person, made up."""

import asyncio
import json
from collections import Counter

import pytest

from gateway.audit.entry import Code
from tests.attacks.conftest import VERIFIER, SignedIn, authorization, known_at_login
from tests.attacks.test_guessing import alerted
from tests.rig.attacked import Ground
from tests.rig.attacked_parties import LIBRARY, LIBRARY_CALLBACK
from tests.rig.visitor import Shown

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def given(ground: Ground, person: SignedIn) -> dict[str, str]:
    """What the library has of somebody's sign-in."""
    browser = known_at_login(ground, person)
    asked = authorization(
        ground, client_id=LIBRARY, redirect_uri=LIBRARY_CALLBACK, scope="openid offline_access"
    )
    code = (await browser.get(asked, follow=False)).location.query["code"]
    answer = await to(
        ground,
        "/token",
        grant_type="authorization_code",
        code=code,
        redirect_uri=LIBRARY_CALLBACK,
        code_verifier=VERIFIER,
    )
    assert answer.status == 200, answer.text
    return dict(json.loads(answer.text))


async def to(ground: Ground, path: str, **form: str) -> Shown:
    return await ground.browser().post(f"{ground.login}{path}", {"client_id": LIBRARY, **form})


async def renewed(ground: Ground, token: str) -> Shown:
    return await to(ground, "/token", grant_type="refresh_token", refresh_token=token)


async def opens(ground: Ground, access: str) -> bool:
    host = ground.login.removeprefix("https://")
    answer = await ground.ask("/userinfo", host=host, headers=(f"Authorization: Bearer {access}",))
    return answer.status == 200


async def somebody(ground: Ground) -> SignedIn:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    return SignedIn(account, browser, ground.cookie(browser))


async def test_a_refresh_token_that_ten_use_at_once_leaves_nobody_anything_and_is_alerted_of(
    ground: Ground,
) -> None:
    person = await somebody(ground)
    tokens = await given(ground, person)
    answers = await asyncio.gather(*(renewed(ground, tokens["refresh_token"]) for _ in range(10)))
    assert Counter(one.status for one in answers) == {200: 1, 400: 9}
    (won,) = [json.loads(one.text) for one in answers if one.status == 200]
    for each in (tokens, won):
        assert not await opens(ground, each["access_token"])
        assert (await renewed(ground, each["refresh_token"])).status == 400
    (misused,) = await ground.entries(
        at_least=1, codes=(Code.REFRESH_TOKEN_MISUSED,), person=person.account.login
    )
    assert (misused.application, misused.reason) == (LIBRARY, "refresh_token_used_twice")
    await alerted(ground, "refresh_token_misused", person.account.login)


async def test_a_refresh_token_is_worth_nothing_once_its_person_is_suspended(ground: Ground) -> None:
    person = await somebody(ground)
    tokens = await given(ground, person)
    tokens = json.loads((await renewed(ground, tokens["refresh_token"])).text)
    assert await opens(ground, tokens["access_token"])
    await ground.brana("person", "suspend", person.account.login, "--why", "Test této věci")
    assert not await opens(ground, tokens["access_token"])
    answer = await renewed(ground, tokens["refresh_token"])
    assert (answer.status, json.loads(answer.text)["error"]) == (400, "invalid_grant")
    assert (await ground.entry(answer, Code.TOKEN_REFUSED)).reason == "session_ended"
    await ground.refused(answer, "invalid_grant")


async def test_what_is_no_refresh_token_of_the_application_brings_it_nothing(
    ground: Ground, clerk: SignedIn
) -> None:
    tokens = await given(ground, clerk)
    name, _, secret = tokens["refresh_token"].partition(".")
    for made_up in (tokens["access_token"], tokens["id_token"], secret, f"{secret}.{name}", f"{name}.", "x"):
        answer = await renewed(ground, made_up)
        assert (answer.status, json.loads(answer.text)["error"]) == (400, "invalid_grant")
        assert (await ground.entry(answer, Code.TOKEN_REFUSED)).reason == "refresh_token_unknown"
    assert not await opens(ground, tokens["refresh_token"])
    assert (await renewed(ground, tokens["refresh_token"])).status == 200
