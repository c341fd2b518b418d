"""Adding, renaming and removing authenticators at "my account": only with factors shown a few minutes ago."""

import re
from dataclasses import replace
from html import unescape

import pytest

from config.vocabulary import AuthenticationLevel
from gateway.audit.entry import Code, Entry, Outcome
from idp.http.account_factors import PROVE
from idp.http.account_words import DONE, UNCHANGED_BY_NAME, told_at
from idp.http.cookies import SSO
from idp.login import totp
from idp.login.handle import hashed
from tests.rig.code_generator import code_at
from tests.rig.provider import Browser, secret_on
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World

pytestmark = pytest.mark.real
ADD_CODE = "/account/authenticators/new?by=code"
CODES = re.compile(r"<li><code>([0-9A-Z-]{23})</code></li>")


async def signed_in(world: World) -> Browser:
    world.rig.clock.forward(minutes=1)
    browser, _ = await world.sign_in(prompt="login")
    return browser


def entries_of(world: World, code: Code) -> list[Entry]:
    return [entry for entry in world.rig.kept.entries if entry.code is code]


async def added(world: World, browser: Browser, name: str = "Služební telefon") -> totp.Secret:
    secret = totp.Secret(secret_on(await browser.get(ADD_CODE)))
    form = {"code": code_at(secret, world.rig.clock()), "name": name}
    answer = await browser.post("/account/authenticators/application", form)
    assert answer.location == "/account?done=added#authenticators"
    return secret


async def held(world: World):
    return await world.rig.kept.store.look(lambda book: book.authenticators(world.jana.subject))


async def which(world: World, name: str) -> str:
    return next(one.id for one in await held(world) if one.name == name)


async def test_the_page_lists_what_the_person_has(world: World):
    browser = await signed_in(world)
    shown = (await browser.get("/account")).text
    (only,) = await held(world)
    for words in (only.name, "one-time code", "You have no unused recovery code.", "cannot be removed here"):
        assert words in shown
    assert "Changes are possible until" in shown


@pytest.mark.parametrize(("language", "called"), [("cs", "Telefon"), ("en", "Telephone")])
async def test_what_was_given_no_name_is_called_in_the_readers_language(
    world: World, language: str, called: str
):
    browser = await signed_in(world)
    await added(world, browser, name=" ")
    unnamed = (await held(world))[-1].id  # the older one stays until this one counts in full
    assert f"<h3>{called}</h3>" in (await browser.get(f"/account?lang={language}")).text
    asked = await browser.get(f"/account/authenticators/remove?which={unnamed}&lang={language}")
    assert called in asked.text


async def test_another_application_is_added_and_signs_in(world: World):
    browser = await signed_in(world)
    secret = await added(world, browser)
    assert "Služební telefon" in (await browser.get("/account")).text
    (enrolled,) = entries_of(world, Code.FACTOR_ENROLLED)
    assert enrolled.details["proof"] == "existing_factor"
    world.rig.clock.forward(minutes=2)
    other = world.rig.browser()
    page = await other.begin(prompt="login")
    await other.password(page, JANA, JANA_PASSWORD)
    assert (await other.code(page, code_at(secret, world.rig.clock()))).status == 303


async def test_a_wrong_first_code_adds_nothing_and_the_key_stays_the_same(world: World):
    browser = await signed_in(world)
    before = secret_on(await browser.get(ADD_CODE))
    answer = await browser.post("/account/authenticators/application", {"code": "000000", "name": "x"})
    assert answer.status == 422
    assert "The code is not right" in answer.text
    assert secret_on(answer) == before
    assert len(await held(world)) == 1
    assert entries_of(world, Code.FACTOR_CHANGE_REFUSED)[0].reason == "code_wrong"


