"""The second factor: nobody comes in without it, adds one to an account that has one, or enrols for another."""

import asyncio
import html
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update
from webauthn.helpers import base64url_to_bytes
from yarl import URL

from config.vocabulary import AuthenticationLevel
from gateway.audit.entry import Code
from gateway.demo.world import Account
from gateway.storage.tables.identity import sign_in_flow
from idp.login import key_site
from idp.login.totp import Secret
from tests.attacks.conftest import authorization
from tests.rig.attacked import Ground
from tests.rig.code_generator import code_at
from tests.rig.product import ROOT, enrolment_code
from tests.rig.soft_key import UP, UV, SoftKey
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
BEGIN_AGAIN = "start_again"
RESISTANT = AuthenticationLevel.PHISHING_RESISTANT.value


def in_no_session(ground: Ground, browser: Visitor) -> bool:
    return "__Host-brana-sso" not in browser.cookies(ground.login)


def _present(secret: str) -> str:
    return code_at(Secret(secret), datetime.now(UTC))


async def _brana(ground: Ground, group: str, command: str, *arguments: str) -> None:
    configuration = str(ground.product.configuration)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", group, command, "--config", configuration, *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await process.wait() == 0


async def test_a_password_alone_gives_no_code_no_session_and_no_application(ground: Ground) -> None:
    account, browser = ground.somebody(), ground.browser()
    await ground.at_code(browser, account)
    ground.taken_over.requests.clear()
    assert in_no_session(ground, browser)
    silent = await browser.get(authorization(ground, prompt="none"), follow=False)
    assert "error=login_required" in silent.headers["Location"]
    assert (await ground.entry(silent, Code.CODE_REFUSED)).reason == "login_required"
    again = await browser.get(ground.records(), follow=False)
    assert again.status == 302
    asked = await browser.get(ground.records())  # a new sign-in asks for the password again
    assert 'name="password"' in asked.text
    assert ground.taken_over.requests == []


async def test_a_code_before_the_password_is_not_looked_at(ground: Ground) -> None:
    account, browser = ground.somebody(), ground.browser()
    page = await browser.get(ground.records())
    shown = await browser.post(
        str(page.form).replace("/password", "/code"), {"code": ground.code(account)}, follow=False
    )
    assert (shown.status, shown.location.path) == (303, "/sign-in")
    await ground.refused(shown, BEGIN_AGAIN)
    assert in_no_session(ground, browser)
    assert await ground.entries(codes=(Code.SIGN_IN_CODE_ACCEPTED,), person=account.login) == []


