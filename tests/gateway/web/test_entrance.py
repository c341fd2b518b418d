"""Back from the provider, over HTTP, with the real sign-in: whoever is not let in is told why, and is in the log."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from config.settings import SignIn as Limits
from config.vocabulary import REASON_HEADER, Language
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.reasons import REASONS
from gateway.audit.sparing import Sparing
from gateway.sessions.office import SessionOffice
from gateway.sessions.provider import Client, Provider
from gateway.sessions.revocation import RevokedList
from gateway.sessions.sign_in import SignIn
from gateway.storage.database import Database
from gateway.storage.seal import Seal
from gateway.web.app import make_app
from gateway.web.entrance import Entrance
from tests.gateway.web.people import NOW
from tests.gateway.web.sample import Office
from tests.rig.prepared import prepared
from tests.rig.scripted_provider import ISSUER
from tests.rig.scripted_provider import Provider as Scripted
from tests.rig.scripted_provider import provider as scripted_provider
from tests.rig.session_store import session_store

pytestmark = pytest.mark.real
HOST = "spis.brana.test"
SEAL = Seal(bytes(range(32)))


@dataclass
class World:
    there: Scripted
    sign_in: SignIn
    client: TestClient
    entries: list[Entry] = field(default_factory=list)
    full: bool = False

    async def record(self, entries: list[Entry]) -> None:
        if self.full:
            raise OSError("no space left")
        self.entries += entries

    async def begun(self) -> tuple[str, str, str]:
        """State, nonce and cookie of an attempt that was begun."""
        beginning = await self.sign_in.begin(HOST, "/documents?id=5", Language.ENGLISH, NOW)
        asked = parse_qs(urlsplit(beginning.location).query)
        return asked["state"][0], asked["nonce"][0], beginning.cookie.partition(";")[0]

    async def back(self, answer: dict[str, str], cookie: str = "", host: str = HOST, **headers: str):
        return await self.client.get(
            f"/.brana/callback?{urlencode(answer)}",
            headers={
                "Host": host,
                "Accept": "text/html",
                "Cookie": cookie,
                "User-Agent": "Mozilla/5.0",
                "x-brana-client-address": "203.0.113.7",
                "x-request-id": "r-17",
                **headers,
            },
            allow_redirects=False,
        )


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    database = Database(prepared(tmp_path / "brana.db"))
    store = session_store(database, lambda _, __: None)
    office = SessionOffice(store, RevokedList(lambda _: None), Limits(), timedelta(minutes=5))
    async with scripted_provider(tmp_path) as there:
        provider = Provider(
            Client(ISSUER, "brana-gateway"), lambda: aiohttp.UnixConnector(str(there.socket)), "http://idp"
        )
        sign_in = SignIn(provider, office, {HOST}.__contains__, SEAL.close, SEAL.open)
        made = World(there, sign_in, None)

        async def end(session, reason, request, now: datetime) -> None:
            raise AssertionError("nobody signs out here")

        desk = Office().desk()
        entrance = Entrance(
            desk, sign_in, store.by_handle, end, made.record, Limits(), Sparing(5, timedelta(minutes=1))
        )
        async with TestClient(TestServer(make_app(desk, {}, entrance.paths()))) as client:
            made.client = client
            yield made
        await provider.close()
    database.close()


def recorded(world: World) -> tuple[Code, Outcome, str, str, str]:
    [entry] = world.entries
    assert REASONS.name(entry.reason) is not None
    return entry.code, entry.outcome, entry.reason, entry.address, entry.request_id


def refusal(reason: str) -> tuple[Code, Outcome, str, str, str]:
    return Code.SIGN_IN_REFUSED_BY_GATEWAY, Outcome.REFUSED, reason, "203.0.113.7", "r-17"


async def test_an_answer_without_an_attempt_is_refused_and_recorded(world: World) -> None:
    answer = await world.back({"code": "stolen", "state": "x" * 43})
    assert answer.status == 403
    assert recorded(world) == refusal("attempt_lost")
    assert world.entries[0].details == {"host": HOST, "user_agent": "Mozilla/5.0"}


async def test_an_answer_of_another_provider_is_refused_and_recorded(world: World) -> None:
    state, _, cookie = await world.begun()
    answer = await world.back({"code": "c", "state": state, "iss": "https://evil.example"}, cookie)
    assert answer.status == 403
    assert recorded(world) == refusal("other_issuer")


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("access_denied", 403, "provider_denied"),
        ("temporarily_unavailable", 503, "provider_unavailable"),
        ("invalid_scope", 403, "provider_refused"),
    ],
)
async def test_the_providers_refusal_is_recorded(said: str, status: int, reason: str, world: World) -> None:
    state, _, cookie = await world.begun()
    answer = await world.back({"error": said, "state": state}, cookie)
    assert answer.status == status
    assert recorded(world) == refusal(reason)


async def test_a_code_that_the_provider_does_not_know_is_recorded(world: World) -> None:
    state, _, cookie = await world.begun()
    assert (await world.back({"code": "made-up", "state": state}, cookie)).status == 403
    assert recorded(world) == refusal("code_refused")


async def test_an_id_token_that_proves_nothing_is_recorded(world: World) -> None:
    state, _, cookie = await world.begun()
    world.there.codes["c"] = {"iss": ISSUER, "sub": "s"}
    assert (await world.back({"code": "c", "state": state}, cookie)).status == 403
    assert recorded(world) == refusal("id_token_refused")


async def test_a_provider_that_does_not_answer_is_recorded(world: World) -> None:
    state, _, cookie = await world.begun()
    world.there.answers["/token"] = (500, "")
    assert (await world.back({"code": "c", "state": state}, cookie)).status == 503
    assert recorded(world) == refusal("provider_unreachable")


@pytest.mark.parametrize(
    ("query", "asked", "value"),
    [
        ("wish=key&to=/documents?id=5", "acr_values", "urn:brana:acr:phishing-resistant"),
        ("wish=anew&to=/documents?id=5", "max_age", "0"),
        ("wish=nonsense&to=//evil.test/", "prompt", None),
        ("", "acr_values", None),
    ],
)
async def test_a_refusals_link_leads_out_to_the_provider_with_what_is_wished_for(
    world: World, query: str, asked: str, value: str | None
) -> None:
    answer = await world.client.get(
        f"/.brana/sign-in?{query}", headers={"Host": HOST, "Accept": "text/html"}, allow_redirects=False
    )
    assert answer.status == 302
    question = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert question.get(asked) == ([value] if value else None)
    assert "__Host-brana-signin-" in answer.headers["Set-Cookie"]
    assert "evil.test" not in answer.headers["Location"]


def token(nonce: str) -> dict[str, object]:
    moment = int(NOW.timestamp())
    return {
        "iss": ISSUER, "sub": "6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11", "aud": "brana-gateway",
        "exp": moment + 300, "iat": moment, "sid": "provider-session-1", "acr": "urn:brana:acr:two-factors",
        "amr": ["pwd", "otp"], "auth_time": moment, "name": "Jana", "preferred_username": "novakova",
        "brana_roles": [], "brana_facts_at": moment, "brana_ends_at": moment + 36_000, "nonce": nonce,
    }  # fmt: skip


async def arrive(world: World, code: str) -> ClientResponse:
    state, nonce, cookie = await world.begun()
    world.there.codes[code] = token(nonce)
    return await world.back({"code": code, "state": state}, cookie)


async def end_session(world: World) -> None:
    session = await world.sign_in._office.store.by_provider_sid("provider-session-1")
    await world.sign_in._office.end([session], "signed_out", None, NOW)


async def test_a_sign_out_takes_the_grants_of_all_applications_of_the_host(world: World) -> None:
    grants = ("__Host-brana-grant", "__Host-brana-grant-spis", "__Host-brana-grant-mapa")
    cookie = "; ".join(f"{name}=x" for name in (*grants, "__Host-brana-granted", "own"))
    answer = await world.client.post(
        "/.brana/sign-out", headers={"Host": HOST, "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    )
    assert answer.status == 200
    cleared = [one.partition("=")[0] for one in answer.headers.getall("Set-Cookie") if "Max-Age=0" in one]
    assert sorted(cleared) == sorted((*grants, "__Host-brana-session"))


async def test_a_session_that_is_over_is_recorded_and_the_sign_in_begins_again(world: World) -> None:
    assert (await arrive(world, "first")).status == 303
    await end_session(world)
    answer = await arrive(world, "second")
    assert answer.status == 302
    assert "max_age=0" in answer.headers["Location"]
    assert recorded(world) == refusal("session_over")


async def test_whoever_lacks_a_stronger_proof_is_named_led_to_my_account_and_may_sign_out(
    world: World,
) -> None:
    kept = (await arrive(world, "first")).cookies["__Host-brana-session"]
    for signed_in in (True, False):
        state, _, cookie = await world.begun()
        said = {"error": "unmet_authentication_requirements", "state": state}
        answer = await world.back(said, f"{cookie}; {kept.key}={kept.value}", **{"Accept-Language": "en"})
        text = await answer.text()
        assert "A stronger proof is needed" in text
        for shown in ("Jana", "/account#authenticators", 'action="/.brana/sign-out"'):
            assert (shown in text) is signed_in, shown
        await end_session(world)


async def test_what_a_stranger_says_is_made_harmless(world: World) -> None:
    await world.back({"state": "\u202e"}, **{"User-Agent": "evil\u202e" + "a" * 3_000})
    said = str(world.entries[0].details["user_agent"])
    assert said.isprintable()
    assert len(said) < 300


async def test_strangers_cannot_flood_the_log_and_their_number_is_told(world: World) -> None:
    for _ in range(8):
        assert (await world.back({"code": "c", "state": "s"})).status == 403
    assert len(world.entries) == 5
    assert all("left_out_before" not in entry.details for entry in world.entries)


async def test_a_refusal_that_cannot_be_recorded_lets_nobody_in_either(world: World) -> None:
    world.full = True
    answer = await world.back({"code": "c", "state": "s"})
    assert answer.status == 500
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("error", "status", "czech", "english"),
    [
        ("temporarily_unavailable", 503, "Přihlašování teď nefunguje", "Sign-in does not work now"),
        ("server_error", 503, "Přihlašování teď nefunguje", "Sign-in does not work now"),
        ("access_denied", 403, "Přihlášení bylo odmítnuto", "The sign-in was refused"),
        ("login_required", 403, "Přihlášení se nepodařilo dokončit", "The sign-in could not be completed"),
        ("made_up", 403, "Přihlášení se nepodařilo dokončit", "The sign-in could not be completed"),
    ],
)
async def test_what_the_provider_says_is_told_by_its_cause(
    world: World, error: str, status: int, czech: str, english: str
) -> None:
    for language, title in (("cs", czech), ("en", english)):
        state, _, cookie = await world.begun()
        said = {"error": error, "state": state}
        answer = await world.back(said, cookie, **{"Accept-Language": language})
        assert answer.status == status
        text = await answer.text()
        assert re.sub("<[^>]+>", "", text.partition("<h1>")[2].partition("</h1>")[0]) == title
        assert 'href="/documents?id=5"' in text  # where the person was going: begins again


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"error": "temporarily_unavailable"}, "provider_unavailable"),
        ({"error": "made_up"}, "provider_refused"),
        ({"code": "made-up"}, "code_refused"),
        ({"code": "c", "iss": "https://evil.example"}, "other_issuer"),
    ],
)
async def test_a_program_is_told_the_named_reason_of_the_entry(
    world: World, said: dict[str, str], reason: str
) -> None:
    state, _, cookie = await world.begun()
    answer = await world.back({"state": state, **said}, cookie, Accept="application/json")
    assert (await answer.json())["reason"] == answer.headers[REASON_HEADER] == reason
    assert recorded(world) == refusal(reason)
