"""Programs without a browser at the running provider (RFC 8628): asked for, typed, answered, fetched, and misused."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.audit.entry import Code, Entry, Outcome
from idp.http.provider import NotAdmitted
from idp.login import officer
from idp.login.exception import new_exception
from tests.rig.code_flow import json_of
from tests.rig.people import OPERATOR
from tests.rig.provider import ISSUER, Answer, Browser
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR, PETR_PASSWORD, SECRET, World

pytestmark = pytest.mark.real

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "openid email offline_access"
ELSEWHERE = "198.51.100.9"


async def asked(world: World, client: str = "tool", scope: str = SCOPE) -> tuple[Browser, dict]:
    """A program on another machine, and what it was told."""
    program = world.rig.browser(ELSEWHERE)
    answer = await program.post("/device_authorization", {"client_id": client, "scope": scope})
    assert answer.status == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return program, json_of(answer)


async def polled(program: Browser, told: dict, client: str = "tool") -> Answer:
    return await program.post(
        "/token", {"grant_type": GRANT, "device_code": told["device_code"], "client_id": client}
    )


async def typed(browser: Browser, code: str) -> Answer:
    return await browser.post("/device/code", {"user_code": code})


async def answered(browser: Browser, code: str, answer: str = "allow") -> Answer:
    return await browser.post("/device/confirm", {"user_code": code, "answer": answer})


async def signed_in_petr(world: World) -> Browser:
    await world.rig.kept.store.enrol_for(world.petr.subject, SECRET, world.rig.clock())
    browser = world.rig.browser()
    page = await browser.begin()
    await browser.password(page, PETR, PETR_PASSWORD)
    assert (await browser.code(page, world.code())).status == 303
    return browser


def newest(world: World, code: Code) -> Entry:
    return next(one for one in reversed(world.rig.kept.entries) if one.code is code)


def error(answer: Answer) -> tuple[int, str]:
    return answer.status, json_of(answer)["error"]


async def test_a_program_gets_the_tokens_of_whoever_types_its_code_and_says_yes(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", told["user_code"])
    assert told["verification_uri"] == f"{ISSUER}/device"
    assert told["verification_uri_complete"] == f"{ISSUER}/device?user_code={told['user_code']}"
    assert (told["expires_in"], told["interval"]) == (600, 5)
    begun = newest(world, Code.DEVICE_AUTHORIZATION_ASKED)
    assert (begun.application, begun.address) == ("tool", ELSEWHERE)
    assert error(await polled(program, told)) == (400, "authorization_pending")
    assert told["user_code"] in (await browser.get(f"/device?user_code={told['user_code']}")).text
    world.rig.clock.forward(seconds=5)
    assert error(await polled(program, told)) == (400, "authorization_pending")
    found = await typed(browser, told["user_code"].lower().replace("-", " "))
    assert (found.status, found.location) == (303, f"/device/confirm?user_code={told['user_code']}")
    page = (await browser.get(found.location)).text
    for shown in ("tool", told["user_code"], ELSEWHERE, JANA, "somewhere else"):
        assert shown in page, shown
    done = await answered(browser, told["user_code"])
    assert "The program is let in" in done.text
    allowed = newest(world, Code.DEVICE_AUTHORIZATION_ALLOWED)
    assert (allowed.application, allowed.person, allowed.details["program_address"]) == (
        "tool",
        JANA,
        ELSEWHERE,
    )
    world.rig.clock.forward(seconds=5)
    tokens = json_of(await polled(program, told))
    assert tokens["scope"] == SCOPE
    assert set(tokens) >= {"access_token", "id_token", "refresh_token"}
    userinfo = await program.get("/userinfo", Authorization=f"Bearer {tokens['access_token']}")
    assert json_of(userinfo)["sub"] == world.jana.subject
    assert newest(world, Code.TOKEN_ISSUED).session == allowed.session
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "tool"}
    assert (await program.post("/token", form)).status == 200
    await browser.post("/logout/confirm", {})
    assert (await program.get("/userinfo", Authorization=f"Bearer {tokens['access_token']}")).status == 401


async def test_discovery_says_it(world: World) -> None:
    told = json_of(await world.rig.browser().get("/.well-known/openid-configuration"))
    assert told["device_authorization_endpoint"] == f"{ISSUER}/device_authorization"
    assert GRANT in told["grant_types_supported"]


async def test_whoever_is_not_signed_in_is_led_through_a_sign_in_and_back_to_the_code(world: World) -> None:
    browser = world.rig.browser()
    _, told = await asked(world)
    begun = await browser.get(f"/device?user_code={told['user_code']}")
    assert begun.location.startswith("/sign-in?flow=")
    await browser.password(begun.location, JANA, JANA_PASSWORD)
    back = await browser.code(begun.location, world.code())
    assert back.location == f"/device?user_code={told['user_code']}"
    assert (await typed(browser, told["user_code"])).location.startswith("/device/confirm?")


async def test_a_password_alone_lets_no_program_in(world: World) -> None:
    now = world.rig.clock()
    granted = new_exception(world.jana.subject, JANA, "telefon", OPERATOR, now, now + timedelta(hours=1))
    await world.rig.kept.store.transact(lambda book: officer.grant_exception(book, granted))
    browser = world.rig.browser()
    assert (await browser.password(await browser.begin(), JANA, JANA_PASSWORD)).status == 303
    assert (await browser.get("/account")).status == 200
    _, told = await asked(world)
    begun = await browser.get("/device")
    assert begun.location.startswith("/sign-in?flow=")
    assert (await typed(browser, told["user_code"])).location == f"/device?user_code={told['user_code']}"
    assert Code.DEVICE_AUTHORIZATION_REFUSED not in world.rig.kept.codes()
    await browser.password(begun.location, JANA, JANA_PASSWORD)
    assert (await browser.code(begun.location, world.code())).location == "/device"
    assert (await typed(browser, told["user_code"])).location.startswith("/device/confirm?")


async def test_who_says_no_is_believed_and_so_is_the_next_answer(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    assert "The program is not let in" in (await answered(browser, told["user_code"], "deny")).text
    refused = newest(world, Code.DEVICE_AUTHORIZATION_REFUSED)
    assert (refused.reason, refused.outcome, refused.person) == ("denied_by_person", Outcome.REFUSED, JANA)
    assert error(await polled(program, told)) == (400, "access_denied")
    assert newest(world, Code.TOKEN_REFUSED).reason == "denied_by_person"
    assert (await answered(browser, told["user_code"])).status == 400
    assert "answered already" in (await typed(browser, told["user_code"])).text
    assert error(await polled(program, told)) == (400, "access_denied")


async def test_a_program_that_asks_too_often_has_to_wait_longer(world: World) -> None:
    program, told = await asked(world)
    said = []
    for seconds in (0, 4, 9, 14, 20):
        world.rig.clock.forward(seconds=seconds)
        said.append(error(await polled(program, told)))
    pending, slower = (400, "authorization_pending"), (400, "slow_down")
    assert said == [pending, slower, slower, slower, pending]


async def test_after_ten_minutes_the_code_is_good_for_nothing(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    world.rig.clock.forward(minutes=10)
    wrong = await typed(browser, told["user_code"])
    assert (wrong.status, wrong.headers["x-brana-reason"]) == (400, "user_code_unknown")
    assert newest(world, Code.DEVICE_AUTHORIZATION_REFUSED).reason == "user_code_unknown"
    assert error(await polled(program, told)) == (400, "expired_token")
    assert newest(world, Code.TOKEN_REFUSED).reason == "device_code_expired"


async def test_an_answer_that_nobody_fetches_in_time_is_over_too(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    world.rig.clock.forward(minutes=9)
    assert (await answered(browser, told["user_code"])).status == 200
    world.rig.clock.forward(minutes=1)
    assert error(await polled(program, told)) == (400, "expired_token")


async def test_whoever_guesses_codes_has_to_wait_and_right_ones_cost_nothing(world: World) -> None:
    browser, _ = await world.sign_in()
    for _ in range(6):
        _, told = await asked(world)
        assert (await typed(browser, told["user_code"])).status == 303
    for number in range(5):
        assert (await typed(browser, f"BCDF-GHJ{'KLMNP'[number]}")).status == 400
    _, told = await asked(world)
    for code in ("BCDF-GHJQ", told["user_code"]):
        waiting = await typed(browser, code)
        assert (waiting.status, waiting.headers["x-brana-reason"]) == (429, "user_code_must_wait")
    assert newest(world, Code.DEVICE_AUTHORIZATION_REFUSED).reason == "user_code_must_wait"
    world.rig.clock.forward(minutes=10)
    assert (await browser.get("/account")).status == 200  # stays at work
    world.rig.clock.forward(minutes=6)
    _, told = await asked(world)
    assert (await typed(browser, told["user_code"])).status == 303


async def test_a_code_that_somebody_has_typed_is_nobody_else_s_to_answer(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    assert (await typed(browser, told["user_code"])).status == 303
    other = await signed_in_petr(world)
    wrong = await typed(other, told["user_code"])
    assert (wrong.status, wrong.headers["x-brana-reason"]) == (400, "user_code_of_another_person")
    assert newest(world, Code.DEVICE_AUTHORIZATION_REFUSED).reason == "user_code_of_another_person"
    assert (await other.get(f"/device/confirm?user_code={told['user_code']}")).location == "/device"
    assert (await answered(other, told["user_code"])).status == 400
    assert error(await polled(program, told)) == (400, "authorization_pending")


async def test_nothing_is_answered_that_was_not_typed_first(world: World) -> None:
    """A form that somebody else made up would let their program in by one click."""
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    assert (await answered(browser, told["user_code"])).status == 400
    assert error(await polled(program, told)) == (400, "authorization_pending")


@pytest.mark.parametrize("path", ["/device/code", "/device/confirm"])
async def test_a_stranger_s_page_types_and_answers_nothing(world: World, path: str) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    form = {"user_code": told["user_code"], "answer": "allow"}
    assert (await browser.post(path, form, **{"Sec-Fetch-Site": "cross-site"})).status == 403
    assert error(await polled(program, told)) == (400, "authorization_pending")


async def test_a_link_alone_does_nothing(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    before = len(world.rig.kept.entries)
    assert (await browser.get(f"/device?user_code={told['user_code']}")).status == 200
    assert (await browser.get(f"/device/confirm?user_code={told['user_code']}")).location == "/device"
    assert len(world.rig.kept.entries) == before
    assert error(await polled(program, told)) == (400, "authorization_pending")


async def test_a_device_code_is_good_once_and_whoever_uses_it_again_ends_what_it_gave(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    await answered(browser, told["user_code"])
    tokens = json_of(await polled(program, told))
    assert error(await polled(program, told)) == (400, "invalid_grant")
    refused = newest(world, Code.TOKEN_REFUSED)
    assert (refused.reason, refused.details["revoked"]) == ("device_code_used_twice", 2)
    assert (await program.get("/userinfo", Authorization=f"Bearer {tokens['access_token']}")).status == 401


async def test_a_device_code_of_another_client_or_nobody_s_is_refused(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    await answered(browser, told["user_code"])
    assert error(await polled(program, told, "decided-tool")) == (400, "invalid_grant")
    assert newest(world, Code.TOKEN_REFUSED).reason == "device_code_of_another_client"
    for made_up in ("x", "A" * 43, told["user_code"]):
        assert error(await polled(program, {"device_code": made_up})) == (400, "invalid_grant")
        assert newest(world, Code.TOKEN_REFUSED).reason == "device_code_unknown"
    assert (await polled(program, told)).status == 200


async def test_what_was_allowed_ends_with_the_sign_in(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    await answered(browser, told["user_code"])
    await browser.post("/logout/confirm", {})
    assert error(await polled(program, told)) == (400, "invalid_grant")
    assert newest(world, Code.TOKEN_REFUSED).reason == "session_ended"


async def test_only_clients_that_are_configured_for_it_ask(world: World) -> None:
    program = world.rig.browser(ELSEWHERE)
    answer = await program.post("/device_authorization", {"client_id": "public", "scope": "openid"})
    assert error(answer) == (400, "unauthorized_client")
    refused = newest(world, Code.CLIENT_REFUSED)
    assert (refused.application, refused.details["endpoint"]) == ("public", "device_authorization")
    assert error(await polled(program, {"device_code": "A" * 43}, "public")) == (400, "unauthorized_client")
    answer = await program.post("/device_authorization", {"client_id": "nobody", "scope": "openid"})
    assert error(answer) == (401, "invalid_client")
    answer = await program.post("/device_authorization", {"client_id": "tool", "scope": "email"})
    assert error(answer) == (400, "invalid_scope")


async def test_from_one_place_no_more_codes_are_given_than_guesses_are(world: World) -> None:
    for _ in range(50):
        await asked(world)
    program = world.rig.browser(ELSEWHERE)
    answer = await program.post("/device_authorization", {"client_id": "tool", "scope": "openid"})
    assert error(answer) == (429, "slow_down")
    assert newest(world, Code.CLIENT_REFUSED).reason == "too_many_device_codes"
    world.rig.clock.forward(minutes=15)
    await asked(world)


async def test_policies_decide_who_lets_a_program_into_an_application(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world, "decided-tool")
    await typed(browser, told["user_code"])
    seen = []

    async def nobody(*question: object) -> NotAdmitted:
        seen.append(question[1])
        return NotAdmitted("not_permitted", {}, {})

    world.rig.may_use, everybody = nobody, world.rig.may_use
    answer = await answered(browser, told["user_code"])
    assert (answer.status, answer.headers["x-brana-reason"], seen) == (403, "not_permitted", ["records"])
    assert newest(world, Code.DEVICE_AUTHORIZATION_REFUSED).reason == "access_denied"
    assert error(await polled(program, told, "decided-tool")) == (400, "access_denied")
    world.rig.may_use = everybody
    program, told = await asked(world, "decided-tool")
    await typed(browser, told["user_code"])
    await answered(browser, told["user_code"])
    allowed = newest(world, Code.DEVICE_AUTHORIZATION_ALLOWED)
    assert (allowed.rule, allowed.policy_version) == ("everybody", "v1")
    assert (await polled(program, told, "decided-tool")).status == 200


async def test_a_client_that_was_taken_out_meanwhile_gets_nothing(world: World) -> None:
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients["tool"] = replace(clients["tool"], device=False)
    await answered(browser, told["user_code"])
    assert newest(world, Code.DEVICE_AUTHORIZATION_REFUSED).reason == "user_code_unknown"
    assert error(await polled(program, told)) == (400, "unauthorized_client")
