"""Forms of "my account": what a stranger's page, a stolen cookie, another person and a form sent twice can do there."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from config.vocabulary import SubjectId
from gateway.audit.entry import Code
from gateway.demo.start import DOMAIN
from gateway.demo.world import Account
from gateway.storage.tables.identity import provider_session
from idp.http.account import FORMS
from idp.http.cookies import KNOWN, SSO
from idp.login.exception import new_exception
from idp.login.handle import hashed, read_handle
from idp.login.officer import grant_exception
from idp.login.own_authenticators import PROOF_FRESH
from idp.login.session import Session
from idp.login.totp import Secret
from tests.attacks.conftest import foreign
from tests.rig.attacked import Ground
from tests.rig.code_generator import code_at
from tests.rig.people import OPERATOR
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

CODES = re.compile(r"<code>([0-9A-Z-]{23})</code>")
CHANGES = ("application", "key", "remove/now")
"""Forms below `/account/authenticators` that take a fresh proof, beside `/account/recovery-codes`."""
STAY = "/account/stay"


async def at_account(ground: Ground, account: Account) -> Visitor:
    return await ground.signed_in(account, f"{ground.login}/account")


async def held(ground: Ground, account: Account) -> tuple[object, ...]:
    """Everything a form there could change, but for the time of the last use."""

    def look(book):
        mine = book.authenticators(account.subject)
        return (
            [(one.id, one.name, one.means) for one in mine],
            book.recovery_codes_left(account.subject),
            {one.sid for one in book.sessions_of_subject(account.subject)},
            [one.name for one in book.new_devices(account.subject)],
        )

    return await ground.state.identities.look(look)


async def sessions_of(ground: Ground, account: Account) -> list[Session]:
    return await ground.state.identities.look(lambda book: book.sessions_of_subject(account.subject))


async def everything_of(ground: Ground, account: Account) -> dict[str, str]:
    """Fields that name what this person has."""
    (authenticator, *_), _, (session, *_), devices = await held(ground, account)
    return {
        "which": authenticator[0],
        "session": session,
        "device": devices[0] if devices else "x",
        "name": "Cizí telefon",
        "code": "000000",
        "key": "{}",
    }


async def asking_for_codes(ground: Ground, browser: Visitor) -> dict[str, str]:
    page = await browser.get(f"{ground.login}/account/recovery-codes")
    return dict(re.findall(r'name="(instead_of)" value="([0-9a-f]{32})"', page.text))


async def sent(ground: Ground, browser: Visitor, path: str, fields: dict[str, str]) -> Shown:
    return await browser.post(ground.login + path, fields, follow=False)


async def refused(
    ground: Ground,
    answer: Shown,
    reason: str,
    *,
    recorded: bool = True,
    code: Code = Code.FACTOR_CHANGE_REFUSED,
) -> None:
    """The request's entry names the reason; so does, for a change of factors, an entry of its own."""
    assert answer.status in {303, 422}, answer.status
    await ground.refused(answer, reason)
    if recorded:
        assert (await ground.entry(answer, code)).reason == reason


async def made_older(ground: Ground, account: Account, by: timedelta) -> None:
    """As if the factors had been shown earlier."""

    def older(connection: Connection) -> None:
        ago = int(by.total_seconds()) * 1_000_000
        mine = update(provider_session).where(provider_session.c.subject == account.subject)
        connection.execute(mine.values(auth_time=provider_session.c.auth_time - ago))

    await ground.state.database.write(older)


async def test_no_form_of_my_account_is_taken_from_another_page(ground: Ground) -> None:
    account = ground.somebody()
    browser = await at_account(ground, account)
    fields, before = await everything_of(ground, account), await held(ground, account)
    urls = [ground.login + path for path in FORMS]
    answers = [
        await browser.post(url, fields, headers=headers, follow=False)
        for url in urls
        for headers in foreign(ground, url)
    ]
    for answer in answers:
        assert answer.status == 403, answer.url
        await ground.refused(answer, "not_from_our_page")
    assert await held(ground, account) == before


async def test_no_form_of_my_account_is_sent_by_a_link(ground: Ground) -> None:
    account = ground.somebody()
    browser = await at_account(ground, account)
    fields, before = await everything_of(ground, account), await held(ground, account)
    for path in FORMS:
        answer = await browser.get(
            f"{ground.login}{path}?which={fields['which']}&session={fields['session']}"
        )
        assert answer.status in {200, 404, 405}, path
    assert await held(ground, account) == before


