"""Papers of nodes for tests: an authority, certificates of every kind, and connections that show them."""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.fleet import NodeName, Role, Service, host_of
from gateway.fleet import certificates
from gateway.fleet.certificates import Issued


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Papers:
    """An authority in a folder, and what it gives to nodes."""

    folder: Path
    key: bytes = field(default=b"", repr=False)
    authority: bytes = b""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        key = certificates.new_key()
        self.key = certificates.key_pem(key)
        self.authority = certificates.new_authority(key, "Kroměříž", now())
        self.file.write_bytes(self.authority)

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def node(self, name: str, role: Role, ago: timedelta = timedelta(0)) -> tuple[Path, Issued]:
        """A file with certificate and key, made so long ago."""
        key = certificates.new_key()
        request = certificates.request_of(key)
        issued = certificates.issue(self.authority, self.key, request, NodeName(name), role, now() - ago)
        file = self.folder / f"{name}-{issued.serial[:8]}.pem"
        file.write_bytes(issued.pem + certificates.key_pem(key))
        return file, issued


def context(papers: Papers, shown: Path | None) -> ssl.SSLContext:
    """Of a client that believes these papers' authority and shows that file."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.load_verify_locations(papers.file)
    if shown is not None:
        made.load_cert_chain(shown)
    return made


async def answered(port: int, tls: ssl.SSLContext, service: Service | str, sent: bytes) -> bytes:
    """What comes back until the other side closes; nothing where it refuses. TLS 1.3: a client learns of a refusal
    only when it reads.
    """
    host = host_of(service) if isinstance(service, Service) else service
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=host)
    except (ssl.SSLError, ConnectionError):
        return b""
    try:
        writer.write(sent)
        await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    except (ssl.SSLError, ConnectionError):
        return b""
    finally:
        writer.transport.abort()
