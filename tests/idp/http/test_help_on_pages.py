"""What pages of the sign-in say to somebody who does not know how to go on, whoever it is."""

import re
from dataclasses import replace

import pytest

from config.vocabulary import Language, Role
from idp.directory.errors import DirectoryUnreachable
from idp.directory.person import Person, RoleHeld
from idp.http.page import Assets, Office, Pages
from idp.http.provider import Admit
from idp.login.handle import read_flow_id
from idp.login.states import AwaitingNewPassword, Standing
from tests.rig.people import HULIN
from tests.rig.provider import PORTAL, provider
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR, PETR_PASSWORD, World

pytestmark = pytest.mark.real
HELP = "You cannot sign in, or do not know your password? Call: Helpdesk, 573 321 100"
CHANGING = re.compile(r'flow=[\w-]{22}|(?<=value=")[^"]*(?=")|data-options="[^"]*"')


async def refusals_of(world: World, login: str) -> list[tuple[int, str]]:
    """What six wrong passwords are answered, without what is another on each page."""
    browser, answers = world.rig.browser(f"192.0.2.{50 + len(login)}"), []
    page = await browser.begin()
    for _ in range(6):
        answer = await browser.password(page, login, "spatne")
        answers.append((answer.status, CHANGING.sub("", answer.text)))
    return answers


async def test_how_wrong_passwords_end_is_told_alike_whether_or_not_there_is_such_an_account(world: World):
    known, unknown = await refusals_of(world, JANA), await refusals_of(world, "nikdo.takovy")
    assert known == unknown
    assert [status for status, _ in known] == [422] * 5 + [429]
    for _, text in known[:5]:
        assert "After several wrong attempts in a row you will have to wait." in text
    for _, text in known:
        assert HELP in text
    assert "Try again in 15 minutes." in known[-1][1]


async def test_whom_to_call_is_said_before_anything_goes_wrong(world: World):
    browser = world.rig.browser()
    assert HELP in (await browser.get(await browser.begin())).text


def test_where_no_contact_is_named_the_sentence_is_whole_too():
    pages = Pages((), (), Office("Město Kroměříž"), domain="brana.test", assets=Assets())
    blank = dict.fromkeys(("message", "more", "wrong_field", "action", "flow", "realm", "username"), "")
    shown = pages.render(
        "sign_in.html", Language.CZECH, who=None, ended=None, wait=0, silent=False, options="{}",
        passkey=True, linking=None, stranger=None, unsure=False, upstreams=[], elsewhere=False, **blank,
    )  # fmt: skip
    assert "Nedaří se vám přihlásit, nebo neznáte heslo? Zavolejte správci." in shown


async def test_while_all_directories_are_away_one_box_says_it():
    async def away(_login: str, _password: str, _admit: Admit) -> Person:
        raise DirectoryUnreachable("ldaps://ldap.obec.test", "it is away")

    async def nobody(_subject: str) -> Person | None:
        raise DirectoryUnreachable("ldaps://ldap.obec.test", "it is away")

    async with provider(away, nobody, some_silent=lambda: True) as rig:
        browser = rig.browser()
        page = await browser.begin()
        assert (await browser.get(page)).text.count('class="notice notice-') == 1
        refused = await browser.password(page, JANA, JANA_PASSWORD)
        assert (refused.status, refused.text.count('class="notice notice-')) == (503, 1)
        assert "the office directory does not answer" in refused.text


async def test_whoever_confirms_can_go_back_and_is_offered_a_passkey_only_with_one(world: World):
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=1)
    page = (await browser.get("/account/prove")).location
    shown = (await browser.get(page)).text
    assert '<a href="/account">Cancel and go back</a>' in shown
    assert "Confirm with a passkey" not in shown
    other = await browser.begin(max_age="0")
    assert f'<a href="{PORTAL}">Cancel and go back</a>' in (await browser.get(other)).text
    await world.key_of()
    assert "Confirm with a passkey" in (await browser.get(page)).text
    stranger = (await world.rig.browser().get("/account")).location
    assert "Cancel and go back" not in (await world.rig.browser().get(stranger)).text


async def test_a_sign_in_that_was_left_open_too_long_says_so_without_alarm(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    world.rig.clock.forward(minutes=10)
    late = await browser.password(page, JANA, JANA_PASSWORD)
    assert (late.status, late.headers["x-brana-reason"]) == (400, "start_again")
    assert "the page was open for too long" in late.text
    assert "has to be finished within 10 minutes" in late.text
    assert f'<a class="button" href="{PORTAL}">Begin again</a>' in late.text
    assert "notice-error" not in late.text


@pytest.mark.parametrize("why", ["proof_too_new", "last_in_full", "last_authenticator"])
async def test_whoever_is_sent_to_somebody_at_my_account_is_told_whom_to_call(world: World, why: str):
    browser, _ = await world.sign_in()
    shown = (await browser.get(f"/account?done={why}")).text
    notice = shown.partition('class="notice notice-warning" role="status"')[2].partition("</div>")[0]
    assert "your administrator" in notice
    assert "Call: Helpdesk, 573 321 100" in notice
    only = shown.partition("The only one cannot be removed here.")[2].partition("</p>")[0]
    assert "Call: Helpdesk, 573 321 100" in only


async def test_a_mistyped_officers_code_is_first_to_be_checked(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    await browser.password(page, PETR, PETR_PASSWORD)
    answer = await browser.form(page, "enrolment", {"enrolment": "nesmysl"})
    assert (answer.status, "Check first what you typed" in answer.text) == (422, True)


async def test_signing_out_everywhere_says_that_the_others_are_out_too(world: World):
    browser, _ = await world.sign_in()
    answer = await browser.post("/account/sign-ins/end-all", {})
    assert "in all other browsers and devices" in answer.text


@pytest.mark.parametrize(("role", "least"), [(Role.CLERK, 12), (Role.LOCAL_ADMINISTRATOR, 17)])
async def test_a_new_password_says_how_long_this_persons_has_to_be(world: World, role: Role, least: int):
    browser = world.rig.browser()
    page = await browser.begin()
    name = read_flow_id(page.partition("flow=")[2])
    person = replace(world.jana, roles=(RoleHeld(HULIN, role),))
    waiting = AwaitingNewPassword(Standing(person=person, read_at=world.rig.clock()))
    await world.rig.kept.store.transact(lambda book: book.keep_flow(replace(book.flow(name), state=waiting)))
    assert f"At least {least} characters." in (await browser.get(page)).text
    form = {"old": JANA_PASSWORD, "new": "krátké", "again": "krátké"}
    refused = await browser.form(page, "new-password", form)
    assert f"needs {least} characters or more" in refused.text
    assert "all three fields are empty again" in refused.text
    assert refused.text.count(" autofocus") == 1
    assert re.search(r'id="new"[^>]* autofocus aria-invalid="true"', refused.text)
