"""Suspending devices, against the running product: around it, by whom, and how soon it holds."""

import time

import pytest

from config.vocabulary import REASON_HEADER, DeviceId, Role, device_subject
from gateway.audit.entry import Code, Entry
from tests.attacks.test_officers import decided_against
from tests.attacks.test_suspensions import WITHIN, page, suspend
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def device(ground: Ground, login: str) -> DeviceId:
    """In which this person signed in last, as the log has it."""
    [found, *_] = await ground.entries(at_least=1, codes=(Code.SIGN_IN_COMPLETED,), person=login)
    return DeviceId(str(found.details["device"]))


async def shut(ground: Ground, answer: Shown, named: DeviceId) -> None:
    assert answer.status == 403, (answer.status, answer.title)
    assert "Toto zařízení je pozastaveno" in answer.text or "This device is suspended" in answer.text
    await ground.refused(answer, "device_suspended")
    refused: Entry = await ground.entry(answer, Code.SIGN_IN_NOT_BEGUN)
    assert (refused.reason, refused.details["device"]) == ("device_suspended", named)


async def test_from_a_suspended_device_everybody_is_out_within_a_second_and_nobody_comes_in(
    ground: Ground,
) -> None:
    victim, another, officer = ground.somebody(), ground.somebody(), ground.somebody(Role.SECURITY_OFFICER)
    browser, theirs = await ground.signed_in(officer, page(ground)), await ground.signed_in(victim)
    named = await device(ground, victim.login)
    decided = await ground.entries(at_least=1, codes=(Code.DECISION_PERMIT,), person=victim.login)
    assert decided[0].details["device"] == named
    assert (await theirs.get(ground.records(), follow=False)).status == 200  # by a grant that is fresh
    copied = ground.browser()  # with the device's cookies, and a sign-in under way
    copied.keep(ground.login, {k: v for k, v in theirs.cookies(ground.login).items() if "sso" not in k})
    at_code = await ground.at_code(copied, another)

    begun = time.monotonic()
    done = await suspend(ground, browser, device_subject(named))
    assert done.status == 303, done.text
    out = await theirs.get(ground.records(), follow=False)
    assert (out.status, time.monotonic() - begun < WITHIN) == (302, True)
    told = await ground.entry(done, Code.DEVICE_SUSPENDED)
    assert (told.subject, told.details["device"]) == (officer.subject, named)
    ended = await ground.entries(at_least=2, codes=(Code.SESSION_ENDED,), person=victim.login)
    assert {one.details["by_subject"] for one in ended} == {officer.subject}

    await shut(ground, await theirs.get(ground.records()), named)
    await shut(ground, await copied.fill(at_code, code=ground.code(another)), named)
    await shut(ground, await copied.get(ground.portal), named)
    elsewhere = await ground.at_code(ground.browser(), victim)  # the person is not suspended
    assert 'name="code"' in elsewhere.text

    lifted = await browser.post(
        f"{page(ground)}/lift", {"subject": device_subject(named), "why": "Nalezen"}, follow=False
    )
    assert lifted.status == 303, lifted.text
    assert 'name="username"' in (await theirs.get(ground.records())).text


async def test_no_officer_suspends_their_own_device_and_nobody_one_that_is_not_there(ground: Ground) -> None:
    officer, auditor = ground.somebody(Role.SECURITY_OFFICER), ground.somebody(Role.AUDITOR)
    browser = await ground.signed_in(officer, page(ground))
    reader = await ground.signed_in(auditor, page(ground))
    own = device_subject(await device(ground, officer.login))
    await decided_against(ground, await suspend(ground, reader, own), "auditor_reads_only")
    for subject, reason in ((own, "suspension_of_own_device"), ("device:" + "X" * 22, "device_not_seen")):
        await refused(ground, browser, subject, reason)
    assert (await browser.get(page(ground))).status == 200
    assert "no device is suspended" in await ground.brana("device", "suspended")
    theirs = await device(ground, auditor.login)
    assert f"{theirs} is suspended; 1 session" in await ground.brana(
        "device", "suspend", theirs, "--why", "Test této věci"
    )
    assert (await reader.get(page(ground))).status == 403
    assert theirs in await ground.brana("device", "suspended")
    await ground.brana("device", "lift", theirs, "--why", "Test této věci")
    assert 'name="username"' in (await reader.get(page(ground))).text


async def refused(ground: Ground, browser: Visitor, subject: str, reason: str) -> None:
    answer = await suspend(ground, browser, subject)
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, reason)
    await ground.refused(answer, reason)
    entry = await ground.entry(answer, Code.OFFICER_ACT_REFUSED)
    assert (entry.reason, entry.details["act"]) == (reason, "suspend_device")
