"""Enrolling a first factor: by an officer's code alone, once, for one person; recovery codes are shown once."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from config.settings import SignIn
from gateway.audit.entry import Code
from idp.login import key_site, totp
from tests.rig.code_generator import code_at
from tests.rig.provider import CALLBACK, Answer, Browser, challenge_on, secret_on
from tests.rig.sign_in_world import PETR, PETR_PASSWORD, World, sign_in_world
from tests.rig.slapd import Directory
from tests.rig.soft_key import SoftKey

pytestmark = pytest.mark.real
SSO = "__Host-brana-sso"


def codes_on(page: Answer) -> list[str]:
    return re.findall(r"<code>((?:[0-9A-Z]{5}-){3}[0-9A-Z]{5})</code>", page.text)


async def petr_at_password_and_code(world: World, browser: Browser) -> str:
    page = await browser.begin()
    assert (await browser.password(page, PETR, PETR_PASSWORD)).status == 303
    return page


async def enrolled_with_codes(world: World, browser: Browser) -> tuple[str, totp.Secret, Answer]:
    page = await world.at_enrolment(browser)
    secret = totp.Secret(secret_on(await browser.get(page + "&by=code")))
    shown = await browser.form(
        page, "code", {"code": code_at(secret, world.rig.clock()), "name": "Služební telefon"}
    )
    assert shown.status == 200, shown.text
    return page, secret, shown


async def test_the_password_alone_leads_to_no_enrolment(world: World):
    browser = world.rig.browser()
    page = await petr_at_password_and_code(world, browser)
    for way in ("", "&by=code", "&by=key"):
        shown = await browser.get(page + way)
        assert "single-use code from your administrator" in shown.text
        assert "<svg" not in shown.text
        assert "data-options" not in shown.text
    assert (await browser.code(page, "000000")).status == 303  # out of turn: back to where it stands
    assert Code.FACTOR_ENROLLED not in world.rig.kept.codes()


async def test_an_officers_code_opens_the_enrolment_and_what_is_enrolled_signs_in(world: World):
    browser = world.rig.browser()
    page, secret, shown = await enrolled_with_codes(world, browser)
    assert SSO not in browser.cookies
    assert len(codes_on(shown)) == 10
    done = await browser.form(page, "saved", {})
    assert done.location.startswith(CALLBACK + "?code=")
    assert world.rig.kept.codes()[-6:] == [
        Code.ENROLMENT_CODE_USED,
        Code.FACTOR_ENROLLED,
        Code.RECOVERY_CODES_MADE,
        Code.NEW_DEVICE,
        Code.SIGN_IN_COMPLETED,
        Code.CODE_ISSUED,
    ]
    entry = next(one for one in world.rig.kept.entries if one.code is Code.FACTOR_ENROLLED)
    assert entry.details["authenticator"] == "Služební telefon"
    assert entry.details["proof"] == "officers_code"
    world.rig.clock.forward(seconds=60)
    page = await petr_at_password_and_code(world, again := world.rig.browser())
    assert (await again.code(page, code_at(secret, world.rig.clock()))).status == 303
    assert SSO in again.cookies


async def test_recovery_codes_are_shown_once_and_new_ones_take_their_place(world: World):
    browser = world.rig.browser()
    page, _, shown = await enrolled_with_codes(world, browser)
    reloaded = await browser.get(page)
    assert codes_on(reloaded) == []
    assert "cannot be shown again" in reloaded.text
    renewed = await browser.form(page, "recovery-codes", {})
    assert len(codes_on(renewed)) == 10
    assert set(codes_on(renewed)).isdisjoint(codes_on(shown))
    assert (await browser.form(page, "saved", {})).status == 303
    left = await world.rig.kept.store.look(lambda book: book.recovery_codes_left(world.petr.subject))
    assert left == 10
    old, new = codes_on(shown)[0], codes_on(renewed)[0]
    again = world.rig.browser()
    page = await petr_at_password_and_code(world, again)
    assert (await again.form(page, "recovery", {"recovery": old})).status == 422
    assert (await again.form(page, "recovery", {"recovery": new.lower().replace("-", " ")})).status == 303
    assert SSO in again.cookies
    completed = next(one for one in world.rig.kept.entries[::-1] if one.code is Code.SIGN_IN_COMPLETED)
    assert completed.details["amr"] == ["pwd", "mfa"]
    accepted = next(one for one in world.rig.kept.entries[::-1] if one.code is Code.SIGN_IN_CODE_ACCEPTED)
    assert accepted.details["factor"] == "recovery_code"


async def test_a_recovery_code_works_once_even_for_two_at_once(world: World):
    browser = world.rig.browser()
    page, _, shown = await enrolled_with_codes(world, browser)
    await browser.form(page, "saved", {})
    code = codes_on(shown)[3]
    browsers = [world.rig.browser() for _ in range(3)]
    pages = [await petr_at_password_and_code(world, one) for one in browsers]
    answers = await asyncio.gather(
        *(one.form(page, "recovery", {"recovery": code}) for one, page in zip(browsers, pages, strict=True))
    )
    assert sorted(answer.status for answer in answers) == [303, 422, 422]
    assert "recovery_code_wrong" in world.rig.kept.reasons()
    assert world.rig.kept.codes().count(Code.SIGN_IN_CODE_REFUSED) == 2
    assert world.rig.kept.codes().count(Code.SIGN_IN_CODE_ACCEPTED) == 1


async def test_an_enrolment_code_works_once_even_for_two_at_once(world: World):
    code = await world.enrolment_code()
    browsers = [world.rig.browser() for _ in range(3)]
    pages = [await petr_at_password_and_code(world, one) for one in browsers]
    answers = await asyncio.gather(
        *(one.form(page, "enrolment", {"enrolment": code}) for one, page in zip(browsers, pages, strict=True))
    )
    assert sorted(answer.status for answer in answers) == [303, 422, 422]
    assert world.rig.kept.codes().count(Code.ENROLMENT_CODE_USED) == 1
    assert world.rig.kept.reasons().count("enrolment_code_used") == 2


@pytest.mark.parametrize(
    ("whose", "hours", "reason"),
    [
        ("jana", 1, "enrolment_code_of_another_person"),
        ("petr", 0, "enrolment_code_expired"),
        ("nobody", 1, "enrolment_code_wrong"),
    ],
)
async def test_a_code_of_another_or_an_expired_one_opens_nothing(world: World, whose, hours, reason):
    person = world.jana if whose == "jana" else world.petr
    code = await world.enrolment_code(person, hours)
    browser = world.rig.browser()
    page = await petr_at_password_and_code(world, browser)
    typed = "0" * 20 if whose == "nobody" else code
    refused = await browser.form(page, "enrolment", {"enrolment": typed})
    assert refused.status == 422
    assert "no longer valid" in refused.text
    assert reason in world.rig.kept.reasons()
    assert "administrator" in (await browser.get(page)).text
    assert Code.ENROLMENT_CODE_REFUSED in world.rig.kept.codes()


async def test_one_enrolment_confirmed_twice_at_once_keeps_one_factor(world: World):
    browser = world.rig.browser()
    page = await world.at_enrolment(browser)
    code = code_at(totp.Secret(secret_on(await browser.get(page + "&by=code"))), world.rig.clock())
    answers = await asyncio.gather(*(browser.code(page, code) for _ in range(2)))
    assert sorted(answer.status for answer in answers) == [200, 303]  # shown once; the other stands there too
    assert world.rig.kept.codes().count(Code.FACTOR_ENROLLED) == 1


async def test_a_new_code_of_the_officer_stops_what_was_begun_with_the_former_and_nothing_else(world: World):
    thief, waiting, before = world.rig.browser(), world.rig.browser(), world.rig.browser()
    stolen = await world.at_enrolment(thief)
    secret = totp.Secret(secret_on(await thief.get(stolen + "&by=code")))
    page, other = await petr_at_password_and_code(world, waiting), await before.begin()
    code = await world.enrolment_code()
    late = await thief.code(stolen, code_at(secret, world.rig.clock()))
    assert late.status == 400
    assert Code.FACTOR_ENROLLED not in world.rig.kept.codes()
    assert (await waiting.form(page, "enrolment", {"enrolment": code})).status == 303
    assert (await before.password(other, PETR, PETR_PASSWORD)).status == 303


@pytest.fixture
async def frugal(office: Directory) -> AsyncIterator[World]:
    limits = SignIn(attempts_per_address=5, attempts_per_network=5)
    async with sign_in_world(office, sign_in=limits) as made:
        yield made


async def test_answers_of_keys_that_are_refused_are_paid_for(frugal: World):
    """Verifying one takes the processor's time, so nobody sends them without end."""
    world, browser, site = frugal, frugal.rig.browser(), frugal.rig.provider.site
    page = await world.at_enrolment(browser) + "&by=key"
    shown, key = await browser.get(page), SoftKey(site.origin, site.rp_id)
    for _ in range(5):
        shown = await browser.form(page, "enrolment/key", {"key": key.made(b"x" * 32), "name": ""})
        assert shown.status == 422
    right = key.made(challenge_on(shown))
    shown = await browser.form(page, "enrolment/key", {"key": right, "name": ""})
    assert (shown.status, world.rig.kept.reasons()[-1]) == (429, "too_many_attempts_address")
    assert Code.FACTOR_ENROLLED not in world.rig.kept.codes()


