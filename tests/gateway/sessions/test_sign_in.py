"""Out to a provider on a real socket and back, with the real office on a real database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from joserfc.jwk import ECKey

from config.settings import SignIn as Limits
from config.vocabulary import Language
from gateway.grants.cookie import SESSION, read_cookies
from gateway.sessions.office import SessionOffice, handle_hash
from gateway.sessions.provider import KEYS_NOT_TWICE_WITHIN, Client, Provider
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import EndReason
from gateway.sessions.sign_in import Arrival, Fault, SignIn, SignInRefused
from gateway.sessions.stronger import Wish
from gateway.storage.database import Database
from gateway.storage.seal import Seal
from gateway.storage.sessions import StoredSessions
from tests.rig.prepared import prepared
from tests.rig.scripted_provider import ISSUER
from tests.rig.scripted_provider import Provider as Scripted
from tests.rig.scripted_provider import provider as scripted_provider
from tests.rig.session_store import session_store

HOST, OTHER_HOST = "spis.brana.example", "rada.brana.example"
SEAL = Seal(bytes(range(32)))


class Browser:
    """One person's browser: keeps the cookies of each host, and follows the sign-in by hand."""

    def __init__(self, sign_in: SignIn, there: Scripted, store: StoredSessions) -> None:
        self.sign_in, self.there, self.store = sign_in, there, store
        self.cookies: dict[str, dict[str, str]] = {HOST: {}, OTHER_HOST: {}}

    async def leave(
        self, host: str, now: datetime, path: str = "/", wish: Wish | None = None, **claims: Any
    ) -> dict[str, str]:
        """Begin at a host; the answer that the provider would send the browser back with."""
        beginning = await self.sign_in.begin(host, path, Language.CZECH, now, wish=wish)
        self._keep(host, beginning.cookie)
        asked = {name: one for name, [one] in parse_qs(urlsplit(beginning.location).query).items()}
        moment = int(now.timestamp())
        code = f"code-{len(self.there.asked)}-{asked['state'][:4]}"
        self.there.codes[code] = {
            "iss": ISSUER,
            "sub": "6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11",
            "aud": "brana-gateway",
            "exp": moment + 300,
            "iat": moment,
            "nonce": asked["nonce"],
            "sid": "provider-session-1",
            "acr": "urn:brana:acr:two-factors",
            "amr": ["pwd", "otp"],
            "auth_time": moment,
            "name": "Jana Nováková",
            "preferred_username": "novakova",
            "brana_roles": [{"municipality": "588491", "role": "accountant"}],
            "brana_facts_at": moment,
            "brana_ends_at": moment + 36_000,
        } | claims
        return {"code": code, "state": asked["state"], "iss": ISSUER}

    async def arrive(self, host: str, answer: dict[str, str], now: datetime) -> Arrival:
        arrival = await self.sign_in.finish(
            host, answer, self.cookies[host], "192.0.2.7", "browser", "r1", now
        )
        for cookie in arrival.cookies:
            self._keep(host, cookie)
        return arrival

    async def refusal(self, host: str, answer: dict[str, str], now: datetime) -> str:
        with pytest.raises(SignInRefused) as refused:
            await self.arrive(host, answer, now)
        return refused.value.reason

    def handle(self, host: str) -> bytes:
        return handle_hash(self.cookies[host][SESSION])

    def _keep(self, host: str, set_cookie: str) -> None:
        for name, morsel in SimpleCookie(set_cookie).items():
            self.cookies[host].pop(name, None)
            if morsel["max-age"] != "0":
                self.cookies[host] |= read_cookies(f"{name}={morsel.value}")


@pytest_asyncio.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    database = Database(prepared(tmp_path / "brana.db"))
    store = session_store(database, lambda _, __: None)
    office = SessionOffice(store, RevokedList(lambda _: None), Limits(), timedelta(minutes=5))
    async with scripted_provider(tmp_path) as there:
        client = Client(ISSUER, "brana-gateway", "secret")
        provider = Provider(
            client,
            lambda: aiohttp.UnixConnector(str(there.socket)),
            "http://idp",
            clock=lambda: there.monotonic,
        )
        known = {HOST, OTHER_HOST}.__contains__
        yield Browser(SignIn(provider, office, known, SEAL.close, SEAL.open), there, store)
        await provider.close()
    database.close()


