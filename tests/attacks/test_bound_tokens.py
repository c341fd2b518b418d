"""Tokens that are bound to a key, on the running product: stolen without it, with a proof that was read, forged."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey

from gateway.audit.entry import Code
from tests.attacks.conftest import VERIFIER, SignedIn, authorization, known_at_login
from tests.rig.attacked import Ground
from tests.rig.attacked_parties import LIBRARY, LIBRARY_CALLBACK
from tests.rig.dpop_key import DpopKey
from tests.rig.exact_http import Answer
from tests.rig.visitor import Shown

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


def now() -> datetime:
    return datetime.now(UTC)


async def code_of(ground: Ground, person: SignedIn, **more: str) -> str:
    browser = known_at_login(ground, person)
    asked = authorization(ground, client_id=LIBRARY, redirect_uri=LIBRARY_CALLBACK, scope="openid", **more)
    return (await browser.get(asked, follow=False)).location.query["code"]


async def exchanged(ground: Ground, code: str, proof: str | None) -> Shown:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": LIBRARY_CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": LIBRARY,
    }
    headers = {"DPoP": proof} if proof is not None else {}
    return await ground.browser().post(f"{ground.login}/token", form, headers=headers)


async def token_of(ground: Ground, person: SignedIn, key: DpopKey) -> str:
    proof = key.proof("POST", f"{ground.login}/token", now())
    answer = await exchanged(ground, await code_of(ground, person), proof)
    assert answer.status == 200, answer.text
    assert json.loads(answer.text)["token_type"] == "DPoP"
    return str(json.loads(answer.text)["access_token"])


async def shown(ground: Ground, token: str, proof: str | None, scheme: str = "DPoP") -> Answer:
    headers = (f"Authorization: {scheme} {token}", *([f"DPoP: {proof}"] if proof is not None else []))
    return await ground.ask("/userinfo", host=ground.login.removeprefix("https://"), headers=headers)


async def test_a_bound_token_is_worth_nothing_without_its_key(ground: Ground, clerk: SignedIn) -> None:
    key, thief, address = DpopKey(), DpopKey(), f"{ground.login}/userinfo"
    token = await token_of(ground, clerk, key)
    assert (await shown(ground, token, key.proof("GET", address, now(), token))).status == 200
    for proof, scheme in (
        (None, "Bearer"),
        (None, "DPoP"),
        (key.proof("GET", address, now(), token), "Bearer"),
        (thief.proof("GET", address, now(), token), "DPoP"),
        (thief.proof("GET", address, now(), token, header={"jwk": key.key.as_dict(private=False)}), "DPoP"),
        (key.proof("GET", f"{ground.login}/token", now(), token), "DPoP"),
        (key.proof("GET", address, now(), "A" * 43), "DPoP"),
        (key.proof("GET", address, now() - timedelta(minutes=2), token), "DPoP"),
    ):
        assert (await shown(ground, token, proof, scheme)).status == 401, (proof, scheme)


async def test_a_proof_that_somebody_read_is_good_for_nothing_any_more(
    ground: Ground, clerk: SignedIn
) -> None:
    key = DpopKey()
    token = await token_of(ground, clerk, key)
    proof = key.proof("GET", f"{ground.login}/userinfo", now(), token)
    answers = await asyncio.gather(*(shown(ground, token, proof) for _ in range(10)))
    assert Counter(one.status for one in answers) == {200: 1, 401: 9}


async def test_a_proof_for_another_address_or_of_another_algorithm_brings_no_token(
    ground: Ground, clerk: SignedIn
) -> None:
    key, address = DpopKey(), f"{ground.login}/token"
    other = DpopKey("ES384", ECKey.generate_key("P-384"))
    used = key.proof("POST", address, now())
    code = await code_of(ground, clerk)
    assert (await exchanged(ground, await code_of(ground, clerk), used)).status == 200
    for proof, reason in (
        (key.proof("POST", "https://evil.example/token", now()), "dpop_proof_for_another"),
        (key.proof("GET", address, now()), "dpop_proof_for_another"),
        (other.proof("POST", address, now()), "dpop_proof_wrong"),
        (key.proof("POST", address, now(), header={"typ": "JWT"}), "dpop_proof_wrong"),
        (key.proof("POST", address, now() + timedelta(minutes=2)), "dpop_proof_out_of_time"),
        (used, "dpop_proof_used_twice"),
    ):
        answer = await exchanged(ground, code, proof)
        assert (answer.status, json.loads(answer.text)["error"]) == (400, "invalid_dpop_proof")
        assert (await ground.entry(answer, Code.TOKEN_REFUSED)).reason == reason
        await ground.refused(answer, "invalid_dpop_proof")


async def test_a_stolen_code_that_names_a_key_brings_nothing_without_it(
    ground: Ground, clerk: SignedIn
) -> None:
    key, thief = DpopKey(), DpopKey()
    for proof in (None, thief.proof("POST", f"{ground.login}/token", now())):
        answer = await exchanged(ground, await code_of(ground, clerk, dpop_jkt=key.jkt), proof)
        assert (answer.status, json.loads(answer.text)["error"]) == (400, "invalid_grant")
        assert (await ground.entry(answer, Code.TOKEN_REFUSED)).reason == "dpop_key_differs"


async def test_a_token_of_a_client_opens_no_application_with_its_proof_either(
    ground: Ground, clerk: SignedIn
) -> None:
    key, host = DpopKey(), ground.host()
    token = await token_of(ground, clerk, key)
    proof = key.proof("GET", f"https://{host}/", now(), token)
    for scheme in ("DPoP", "Bearer"):
        headers = (f"Authorization: {scheme} {token}", f"DPoP: {proof}")
        assert (await ground.ask("/", host=host, headers=headers)).status in {302, 401}