async def test_whoever_has_a_factor_is_offered_no_other_and_can_send_none(ground: Ground) -> None:
    """With the right password: no page of enrolment, and a form of one proves nothing of a new secret."""
    account, browser = ground.somebody(), ground.browser()
    page = await ground.at_code(browser, account)
    assert page.secret == ""
    for url in (page.url, page.url.with_query({**page.url.query, "enrol": "1"})):
        shown = await browser.get(url)
        assert shown.secret == ""
        assert "otpauth:" not in shown.text
    wrong = f"{(int(ground.code(account)) + 500_000) % 1_000_000:06}"
    for more in ({}, {"secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}, {"enrol": "1"}):
        shown = await browser.post(page.form, {"code": wrong, **more})
        assert (shown.status, shown.secret) == (422, "")
        assert (await ground.entry(shown, Code.SIGN_IN_CODE_REFUSED)).reason == "code_wrong"
        await ground.refused(shown, "code_wrong")
    for path in ("/enrol", "/sign-in/enrol", "/factor", "/sign-in/reset", "/factor/remove"):
        answer = await ground.ask(
            path,
            host=ground.login.removeprefix("https://"),
            method="POST",
            headers=(f"Origin: {ground.login}",),
            cookie=ground.cookie(browser, ground.login),
        )
        assert answer.status == 404
        await ground.refused(answer, "page_unknown")
    assert await ground.entries(codes=(Code.FACTOR_ENROLLED, Code.FACTOR_REMOVED), person=account.login) == []


async def test_a_session_that_is_signed_in_changes_no_factor_either(ground: Ground) -> None:
    """A stolen session is no way to a second factor: the next sign-in asks for the old one."""
    account = ground.somebody()
    browser = await ground.signed_in(account)
    page = await browser.get(authorization(ground, prompt="login"))
    page = await browser.fill(page, username=account.login, password=account.password)
    assert (page.secret, 'name="code"' in page.text) == ("", True)
    assert await ground.entries(codes=(Code.FACTOR_ENROLLED,), person=account.login) == []


async def test_the_password_alone_enrols_nothing(ground: Ground) -> None:
    """Whoever learnt a password before its owner set up a factor gets no further."""
    account, thief = ground.somebody(enrolled=False), ground.browser()
    page = await ground.at_officers_code(thief, account)
    for more in ("", "&by=code", "&by=key"):
        shown = await thief.get(f"{page.url}{more}")
        assert (shown.secret, "data-options" in shown.text) == ("", False)
    for form in ("code", "enrolment/key", "saved", "recovery-codes"):
        sent = await thief.post(
            str(page.form).replace("/enrolment", f"/{form}"), {"code": "000000", "key": "{}"}
        )
        assert 'name="enrolment"' in sent.text
    guessed = await thief.fill(page, enrolment="0" * 20)
    assert guessed.status == 422
    assert (await ground.entry(guessed, Code.ENROLMENT_CODE_REFUSED)).reason == "enrolment_code_wrong"
    await ground.refused(guessed, "enrolment_code_wrong")
    assert in_no_session(ground, thief)
    assert await ground.entries(codes=(Code.FACTOR_ENROLLED,), person=account.login) == []


async def test_an_officers_code_is_good_once_for_one_person_and_never_guessed_without_end(
    ground: Ground,
) -> None:
    account, other = ground.somebody(enrolled=False), ground.somebody(enrolled=False)
    code = await enrolment_code(ground.state, account)
    thief = ground.browser()
    stolen = await thief.fill(await ground.at_officers_code(thief, other), enrolment=code)
    assert (
        await ground.entry(stolen, Code.ENROLMENT_CODE_REFUSED)
    ).reason == "enrolment_code_of_another_person"
    browsers = [ground.browser() for _ in range(4)]
    pages = [await ground.at_officers_code(browser, account) for browser in browsers]
    shown = await asyncio.gather(
        *(
            browser.fill(page, enrolment=code, follow=False)
            for browser, page in zip(browsers, pages, strict=True)
        )
    )
    assert sorted(one.status for one in shown) == [303, 422, 422, 422]
    for one in shown:
        if one.status == 422:
            assert (await ground.entry(one, Code.ENROLMENT_CODE_REFUSED)).reason == "enrolment_code_used"
    last = [
        await thief.fill(await ground.at_officers_code(thief, other), enrolment="1" * 20) for _ in range(5)
    ]
    assert last[-1].status == 429
    await ground.refused(last[-1], "wait")


async def test_an_enrolment_confirmed_twice_at_once_keeps_one(ground: Ground) -> None:
    account, browser = ground.somebody(enrolled=False), ground.browser()
    page = await ground.at_enrolment(browser, account)
    code = _present(page.secret)
    shown = await asyncio.gather(*(browser.fill(page, code=code, follow=False) for _ in range(2)))
    assert sorted(one.status for one in shown) == [200, 303]
    assert len(await ground.entries(codes=(Code.FACTOR_ENROLLED,), person=account.login)) == 1
    assert in_no_session(ground, browser)


async def test_an_enrolment_begun_with_an_intercepted_code_stops_when_the_officer_gives_another(
    ground: Ground,
) -> None:
    """The person says that the code did not work, and gets a new one: nobody goes on with the first."""
    account, thief, own = ground.somebody(enrolled=False), ground.browser(), ground.browser()
    page = await ground.at_enrolment(thief, account)
    mine = await ground.at_enrolment(own, account)
    late = await thief.fill(page, code=_present(page.secret), follow=False)
    assert late.status == 400
    await ground.refused(late, BEGIN_AGAIN)
    assert in_no_session(ground, thief)
    assert await ground.entries(codes=(Code.FACTOR_ENROLLED,), person=account.login) == []
    assert (await own.fill(mine, code=_present(mine.secret), follow=False)).status == 200


async def test_a_factor_enrolled_with_an_intercepted_code_opens_nothing_once_it_was_reset(
    ground: Ground,
) -> None:
    """The thief stands at the recovery codes, and presses "I have saved them" after `brana user reset-factor`."""
    account, thief = ground.somebody(enrolled=False), ground.browser()
    page = await ground.at_enrolment(thief, account)
    codes = await thief.fill(page, code=_present(page.secret), follow=False)
    assert codes.status == 200
    await _brana(ground, "user", "reset-factor", account.login, "--yes")
    late = await thief.fill(codes, follow=False)
    assert late.status == 400
    await ground.refused(late, BEGIN_AGAIN)
    assert in_no_session(ground, thief)
    assert await ground.entries(codes=(Code.SIGN_IN_COMPLETED,), person=account.login) == []


async def test_a_session_of_the_password_alone_dies_with_the_exception_that_opened_it(ground: Ground) -> None:
    """A thief of the password, while its person is excepted: the officer ends the exception, and the thief is out."""
    account, thief = ground.somebody(), ground.browser()
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    await _brana(
        ground, "user", "exception", account.login, "--reason", "rozbil se telefon", "--until", tomorrow
    )
    page = await thief.get(f"{ground.login}/account")
    shown = await thief.fill(page, username=account.login, password=account.password)
    assert shown.status == 200
    assert account.login in shown.text
    await _brana(ground, "user", "end-exception", account.login)
    late = await thief.get(f"{ground.login}/account")
    assert 'name="password"' in late.text
    (ended,) = await ground.entries(codes=(Code.SESSION_ENDED,), person=account.login)
    assert ended.reason == "exception_ended"


async def test_an_enrolment_page_is_nothing_in_another_browser(ground: Ground) -> None:
    account = ground.somebody(enrolled=False)
    own, thief = ground.browser(), ground.browser()
    page = await ground.at_enrolment(own, account)
    await thief.get(ground.records())  # it has a binding of its own
    for browser in (thief, ground.browser()):
        looked = await browser.get(page.url)
        assert (looked.status, looked.secret) == (400, "")
        await ground.refused(looked, BEGIN_AGAIN)
        shown = await browser.post(page.form, {"code": _present(page.secret)})
        assert shown.status == 400
        await ground.refused(shown, BEGIN_AGAIN)
        assert in_no_session(ground, browser)
    assert await ground.entries(codes=(Code.FACTOR_ENROLLED,), person=account.login) == []
    codes = await own.fill(page, code=ground.code(account, page.secret))
    assert (await own.fill(codes)).status == 200


def _asked(page: Shown) -> bytes:
    options = re.search(r'data-options="([^"]*)"', page.text)
    assert options is not None, page.title
    return base64url_to_bytes(json.loads(html.unescape(options[1]))["challenge"])


async def _with_key(ground: Ground) -> tuple[SoftKey, Account]:
    """Somebody who has enrolled a key."""
    account, browser = ground.somebody(enrolled=False), ground.browser()
    page = await ground.at_enrolment(browser, account)
    page = await browser.get(page.url.update_query(by="key"))
    key = SoftKey(ground.login, URL(ground.login).host or "")
    made = await browser.fill(page, key=key.made(_asked(page), owner=key_site.user_handle(account.subject)))
    assert made.status == 200, made.title
    return key, account


async def test_a_key_that_a_phished_code_added_rises_to_nothing_and_shuts_nobody_out(ground: Ground) -> None:
    """The thief of a password and one code has five minutes at "my account"."""
    account = ground.somebody()
    thief = await ground.signed_in(account, f"{ground.login}/account")
    page = await thief.get(f"{ground.login}/account/authenticators/new?by=key")
    owner = key_site.user_handle(account.subject)
    key = SoftKey(ground.login, URL(ground.login).host or "", owner=owner)
    added = await thief.fill(page, key=key.made(_asked(page)), name="Muj")
    assert added.status == 200
    (enrolled,) = await ground.entries(codes=(Code.FACTOR_ENROLLED,), person=account.login)
    assert "counts_from" in enrolled.details
    page = await thief.get(authorization(ground, acr_values=RESISTANT, prompt="login"))
    risen = await thief.post(str(page.form).replace("/password", "/key"), {"key": key.shown(_asked(page))})
    assert (risen.status, (await ground.entry(risen, Code.SIGN_IN_KEY_REFUSED)).reason) == (
        422,
        "factor_too_new",
    )
    await ground.refused(risen, "factor_too_new")
    held = await ground.state.identities.look(lambda book: book.authenticators(account.subject))
    older = next(one.id for one in held if one.name != "Muj")
    gone = await thief.post(
        f"{ground.login}/account/authenticators/remove/now", {"which": older}, follow=False
    )
    assert (await ground.entry(gone, Code.FACTOR_CHANGE_REFUSED)).reason == "last_in_full"
    await ground.refused(gone, "last_in_full")


async def test_a_key_signs_in_at_our_own_page_for_its_own_person_once(ground: Ground) -> None:
    """Wrong origin, wrong site, nobody verified, a count that went back, a replay: each by its name in the log."""
    key, account = await _with_key(ground)
    browser = ground.browser()

    async def sent(answer: str) -> Shown:
        page = await browser.get(ground.records())
        return await browser.post(str(page.form).replace("/password", "/key"), {"key": answer})

    async def shown(**lies: Any) -> Shown:
        page = await browser.get(ground.records())
        return await browser.post(
            str(page.form).replace("/password", "/key"), {"key": key.shown(_asked(page), **lies)}
        )

    attacks = {
        "key_origin_wrong": {"origin": "https://login.brana.localhost.evil.test"},
        "key_site_wrong": {"rp_id": "brana.localhost"},
        "key_user_not_verified": {"flags": UP},
        "key_nobody_present": {"flags": UV},
        "key_of_another_person": {"owner": b"x" * 32},
        "key_owner_unnamed": {"owner": b""},
    }
    for reason, lies in attacks.items():
        refused = await shown(**lies)
        assert (refused.status, in_no_session(ground, browser)) == (422, True)
        await ground.refused(refused, "key_refused")
        assert (await ground.entry(refused, Code.SIGN_IN_KEY_REFUSED)).reason == reason
    replayed = await sent(key.shown(b"an earlier challenge"))
    assert (await ground.entry(replayed, Code.SIGN_IN_KEY_REFUSED)).reason == "key_challenge_wrong"
    thief = SoftKey(ground.login, key.rp_id, owner=key.owner)
    page = await browser.get(ground.records())
    foreign = await browser.post(
        str(page.form).replace("/password", "/key"), {"key": thief.shown(_asked(page))}
    )
    assert (await ground.entry(foreign, Code.SIGN_IN_KEY_REFUSED)).reason == "key_unknown"
    assert (await shown()).status == 200
    page = await browser.get(authorization(ground, prompt="login"))
    copied = key.shown(_asked(page), count=1)
    back = await browser.post(str(page.form).replace("/password", "/key"), {"key": copied})
    assert (await ground.entry(back, Code.SIGN_IN_KEY_REFUSED)).reason == "key_count_went_back"
    signed_in = await ground.entries(at_least=1, codes=(Code.SIGN_IN_COMPLETED,), person=account.login)
    assert len(signed_in) == 1


async def test_a_sign_in_and_an_enrolment_end_with_their_time(ground: Ground) -> None:
    enrolling, signing = ground.somebody(enrolled=False), ground.somebody()
    browsers = ground.browser(), ground.browser()
    pages = [await ground.at_enrolment(browsers[0], enrolling), await ground.at_code(browsers[1], signing)]
    lifetime = ground.product.settings.sign_in.flow_lifetime + timedelta(seconds=1)
    names = [page.url.query["flow"] for page in pages]

    def older(connection: Connection) -> None:
        """As if they had been begun earlier."""
        ago = int(lifetime.total_seconds()) * 1_000_000
        shifted = {one: getattr(sign_in_flow.c, one) - ago for one in ("began_at", "expires_at")}
        connection.execute(update(sign_in_flow).where(sign_in_flow.c.id.in_(names)).values(**shifted))

    await ground.state.database.write(older)
    codes = _present(pages[0].secret), ground.code(signing)
    for browser, page, code in zip(browsers, pages, codes, strict=True):
        shown = await browser.fill(page, code=code)
        assert shown.status == 400
        await ground.refused(shown, BEGIN_AGAIN)
        assert in_no_session(ground, browser)
    assert await ground.entries(codes=(Code.FACTOR_ENROLLED,), person=enrolling.login) == []