async def test_who_comes_back_with_a_code_is_let_in(browser: Browser, now: datetime) -> None:
    arrival = await browser.arrive(HOST, await browser.leave(HOST, now, "/documents?page=2"), now)
    assert arrival.return_to == "/documents?page=2"
    assert await browser.store.by_handle(browser.handle(HOST), HOST) == arrival.session
    assert list(browser.cookies[HOST]) == [SESSION]  # the attempt's cookie is gone
    assert f"Max-Age={11 * 3600}" in arrival.cookies[0]  # an hour longer, to know whose form comes too late


async def test_the_provider_is_asked_for_factors_anew_when_they_are_needed(
    browser: Browser, now: datetime
) -> None:
    for wish in (None, Wish.ANEW):
        beginning = await browser.sign_in.begin(HOST, "/", Language.ENGLISH, now, wish=wish)
        asked = parse_qs(urlsplit(beginning.location).query)
        assert asked.get("max_age") == (["0"] if wish else None)
        assert asked["ui_locales"] == ["en"]
        assert asked["redirect_uri"] == [f"https://{HOST}/.brana/callback"]


async def test_factors_shown_before_new_ones_were_asked_for_let_nobody_in(
    browser: Browser, now: datetime
) -> None:
    old = int((now - timedelta(minutes=10)).timestamp())
    answer = await browser.leave(HOST, now, wish=Wish.ANEW, auth_time=old)
    assert await browser.refusal(HOST, answer, now) == "id_token_refused"
    answer = await browser.leave(HOST, now, auth_time=old)  # nothing new was asked for
    assert (await browser.arrive(HOST, answer, now)).session.login == "novakova"
    later = now + timedelta(minutes=2)
    answer = await browser.leave(HOST, later, wish=Wish.ANEW)
    assert (await browser.arrive(HOST, answer, later)).session.authenticated_at == later


@pytest.mark.parametrize(
    ("wish", "level"),
    [(Wish.KEY, "urn:brana:acr:phishing-resistant"), (Wish.TWO_FACTORS, "urn:brana:acr:two-factors")],
)
async def test_the_provider_is_asked_for_the_level_that_is_needed(
    browser: Browser, now: datetime, wish: Wish, level: str
) -> None:
    beginning = await browser.sign_in.begin(HOST, "/", Language.ENGLISH, now, wish=wish)
    asked = parse_qs(urlsplit(beginning.location).query)
    assert (asked["acr_values"], asked.get("prompt")) == ([level], None)


async def test_a_session_that_was_lifted_keeps_its_name_and_loses_its_grants(
    browser: Browser, now: datetime
) -> None:
    first = await browser.arrive(HOST, await browser.leave(HOST, now), now)
    key = {"acr": "urn:brana:acr:phishing-resistant", "amr": ["pwd", "pop", "user", "mfa"]}
    answer = await browser.leave(HOST, now, auth_time=int(now.timestamp()), **key)
    second = await browser.arrive(HOST, answer, now)
    assert second.session.id == first.session.id
    kept = await browser.store.by_handle(browser.handle(HOST), HOST)
    assert (kept.acr.value, list(kept.amr)) == (key["acr"], key["amr"])
    assert kept.generation == first.session.generation + 1
    assert first.session.revocation_id in await browser.store.revoked(now)


async def test_a_level_the_person_cannot_reach_is_told_by_name(browser: Browser, now: datetime) -> None:
    answer = await browser.leave(HOST, now)
    refused = {"error": "unmet_authentication_requirements", "state": answer["state"], "iss": ISSUER}
    assert await browser.refusal(HOST, refused, now) == Fault.LEVEL_UNREACHABLE


async def test_another_host_joins_the_session_of_the_same_sign_in(browser: Browser, now: datetime) -> None:
    first = await browser.arrive(HOST, await browser.leave(HOST, now), now)
    answer = await browser.leave(OTHER_HOST, now, auth_time=int(now.timestamp()))
    second = await browser.arrive(OTHER_HOST, answer, now)
    assert second.session.id == first.session.id
    assert browser.handle(OTHER_HOST) != browser.handle(HOST)


async def test_two_tabs_come_back_in_any_order(browser: Browser, now: datetime) -> None:
    first, second = await browser.leave(HOST, now, "/1"), await browser.leave(HOST, now, "/2")
    assert (await browser.arrive(HOST, second, now)).return_to == "/2"
    assert (await browser.arrive(HOST, first, now)).return_to == "/1"