async def test_what_was_not_prepared_in_this_session_cannot_be_added(world: World):
    first, second = await signed_in(world), await signed_in(world)
    secret = totp.Secret(secret_on(await first.get(ADD_CODE)))
    form = {"code": code_at(secret, world.rig.clock()), "name": "x"}
    answer = await second.post("/account/authenticators/application", form)
    assert answer.location == "/account?done=nothing_pending#authenticators"
    assert len(await held(world)) == 1


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/authenticators/application", {"code": "000000", "name": "x"}),
        ("/account/authenticators/key", {"key": "{}", "name": "x"}),
        ("/account/authenticators/remove/now", {"which": "x"}),
        ("/account/recovery-codes", {}),
    ],
)
async def test_five_minutes_after_the_sign_in_nothing_changes_and_that_is_recorded(world: World, path, form):
    browser = await signed_in(world)
    await browser.get(ADD_CODE)
    world.rig.clock.forward(minutes=5)
    if "which" in form:
        form = {"which": (await held(world))[0].id}
    answer = await browser.post(path, form)
    assert answer.location == "/account?done=proof_too_old#authenticators"
    assert len(await held(world)) == 1
    (refused,) = entries_of(world, Code.FACTOR_CHANGE_REFUSED)
    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "proof_too_old")
    assert "Confirm first that it is you" in (await browser.get("/account?done=proof_too_old")).text


async def test_a_stale_proof_leads_through_a_sign_in_and_back(world: World):
    browser = await signed_in(world)
    world.rig.clock.forward(minutes=6)
    assert "confirm first that it is me" in (await browser.get("/account")).text
    assert (await browser.get(ADD_CODE)).location == PROVE
    page = (await browser.get(PROVE)).location
    assert page.startswith("/sign-in?flow=")
    assert 'name="password"' in (await browser.get(page)).text  # though the browser is signed in
    await browser.password(page, JANA, JANA_PASSWORD)
    answer = await browser.code(page, world.code())
    assert answer.location == "/account#authenticators"
    await added(world, browser)


async def test_a_session_of_a_password_alone_changes_nothing_however_fresh(world: World):
    browser = await signed_in(world)
    handle = hashed(browser.cookies[SSO])

    def weaken(book):
        book.keep_session(replace(book.session_of(handle), level=AuthenticationLevel.PASSWORD))

    await world.rig.kept.store.transact(weaken)
    assert (await browser.get(ADD_CODE)).location == PROVE
    assert "Changes are possible until" not in (await browser.get("/account")).text


async def test_one_of_two_is_removed_after_a_question(world: World):
    browser = await signed_in(world)
    await added(world, browser)
    name = await which(world, "Služební telefon")
    asked = await browser.get(f"/account/authenticators/remove?which={name}")
    assert "Remove “Služební telefon”?" in unescape(asked.text)
    answer = await browser.post("/account/authenticators/remove/now", {"which": name})
    assert answer.location == "/account?done=removed#authenticators"
    assert [one.id for one in await held(world)] != [name]
    (removed,) = entries_of(world, Code.FACTOR_REMOVED)
    assert removed.details["by"] == JANA


async def test_the_last_one_stays(world: World):
    browser = await signed_in(world)
    (only,) = await held(world)
    for answer in (
        await browser.get(f"/account/authenticators/remove?which={only.id}"),
        await browser.post("/account/authenticators/remove/now", {"which": only.id}),
    ):
        assert answer.location == "/account?done=last_authenticator#authenticators"
    assert await held(world) == [only]
    assert "ask your administrator" in (await browser.get("/account?done=last_authenticator")).text


async def test_one_of_somebody_else_is_neither_removed_nor_renamed(world: World):
    browser = await signed_in(world)
    await added(world, browser)
    (mine, _) = await held(world)
    foreign = replace(mine, id="f" * 22, subject="6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1aff", name="cizí")
    await world.rig.kept.store.transact(lambda book: book.keep_authenticator(foreign))
    for path, form in (
        ("/account/authenticators/remove/now", {"which": foreign.id}),
        ("/account/authenticators/rename", {"which": foreign.id, "name": "moje"}),
    ):
        answer = await browser.post(path, form)
        assert answer.location == "/account?done=authenticator_unknown#authenticators"
    (kept,) = await world.rig.kept.store.look(lambda book: book.authenticators(foreign.subject))
    assert kept == foreign


