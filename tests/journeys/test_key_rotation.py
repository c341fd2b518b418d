"""Keys change under a person at work: in order and at once. Nobody is signed out, and what the old ones signed ends."""

import asyncio
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from joserfc.jwk import KeySet
from sqlalchemy import update

from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.commands.sessions import tell
from gateway.demo.configuration import RECORDS
from gateway.demo.people import HULIN
from gateway.demo.slapd import free_port
from gateway.grants.assertion import AssertionVerifier, SamlRequestRefused
from gateway.storage.audit_search import LogSearch
from gateway.storage.moment import micros
from gateway.storage.tables.keys import signing_key
from tests.rig import exact_http
from tests.rig.exact_http import Answer
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import ROOT, Product, installed
from tests.rig.signed_in import SignedIn, sign_in

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
CLERK = "novakova.jana"
GRANT = "__Host-brana-grant="
WITHIN = 15.0  # seconds


class AtWork:
    """Somebody signed in, at the records of Hulín, with a browser that keeps the grant it was given."""

    def __init__(self, product: Product, application: Neighbour, person: SignedIn) -> None:
        self.product, self.application, self.person = product, application, person
        self.grant = ""
        self.statuses: list[int] = []
        self._tls = ssl.create_default_context(cafile=str(product.world.authority))
        self._host = product.host(RECORDS, HULIN)

    async def ask(self, *, grant: str | None = None, session: bool = True, path: str = "/") -> Answer:
        cookies = [GRANT + (self.grant if grant is None else grant)]
        cookies += [self.person.cookie] if session else []
        name = self._host.partition(":")[0]
        connection = await exact_http.connect(self.product.port, self._tls, name)
        asked = exact_http.request(path, host=self._host, cookie="; ".join(cookies))
        (answer,) = await exact_http.exchange(*connection, asked)
        for value in answer.values("set-cookie"):
            if value.startswith(GRANT):
                self.grant = value.removeprefix(GRANT).partition(";")[0]
        return answer

    async def work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.statuses.append((await self.ask()).status)
            await asyncio.sleep(0.01)

    @property
    def assertion(self) -> str:
        """What the application was told last."""
        return self.application.last.value("x-brana-assertion")

    async def published(self) -> KeySet:
        """The keys of assertions as any application may read them."""
        answer = await self.ask(path="/.brana/assertion-keys")
        return KeySet.import_key_set(json.loads(answer.body))

    async def believed(self, assertion: str) -> bool:
        verify = AssertionVerifier([*(await self.published()).keys], self.product.addresses.portal)  # type: ignore[arg-type] - EC keys alone
        try:
            verify(assertion, ApplicationId("records"), datetime.now(UTC))
        except SamlRequestRefused:
            return False
        return True

    async def announced_for_long(self) -> None:
        """As if an hour had passed: the keys that wait sign from now on."""
        moment = micros(datetime.now(UTC))
        waits = update(signing_key).where(signing_key.c.signs_from > moment)
        with self.product.state() as state:
            await state.database.write(lambda connection: connection.execute(waits.values(signs_from=moment)))
            await tell(state, "the keys sign")

    async def rotate(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "keys", *words, "--config", str(self.product.configuration),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"COLUMNS": "200"},
        )  # fmt: skip
        said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said
        return said


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at_work(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AtWork]:
    application, port = Neighbour(), free_port()
    async with (
        listening(application, port),
        installed(tmp_path_factory.mktemp("k"), application=f"http://127.0.0.1:{port}") as product,
    ):
        await product.start()
        with product.state() as state:
            who = product.account(CLERK)
            (person,) = await sign_in(
                state, [(who, MunicipalityCode(HULIN))], lambda _: product.host(RECORDS, HULIN)
            )
        yield AtWork(product, application, person)


def _key_of(token: str) -> str:
    """The header of a token, which names its key."""
    return token.partition(".")[0]


async def test_a_page_goes_on_while_keys_change_in_order_and_what_the_old_ones_signed_serves_to_its_end(
    at_work: AtWork,
) -> None:
    assert (await at_work.ask()).status == 200
    old_grant, old_assertion, stop = at_work.grant, at_work.assertion, asyncio.Event()
    working = asyncio.create_task(at_work.work(stop))
    said = await at_work.rotate("rotate")
    assert "grant-2" in said
    await at_work.ask(grant="")
    assert _key_of(at_work.grant) == _key_of(old_grant)  # announced is not in force
    await at_work.announced_for_long()
    async with asyncio.timeout(WITHIN):
        while _key_of(at_work.grant) == _key_of(old_grant):  # until the new key signs
            await at_work.ask(grant="")
    stop.set()
    await working
    assert set(at_work.statuses) == {200}
    assert (await at_work.ask(grant=old_grant, session=False)).status == 200  # by itself, without a question
    assert await at_work.believed(old_assertion)
    await at_work.ask(grant="")
    assert await at_work.believed(at_work.assertion)
    assert _key_of(at_work.assertion) != _key_of(old_assertion)


async def test_a_page_goes_on_while_keys_change_at_once_and_nothing_the_old_ones_signed_is_believed(
    at_work: AtWork,
) -> None:
    await at_work.ask(grant="")
    stolen, old_assertion, stop = at_work.grant, at_work.assertion, asyncio.Event()
    assert (await at_work.ask(grant=stolen, session=False)).status == 200
    at_work.statuses.clear()
    working = asyncio.create_task(at_work.work(stop))
    await at_work.rotate("rotate", "--compromised")
    refused = await at_work.ask(grant=stolen, session=False)
    assert refused.status == 401
    assert json.loads(refused.body)["reason"] == "sign_in_needed"
    assert (await at_work.ask(grant=stolen)).status == 200  # with the session: decided anew
    stop.set()
    await working
    assert set(at_work.statuses) == {200}
    assert _key_of(at_work.grant) != _key_of(stolen)
    assert not await at_work.believed(old_assertion)
    assert await at_work.believed(at_work.assertion)


async def test_who_signs_in_after_that_comes_in_although_every_key_of_the_provider_is_new(
    at_work: AtWork,
) -> None:
    visitor = at_work.product.visitor()
    shown = await visitor.sign_in(at_work.product.account("dvorak.petr"), at_work.product.addresses.portal)
    assert shown.status == 200


async def test_the_log_and_the_list_tell_which_keys_there_were(at_work: AtWork) -> None:
    listed = await at_work.rotate("list")
    assert "believed no more" in listed
    wanted = frozenset({Code.KEY_COMPROMISED, Code.KEY_ROTATED, Code.SESSION_ENDED})
    with at_work.product.state() as state:
        found = (await LogSearch(state.database).page(Query(codes=wanted), None, 50)).entries
    codes = [one.entry.code for one in found if hasattr(one, "entry")]
    assert codes.count(Code.KEY_COMPROMISED) == 5
    assert codes.count(Code.KEY_ROTATED) == 10
    assert Code.SESSION_ENDED not in codes