async def test_a_code_sent_to_another_browser_lets_nobody_in(browser: Browser, now: datetime) -> None:
    answer = await browser.leave(HOST, now)
    browser.cookies[HOST] = {}
    assert await browser.refusal(HOST, answer, now) == "attempt_lost"


async def test_an_answer_is_used_once(browser: Browser, now: datetime) -> None:
    answer = await browser.leave(HOST, now)
    kept = dict(browser.cookies[HOST])
    await browser.arrive(HOST, answer, now)
    assert await browser.refusal(HOST, answer, now) == "attempt_lost"
    browser.cookies[HOST] |= kept  # the cookie brought back: the code is still used up
    assert await browser.refusal(HOST, answer, now) == "code_refused"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"state": "x" * 43}, "attempt_lost"),
        ({"iss": "https://evil.example"}, "other_issuer"),
        ({"error": "access_denied"}, "provider_denied"),
        ({"error": "temporarily_unavailable"}, "provider_unavailable"),
        ({"error": "server_error"}, "provider_unavailable"),
        ({"error": "login_required"}, "provider_refused"),
        ({"error": ""}, "provider_refused"),
        ({"code": "unknown"}, "code_refused"),
    ],
)
async def test_a_wrong_answer_is_refused_by_name(
    changed: dict[str, str], reason: str, browser: Browser, now: datetime
) -> None:
    answer = await browser.leave(HOST, now)
    assert await browser.refusal(HOST, answer | changed, now) == reason


async def test_an_answer_without_code_is_refused(browser: Browser, now: datetime) -> None:
    answer = await browser.leave(HOST, now)
    del answer["code"]
    assert await browser.refusal(HOST, answer, now) == "provider_refused"
    assert await browser.refusal(HOST, {}, now) == "attempt_lost"


async def test_a_token_for_another_attempt_is_refused(browser: Browser, now: datetime) -> None:
    answer = await browser.leave(HOST, now, nonce="another")
    assert await browser.refusal(HOST, answer, now) == "id_token_refused"


async def test_a_key_made_since_the_keys_were_read_is_asked_for(browser: Browser, now: datetime) -> None:
    await browser.arrive(HOST, await browser.leave(HOST, now), now)
    browser.there.key = ECKey.generate_key("P-256")
    answer = await browser.leave(OTHER_HOST, now)
    assert await browser.refusal(OTHER_HOST, answer, now) == "id_token_refused"  # asked a moment ago
    browser.there.monotonic += KEYS_NOT_TWICE_WITHIN.total_seconds() + 1
    answer = await browser.leave(OTHER_HOST, now)
    assert (await browser.arrive(OTHER_HOST, answer, now)).session.login == "novakova"


async def test_a_host_that_is_not_ours_cannot_begin(browser: Browser, now: datetime) -> None:
    with pytest.raises(SignInRefused, match="unknown_host"):
        await browser.sign_in.begin("evil.example", "/", Language.CZECH, now)


async def test_a_session_that_is_over_is_never_revived_by_the_same_sign_in(
    browser: Browser, now: datetime
) -> None:
    arrival = await browser.arrive(HOST, await browser.leave(HOST, now), now)
    later = now + timedelta(minutes=20)
    answer = await browser.leave(HOST, later, auth_time=int(now.timestamp()))
    assert await browser.refusal(HOST, answer, later) == "session_over"
    answer = await browser.leave(HOST, later)  # factors shown anew
    renewed = await browser.arrive(HOST, answer, later)
    assert renewed.session.id != arrival.session.id
    assert await browser.store.by_handle(browser.handle(HOST), HOST) == renewed.session


async def test_an_ended_session_is_never_revived(browser: Browser, now: datetime) -> None:
    arrival = await browser.arrive(HOST, await browser.leave(HOST, now), now)
    await browser.sign_in._office.end([arrival.session], EndReason.SIGNED_OUT, None, now)
    answer = await browser.leave(OTHER_HOST, now)
    assert await browser.refusal(OTHER_HOST, answer, now) == "session_over"
    ended = await browser.store.by_handle(browser.handle(HOST), HOST)
    assert ended == replace(arrival.session, generation=2, ended_at=now, end_reason=EndReason.SIGNED_OUT)