async def test_nothing_of_somebody_else_is_reached_by_its_identifier(ground: Ground) -> None:
    victim, thief = ground.somebody(), ground.somebody()
    await at_account(ground, victim)
    await at_account(ground, victim)  # a second browser, which my account asks about
    browser = await at_account(ground, thief)
    fields, before = await everything_of(ground, victim), await held(ground, victim)
    own = await held(ground, thief)
    for path in ("rename", "remove/now"):
        answer = await sent(ground, browser, f"/account/authenticators/{path}", fields)
        await refused(ground, answer, "authenticator_unknown")
    for path in ("sign-ins/end", "devices/mine", "devices/not-mine"):
        answer = await sent(ground, browser, f"/account/{path}", fields)
        await refused(ground, answer, "not_among_own", recorded=False)
    question = await browser.get(f"{ground.login}/account/authenticators/remove?which={fields['which']}")
    assert victim.name not in question.text
    assert (await held(ground, victim), await held(ground, thief)) == (before, own)


async def test_a_form_of_my_account_that_is_sent_again_changes_nothing_more(ground: Ground) -> None:
    account = ground.somebody()
    browser = await at_account(ground, account)
    page = await browser.get(f"{ground.login}/account/authenticators/new?by=code")
    form = {"code": code_at(Secret(page.secret), datetime.now(UTC)), "name": "Druhý telefon"}
    added = await sent(ground, browser, "/account/authenticators/application", form)
    assert added.location.query["done"] == "added"
    after = await held(ground, account)
    await refused(
        ground, await sent(ground, browser, "/account/authenticators/application", form), "nothing_pending"
    )
    assert await held(ground, account) == after

    which = {"which": next(one[0] for one in after[0] if one[1] == "Druhý telefon")}
    assert (await sent(ground, browser, "/account/authenticators/remove/now", which)).status == 303
    again = await sent(ground, browser, "/account/authenticators/remove/now", which)
    await refused(ground, again, "authenticator_unknown")
    assert len((await held(ground, account))[0]) == 1

    form = await asking_for_codes(ground, browser)
    first = CODES.findall((await sent(ground, browser, "/account/recovery-codes", form)).text)
    await refused(ground, await sent(ground, browser, "/account/recovery-codes", form), "codes_made_already")
    form = await asking_for_codes(ground, browser)
    second = CODES.findall((await sent(ground, browser, "/account/recovery-codes", form)).text)
    assert (len(first), len(set(first) | set(second))) == (10, 20)
    stranger = ground.browser()
    page = await ground.at_code(stranger, account)
    old = await stranger.post(str(page.form).replace("/code", "/recovery"), {"recovery": first[0]})
    assert (await ground.entry(old, Code.SIGN_IN_CODE_REFUSED)).reason == "recovery_code_wrong"


async def test_the_cookie_of_a_session_that_is_over_changes_nothing(ground: Ground) -> None:
    account = ground.somebody()
    browser, other = await at_account(ground, account), await at_account(ground, account)
    fields, cookies = await everything_of(ground, account), browser.cookies(ground.login)
    assert (await sent(ground, other, "/account/sign-ins/end-others", {})).status == 303
    thief = ground.browser()
    thief.keep(ground.login, cookies)
    before = await held(ground, account)
    for path in FORMS:
        answer = await sent(ground, thief, path, fields)
        assert answer.status == 303, path
        assert answer.location.path in ("/account", "/account/password"), (
            path
        )  # where who is signed out signs in
        assert CODES.findall(answer.text) == []
    assert 'name="password"' in (await thief.get(f"{ground.login}/account")).text
    assert await held(ground, account) == before
    assert await ground.entries(
        at_least=1, codes=(Code.SIGN_OUT,), person=account.login, reason="signed_out_elsewhere"
    )


async def changes_nothing(ground: Ground, browser: Visitor, account: Account) -> None:
    """No form that takes a fresh proof does anything, and each leads to no page to do it on."""
    fields, before = await everything_of(ground, account), await held(ground, account)
    for path in (*(f"/account/authenticators/{one}" for one in CHANGES), "/account/recovery-codes"):
        answer = await sent(ground, browser, path, fields)
        await refused(ground, answer, "proof_too_old")
        assert CODES.findall(answer.text) == []
    for path in ("new?by=code", "new?by=key", f"remove?which={fields['which']}"):
        page = await browser.get(f"{ground.login}/account/authenticators/{path}", follow=False)
        assert (page.status, page.location.path) == (303, "/account/prove")
        await ground.refused(page, "proof_too_old")
    assert await held(ground, account) == before


