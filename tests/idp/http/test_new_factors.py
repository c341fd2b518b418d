"""A factor that a weaker one added: it counts no more than that one, and changes nothing, until its person had time."""

import re
from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel
from gateway.audit.entry import Code, Entry
from idp.events import Factor
from idp.login import key_site, totp
from idp.login.spoken_code import read_spoken_code
from tests.rig.code_generator import code_at
from tests.rig.provider import CALLBACK, Browser, challenge_on, secret_on
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, SECRET, World
from tests.rig.soft_key import SoftKey

pytestmark = pytest.mark.real
RESISTANT, TWO = AuthenticationLevel.PHISHING_RESISTANT, AuthenticationLevel.TWO_FACTORS
SPOKEN = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}")
ADD_KEY = "/account/authenticators/new?by=key"
DAY = timedelta(hours=24)


async def add_key(world: World, browser: Browser) -> SoftKey:
    """In a session whose factors are fresh."""
    site = world.rig.provider.site
    key = SoftKey(site.origin, site.rp_id, owner=key_site.user_handle(world.jana.subject))
    made = key.made(challenge_on(await browser.get(ADD_KEY)))
    answer = await browser.post("/account/authenticators/key", {"key": made, "name": "Cizí klíč"})
    assert answer.location == "/account?done=added#authenticators"
    return key


async def phished(world: World) -> SoftKey:
    """Somebody who was told a password and one code adds a key within five minutes."""
    thief, _ = await world.sign_in()
    return await add_key(world, thief)


async def by_passkey(world: World, key: SoftKey) -> Browser:
    world.rig.clock.forward(seconds=30)
    browser = world.rig.browser()
    assert (await browser.key(await browser.begin(), key)).location.startswith(CALLBACK + "?code=")
    return browser


def last(world: World, code: Code) -> Entry:
    return next(one for one in reversed(world.rig.kept.entries) if one.code is code)


async def held(world: World):
    return await world.rig.kept.store.look(lambda book: book.authenticators(world.jana.subject))


async def test_a_key_that_a_phished_code_added_rises_to_no_higher_level_until_a_day_has_passed(world: World):
    key = await phished(world)
    enrolled = last(world, Code.FACTOR_ENROLLED)
    assert enrolled.details["counts_from"] == (world.rig.clock() + DAY).isoformat()
    await by_passkey(world, key)
    completed = last(world, Code.SIGN_IN_COMPLETED).details
    assert (completed["acr"], "pop" in completed["amr"]) == (TWO.value, False)
    thief = world.rig.browser()
    page = await thief.begin(acr_values=RESISTANT.value)
    refused = await thief.key(page, key)
    assert (refused.status, world.rig.kept.reasons()[-1]) == (422, "factor_too_new")
    assert "added only recently" in refused.text
    after_password = await thief.password(await thief.begin(acr_values=RESISTANT.value), JANA, JANA_PASSWORD)
    assert after_password.said["error"] == "unmet_authentication_requirements"
    world.rig.clock.forward(hours=24)
    browser = world.rig.browser()
    page = await browser.begin(acr_values=RESISTANT.value)
    assert (await browser.key(page, key)).location.startswith(CALLBACK + "?code=")
    assert last(world, Code.SIGN_IN_COMPLETED).details["acr"] == RESISTANT.value


async def test_a_session_of_a_new_passkey_alone_is_raised_by_a_sign_in_with_the_password(world: World):
    """No password was shown in it that another key could go with."""
    browser = await by_passkey(world, await phished(world))
    await world.key_of()  # one that counts in full
    page = await browser.begin(acr_values=RESISTANT.value)
    assert 'name="password"' in (await browser.get(page)).text


async def test_the_person_sees_from_when_it_counts_and_undoes_it_with_the_older_factor(world: World):
    await phished(world)
    world.rig.clock.forward(minutes=5)
    own, _ = await world.sign_in()
    shown = await own.get("/account")
    assert "Counts in full from" in shown.text
    assert "If you did not add it: remove it and sign out everywhere else." in shown.text
    assert "Call: Helpdesk, 573 321 100" in shown.text
    new = next(one for one in await held(world) if one.name == "Cizí klíč")
    answer = await own.post("/account/authenticators/remove/now", {"which": new.id})
    assert answer.location == "/account?done=removed#authenticators"
    assert [one.means.secret for one in await held(world)] == [SECRET]


async def test_a_new_factor_removes_no_older_one_and_renews_no_recovery_codes(world: World):
    key = await phished(world)
    before = await held(world)
    thief = await by_passkey(world, key)
    shown = (await thief.get("/account")).text
    assert "/account/authenticators/remove?" not in shown
    assert "/account/recovery-codes" not in shown
    for said in ("You signed in with a way that was added only recently.", 'href="/account/prove"',
                 "just now you cannot remove it yourself", "Another way can be added until"):  # fmt: skip
        assert said in shown
    for path, form in (
        ("/account/authenticators/remove/now", {"which": before[0].id}),
        ("/account/recovery-codes", {}),
    ):
        answer = await thief.post(path, form)
        assert answer.location == "/account?done=proof_too_new#authenticators"
        assert last(world, Code.FACTOR_CHANGE_REFUSED).reason == "proof_too_new"
    assert [one.id for one in await held(world)] == [one.id for one in before]
    assert "was added only recently" in (await thief.get("/account?done=proof_too_new")).text
    world.rig.clock.forward(hours=24)
    later = await by_passkey(world, key)
    answer = await later.post("/account/authenticators/remove/now", {"which": before[0].id})
    assert answer.location == "/account?done=removed#authenticators"


