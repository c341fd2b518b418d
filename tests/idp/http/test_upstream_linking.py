"""Linking an identity of another provider: both sides shown in one sign-in, and nothing by a resemblance."""

import pytest

from gateway.audit.entry import Code
from idp.login.upstream import Identity
from tests.rig.provider import CALLBACK as PORTAL_CALLBACK
from tests.rig.provider import ISSUER
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR, PETR_PASSWORD
from tests.rig.upstream_world import (
    JANAS,
    NAME,
    PETRS,
    TITLE,
    entries,
    links,
    sessions,
    upstream_world,
)

pytestmark = pytest.mark.real


@pytest.fixture
async def there(office, tmp_path):
    async with upstream_world(office, tmp_path) as made:
        yield made


async def test_both_sides_are_shown_in_one_sign_in_and_linked(there):
    browser = there.world.rig.browser()
    page, back = await there.through(browser)
    assert (back.status, back.location) == (303, page)
    shown = await browser.get(page)
    assert "is not linked with any account" in shown.text
    assert "Link and continue" not in shown.text
    again = await there.at_op(page, browser, link=True)  # asked to sign in there anew
    assert (there.op.authorized[-1]["prompt"], there.op.authorized[-1]["max_age"]) == ("login", "0")
    assert (await browser.get(again.removeprefix(ISSUER))).location == page
    shown = await browser.get(page)
    for said in ("Jana N. (kraj)", JANA, JANAS):  # as the provider calls her, her login there, its identifier
        assert f"<dd>{said}</dd>" in shown.text
    assert "Link and continue" in shown.text
    assert 'name="confirmed"' not in shown.text
    assert "data-key" not in shown.text  # a passkey shows no password, so nothing would be linked by it
    assert f"Sign in through {TITLE}" not in shown.text
    assert (await links(there)) == []
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    assert (await links(there)) == []  # the second factor is missing
    done = await browser.code(page, there.world.code())
    assert done.location.startswith(PORTAL_CALLBACK + "?code=")
    (link,) = await links(there)
    assert link.identity == Identity(issuer=there.op.issuer, subject=JANAS)
    (linked,) = entries(there, Code.UPSTREAM_LINKED)
    assert linked.subject == there.world.jana.subject
    assert linked.details["upstream"] == NAME
    assert linked.details["upstream_identity"] == JANAS


async def test_nobody_is_linked_by_mail_or_user_name(there):
    """The provider's Jana has the very mail address and user name of ours."""
    browser = there.world.rig.browser()
    page, _ = await there.through(browser)
    assert "is not linked with any account" in (await browser.get(page)).text
    assert await sessions(there) == []
    assert len(entries(there, Code.SIGN_IN_UPSTREAM_NOT_LINKED)) == 1


async def test_an_identity_that_is_linked_with_nobody_uses_up_a_guess_and_one_that_is_linked_none(there):
    async def left() -> int:
        """How many answers of strangers are taken from there, till none is."""
        tries = 0
        while (await there.through(there.world.rig.browser("198.51.100.9"), PETRS))[1].status == 303:
            tries += 1
            assert tries < 200
        return tries

    await there.link()
    for _ in range(80):
        assert (await there.through(there.world.rig.browser("198.51.100.8")))[1].status == 303
    assert 0 < await left() < 80
    assert entries(there, Code.SIGN_IN_THROTTLED)


async def test_what_somebody_types_as_a_providers_name_stands_in_no_entry(there):
    browser = there.world.rig.browser()
    page = await browser.begin()
    typed = page.replace("/sign-in", "/sign-in/upstream", 1) + "&provider=Posli-heslo-na-zly.example"
    await browser.get(typed)
    refused = entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1]
    assert (refused.reason, refused.details.get("upstream", "")) == ("upstream_unknown", "")
    assert "zly.example" not in str(refused)


async def test_a_wrong_password_links_nothing_and_the_question_stays(there):
    browser = there.world.rig.browser()
    page, _ = await there.through(browser, link=True)
    refused = await browser.password(page, JANA, "Spatne-heslo-docela 1")
    assert refused.status == 422
    assert "Link and continue" in refused.text
    assert await links(there) == []


async def test_whoever_does_not_want_it_signs_in_without_linking(there):
    browser = there.world.rig.browser()
    page, _ = await there.through(browser, link=True)
    back = await browser.get(page.replace("/sign-in", "/sign-in/upstream", 1) + "&provider=")
    assert (back.status, back.location) == (303, page)
    assert "Link and continue" not in (await browser.get(page)).text
    await browser.password(page, JANA, JANA_PASSWORD)
    assert (await browser.code(page, there.world.code())).status == 303
    assert await links(there) == []


async def test_an_identity_that_is_linked_stays_its_persons(there):
    await there.link()
    browser = there.world.rig.browser()
    page, _ = await there.through(browser, link=True)  # Jana's at the provider
    refused = await browser.password(page, PETR, PETR_PASSWORD)  # it is past the password already
    assert refused.status in {303, 400}
    assert await links(there, there.world.petr.subject) == []


async def test_whoever_only_left_a_session_there_is_linked_with_nobody(there):
    """A shared computer: the provider knows who was at it before, and Jana shows her password and her factor here."""
    browser = there.world.rig.browser()
    page, _ = await there.through(browser, PETRS)
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    assert (await browser.code(page, there.world.code())).status == 303
    assert await links(there) == []


async def test_what_a_provider_does_not_ask_for_anew_is_not_linked(there):
    there.op.people[JANAS]["auth_time"] = int(there.world.rig.clock().timestamp()) - 600
    browser = there.world.rig.browser()
    page, back = await there.through(browser, link=True)
    assert (back.status, entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason) == (
        422,
        "upstream_not_anew",
    )
    shown = await browser.get(page)
    assert "Link and continue" not in shown.text
    await browser.form(page, "password", {"username": JANA, "password": JANA_PASSWORD, "confirmed": "yes"})
    assert (await browser.code(page, there.world.code())).status == 303
    assert await links(there) == []


async def test_where_it_does_not_say_when_the_person_has_to(there):
    there.op.says_when = False
    browser = there.world.rig.browser()
    page, _ = await there.through(browser, link=True)
    assert f"{TITLE} does not say when you signed in there." in (await browser.get(page)).text
    asked = len(there.world.asked)
    refused = await browser.password(page, JANA, JANA_PASSWORD)
    assert (refused.status, "Confirm that you have just signed in" in refused.text) == (422, True)
    assert len(there.world.asked) == asked  # the password has reached nobody
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_not_confirmed"
    await browser.form(page, "password", {"username": JANA, "password": JANA_PASSWORD, "confirmed": "yes"})
    assert (await browser.code(page, there.world.code())).status == 303
    assert [one.identity.subject for one in await links(there)] == [JANAS]
