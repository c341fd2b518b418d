"""Passkeys and security keys at the sign-in: what signs in, and each attack by its name."""

import asyncio
from dataclasses import replace

import pytest

from config.vocabulary import SubjectId
from gateway.audit.entry import Code
from idp.directory.person import Person
from idp.events import NOWHERE, EndReason
from idp.login import desk, key_site, purses, throttle
from tests.rig.provider import CALLBACK, Browser, challenge_on, provider
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


@pytest.mark.parametrize("password_shown", [False, True])
async def test_answers_of_keys_that_prove_nothing_run_out_for_their_place_and_spare_a_known_browser(
    world: World, password_shown: bool
):
    """Each is a durable write: who posts them without end is refused, and a person's own browser is not."""
    key, known, stranger = await world.key_of(), world.rig.browser(), world.rig.browser()
    assert (await known.key(await known.begin(), key)).status == 303
    world.rig.clock.forward(seconds=1)
    page = await at_factor(world, stranger) if password_shown else await stranger.begin()
    place = purses.of_place("192.0.2.7", world.rig.provider.sign_in)

    def nearly_all(book):
        for _ in range(place[0].limit.guesses - 2):
            assert isinstance(throttle.take(book, place, world.rig.clock()), throttle.Taken)

    await world.rig.kept.store.transact(nearly_all)
    answers = [await stranger.form(page, "key", {"key": "{"}) for _ in range(4)]
    assert [answer.status for answer in answers] == [422, 422, 429, 429]
    assert world.rig.kept.reasons()[-1] == "too_many_attempts_address"
    assert answers[-1].headers["Retry-After"] == "900"
    shown = await stranger.get(page + ("&by=key" if password_shown else ""))
    honest = await stranger.form(page, "key", {"key": key.shown(challenge_on(shown))})
    assert honest.status == 429  # not looked at
    assert SSO not in stranger.cookies
    again = await known.key(await known.begin(prompt="login"), key)
    assert again.status == 303


async def test_a_known_browser_runs_out_of_answers_of_keys_too(world: World):
    key, known = await world.key_of(), world.rig.browser()
    assert (await known.key(await known.begin(), key)).status == 303
    world.rig.clock.forward(seconds=1)
    page = await known.begin(prompt="login")
    wrong = {"rp_id": "obec.test"}
    statuses = [(await known.key(page, key, **wrong)).status for _ in range(5)]
    shown = await known.get(page)
    statuses.append((await known.form(page, "key", {"key": key.shown(challenge_on(shown))})).status)
    assert statuses == [422] * 5 + [429]


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


async def test_a_passkey_whose_owner_was_read_before_all_sign_ins_ended_opens_nothing(world: World):
    """The key is shown, the directory says yes, and an officer ends everything before that is heard."""

    async def ends_meanwhile(subject: SubjectId) -> Person | None:
        said = await world.reader.person(subject)
        rig.clock.forward(seconds=1)
        now = rig.clock()
        await rig.kept.store.transact(
            lambda book: desk.end_all(book, subject, EndReason.BY_OFFICER, NOWHERE, now)
        )
        return said

    async with provider(world.reader.authenticate, ends_meanwhile) as rig:
        key, browser = await replace(world, rig=rig).key_of(), rig.browser()
        page = await browser.begin()
        late = await browser.key(page, key)
        assert late.status == 303  # to the page where it began
        assert 'name="password"' in (await browser.get(page)).text
        assert SSO not in browser.cookies