async def test_a_name_is_changed_without_a_fresh_proof_and_recorded(world: World):
    browser = await signed_in(world)
    world.rig.clock.forward(minutes=10)
    (only,) = await held(world)
    form = {"which": only.id, "name": "<b>Telefon</b>\r\ndoma"}
    answer = await browser.post("/account/authenticators/rename", form)
    assert answer.location == "/account?done=renamed#authenticators"
    assert "&lt;b&gt;Telefon&lt;/b&gt; doma" in (await browser.get("/account")).text
    (renamed,) = entries_of(world, Code.FACTOR_RENAMED)
    assert "before" not in renamed.details  # it had no name
    await browser.post("/account/authenticators/rename", {"which": only.id, "name": "v kanceláři"})
    assert entries_of(world, Code.FACTOR_RENAMED)[-1].details["before"] == "<b>Telefon</b> doma"


async def test_new_recovery_codes_are_shown_once_and_replace_the_earlier(world: World):
    browser = await signed_in(world)
    first = await browser.new_codes()
    second = await browser.new_codes()
    codes, replaced = CODES.findall(second.text), CODES.findall(first.text)
    assert len(set(codes)) == len(set(replaced)) == 10
    assert set(codes).isdisjoint(replaced)
    shown = (await browser.get("/account")).text
    assert "You have 10 unused recovery codes." in shown
    assert codes[0] not in shown
    assert len(entries_of(world, Code.RECOVERY_CODES_MADE)) == 2


async def test_three_applications_are_enough(world: World):
    browser = await signed_in(world)
    await added(world, browser, "druhý")
    await added(world, browser, "třetí")
    answer = await browser.get(ADD_CODE)
    assert answer.location == "/account?done=too_many_authenticators#authenticators"


async def test_a_kind_there_is_not_is_no_page(world: World):
    browser = await signed_in(world)
    assert (await browser.get("/account/authenticators/new?by=recovery")).status == 404


async def test_the_key_for_typing_is_sealed_in_the_database(world: World):
    browser = await signed_in(world)
    secret = secret_on(await browser.get(ADD_CODE))
    kept = b"".join(path.read_bytes() for path in world.rig.socket.parent.glob("brana.db*"))
    assert b"pending_authenticator" in kept
    assert secret.encode() not in kept


async def test_every_page_of_the_account_has_the_same_header(world: World):
    browser = await signed_in(world)
    await added(world, browser)
    newer = await which(world, "Služební telefon")
    for path in ("", "/password", f"/authenticators/remove?which={newer}", "/authenticators/new?by=key"):
        shown = await browser.get(f"/account{path}")
        header = shown.text.partition("<main")[0]
        assert (shown.status, "Jana Nováková" in header, 'action="/logout/confirm"' in header) == (
            200,
            True,
            True,
        )
        assert 'aria-label="Main menu"' in header, path
    codes = await browser.new_codes()
    assert "Jana Nováková" in codes.text.partition("<main")[0]


async def test_what_was_done_is_said_in_the_section_where_the_person_lands(world: World):
    browser = await signed_in(world)
    for done, said in {**DONE, **UNCHANGED_BY_NAME}.items():
        address = told_at(done)
        shown = unescape((await browser.get(address.partition("#")[0])).text)
        before, _, after = shown.partition(f'role="status">\n  <p class="notice-title">{said.message}')
        assert after, shown
        sections = re.findall(r'<section class="stack" id="([a-z-]+)"', before)
        assert sections[-1:] == ([said.section] if said.section else [])
        assert address.partition("#")[2] == said.section