async def test_who_adds_a_key_with_a_phished_code_does_not_remove_the_factor_it_came_from(world: World):
    """Its person would be shut out, and the key would be all that is left."""
    thief, _ = await world.sign_in()
    await add_key(world, thief)
    old = next(one for one in await held(world) if one.name != "Cizí klíč")
    answer = await thief.post("/account/authenticators/remove/now", {"which": old.id})
    assert answer.location == "/account?done=last_in_full#authenticators"
    assert last(world, Code.FACTOR_CHANGE_REFUSED).reason == "last_in_full"
    assert old in await held(world)


async def test_new_factors_add_each_other_no_trust(world: World):
    thief = await by_passkey(world, await phished(world))
    await add_key(world, thief)
    newest = (await held(world))[-1]
    assert newest.newly is not None
    assert (newest.newly.level, newest.newly.until) == (TWO, world.rig.clock() + DAY)


async def test_a_session_that_resists_phishing_adds_what_counts_at_once(world: World):
    browser = world.rig.browser()
    await browser.key(await browser.begin(), await world.key_of())
    await add_key(world, browser)
    assert (await held(world))[-1].newly is None
    assert "counts_from" not in last(world, Code.FACTOR_ENROLLED).details
    assert "Counts in full from" not in (await browser.get("/account")).text


async def test_a_recovery_code_proves_no_more_than_another_code(world: World):
    browser, _ = await world.sign_in()
    codes = re.findall(r"<li><code>([0-9A-Z-]{23})</code></li>", (await browser.new_codes()).text)
    assert read_spoken_code(codes[0]) is not None
    thief = world.rig.browser()
    page = await thief.begin()
    await thief.password(page, JANA, JANA_PASSWORD)
    assert (await thief.form(page, "recovery", {"recovery": codes[0]})).status == 303
    await add_key(world, thief)
    (key,) = [one for one in await held(world) if one.factor is Factor.KEY]
    assert key.newly.level is TWO


async def test_an_application_that_a_code_added_changes_nothing_older_either(world: World):
    thief, _ = await world.sign_in()
    secret = totp.Secret(secret_on(await thief.get("/account/authenticators/new?by=code")))
    form = {"code": code_at(secret, world.rig.clock()), "name": "Cizí telefon"}
    assert (await thief.post("/account/authenticators/application", form)).status == 303
    world.rig.clock.forward(minutes=1)
    later = world.rig.browser()
    page = await later.begin()
    await later.password(page, JANA, JANA_PASSWORD)
    assert (await later.code(page, code_at(secret, world.rig.clock()))).status == 303
    answer = await later.post("/account/authenticators/remove/now", {"which": (await held(world))[0].id})
    assert answer.location == "/account?done=proof_too_new#authenticators"


async def test_recovery_codes_made_with_one_phished_code_do_not_remove_a_key_hours_later(world: World):
    """Decision 31: one phished code, and what it added counts no more than that until its person had a day."""
    await world.key_of()
    thief, _ = await world.sign_in()
    shown = (await thief.new_codes()).text
    assert "they sign you in but do not count in full" in shown
    codes = SPOKEN.findall(shown)
    made = last(world, Code.RECOVERY_CODES_MADE)
    assert made.details["counts_from"] == (world.rig.clock() + DAY).isoformat()
    world.rig.clock.forward(hours=2)
    later = world.rig.browser("198.51.100.9")
    page = await later.begin()
    assert (await later.password(page, JANA, JANA_PASSWORD)).status == 303
    await later.form(page, "recovery", {"recovery": codes[0]})
    held = await world.rig.kept.store.look(lambda book: book.authenticators(world.jana.subject))
    (key,) = [one.id for one in held if one.factor is Factor.KEY]
    await later.post("/account/authenticators/remove/now", {"which": key})
    left = await world.rig.kept.store.look(lambda book: book.authenticators(world.jana.subject))
    assert key in [one.id for one in left]


async def test_recovery_codes_made_in_a_session_that_resists_phishing_count_in_full_at_once(world: World):
    key = await world.key_of()
    browser = await by_passkey(world, key)
    shown = (await browser.new_codes()).text
    assert "count in full" not in shown
    codes = SPOKEN.findall(shown)
    assert "counts_from" not in last(world, Code.RECOVERY_CODES_MADE).details
    world.rig.clock.forward(hours=2)
    later = world.rig.browser()
    page = await later.begin()
    assert (await later.password(page, JANA, JANA_PASSWORD)).status == 303
    await later.form(page, "recovery", {"recovery": codes[0]})
    (code,) = [one.id for one in await held(world) if one.factor is Factor.ONE_TIME_CODE]
    removed = await later.post("/account/authenticators/remove/now", {"which": code})
    assert removed.location == "/account?done=removed#authenticators"
