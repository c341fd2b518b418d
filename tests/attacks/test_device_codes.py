"""Codes of programs on the running product: guessed, passed on to somebody else, raced, forged, asked for in masses."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from gateway.audit.entry import Code
from tests.attacks.conftest import SignedIn, known_at_login
from tests.attacks.test_refresh_tokens import opens, somebody
from tests.rig.attacked import Ground
from tests.rig.attacked_parties import TOOL
from tests.rig.visitor import Shown

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
CROSS = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def asked(ground: Ground) -> dict[str, Any]:
    """What a program of the attacker's is told."""
    form = {"client_id": TOOL, "scope": "openid offline_access"}
    answer = await ground.browser().post(f"{ground.login}/device_authorization", form)
    assert answer.status == 200, answer.text
    return dict(json.loads(answer.text))


async def polled(ground: Ground, told: dict[str, Any]) -> Shown:
    form = {"grant_type": GRANT, "device_code": told["device_code"], "client_id": TOOL}
    return await ground.browser().post(f"{ground.login}/token", form)


def says(answer: Shown) -> str:
    return str(json.loads(answer.text)["error"])


async def test_a_code_is_guessed_five_times_and_no_more(ground: Ground) -> None:
    person = await somebody(ground)
    browser = known_at_login(ground, person)
    told = await asked(ground)
    forms = [{"user_code": f"BBBB-BBB{letter}"} for letter in "BCDFGHJKLM"]
    answers = await asyncio.gather(*(browser.post(f"{ground.login}/device/code", form) for form in forms))
    assert Counter(one.status for one in answers) == {400: 5, 429: 5}
    for status, reason in ((400, "user_code_unknown"), (429, "user_code_must_wait")):
        shown = next(one for one in answers if one.status == status)
        assert (await ground.entry(shown, Code.DEVICE_AUTHORIZATION_REFUSED)).reason == reason
        await ground.refused(shown, reason)
    right = await browser.post(f"{ground.login}/device/code", {"user_code": told["user_code"]})
    assert right.status == 429
    assert says(await polled(ground, told)) == "authorization_pending"


async def test_a_link_that_an_attacker_sends_lets_nobody_in_by_itself(
    ground: Ground, clerk: SignedIn
) -> None:
    """Device-code phishing: the person who opens it reads from where it was asked, and nothing happened yet."""
    browser = known_at_login(ground, clerk)
    told = await asked(ground)
    page = await browser.get(told["verification_uri_complete"])
    assert page.status == 200
    for path in ("/device/code", "/device/confirm"):
        form = {"user_code": told["user_code"], "answer": "allow"}
        answer = await browser.post(f"{ground.login}{path}", form, headers=CROSS)
        assert answer.status == 403
    unasked = await browser.post(f"{ground.login}/device/confirm", form)
    assert unasked.status == 400  # never typed by this person
    assert says(await polled(ground, told)) == "authorization_pending"
    read = await browser.post(f"{ground.login}/device/code", {"user_code": told["user_code"]})
    assert TOOL in read.text
    denied = await browser.post(
        f"{ground.login}/device/confirm", {"user_code": told["user_code"], "answer": "deny"}
    )
    assert (await ground.entry(denied, Code.DEVICE_AUTHORIZATION_REFUSED)).reason == "denied_by_person"
    assert says(await polled(ground, told)) == "access_denied"


async def test_a_device_code_that_ten_use_at_once_leaves_nobody_anything(ground: Ground) -> None:
    person = await somebody(ground)
    browser = known_at_login(ground, person)
    told = await asked(ground)
    form = {"user_code": told["user_code"], "answer": "allow"}
    for path in ("/device/code", "/device/confirm"):
        await browser.post(f"{ground.login}{path}", form)
    answers = await asyncio.gather(*(polled(ground, told) for _ in range(10)))
    assert Counter(one.status for one in answers) == {200: 1, 400: 9}
    (won,) = [json.loads(one.text) for one in answers if one.status == 200]
    assert not await opens(ground, won["access_token"])
    allowed = await ground.entries(
        at_least=1, codes=(Code.DEVICE_AUTHORIZATION_ALLOWED,), person=person.account.login
    )
    assert [one.application for one in allowed] == [TOOL]


async def test_what_is_no_device_code_of_the_program_brings_it_nothing(ground: Ground) -> None:
    told = await asked(ground)
    for made_up in (told["user_code"], "A" * 43, "x"):
        answer = await polled(ground, {"device_code": made_up})
        assert (answer.status, says(answer)) == (400, "invalid_grant")
        assert (await ground.entry(answer, Code.TOKEN_REFUSED)).reason == "device_code_unknown"
        await ground.refused(answer, "invalid_grant")
