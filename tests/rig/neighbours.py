"""Envoy's neighbours in tests: servers that keep what they were sent, a signer of grants, a certificate."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from config.fleet import ALIVE_HOST

DOMAIN = "brana.test"
EPOCH = "epoch1"
BACKLOG = 2_048  # connections that wait: more than any test opens at once


def certificate(folder: Path) -> None:
    """A self-signed P-256 certificate for the domain, as `server.pem` and `server.key`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@dataclass
class Signer:
    """Signs grants with keys of the test's own."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def grant(
        self,
        application: str = "files",
        municipality: str = "588296",
        revocation: str = "sid1.1",
        epoch: str = EPOCH,
        own: str = "own",
        actions: str = ",read,write,",
        *,
        lives: int = 300,
        assertion: str = "assertion-of-the-grant",
        person: Mapping[str, str] | None = None,
        device: str = "",
        **claims: Any,
    ) -> str:
        """A grant's token; keyword claims replace what it would say. `device`: revocation id of that to which it is
        bound.
        """
        now = int(time.time())
        said = {
            "iss": "brana-grant",
            "aud": "brana-gate",
            "exp": now + lives,
            "gate": f"{application} {municipality} {revocation} {epoch} {own} {actions} {device}".rstrip(" "),
            "assertion": assertion,
            **({"cnf": claims.pop("cnf")} if "cnf" in claims else {}),
            **({"person": person} if person is not None else {}),
            "sub": "0b0b",
            "iat": now,
        } | claims
        header = {"alg": "ES256", "typ": "brana-grant+jwt", "kid": self.key.thumbprint()}
        return jws.serialize_compact(header, msgspec.json.encode(said), self.key)


@dataclass
class Request:
    """What a neighbour of Envoy was sent."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def value(self, name: str) -> str:
        return ", ".join(self.values(name))


class Neighbour:
    """A server that keeps what it was sent; `answer`, or the whole of `handle`, may be replaced by a test."""

    def __init__(self, *, web_socket: bool = False) -> None:
        self.web_socket = web_socket
        self.requests: list[Request] = []
        self.answer: Callable[[Request], web.StreamResponse] = lambda _: web.Response(text="hello")
        self.lives = asyncio.Event()
        """Cleared by a test whose neighbour hangs."""
        self.lives.set()
        self.handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]] = self._keep_and_answer

    async def serve(self, asked: web.BaseRequest) -> web.StreamResponse:
        """Looked up at each request, so that a test may put another `handle` in."""
        if asked.host == ALIVE_HOST:  # Envoy's own question, which is nobody's request
            await self.lives.wait()
            return web.Response()
        return await self.handle(asked)

    async def _keep_and_answer(self, asked: web.BaseRequest) -> web.StreamResponse:
        headers = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in asked.raw_headers]
        request = Request(asked.method, asked.raw_path, headers, await asked.read())
        self.requests.append(request)
        if self.web_socket and "Upgrade" in asked.headers and "refuse" not in asked.raw_path:
            stream = web.WebSocketResponse()
            await stream.prepare(asked)
            async for message in stream:
                await stream.send_str(f"echo {message.data}")
            return stream
        return self.answer(request)

    @property
    def last(self) -> Request:
        return self.requests[-1]


@contextlib.asynccontextmanager
async def listening(
    neighbour: Neighbour, where: Path | int, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[None]:
    serving = web.Server(neighbour.serve, access_log=None)
    runner, loop = web.ServerRunner(serving, shutdown_timeout=0.2), asyncio.get_running_loop()
    await runner.setup()
    server = await (
        loop.create_unix_server(serving, where, backlog=BACKLOG)
        if isinstance(where, Path)
        else loop.create_server(serving, address, where, ssl=tls, backlog=BACKLOG, reuse_address=True)
    )
    try:
        yield
    finally:
        for one in server.sockets:
            loop.remove_reader(one)
        # Whoever was let in last is known after two turns; asyncio forgets them otherwise, unclosed.
        for _ in range(2):
            await asyncio.sleep(0)
        server.close()
        await runner.cleanup()