async def test_an_application_counts_only_after_its_first_code(world: World):
    browser = world.rig.browser()
    page = await world.at_enrolment(browser)
    secret = secret_on(await browser.get(page + "&by=code"))
    assert (await browser.code(page + "&by=code", "000000")).status == 422
    assert Code.FACTOR_ENROLLED not in world.rig.kept.codes()
    assert secret_on(await browser.get(page + "&by=code")) == secret


async def test_a_key_is_enrolled_kept_with_its_attestation_and_signs_in_alone(world: World):
    browser, site = world.rig.browser(), world.rig.provider.site
    page = await world.at_enrolment(browser)
    key = SoftKey(site.origin, site.rp_id, owner=key_site.user_handle(world.petr.subject))
    challenge = challenge_on(await browser.get(page + "&by=key"))
    shown = await browser.form(page, "enrolment/key", {"key": key.made(challenge), "name": ""})
    assert len(codes_on(shown)) == 10, shown.text
    (held,) = await world.rig.kept.store.look(lambda book: book.authenticators(world.petr.subject))
    assert (held.name, held.means.id, held.means.attestation_format) == ("", key.id, "packed")
    (enrolled,) = [one for one in world.rig.kept.entries if one.code is Code.FACTOR_ENROLLED]
    assert enrolled.subject == world.petr.subject
    await browser.form(page, "saved", {})
    again = world.rig.browser()
    page = await again.begin()
    assert (await again.key(page, key)).location.startswith(CALLBACK + "?code=")
    assert "without a password too" in (await again.get("/account?lang=en")).text


