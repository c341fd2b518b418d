"""Coming in at a host, and failing to: every cause is told in its own words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.settings import SignIn as Limits
from config.vocabulary import Language
from gateway.sessions.office import SessionOffice
from gateway.sessions.provider import Client, Provider
from gateway.sessions.revocation import RevokedList
from gateway.sessions.sign_in import CALLBACK, PROVIDER_SAID, SignIn
from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from gateway.storage.seal import Seal
from gateway.web.app import make_app
from gateway.web.entrance import Entrance
from gateway.web.sign_in_failures import FAILURES
from tests.gateway.web.people import NOW
from tests.gateway.web.sample import Office
from tests.rig.scripted_provider import ISSUER
from tests.rig.scripted_provider import provider as scripted_provider
from tests.rig.session_store import session_store

pytestmark = pytest.mark.real
HOST = "records.brana.test"
SEAL = Seal(bytes(range(32)))


@dataclass
class Door:
    """The entrance of one host, and the way to it and back."""

    client: TestClient
    sign_in: SignIn

    async def come_back(self, said: dict[str, str], **headers: str) -> aiohttp.ClientResponse:
        """Begin at the host, and come back with what the provider said."""
        beginning = await self.sign_in.begin(HOST, "/spisy?id=5", Language.CZECH, NOW, again=False)
        state = parse_qs(urlsplit(beginning.location).query)["state"][0]
        headers = {
            "Host": HOST,
            "Cookie": beginning.cookie.partition(";")[0],
            "Accept": "text/html",
        } | headers
        return await self.client.get(CALLBACK, params={"state": state, **said}, headers=headers)


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    prepare(tmp_path / "brana.db")
    database = Database(tmp_path / "brana.db")
    store = session_store(database, lambda _, __: None)
    office = SessionOffice(store, RevokedList(lambda _: None), Limits(), timedelta(minutes=5))
    async with scripted_provider(tmp_path) as there:
        provider = Provider(
            Client(ISSUER, "brana-gateway"), lambda: aiohttp.UnixConnector(str(there.socket)), "http://idp"
        )
        sign_in = SignIn(provider, office, {HOST}.__contains__, SEAL.close, SEAL.open)

        async def nothing(*_: object) -> None: ...

        desk = Office().desk()
        entrance = Entrance(desk, sign_in, store.by_handle, end=nothing, record=nothing)
        async with TestClient(TestServer(make_app(desk, {}, entrance.paths()))) as client:
            yield Door(client, sign_in)
        await provider.close()
    database.close()


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
    door: Door, error: str, status: int, czech: str, english: str
) -> None:
    for language, title in (("cs", czech), ("en", english)):
        answer = await door.come_back({"error": error}, **{"Accept-Language": language})
        assert answer.status == status
        text = await answer.text()
        assert f"<h1>{title}</h1>" in text
        assert 'href="/spisy?id=5"' in text  # where the person was going: begins again


async def test_a_program_is_told_the_named_reason(door: Door) -> None:
    answer = await door.come_back({"error": "temporarily_unavailable"}, Accept="application/json")
    assert (await answer.json())["reason"] == "provider_unavailable"


def test_every_cause_with_words_of_its_own_is_one_that_a_sign_in_gives() -> None:
    assert set(FAILURES) == set(PROVIDER_SAID.values())
    assert all(refusal.reason == reason for reason, (refusal, _) in FAILURES.items())
