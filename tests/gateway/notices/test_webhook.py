"""A real receiver behind TLS, which checks the signature as the documentation says."""

import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from config.settings import Webhook as Settings
from gateway.notices.delivery import NotDelivered, Undelivered
from gateway.notices.webhook import Webhook
from tests.gateway.notices.telling import AROUND, FIREFOX, LATER, happened, notice
from tests.rig.authority import make_authority, server_pair
from tests.rig.people import JANA

pytestmark = pytest.mark.real
SECRET = b"tajemstvi-prijemce-ktere-ma-dost-znaku"


@dataclass
class Receiver:
    port: int
    folder: Path
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        headers = {"Location": "/elsewhere"} if self.status == 307 else {}
        return web.Response(status=self.status, headers=headers)

    def webhook(self, authority: str = "ca.pem", path: str = "/brana") -> Webhook:
        secret = self.folder / "webhook.secret"
        secret.write_bytes(SECRET + b"\n")
        settings = Settings(
            address=f"https://127.0.0.1:{self.port}{path}",
            secret_file=secret,
            authority=self.folder / authority,
        )
        return Webhook(settings, AROUND, lambda: LATER)


@pytest_asyncio.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    pair = server_pair(make_authority(tmp_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    made = Receiver(0, tmp_path)
    app = web.Application()
    app.router.add_post("/{path:.*}", made.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


async def test_the_message_says_what_happened_to_whom(receiver: Receiver):
    await receiver.webhook().send(notice())
    ((headers, body),) = receiver.got
    said = json.loads(body)
    assert said["facts"] == {"address": "192.0.2.7", "user_agent": FIREFOX}
    assert {name: said[name] for name in ("id", "kind", "at", "subject", "login", "language", "title")} == {
        "id": "n" * 22,
        "kind": "new_device",
        "at": "2026-11-23T12:00:00Z",
        "subject": JANA.subject,
        "login": JANA.login,
        "language": "cs",
        "title": "Nové přihlášení k vašemu účtu",
    }
    assert "Firefox, Windows" in said["text"]
    assert headers["brana-delivery"] == said["id"]
    assert headers["Content-Type"] == "application/json"


async def test_the_signature_holds_over_time_and_body_and_over_nothing_else(receiver: Receiver):
    await receiver.webhook().send(notice())
    ((headers, body),) = receiver.got
    time, _, mark = headers["brana-signature"].partition(",")
    assert time == f"t={int(LATER.timestamp())}"
    signed = time.removeprefix("t=").encode() + b"." + body
    assert mark == "v1=" + hmac.new(SECRET, signed, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("status", [307, 400, 404, 500, 503])
async def test_anything_but_success_is_tried_again(receiver: Receiver, status: int):
    receiver.status = status
    with pytest.raises(NotDelivered) as failed:
        await receiver.webhook().send(notice())
    assert failed.value.reason is Undelivered.RECEIVER_REFUSED
    assert not failed.value.final
    assert len(receiver.got) == 1  # a redirect is not followed


async def test_a_receiver_whose_certificate_is_not_of_the_authority_gets_nothing(
    receiver: Receiver, tmp_path
):
    make_authority(tmp_path / "other", "Another authority")
    with pytest.raises(NotDelivered) as failed:
        await receiver.webhook(authority="other/ca.pem").send(notice())
    assert failed.value.reason is Undelivered.RECEIVER_UNREACHABLE
    assert receiver.got == []


async def test_a_receiver_that_is_away_is_tried_again(receiver: Receiver):
    receiver.port = 1
    with pytest.raises(NotDelivered) as failed:
        await receiver.webhook().send(notice())
    assert failed.value.reason is Undelivered.RECEIVER_UNREACHABLE
    assert not failed.value.final


async def test_a_login_with_markup_stays_data(receiver: Receiver):
    odd = happened(user_agent='"}, {"kind": "<script>\n')
    await receiver.webhook().send(notice(odd))
    assert json.loads(receiver.got[0][1])["facts"]["user_agent"] == '"}, {"kind": "<script>\n'
