"""Notices for a program: JSON by HTTPS, signed so that the receiver knows whose it is and that it is fresh.

The format is docs/notifications.md; receivers rely on it.
"""

import hashlib
import hmac
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import aiohttp
import msgspec

from config.settings import Webhook as Settings
from gateway.notices.delivery import NotDelivered, Undelivered
from gateway.notices.notice import Notice, utc_text
from gateway.notices.words import Surroundings, text_of, title_of

TIMEOUT = aiohttp.ClientTimeout(total=10)
SIGNATURE = "brana-signature"
DELIVERY = "brana-delivery"
TAKEN = range(200, 300)


def body_of(notice: Notice, around: Surroundings) -> bytes:
    """What is posted. `text` is what the person is told by mail."""
    happened, language = notice.happened, notice.language
    return msgspec.json.encode(
        {
            "id": notice.id,
            "kind": happened.kind.value,
            "at": utc_text(happened.at),
            "subject": happened.subject,
            "login": happened.person,
            "language": language.value,
            "title": title_of(happened, language),
            "text": text_of(happened, language, around),
            "facts": happened.facts,
        }
    )


def signature(secret: bytes, at: datetime, body: bytes) -> str:
    """`t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 (RFC 2104) over `<t>.<body>`. The time is signed with the
    body, so that a message that was caught cannot be sent again later as if it were new.
    """
    seconds = int(at.timestamp())
    digest = hmac.new(secret, b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


class Webhook:
    """The secret is read at each message: a changed one needs no restart."""

    def __init__(self, settings: Settings, around: Surroundings, clock: Callable[[], datetime]) -> None:
        self._settings, self._around, self._clock = settings, around, clock
        self._tls = ssl.create_default_context(cafile=settings.authority)

    async def send(self, notice: Notice) -> None:
        body = body_of(notice, self._around)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "brana",
            DELIVERY: notice.id,
            SIGNATURE: signature(_secret(self._settings.secret_file), self._clock(), body),
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as http,
                http.post(
                    self._settings.address, data=body, headers=headers, ssl=self._tls, allow_redirects=False
                ) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotDelivered(Undelivered.RECEIVER_UNREACHABLE, str(error)) from error
        if status not in TAKEN:
            raise NotDelivered(Undelivered.RECEIVER_REFUSED, f"status {status}")


def _secret(file: Path) -> bytes:
    try:
        return file.read_bytes().strip()
    except OSError as error:
        raise NotDelivered(Undelivered.RECEIVER_UNREACHABLE, f"{file}: {error.strerror}") from error
