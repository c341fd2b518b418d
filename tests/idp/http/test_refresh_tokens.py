"""Refresh tokens of the running provider: each good once, bound to client and sign-in, with present facts."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import ldap
import pytest

from gateway.audit.entry import Code, Entry
from tests.rig.code_flow import RelyingParty, assertion, basic, completed, finish, json_of
from tests.rig.provider import GIS_SECRET, Answer, Browser
from tests.rig.sign_in_world import JANA, World
from tests.rig.slapd import person_dn

pytestmark = pytest.mark.real

CLIENT = "by-header"
SCOPE = "openid email offline_access"


async def given(
    world: World, client: str = CLIENT, scope: str = SCOPE
) -> tuple[RelyingParty, Browser, dict[str, str]]:
    """A client that somebody signed in to, and its tokens."""
    party, browser, code = await completed(world, client=client, scope=scope)
    return party, browser, json_of(await send(world, party, party.form(code)))


async def send(world: World, party: RelyingParty, form: dict[str, str]) -> Answer:
    if party.client == "by-key":
        return await party.back.post("/token", form | assertion(world))
    if party.client == "public":
        return await party.back.post("/token", form | {"client_id": "public"})
    return await party.back.post("/token", form, Authorization=basic(party.client))


async def renewed(world: World, party: RelyingParty, token: str, **more: str) -> Answer:
    return await send(world, party, {"grant_type": "refresh_token", "refresh_token": token, **more})


def is_refused(answer: Answer) -> bool:
    return (answer.status, json_of(answer)["error"]) == (400, "invalid_grant")


async def opens(party: RelyingParty, access: str) -> bool:
    return (await party.back.get("/userinfo", Authorization=f"Bearer {access}")).status == 200


def newest(world: World, code: Code) -> Entry:
    return next(one for one in reversed(world.rig.kept.entries) if one.code is code)


@pytest.mark.parametrize("client", [CLIENT, "by-key", "public"])
async def test_a_refresh_token_gives_new_tokens_of_the_same_sign_in(world: World, client: str) -> None:
    party, _, first = await given(world, client)
    world.rig.clock.forward(minutes=5)
    assert not await opens(party, first["access_token"])
    answer = await renewed(world, party, first["refresh_token"])
    assert answer.status == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    second = json_of(answer)
    assert second["scope"] == "openid email offline_access"
    assert second["refresh_token"] != first["refresh_token"]
    assert await opens(party, second["access_token"])
    before = await party.claims(first["id_token"], "ES256", expired=True)
    after = await party.claims(second["id_token"], "ES256", nonce=None)
    for name in ("iss", "sub", "aud", "sid", "auth_time", "acr", "email"):
        assert after[name] == before[name], name
    assert after["iat"] == before["iat"] + 300
    assert "nonce" not in after  # OpenID Connect Core 1.0 §12.2
    issued = newest(world, Code.TOKEN_ISSUED)
    assert (issued.application, issued.details["refreshed"]) == (client, True)


async def test_who_does_not_ask_gets_none_but_where_it_is_configured_so(world: World) -> None:
    for client, has in ((CLIENT, False), ("public", True)):
        _, _, tokens = await given(world, client, "openid")
        assert ("refresh_token" in tokens) is has
        world.rig.clock.forward(minutes=1)  # each one-time code is good once


async def test_the_only_good_one_is_the_last(world: World) -> None:
    party, _, tokens = await given(world)
    for _ in range(4):
        answer = await renewed(world, party, tokens["refresh_token"])
        assert answer.status == 200
        tokens = json_of(answer)


async def test_one_that_is_used_again_ends_all_that_came_of_the_sign_in_and_says_so(world: World) -> None:
    party, _, first = await given(world)
    second = json_of(await renewed(world, party, first["refresh_token"]))
    assert is_refused(await renewed(world, party, first["refresh_token"]))
    misused = newest(world, Code.REFRESH_TOKEN_MISUSED)
    assert (misused.reason, misused.application) == ("refresh_token_used_twice", CLIENT)
    assert (misused.person, misused.subject) == (JANA, world.jana.subject)
    assert misused.session == (await party.claims(first["id_token"], "ES256"))["sid"]
    assert misused.details["revoked"] == 3  # two access tokens and the family
    for tokens in (first, second):
        assert not await opens(party, tokens["access_token"])
    assert is_refused(await renewed(world, party, second["refresh_token"]))
    assert newest(world, Code.TOKEN_REFUSED).reason == "refresh_token_withdrawn"
    assert world.rig.kept.codes().count(Code.REFRESH_TOKEN_MISUSED) == 1


async def test_of_several_uses_at_once_one_gets_tokens_that_are_worth_nothing_then(world: World) -> None:
    party, _, first = await given(world)
    answers = await asyncio.gather(
        *(renewed(world, party, first["refresh_token"]) for _ in range(5)),
    )
    assert Counter(one.status for one in answers) == {200: 1, 400: 4}
    (won,) = [json_of(one) for one in answers if one.status == 200]
    assert not await opens(party, won["access_token"])
    assert is_refused(await renewed(world, party, won["refresh_token"]))


async def test_another_client_gets_nothing_for_it_and_ends_it(world: World) -> None:
    party, browser, first = await given(world)
    other = RelyingParty(world, client="public")
    assert is_refused(await renewed(world, other, first["refresh_token"]))
    misused = newest(world, Code.REFRESH_TOKEN_MISUSED)
    assert (misused.reason, misused.application) == ("refresh_token_of_another_client", CLIENT)
    assert misused.details["shown_by"] == "public"
    assert is_refused(await renewed(world, party, first["refresh_token"]))
    again = party.code_in(await party.send(browser))  # the sign-in itself goes on
    assert (await party.exchange(again)).status == 200


async def test_without_its_proof_a_client_refreshes_nothing_and_loses_nothing(world: World) -> None:
    party, _, first = await given(world)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    for more, headers in (
        ({"client_id": CLIENT}, {}),
        ({"client_id": CLIENT, "client_secret": GIS_SECRET}, {}),
        ({}, {"Authorization": basic(CLIENT, "spatne")}),
    ):
        assert (await party.back.post("/token", form | more, **headers)).status == 401
    assert (await renewed(world, party, first["refresh_token"])).status == 200


async def test_it_ends_with_the_sign_in(world: World) -> None:
    party, browser, first = await given(world)
    await browser.post("/logout/confirm", {})
    assert is_refused(await renewed(world, party, first["refresh_token"]))
    assert newest(world, Code.TOKEN_REFUSED).reason == "session_ended"


async def test_refreshing_keeps_nobody_signed_in(world: World) -> None:
    party, _, tokens = await given(world)
    for _ in range(2):
        world.rig.clock.forward(minutes=5)
        tokens = json_of(await renewed(world, party, tokens["refresh_token"]))
    world.rig.clock.forward(minutes=5)
    assert is_refused(await renewed(world, party, tokens["refresh_token"]))
    assert newest(world, Code.TOKEN_REFUSED).reason == "session_ended"


async def test_one_that_is_not_used_for_an_hour_is_over_though_its_person_is_at_work(world: World) -> None:
    party, browser, first = await given(world)
    for _ in range(5):
        world.rig.clock.forward(minutes=12)
        party.code_in(await party.send(browser))
    assert is_refused(await renewed(world, party, first["refresh_token"]))
    assert newest(world, Code.TOKEN_REFUSED).reason == "refresh_token_expired"


async def test_it_lasts_no_longer_than_the_sign_in_could_when_it_was_given(world: World) -> None:
    party, browser, tokens = await given(world)
    for _ in range(49):  # 9 h 48 min
        world.rig.clock.forward(minutes=12)
        party.code_in(await party.send(browser))
        tokens = json_of(await renewed(world, party, tokens["refresh_token"]))
    begun = await party.send(browser, prompt="login")
    await finish(world, browser, begun.location)
    world.rig.clock.forward(minutes=12)
    assert is_refused(await renewed(world, party, tokens["refresh_token"]))
    assert newest(world, Code.TOKEN_REFUSED).reason == "refresh_token_expired"
    party.code_in(await party.send(browser))  # the sign-in was lengthened by the second proof


async def test_what_is_known_of_the_person_is_read_again(world: World) -> None:
    party, _, tokens = await given(world)
    with world.directory.as_root() as root:
        root.modify_s(person_dn(JANA), [(ldap.MOD_REPLACE, "mail", [b"jina@obec.test"])])
    try:
        told = json_of(await renewed(world, party, tokens["refresh_token"]))
        assert (await party.claims(told["id_token"], "ES256", nonce=None))["email"] == world.jana.mail
        world.rig.clock.forward(minutes=1)
        told = json_of(await renewed(world, party, told["refresh_token"]))
        assert (await party.claims(told["id_token"], "ES256", nonce=None))["email"] == "jina@obec.test"
    finally:
        with world.directory.as_root() as root:
            root.modify_s(person_dn(JANA), [(ldap.MOD_REPLACE, "mail", [(world.jana.mail or "").encode()])])


async def test_an_account_that_was_closed_gets_no_new_tokens_and_is_signed_out(world: World) -> None:
    party, _, tokens = await given(world)
    world.rig.clock.forward(minutes=2)
    with world.directory.as_root() as root:
        root.modify_s(person_dn(JANA), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
    try:
        assert is_refused(await renewed(world, party, tokens["refresh_token"]))
        assert newest(world, Code.TOKEN_REFUSED).reason == "session_ended"
        assert len(world.rig.ended) == 1
    finally:
        with world.directory.as_root() as root:
            root.modify_s(person_dn(JANA), [(ldap.MOD_DELETE, "pwdAccountLockedTime", None)])


async def test_while_the_directory_is_away_the_last_facts_serve_and_then_the_token_waits(
    world: World,
) -> None:
    party, browser, tokens = await given(world)
    world.directory.stop()
    try:
        world.rig.clock.forward(minutes=10)
        assert "code=" in (await party.send(browser)).location
        tokens = json_of(await renewed(world, party, tokens["refresh_token"]))
        world.rig.clock.forward(minutes=6)
        answer = await renewed(world, party, tokens["refresh_token"])
        assert (answer.status, json_of(answer)["error"]) == (503, "temporarily_unavailable")
        refused = newest(world, Code.TOKEN_REFUSED)
        assert (refused.reason, refused.person) == ("temporarily_unavailable", JANA)
    finally:
        world.directory.start()
    for _ in range(100):  # it takes a moment to be there again
        answer = await renewed(world, party, tokens["refresh_token"])
        if answer.status == 200:
            break
        await asyncio.sleep(0.1)
    assert answer.status == 200, answer.text


async def test_a_client_may_be_told_less_and_never_more(world: World) -> None:
    party, _, tokens = await given(world)
    less = json_of(await renewed(world, party, tokens["refresh_token"], scope="openid"))
    assert less["scope"] == "openid offline_access"
    assert "email" not in await party.claims(less["id_token"], "ES256", nonce=None)
    for scope in ("openid email roles", "openid neznamy", "email"):
        answer = await renewed(world, party, less["refresh_token"], scope=scope)
        assert (answer.status, json_of(answer)["error"]) == (400, "invalid_scope")
        assert newest(world, Code.TOKEN_REFUSED).reason == "invalid_scope"
    more = json_of(await renewed(world, party, less["refresh_token"], scope=SCOPE))
    assert "email" in await party.claims(more["id_token"], "ES256", nonce=None)


async def test_a_code_used_twice_ends_the_refresh_token_it_gave(world: World) -> None:
    party, _, code = await completed(world, client=CLIENT, scope=SCOPE)
    tokens = json_of(await party.exchange(code))
    assert is_refused(await party.exchange(code))
    assert newest(world, Code.TOKEN_REFUSED).details["revoked"] == 2
    assert is_refused(await renewed(world, party, tokens["refresh_token"]))
    assert newest(world, Code.TOKEN_REFUSED).reason == "refresh_token_withdrawn"


async def test_a_code_s_refresh_token_takes_no_other_one_s_place(world: World) -> None:
    """A client that had somebody's token once sends it along with a code of its own."""
    party, browser, hers = await given(world)
    other = RelyingParty(world, client="public", scope=SCOPE)
    other.metadata = party.metadata
    code = other.code_in(await other.send(browser))
    form = other.form(code, refresh_token=hers["refresh_token"])
    mine = json_of(await send(world, other, form))
    assert mine["refresh_token"].partition(".")[0] != hers["refresh_token"].partition(".")[0]
    assert (await renewed(world, party, hers["refresh_token"])).status == 200
    assert (await renewed(world, other, mine["refresh_token"])).status == 200


