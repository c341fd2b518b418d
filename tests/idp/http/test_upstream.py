"""Signing in through another provider: real sockets to a real one that can misbehave, over the real directory."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from config.settings import UpstreamLevel
from gateway.audit.entry import Code
from idp.login.upstream import Identity
from tests.rig.provider import CALLBACK as PORTAL_CALLBACK
from tests.rig.provider import ISSUER
from tests.rig.sign_in_world import JANA, JANA_PASSWORD
from tests.rig.upstream_provider import Wrong
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


async def test_the_page_offers_the_provider_by_its_title(there):
    browser = there.world.rig.browser()
    page = await browser.get(await browser.begin())
    assert f"Sign in through {TITLE}" in page.text


async def test_it_is_asked_with_everything_that_binds_its_answer(there):
    browser = there.world.rig.browser()
    await there.through(browser)
    (asked,) = there.op.authorized
    assert asked["scope"] == "openid"
    assert asked["redirect_uri"] == f"{ISSUER}/upstream/{NAME}/callback"
    assert len(asked["state"]) == 66
    assert len(asked["nonce"]) == 43
    assert asked["code_challenge_method"] == "S256"
    assert "max_age" not in asked


async def test_a_linked_person_comes_in_by_the_provider_and_the_own_second_factor(there):
    await there.link()
    browser = there.world.rig.browser()
    page, back = await there.through(browser)
    assert (back.status, back.location) == (303, page)
    assert 'name="code"' in (await browser.get(page)).text
    done = await browser.code(page, there.world.code())
    assert done.location.startswith(PORTAL_CALLBACK + "?code=")
    session = (await sessions(there))[-1]
    assert session.methods == ("fed", "otp", "mfa")
    assert session.via is not None
    assert session.via.identity.subject == JANAS
    assert there.world.asked == [JANA]  # the directory's password was shown once, when it was linked
    (accepted,) = entries(there, Code.SIGN_IN_UPSTREAM_ACCEPTED)
    assert accepted.subject == there.world.jana.subject
    assert "upstream_trusted" not in accepted.details


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (Wrong.NONCE, "upstream_nonce_wrong"),
        (Wrong.AUDIENCE, "upstream_audience_wrong"),
        (Wrong.TWO_AUDIENCES, "upstream_audience_wrong"),
        (Wrong.PARTY, "upstream_audience_wrong"),
        (Wrong.ISSUER, "upstream_issuer_wrong"),
        (Wrong.EXPIRED, "upstream_time_wrong"),
        (Wrong.FROM_THE_FUTURE, "upstream_time_wrong"),
        (Wrong.HASH, "upstream_hash_wrong"),
        (Wrong.NO_SUBJECT, "upstream_token_unreadable"),
        (Wrong.ALG_NONE, "upstream_algorithm"),
        (Wrong.CONFUSED, "upstream_algorithm"),
        (Wrong.OTHER_ALGORITHM, "upstream_algorithm"),
        (Wrong.FOREIGN_KEY, "upstream_signature_wrong"),
        (Wrong.MIXED_UP, "upstream_mixed_up"),
        (Wrong.UNNAMED, "upstream_mixed_up"),
        (Wrong.DENIES, "upstream_denied"),
        (Wrong.ENDLESS, "upstream_unusable"),
        (Wrong.REDIRECTS, "upstream_unreachable"),
    ],
)
async def test_an_answer_that_proves_nothing_opens_nothing(there, wrong, reason):
    await there.link()
    before = len(await sessions(there))
    browser = there.world.rig.browser()
    there.op.wrong.add(wrong)
    _, back = await there.through(browser)
    assert back.status in {422, 503}
    refused = entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1]
    assert (refused.reason, refused.details["upstream"]) == (reason, NAME)
    assert len(await sessions(there)) == before
    assert "/elsewhere" not in there.op.asked
    assert 'name="password"' in back.text  # other ways stay open


@pytest.mark.parametrize("wrong", [Wrong.OTHER_METADATA, Wrong.ELSEWHERE, Wrong.IN_THE_CLEAR])
async def test_what_it_says_of_itself_leads_nowhere_that_nobody_configured(there, wrong):
    browser = there.world.rig.browser()
    page = await browser.begin()
    there.op.wrong.add(wrong)
    answer = await browser.get(page.replace("/sign-in", "/sign-in/upstream", 1) + f"&provider={NAME}")
    assert answer.status == 503
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_unusable"
    assert there.op.asked == ["/.well-known/openid-configuration"]


async def test_one_that_is_down_is_told_and_the_password_still_lets_in(there):
    browser = there.world.rig.browser()
    page = await browser.begin()
    there.op.wrong.add(Wrong.OVERLOADED)
    answer = await browser.get(page.replace("/sign-in", "/sign-in/upstream", 1) + f"&provider={NAME}")
    assert answer.status == 503
    assert "does not answer as it should" in answer.text
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_unreachable"
    await browser.password(page, JANA, JANA_PASSWORD)
    assert (await browser.code(page, there.world.code())).status == 303


async def test_an_answer_works_once(there):
    await there.link()
    browser = there.world.rig.browser()
    page = await browser.begin()
    back = await there.at_op(page, browser)
    first = await browser.get(back.removeprefix(ISSUER))
    assert first.status == 303
    again = await browser.get(back.removeprefix(ISSUER))
    assert again.status == 303  # it is past that: back to the page
    assert again.location == page
    assert there.op.asked.count("/token") == 2  # one of them when it was linked


async def test_an_answer_of_another_browser_or_sign_in_counts_nowhere(there):
    await there.link()
    thief, victim = there.world.rig.browser("198.51.100.9"), there.world.rig.browser()
    back = await there.at_op(await thief.begin(), thief)
    stolen = await victim.get(back.removeprefix(ISSUER))  # without the cookie of that sign-in
    assert stolen.status == 400
    page = await victim.begin()
    await there.at_op(page, victim, PETRS)
    flow = parse_qs(urlsplit(page).query)["flow"][0]
    state = parse_qs(urlsplit(back).query)["state"][0].partition(".")[2]
    code = parse_qs(urlsplit(back).query)["code"][0]
    injected = await victim.get(
        f"/upstream/{NAME}/callback?code={code}&state={flow}.{state}&iss={there.op.issuer}"
    )
    assert injected.status == 422
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_state_wrong"
    assert there.op.asked.count("/token") == 1


async def test_a_code_of_somebody_else_in_a_right_answer_is_refused(there):
    """Code injection: PKCE and nonce bind the code to the browser that asked for it."""
    await there.link()
    thief, victim = there.world.rig.browser("198.51.100.9"), there.world.rig.browser()
    code = parse_qs(urlsplit(await there.at_op(await thief.begin(), thief)).query)["code"][0]
    back = await there.at_op(await victim.begin(), victim, PETRS)
    own = parse_qs(urlsplit(back).query)["code"][0]
    answer = await victim.get(back.removeprefix(ISSUER).replace(own, code))
    assert answer.status == 422
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_code_refused"


async def test_a_provider_that_does_not_answer_is_not_asked_for_everybody_who_wants_to_go_there(there):
    """Nor by strangers, who need no sign-in to be led out of it."""
    clock = [0.0]
    there.client.monotonic = lambda: clock[0]
    there.op.wrong = {Wrong.OVERLOADED}
    browsers = [there.world.rig.browser(f"192.0.2.{number}") for number in range(20, 30)]
    there_by = [await one.begin() for one in browsers]
    ways = [f"{page.replace('/sign-in', '/sign-in/upstream', 1)}&provider={NAME}" for page in there_by]
    strangers = [f"/upstream/{NAME}/sign-out"] * len(browsers)
    led = zip((*browsers, *browsers), (*ways, *strangers), strict=True)
    told = await asyncio.gather(*(one.get(way) for one, way in led))
    assert [one.status for one in told] == [503] * 10 + [200] * 10
    assert len(there.op.asked) == 1
    clock[0] = 4.9
    assert (await browsers[0].get(ways[0])).status == 503
    assert len(there.op.asked) == 1
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_unreachable"
    there.op.wrong.clear()
    clock[0] = 5.0
    assert (await browsers[0].get(ways[0])).status == 303


async def test_a_proof_of_this_moment_is_asked_for_there_and_must_be_one(there):
    await there.link()
    browser = there.world.rig.browser()
    page, back = await there.through(browser, max_age="0")
    assert there.op.authorized[-1]["max_age"] == "0"
    assert (back.status, back.location) == (303, page)
    there.op.people[JANAS]["auth_time"] = int(there.world.rig.clock().timestamp()) - 600
    _, stale = await there.through(there.world.rig.browser(), max_age="0")
    assert stale.status == 422
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_not_anew"


async def test_its_level_counts_only_where_the_configuration_trusts_it(office, tmp_path):
    trusted = [UpstreamLevel(acr="vysoka", level="two-factors")]
    async with upstream_world(office, tmp_path, levels=trusted) as there:
        await there.link()
        there.op.acr = "jina"
        page, back = await there.through(there.world.rig.browser())
        assert back.location == page  # our own second factor is asked for
        there.op.acr = "vysoka"
        browser = there.world.rig.browser()
        _, back = await there.through(browser)
        assert back.location.startswith(PORTAL_CALLBACK + "?code=")
        assert there.op.authorized[-1]["acr_values"] == "vysoka"
        session = (await sessions(there))[-1]
        assert (session.methods, session.level.value) == (("fed", "mfa"), "urn:brana:acr:two-factors")
        assert entries(there, Code.SIGN_IN_UPSTREAM_ACCEPTED)[-1].details["upstream_trusted"] is True
        there.op.shown_at = there.world.rig.clock().replace(year=2025)  # shown there long ago
        page, back = await there.through(there.world.rig.browser())
        assert back.location == page


async def test_who_was_phished_once_is_not_come_in_as_by_a_key_for_good(office, tmp_path):
    """By password and one-time code somebody links an identity of their own, whose provider says what we trust most."""
    trusted = [UpstreamLevel(acr="klic", level="phishing-resistant")]
    async with upstream_world(office, tmp_path, levels=trusted) as there:
        there.op.acr = "klic"
        await there.link()
        for hours, level in ((0, "two-factors"), (24, "phishing-resistant")):
            there.world.rig.clock.forward(hours=hours)
            await there.through(there.world.rig.browser())
            session = (await sessions(there))[-1]
            assert session.via is not None
            assert session.level.value == f"urn:brana:acr:{level}"
            assert (session.proof_counts_from is not None) is (hours == 0)


async def test_somebody_without_a_factor_of_their_own_takes_the_password(there):
    await there.link()
    subject = there.world.jana.subject
    store = there.world.rig.kept.store
    await store.transact(
        lambda book: [book.drop_authenticator(one.id) for one in book.authenticators(subject)]
    )
    _, back = await there.through(there.world.rig.browser())
    assert back.status == 422
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_factor_missing"


async def test_the_person_sees_the_link_and_ends_it_with_what_it_opened(there):
    await there.link()
    browser = there.world.rig.browser()
    page, _ = await there.through(browser)
    await browser.code(page, there.world.code())
    (mine,) = [one for one in await sessions(there) if one.via is not None]
    there.world.rig.clock.forward(seconds=31)
    office, _ = await there.world.sign_in()
    shown = await office.get("/account")
    assert "Jana N. (kraj)" in shown.text
    form = {"issuer": there.op.issuer, "identity": JANAS}
    ended = await office.post("/account/upstreams/end", form)
    assert ended.location == "/account?done=unlinked#upstreams"
    assert await links(there) == []
    assert mine.sid in there.world.rig.ended
    (unlinked,) = entries(there, Code.UPSTREAM_UNLINKED)
    assert unlinked.details["by"] == JANA
    page, _ = await there.through(there.world.rig.browser())
    again = await office.post("/account/upstreams/end", form)
    assert again.headers["x-brana-reason"] == "not_among_own"


async def test_a_link_of_somebody_else_is_nobodys_to_end(there):
    await there.link()
    identity = Identity(issuer=there.op.issuer, subject="ciziho")
    store = there.world.rig.kept.store
    (mine,) = await links(there)
    await store.transact(
        lambda book: book.keep_link(replace(mine, identity=identity, subject=there.world.petr.subject))
    )
    browser, _ = await there.world.sign_in()
    answer = await browser.post("/account/upstreams/end", {"issuer": identity.issuer, "identity": "ciziho"})
    assert answer.headers["x-brana-reason"] == "not_among_own"
    assert len(await links(there, there.world.petr.subject)) == 1


async def test_a_user_name_of_its_realm_leads_there_and_no_password_is_looked_at(there):
    browser = there.world.rig.browser()
    page = await browser.begin()
    led = await browser.password(page, "novakova@kraj.test", "heslo, ktere sem nepatri")
    assert led.status == 200
    assert TITLE in led.text
    assert "heslo, ktere" not in led.text
    flow = parse_qs(urlsplit(page).query)["flow"][0]
    sent = await browser.get(f"/sign-in/upstream?flow={flow}&provider={NAME}&login=novakova%40kraj.test")
    assert parse_qs(urlsplit(sent.location).query)["login_hint"] == ["novakova@kraj.test"]
    assert there.world.asked == []


async def test_an_unlinked_person_whose_account_is_gone_gets_nowhere(there):
    await there.link()
    store = there.world.rig.kept.store
    (mine,) = await links(there)
    gone = replace(mine, subject="urad:00000000-0000-4000-8000-000000000000")
    await store.transact(lambda book: book.keep_link(gone))
    _, back = await there.through(there.world.rig.browser())
    assert back.status == 422
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "unknown_person"