@pytest.mark.parametrize("verifies", [False, True])
async def test_a_key_enrolled_without_its_pin_is_said_to_need_the_password_and_does(
    world: World, verifies: bool
):
    browser, site = world.rig.browser(), world.rig.provider.site
    page = await world.at_enrolment(browser)
    key = SoftKey(site.origin, site.rp_id, owner=key_site.user_handle(world.petr.subject), verifies=False)
    challenge = challenge_on(await browser.get(page + "&by=key"))
    await browser.form(page, "enrolment/key", {"key": key.made(challenge), "name": ""})
    await browser.form(page, "saved", {})
    assert "after the password" in (await browser.get("/account?lang=en")).text
    key.verifies = verifies  # who holds a key may give it a PIN
    thief = world.rig.browser()
    refused = await thief.key(await thief.begin(), key)
    assert refused.status == 422
    assert world.rig.kept.entries[-1].reason == (
        "key_never_verified" if verifies else "key_user_not_verified"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": "https://login.obec.example"}, "key_origin_wrong"),
        ({"rp_id": "obec.test"}, "key_site_wrong"),
        ({"algorithm": -47}, "key_registration_refused"),
    ],
)
async def test_a_key_made_for_another_place_is_not_enrolled(world: World, changes, reason):
    browser, site = world.rig.browser(), world.rig.provider.site
    page = await world.at_enrolment(browser) + "&by=key"
    key = SoftKey(site.origin, site.rp_id)
    made = key.made(challenge_on(await browser.get(page)), **changes)
    refused = await browser.form(page, "enrolment/key", {"key": made, "name": "x"})
    assert refused.status == 422
    assert reason in world.rig.kept.reasons()
    assert Code.SIGN_IN_KEY_REFUSED in world.rig.kept.codes()
    replayed = await browser.form(
        page, "enrolment/key", {"key": key.made(challenge_on(refused)), "name": "x"}
    )
    assert replayed.status == 200  # the next challenge, answered honestly
