"""A browser on a laptop of the tests' network: its system asks for some names in the tunnel, and else outside."""

import asyncio
import contextlib
import socket
from collections.abc import Collection

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.rig.names import asked
from tests.rig.tunnels import GATEWAY, Laptop
from tests.rig.visitor import Shown, Visitor


class SplitNames(AbstractResolver):
    """`domains`: below which the system was told to ask in the tunnel."""

    def __init__(self, laptop: Laptop, domains: Collection[str]) -> None:
        self.laptop, self.domains = laptop, domains
        self.kept: dict[str, set[str]] = {}
        """Answers that its system has from before."""
        self.everywhere = ""
        """Where it goes whatever the name, as somebody who writes it into a file."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = {self.everywhere or GATEWAY}
        if not self.everywhere and any(f".{host}".endswith(f".{one}") for one in self.domains):
            machine, source = self.laptop.machine, str(self.laptop.address)
            told = await asyncio.to_thread(asked, machine, host, source=source)
            found = told[1] if told else self.kept.get(host, set())
            if not found:
                raise OSError(f"{host} is not found in the tunnel: {told}")
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in found
        ]

    async def close(self) -> None:
        pass


class OnLaptop(Visitor):
    def __init__(
        self, other: Visitor, laptop: Laptop, domains: Collection[str] = (), source: str = ""
    ) -> None:
        """`other`: the same person's, with the same cookies."""
        self.domains, self._laptop, self._source = domains, laptop, source
        self.names, self._made = SplitNames(laptop, domains), list[socket.socket]()
        super().__init__(other.tls, jar=other.jar)

    def _connecting(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=self.tls,
                resolver=self.names,
                use_dns_cache=False,
                force_close=True,
                socket_factory=self._socket,
            ),
            cookie_jar=self.jar,
            headers={"Accept": "text/html", "Accept-Language": "cs", "User-Agent": "Mozilla/5.0 (X11)"},
            timeout=aiohttp.ClientTimeout(total=5),
        )

    def _socket(self, _: object) -> socket.socket:
        with self._laptop.machine.entered():
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.bind((self._source, 0))
        made.setblocking(False)
        self._made.append(made)
        return made

    async def reaches(self, url: str) -> Shown | None:
        """None: nothing answers."""
        try:
            return await self.get(url, follow=False)
        except (OSError, TimeoutError, aiohttp.ClientError):
            return None

    async def aclose(self) -> None:
        await self.close()
        for one in self._made:
            # Most were closed with their answer; of others TLS waits for a last word that no tunnel brings any more.
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        await asyncio.sleep(0)  # they are read to their end
