"""Lines of JSON, posted to a program that says when it has them; signed as notices are (docs/notifications.md)."""

import ssl
from collections.abc import Callable, Sequence
from datetime import datetime

import aiohttp

from config.settings import AuditReceiver
from gateway.forwarding.forwarder import NotTaken
from gateway.forwarding.tls import UNUSABLE, context_of
from gateway.notices.webhook import DELIVERY, SIGNATURE, TAKEN, signature

PATIENCE = aiohttp.ClientTimeout(total=10)
LINES_OF_JSON = "application/x-ndjson"


class Webhook:
    def __init__(self, receiver: AuditReceiver, clock: Callable[[], datetime]) -> None:
        assert receiver.address is not None
        assert receiver.secret_file is not None
        self._receiver, self._clock = receiver, clock
        self._address, self._secret = receiver.address, receiver.secret_file
        self._http: aiohttp.ClientSession | None = None
        self._tls: ssl.SSLContext | None = None

    async def open(self) -> None:
        self._tls = context_of(self._receiver)
        self._http = aiohttp.ClientSession(timeout=PATIENCE)

    async def send(self, messages: Sequence[bytes], name: str) -> Sequence[int]:
        assert self._http is not None
        assert self._tls is not None
        body = b"".join(messages)
        try:
            secret = self._secret.read_bytes().strip()
        except OSError as error:
            raise NotTaken(UNUSABLE, str(error)) from error
        headers = {
            "Content-Type": LINES_OF_JSON,
            "User-Agent": "brana",
            DELIVERY: name,
            SIGNATURE: signature(secret, self._clock(), body),
        }
        try:
            async with self._http.post(
                self._address, data=body, headers=headers, ssl=self._tls, allow_redirects=False
            ) as answer:
                status = answer.status
        except aiohttp.ClientConnectorCertificateError as error:
            raise NotTaken("receiver_not_trusted", str(error)) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotTaken("receiver_unreachable", str(error) or "no answer") from error
        if status not in TAKEN:
            raise NotTaken("receiver_refused", f"status {status}")
        return ()

    def check(self) -> None:
        """Each request has its own answer."""

    async def close(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.close()
