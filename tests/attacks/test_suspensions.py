"""Suspending people, against the running product: by who may not, around it, and how soon it holds."""

import time

import pytest

from config.vocabulary import Role
from gateway.audit.entry import Code
from tests.attacks.conftest import foreign
from tests.attacks.test_officers import decided_against
from tests.attacks.test_sign_in import entered, not_in
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
WHY = "Heslo je vyzrazené"
WITHIN = 1.0  # seconds from the answer to the officer, on a machine that does other things too


def page(ground: Ground) -> str:
    return f"{ground.product.addresses.admin}/suspensions"


async def suspend(ground: Ground, browser: Visitor, subject: str, **headers: str) -> Shown:
    fields = {"subject": subject, "why": WHY, "until": "", "incident": ""}
    if headers:
        return await browser.post(page(ground), fields, headers=headers, follow=False)
    return await browser.post(page(ground), fields, follow=False)


async def test_an_auditor_and_a_stranger_s_page_suspend_nobody_and_no_officer_themselves(
    ground: Ground,
) -> None:
    victim, auditor = ground.somebody(), ground.somebody(Role.AUDITOR)
    officer = ground.somebody(Role.SECURITY_OFFICER)
    reader = await ground.signed_in(auditor, page(ground))
    await decided_against(ground, await suspend(ground, reader, victim.subject), "auditor_reads_only")
    for path in ("/incidents/new", "/incidents/1/note", "/incidents/1/export", "/suspensions/lift"):
        answer = await reader.post(f"{ground.product.addresses.admin}{path}", {"x": "y"}, follow=False)
        await decided_against(ground, answer, "auditor_reads_only")
    browser = await ground.signed_in(officer, page(ground))
    for headers in foreign(ground, page(ground)):
        answer = await suspend(ground, browser, victim.subject, **(headers or {"Accept": "text/html"}))
        assert answer.status == 403, headers
        await ground.refused(answer, "not_from_our_page")
    own = await suspend(ground, browser, officer.subject)
    assert own.status == 409
    await ground.refused(own, "not_for_oneself")
    entry = await ground.entry(own, Code.OFFICER_ACT_REFUSED)
    assert (entry.subject, entry.reason, entry.details["act"]) == (
        officer.subject,
        "not_for_oneself",
        "suspend",
    )
    assert (await browser.get(page(ground))).status == 200
    suspended = await ground.entries(codes=(Code.PERSON_SUSPENDED,))  # by other attacks on this ground
    assert {one.subject for one in suspended}.isdisjoint({victim.subject, officer.subject})


async def test_who_is_suspended_is_out_within_a_second_and_comes_in_by_no_way_until_it_is_lifted(
    ground: Ground,
) -> None:
    victim, officer = ground.somebody(), ground.somebody(Role.SECURITY_OFFICER)
    browser, theirs = await ground.signed_in(officer, page(ground)), await ground.signed_in(victim)
    assert (await theirs.get(ground.records(), follow=False)).status == 200  # by a grant that is fresh
    under_way = ground.browser()
    at_code = await ground.at_code(under_way, victim)

    done = await suspend(ground, browser, victim.subject)
    begun = time.monotonic()
    assert done.status == 303, done.text
    out = await theirs.get(ground.records(), follow=False)
    assert (out.status, time.monotonic() - begun < WITHIN) == (302, True)
    [told] = await ground.entries(at_least=1, codes=(Code.PERSON_SUSPENDED,), request_id=done.request_id)
    assert (told.subject, told.details["by_subject"], told.details["why"]) == (
        victim.subject,
        officer.subject,
        WHY,
    )
    ended = await ground.entries(at_least=2, codes=(Code.SESSION_ENDED,), person=victim.subject)
    assert {one.details["by_subject"] for one in ended} == {officer.subject}

    late = await under_way.fill(at_code, code=ground.code(victim))
    assert late.status == 400  # that sign-in is no more
    again = await entered(ground, victim.login, victim.password)
    await not_in(ground, again, "account_suspended")
    refused = await ground.entry(again, Code.SIGN_IN_PASSWORD_REFUSED)
    assert (refused.reason, refused.subject) == ("account_suspended", victim.subject)
    guessed = await entered(ground, victim.login, "guessed-by-a-stranger")
    await ground.refused(guessed, "not_recognised")  # only who has the password is told

    lifted = await browser.post(
        f"{page(ground)}/lift", {"subject": victim.subject, "why": "Heslo změněno"}, follow=False
    )
    assert lifted.status == 303, lifted.text
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text


async def test_a_command_suspends_and_lifts_while_the_product_runs(ground: Ground) -> None:
    victim = ground.somebody()
    theirs = await ground.signed_in(victim)
    said = await ground.brana("person", "suspend", victim.login, "--why", WHY)
    assert f"{victim.login} is suspended" in said
    assert (await theirs.get(ground.records(), follow=False)).status == 302
    await not_in(ground, await entered(ground, victim.login, victim.password), "account_suspended")
    await ground.brana("person", "resume", victim.login, "--why", "Heslo je změněno")
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text
