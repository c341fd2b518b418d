"""A real ACME authority (Pebble of Let's Encrypt, RFC 8555) and Debian's certbot, all on loopback."""

import asyncio
import contextlib
import json
import os
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from gateway.demo.authority import authority
from gateway.demo.slapd import free_port

NAMES_SERVER = "pebble-challtestsrv"  # every name leads to 127.0.0.1
PATIENCE = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Acme:
    folder: Path
    port: int
    management: int

    async def root(self) -> bytes:
        """The certificate that signs what this authority issues, PEM; another at each start."""
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"https://127.0.0.1:{self.management}/roots/0", ssl=self._trust()) as answer,
        ):
            return await answer.read()

    async def certbot(self, *arguments: str, environment: dict[str, str]) -> str:
        """What it says; raises AssertionError when it fails."""
        own = {"config": "etc", "work": "lib", "logs": "log"}
        folders = [word for kind, name in own.items() for word in (f"--{kind}-dir", str(self.folder / name))]
        process = await asyncio.create_subprocess_exec(
            "certbot",
            *arguments,
            *folders,
            "--server",
            f"https://localhost:{self.port}/dir",
            "--non-interactive",
            env=os.environ | environment | {"REQUESTS_CA_BUNDLE": str(self.folder / "ca/ca.pem")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said
        return said

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "ca/ca.pem"))


@contextlib.asynccontextmanager
async def acme(folder: Path, http_port: int) -> AsyncIterator[Acme]:
    """It asks hosts at `http_port`, as one of the internet asks at 80."""
    own = authority(folder / "ca", datetime.now(UTC)).issue(
        "acme", ["localhost", "127.0.0.1"], datetime.now(UTC)
    )
    names, management, made = free_port(), free_port(), free_port()
    settings = {
        "listenAddress": f"127.0.0.1:{made}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(own.certificate),
        "privateKey": str(own.key),
        "httpPort": http_port,
        "tlsPort": http_port,
    }
    configuration = folder / "pebble.json"
    configuration.write_text(json.dumps({"pebble": settings}))
    off = [word for kind in ("http01", "https01", "tlsalpn01") for word in (f"-{kind}", "")]
    named = [NAMES_SERVER, "-dns01", f"127.0.0.1:{names}", *off, "-management", f"127.0.0.1:{free_port()}"]
    asking = ["pebble", "-config", str(configuration), "-dnsserver", f"127.0.0.1:{names}", "-strict"]
    server = Acme(folder, made, management)
    async with contextlib.AsyncExitStack() as stack:
        for program in ([*named, "-defaultIPv6", ""], asking):
            await stack.enter_async_context(_running(program, folder / "acme.log"))
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    await server.root()
                    break
                await asyncio.sleep(0.05)
        yield server


@contextlib.asynccontextmanager
async def _running(program: Sequence[str], log: Path) -> AsyncIterator[None]:
    quick = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *program, env=os.environ | quick, stdout=said, stderr=said
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
