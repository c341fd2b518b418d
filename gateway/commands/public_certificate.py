"""The public certificate while the product runs: read again when its files change, judged, and only then served.

A pair that does not fit is refused with a remedy and recorded, and the one before stays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from config.settings import Public
from gateway.audit import acts
from gateway.audit.entry import Entry
from gateway.commands.certificate import certificate_faults
from gateway.commands.file_stamp import stamp

log = structlog.get_logger("certificate")
LOOK_EVERY = 1.0  # seconds; two files are replaced one after the other, so both must have rested for one look
TELL_EVERY = timedelta(days=1)

Look = tuple[tuple[int, int, int] | None, ...]
"""Inode, time of change and size of each file; None: not there."""
NOT_JUDGED: Look = (None,)  # no look is like it


@dataclass(frozen=True, slots=True)
class Standing:
    """What officers and operators are told of the certificate."""

    ends: datetime | None = None
    """Of the one that is served; None: none is."""
    soon: bool = False
    refused: tuple[str, ...] = ()
    """Why the files that lie there are not served."""


class PublicCertificate:
    """`step` looks once. `serve` gets chain and key (PEM), `measured` its end."""

    def __init__(
        self,
        public: Public,
        hosts: Iterable[str],
        serve: Callable[[bytes, bytes], None],
        measured: Callable[[datetime], None],
    ) -> None:
        self._public, self._hosts = public, list(dict.fromkeys(hosts))
        self._serve, self._measured = serve, measured
        self._seen: Look = ()
        self._judged: Look = ()
        self._served = b""
        self._told_at: datetime | None = None
        self.standing = Standing()
        self.unrecorded: list[Entry] = []
        """Whoever records takes it away."""

    def aim(self, public: Public, hosts: Iterable[str]) -> None:
        """Other files, or other hosts to cover: what lies there is judged anew, and what is served stays till then."""
        wanted = public, list(dict.fromkeys(hosts))
        if wanted != (self._public, self._hosts):
            self._public, self._hosts = wanted
            self._judged = NOT_JUDGED

    def begin(self, now: datetime) -> None:
        """The first look: what lies there is served if it may be."""
        self._seen = self._look()
        self.step(now)

    def step(self, now: datetime) -> None:
        """Look once."""
        seen, before = self._look(), self._seen
        self._seen = seen
        if seen == before and seen != self._judged:
            self.unrecorded += self._judge(now)
        self._warn(now)

    def works(self, now: datetime) -> bool:
        return self.standing.ends is not None and now < self.standing.ends

    def _look(self) -> Look:
        return tuple(stamp(path) for path in (self._public.certificate, self._public.key))

    def _judge(self, now: datetime) -> list[Entry]:
        first, self._judged = not self._judged, self._seen
        chain, key = _read(self._public.certificate), _read(self._public.key)
        pair = (chain or b"") + b"\0" + (key or b"")
        if pair == self._served:
            self.standing = Standing(self.standing.ends)
            return []
        faults = certificate_faults(chain, key, self._hosts, now)
        told = [f"{at}: {what}; {mend}" for at, what, mend in [*faults, *_missing(chain, key)]]
        if told or chain is None or key is None:
            self.standing = Standing(self.standing.ends, refused=tuple(told))
            log.error("certificate.refused", causes=told, still_served=self.standing.ends is not None)
            return [acts.certificate_refused(now, told)]
        leaf = x509.load_pem_x509_certificates(chain)[0]
        self._serve(chain, key)
        self._served, self._told_at = pair, None
        self.standing = Standing(leaf.not_valid_after_utc)
        self._measured(leaf.not_valid_after_utc)
        if first:
            return []
        ends, mark = leaf.not_valid_after_utc, leaf.fingerprint(SHA256()).hex()
        log.info("certificate.replaced", ends=ends.isoformat(), sha256=mark)
        return [acts.certificate_replaced(now, f"{leaf.serial_number:x}", mark, ends)]

    def _warn(self, now: datetime) -> None:
        ends = self.standing.ends
        if ends is None or now + self._public.tls.warn_before < ends:
            return
        self.standing = Standing(ends, soon=True, refused=self.standing.refused)
        if self._told_at is None or now - self._told_at >= TELL_EVERY:
            self._told_at = now
            log.warning("certificate.ends_soon", ends=ends.isoformat(), renew=str(self._public.certificate))


async def keep_certificate(
    kept: PublicCertificate,
    record: Callable[[Sequence[Entry]], Awaitable[None]],
    now: Callable[[], datetime],
) -> None:
    """The round: look each second. What could not be recorded is recorded when it can be."""
    while True:
        kept.step(now())
        if kept.unrecorded:
            await record(kept.unrecorded)
            kept.unrecorded.clear()
        await asyncio.sleep(LOOK_EVERY)


def _missing(chain: bytes | None, key: bytes | None) -> list[tuple[str, str, str]]:
    remedy = "put it there, readable for the user that runs Brána"
    gone = {"public.certificate": chain, "public.key": key}
    return [(at, "it cannot be read", remedy) for at, content in gone.items() if content is None]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