@pytest.mark.parametrize("by", [PROOF_FRESH, timedelta(days=-1)], ids=["old", "dated after a clock set back"])
async def test_a_browser_that_was_left_open_changes_no_factor(ground: Ground, by: timedelta) -> None:
    """Or a cookie that was stolen: whoever has it has shown nothing."""
    account = ground.somebody()
    browser = await at_account(ground, account)
    await made_older(ground, account, by)
    await changes_nothing(ground, browser, account)


async def test_a_session_by_password_alone_changes_no_factor_however_fresh(ground: Ground) -> None:
    account, browser, now = ground.somebody(), ground.browser(), datetime.now(UTC)
    await ground.state.identities.transact(
        lambda book: grant_exception(
            book,
            new_exception(
                SubjectId(account.subject),
                account.login,
                "telefon",
                OPERATOR,
                now,
                now + timedelta(hours=1),
            ),
        )
    )
    page = await browser.get(f"{ground.login}/account")
    assert (await browser.fill(page, username=account.login, password=account.password)).status == 200
    await changes_nothing(ground, browser, account)


async def test_a_browser_that_is_asked_about_does_not_answer_for_itself_and_is_out_when_another_says_no(
    ground: Ground,
) -> None:
    """Somebody has the password and a code, and signs in elsewhere."""
    account = ground.somebody()
    own = await ground.signed_in(account, f"{ground.login}/account")
    thief = await ground.signed_in(account)
    cookie, handle = ground.cookie(thief), read_handle(thief.cookies(ground.login)[KNOWN])
    assert handle is not None
    name = hashed(handle).hex()[:32]
    await refused(
        ground,
        await sent(ground, thief, "/account/devices/mine", {"device": name}),
        "not_among_own",
        recorded=False,
    )
    assert await ground.entries(codes=(Code.NEW_DEVICE_OWNED,), person=account.login) == []
    assert name in (await own.get(f"{ground.login}/account")).text
    alarmed = await sent(ground, own, "/account/devices/not-mine", {"device": name})
    assert (alarmed.status, SSO in own.cookies(ground.login)) == (200, False)
    disowned = await ground.entry(alarmed, Code.NEW_DEVICE_DISOWNED)
    assert disowned.details["device_address"] == thief.address
    assert await sessions_of(ground, account) == []
    answer = await ground.ask("/x", cookie=cookie)
    assert answer.status == 401
    await ground.refused(answer, "sign_in_needed")
    again = await sent(ground, own, "/account/devices/not-mine", {"device": name})
    assert (again.status, again.location.path) == (303, "/account")


async def test_a_password_of_words_that_everybody_here_knows_is_none(ground: Ground) -> None:
    """Titles of the office's applications in both languages, and its domain: neither long words nor a year help."""
    account = ground.somebody()
    browser = await at_account(ground, account)
    for word in ("Mapa správního obvodu", "Records service", DOMAIN):
        new = f"{word} 2026!"
        fields = {"old": account.password, "new": new, "again": new}
        answer = await sent(ground, browser, "/account/password/change", fields)
        assert answer.status == 422, word
        assert (
            await ground.entry(answer, Code.SIGN_IN_PASSWORD_NOT_CHANGED)
        ).reason == "password_of_own_names"


async def test_a_thief_with_a_session_alone_puts_nobody_out_and_stays_in_no_longer_than_the_person_likes(
    ground: Ground,
) -> None:
    account = ground.somebody()
    thief = await at_account(ground, account)
    await made_older(ground, account, PROOF_FRESH)
    own = ground.browser()
    page = await ground.at_code(own, account, f"{ground.login}/account")
    answer = await sent(ground, thief, "/account/sign-ins/end-others", {})
    await refused(ground, answer, "proof_too_old", code=Code.SIGN_OUT_REFUSED)
    assert (await own.fill(page, code=ground.code(account))).status == 200
    own_session, thiefs = sorted(
        await sessions_of(ground, account), key=lambda one: one.auth_time, reverse=True
    )
    answer = await sent(ground, thief, "/account/sign-ins/end", {"session": own_session.sid})
    await refused(ground, answer, "proof_too_old", code=Code.SIGN_OUT_REFUSED)
    assert (await sent(ground, own, "/account/sign-ins/end-others", {})).status == 303
    assert [one.sid for one in await sessions_of(ground, account)] == [own_session.sid] != [thiefs.sid]