async def test_who_is_configured_to_refresh_no_more_does_not(world: World) -> None:
    party, _, tokens = await given(world)
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients[CLIENT] = replace(clients[CLIENT], refresh="never")
    answer = await renewed(world, party, tokens["refresh_token"])
    assert (answer.status, json_of(answer)["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("token", ["x", ".", "a.b", "A" * 43, "A" * 43 + "." + "B" * 43, "A" * 87])
async def test_what_is_no_token_of_ours_is_refused(world: World, token: str) -> None:
    party = RelyingParty(world, client=CLIENT)
    assert is_refused(await renewed(world, party, token))
    assert newest(world, Code.TOKEN_REFUSED).reason == "refresh_token_unknown"
    assert json_of(await renewed(world, party, ""))["error"] == "invalid_request"


async def test_half_of_a_token_opens_nothing(world: World) -> None:
    party, _, tokens = await given(world)
    name, _, secret = tokens["refresh_token"].partition(".")
    for made_up in (f"{secret}.{name}", f"{secret}.{secret}"):
        assert is_refused(await renewed(world, party, made_up))
        assert newest(world, Code.TOKEN_REFUSED).reason == "refresh_token_unknown"
    assert is_refused(await renewed(world, party, f"{name}.{name}"))  # only who had one knows the name
    assert newest(world, Code.REFRESH_TOKEN_MISUSED).reason == "refresh_token_used_twice"


async def test_the_database_has_no_refresh_token(world: World) -> None:
    _, _, tokens = await given(world)
    place = world.rig.kept.database.place
    assert isinstance(place, Path)
    written = b"".join(path.read_bytes() for path in place.parent.glob("brana.db*"))
    for part in tokens["refresh_token"].split("."):
        assert part.encode() not in written
