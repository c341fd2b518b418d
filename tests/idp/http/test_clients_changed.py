"""A client is changed while what it was given is under way: what is configured now counts, for codes and tokens too."""

import json

import pytest

from config.settings import Outside
from gateway.audit.entry import Code
from idp.oidc.client import ClientId, Scope
from idp.oidc.consent import Consent
from tests.idp.http.test_admission import newest, party_of, to_token
from tests.idp.http.test_consent import SCOPES, agreed
from tests.idp.http.test_device_grant import answered, asked, polled, typed
from tests.idp.http.test_pushed_requests import configured
from tests.rig.code_flow import RelyingParty, json_of
from tests.rig.dpop_key import DpopKey
from tests.rig.provider import ISSUER, Answer
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real
ELSEWHERE = Outside(name="Kurzy", operator="Kurzy s.r.o.")


def refused(world: World, answer: Answer, reason: str) -> None:
    assert (answer.status, json.loads(answer.text)["error"]) == (400, "invalid_grant")
    assert newest(world, Code.TOKEN_REFUSED).reason == reason


async def under_way(world: World, scope: str = SCOPES, client: str = "public") -> tuple[RelyingParty, str]:
    """A code that is not yet exchanged."""
    party = await party_of(world, client)
    browser, _ = await world.sign_in()
    return party, party.code_in(await party.send(browser, scope=scope))


async def test_a_code_at_an_address_that_was_taken_from_the_client_is_worth_nothing(world: World) -> None:
    party, code = await under_way(world)
    configured(world, "public", redirect_uris=frozenset({"https://gis.obec.test/jinam"}))
    refused(world, await to_token(party, **party.form(code)), "redirect_uri_differs")


async def test_a_code_brings_no_scope_that_was_taken_from_the_client(world: World) -> None:
    party, code = await under_way(world)
    configured(world, "public", scopes=frozenset({Scope.OPENID, Scope.PROFILE}))
    tokens = json_of(await to_token(party, **party.form(code)))
    assert "email" not in tokens["scope"]
    bearer = f"Bearer {tokens['access_token']}"
    assert "email" not in json_of(await party.back.get("/userinfo", Authorization=bearer))


async def test_a_client_that_is_outside_now_gets_nothing_by_what_it_was_given_before(world: World) -> None:
    party, code = await under_way(world)
    tokens = json_of(await to_token(party, **party.form(code)))
    world.rig.clock.forward(minutes=1)
    other, again = await under_way(world)
    configured(world, "public", outside=ELSEWHERE)
    refused(world, await to_token(other, **other.form(again)), "consent_required")
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refused(world, await to_token(party, **refresh), "consent_required")
    configured(world, "public", outside=None)
    assert (await to_token(party, **refresh)).status == 200  # the token was not spent


async def test_consent_that_goes_while_a_code_is_issued_lets_no_code_be_exchanged(world: World) -> None:
    """As where it is withdrawn between the look at it and the transaction that issues the code."""
    party, _, answer = await agreed(world)
    code = party.code_in(answer)
    less = Consent(
        subject=world.jana.subject,
        client=ClientId("outside"),
        scopes=frozenset({Scope.OPENID}),
        given_at=world.rig.clock(),
    )
    await world.rig.kept.store.transact(lambda book: book.keep_consent(less))
    refused(world, await to_token(party, **party.form(code)), "consent_required")


async def test_a_program_that_was_let_in_gets_what_its_client_may_ask_for_now(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    assert "The program is let in" in (await answered(browser, told["user_code"])).text
    configured(world, "tool", outside=ELSEWHERE)
    refused(world, await polled(program, told), "consent_required")
    configured(world, "tool", outside=None, scopes=frozenset({Scope.OPENID}))
    assert json_of(await polled(program, told))["scope"] == "openid offline_access"


async def test_a_refresh_token_is_bound_to_the_first_key_that_is_shown_with_it(world: World) -> None:
    party, code = await under_way(world)
    tokens, keys = json_of(await to_token(party, **party.form(code))), (DpopKey(), DpopKey())

    async def refreshed(key: DpopKey) -> Answer:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
            "client_id": "public",
        }
        proof = key.proof("POST", f"{ISSUER}/token", world.rig.clock())
        return await party.back.post("/token", form, DPoP=proof)

    configured(world, "public", dpop=True)
    tokens = json_of(await refreshed(keys[0]))
    refused(world, await refreshed(keys[1]), "dpop_key_differs")
    assert (await refreshed(keys[0])).status == 200
