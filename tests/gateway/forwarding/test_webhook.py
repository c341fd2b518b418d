"""A real receiver behind TLS that says what it took; what it did not take comes again, and nothing else does."""

import json
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from config.settings import AuditReceiver
from gateway.forwarding.forwarder import Forwarder, NotTaken
from gateway.forwarding.message import Wanted
from gateway.forwarding.webhook import Webhook
from gateway.notices.webhook import signature
from gateway.storage.forwarding import StoredReceivers
from tests.gateway.audit.making import KEYS, Log, entry, open_log
from tests.gateway.audit.rotating import SEAL
from tests.rig.authority import make_authority, server_pair

pytestmark = pytest.mark.real
SECRET = b"tajemstvi-prijemce-ktere-ma-dost-znaku"


@dataclass
class Receiver:
    folder: Path
    port: int = 0
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)

    @property
    def taken(self) -> list[int]:
        return [
            json.loads(line)["metadata"]["sequence"] for _, body in self.got for line in body.splitlines()
        ]


@pytest_asyncio.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    pair = server_pair(make_authority(tmp_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    made = Receiver(tmp_path)
    app = web.Application()
    app.router.add_post("/log", made.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made


def forwarder(log: Log, receiver: Receiver) -> Forwarder:
    secret = receiver.folder / "webhook.secret"
    secret.write_bytes(SECRET)
    settings = AuditReceiver(
        name="alarms", kind="webhook", address=f"https://127.0.0.1:{receiver.port}/log", secret_file=secret,
        authority=receiver.folder / "ca.pem",
    )  # fmt: skip
    store = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    line = Webhook(settings, log.clock)
    return Forwarder(
        "alarms", store, line, Wanted(form="ocsf", origin="x").line, log.clock, from_beginning=True
    )


async def test_what_was_taken_is_remembered_at_once_and_signed(log: Log, receiver: Receiver):
    log.append([entry(number) for number in range(3)])
    made = forwarder(log, receiver)
    assert await made.step()
    assert not await made.step()
    await made.rest()
    assert receiver.taken == [0, 1, 2, 3]
    ((headers, body),) = receiver.got
    assert headers["brana-signature"] == signature(SECRET, log.clock(), body)
    assert headers["brana-delivery"] == "alarms-0-3"
    again = forwarder(log, receiver)  # after a restart
    assert not await again.step()
    await again.rest()


@pytest.mark.parametrize("status", [307, 400, 500, 503])
async def test_what_was_not_taken_comes_again_in_order(log: Log, receiver: Receiver, status: int):
    log.append([entry(number) for number in range(2)])
    receiver.status, made = status, forwarder(log, receiver)
    with pytest.raises(NotTaken) as failed:
        await made.step()
    assert failed.value.reason == "receiver_refused"
    receiver.status = 200
    assert await made.step()
    await made.rest()
    assert receiver.taken == [0, 1, 2, 0, 1, 2]
    assert receiver.got[0][0]["brana-delivery"] == receiver.got[1][0]["brana-delivery"]


async def test_one_that_is_away_is_tried_again(log: Log, receiver: Receiver):
    receiver.port = 1
    with pytest.raises(NotTaken) as failed:
        await forwarder(log, receiver).step()
    assert failed.value.reason == "receiver_unreachable"
