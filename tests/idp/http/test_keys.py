"""Passkeys and security keys at the sign-in: what signs in, and each attack by its name."""

import asyncio

import pytest

from gateway.audit.entry import Code
from idp.login import key_site
from tests.rig.provider import CALLBACK, Browser, challenge_on
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World
from tests.rig.slapd import Directory
from tests.rig.soft_key import UP, SoftKey

pytestmark = pytest.mark.real
SSO = "__Host-brana-sso"


async def at_factor(world: World, browser: Browser, **changes: str | None) -> str:
    page = await browser.begin(**changes)
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    return page


async def test_a_passkey_alone_signs_in_and_the_directory_is_asked_about_its_owner(world: World):
    key, browser = await world.key_of(), world.rig.browser()
    answer = await browser.key(await browser.begin(), key)
    assert answer.location.startswith(CALLBACK + "?code=")
    assert world.asked == []  # nobody bound; the person was read
    assert world.rig.kept.codes()[-5:] == [
        Code.SIGN_IN_STARTED,
        Code.SIGN_IN_CODE_ACCEPTED,
        Code.NEW_DEVICE,
        Code.SIGN_IN_COMPLETED,
        Code.CODE_ISSUED,
    ]
    completed = world.rig.kept.entries[-2]
    assert completed.details["acr"] == "urn:brana:acr:phishing-resistant"
    assert completed.details["amr"] == ["pop", "user", "mfa"]
    assert completed.person == JANA


async def test_a_key_after_the_password_signs_in(world: World):
    key, browser = await world.key_of(), world.rig.browser()
    page = await at_factor(world, browser)
    assert (await browser.key(page, key, flags=UP)).status == 303
    assert SSO in browser.cookies
    assert world.rig.kept.entries[-2].details["amr"] == ["pwd", "pop", "user", "mfa"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": UP}, "key_user_not_verified"),
        ({"origin": "https://login.obec.test.example"}, "key_origin_wrong"),
        ({"cross_origin": True}, "key_origin_wrong"),
        ({"rp_id": "obec.test"}, "key_site_wrong"),
        ({"count": 0}, "key_count_went_back"),
        ({"owner": b"somebody else"}, "key_of_another_person"),
        ({"owner": b""}, "key_owner_unnamed"),
    ],
)
async def test_a_passkey_that_proves_something_else_is_refused_and_recorded_by_name(
    world: World, changes, reason
):
    key, browser = await world.key_of(), world.rig.browser()
    page = await browser.begin()
    await browser.key(page, key)  # so that the counter is above zero
    world.rig.clock.forward(seconds=1)
    page = await browser.begin(prompt="login")
    refused = await browser.key(page, key, **changes)
    assert refused.status == 422
    assert "The key was not accepted." in refused.text
    entry = world.rig.kept.entries[-1]
    assert (entry.code, entry.reason, entry.subject) == (
        Code.SIGN_IN_KEY_REFUSED,
        reason,
        world.jana.subject,
    )
    honest = await browser.form(page, "key", {"key": key.shown(challenge_on(refused))})
    assert honest.status == 303  # the sign-in goes on


async def test_a_key_that_never_counts_signs_in_again_and_again(world: World):
    key = await world.key_of(counts=False)
    for _ in range(2):
        browser = world.rig.browser()
        assert (await browser.key(await browser.begin(), key)).status == 303


async def test_an_answer_is_good_once_and_in_its_own_sign_in(world: World):
    key, one, two = await world.key_of(counts=False), world.rig.browser(), world.rig.browser()
    pages = await one.begin(), await two.begin()
    answer = key.shown(challenge_on(await one.get(pages[0])))
    foreign = await two.form(pages[1], "key", {"key": answer})
    assert (foreign.status, world.rig.kept.reasons()[-1]) == (422, "key_challenge_wrong")
    wrong = key.shown(challenge_on(await one.get(pages[0])), rp_id="obec.test")
    assert (await one.form(pages[0], "key", {"key": wrong})).status == 422
    late = await one.form(pages[0], "key", {"key": answer})  # its challenge was answered
    assert (late.status, world.rig.kept.reasons()[-1]) == (422, "key_challenge_wrong")


async def test_one_answer_sent_twice_at_once_opens_one_session(world: World):
    key, browser = await world.key_of(counts=False), world.rig.browser()
    page = await browser.begin()
    answer = {"key": key.shown(challenge_on(await browser.get(page)))}
    answers = await asyncio.gather(*(browser.form(page, "key", answer) for _ in range(4)))
    assert sum("?code=" in got.headers.get("Location", "") for got in answers) == 1
    assert world.rig.kept.codes().count(Code.SIGN_IN_COMPLETED) == 1


async def test_a_key_nobody_enrolled_and_nonsense_are_refused_alike(world: World):
    browser, site = world.rig.browser(), world.rig.provider.site
    page = await browser.begin()
    stranger = SoftKey(site.origin, site.rp_id, owner=key_site.user_handle(world.jana.subject))
    unknown = await browser.key(page, stranger)
    nonsense = await browser.form(page, "key", {"key": "{"})
    assert {unknown.status, nonsense.status} == {422}
    assert world.rig.kept.reasons()[-2:] == ["key_unknown", "key_answer_unreadable"]


async def test_a_key_of_another_is_no_second_factor(world: World):
    key, browser = await world.key_of(world.petr), world.rig.browser()
    await world.key_of()
    page = await at_factor(world, browser)
    refused = await browser.key(page + "&by=key", key)
    assert refused.status == 422
    assert world.rig.kept.reasons()[-1] == "key_of_another_person"
    assert SSO not in browser.cookies


async def test_a_passkey_opens_nothing_while_the_directory_is_away(world: World, office: Directory):
    key, browser = await world.key_of(), world.rig.browser()
    page = await browser.begin()
    office.stop()
    try:
        refused = await browser.key(page, key)
    finally:
        office.start()
    assert refused.status == 503
    assert world.rig.kept.reasons()[-1] == "directory_unreachable"
    assert SSO not in browser.cookies


async def test_the_page_names_no_credential_before_anybody_is_known(world: World):
    key, browser = await world.key_of(), world.rig.browser()
    shown = await browser.get(await browser.begin(login_hint=JANA))
    assert "allowCredentials&#34;: []" in shown.text or "allowCredentials" not in shown.text
    assert key.shown(b"x" * 32)[:60] not in shown.text
    chosen = await browser.get(await at_factor(world, world.rig.browser()))
    assert chosen.status == 400  # another browser's
