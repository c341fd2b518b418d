"""What sign-ins at hosted applications cost, and what their tokens do, on one core of the control plane.

The real product; its provider is asked over its unix socket as by Envoy, for people who are signed in: `/authorize`
gives a code (the session looked at and seen, the entry durable), `/token` exchanges it (the client proven, tokens kept,
the entry durable, the id token signed). Then `/userinfo` and `/introspect` about such a token. CPU time is the kernel's
count for the whole process, all threads. The baseline is a bare aiohttp server that signs the same id token and keeps
nothing, in the same run, by turns, because the machine's speed drifts.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import uvloop

from gateway.demo.authority import write_private
from tests.bench.figure import figure
from tests.rig.beside import beside, cpu_seconds
from tests.rig.http_lane import Connection
from tests.rig.product import installed

ROUNDS = 5  # of each kind, by turns
FLOWS, ASKED = 300, 2_000  # a round
LANES = 16
WARM_UP = 200
FLOW_BAR, ASKED_BAR = 150, 1_000  # a second
CLIENT, BACK = "library", "https://library.kromeriz.example/callback"
SECRET = secrets.token_urlsafe(32)
PROOF = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
VERIFIER = secrets.token_urlsafe(32)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
QUESTION = {
    "client_id": CLIENT,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid profile email",
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    return uvloop.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            installed(folder / "p", configured=lambda text: _registered(folder, text)) as product,
            beside(folder / "bare.sock", "-m", "tests.rig.bare_provider") as bare,
        ):
            await product.start()
            cookies = []
            for one in [one for one in product.world.accounts if one.totp_secret][:3]:
                visitor = product.visitor()
                assert (await visitor.sign_in(one, product.addresses.portal)).status == 200
                kept = visitor.cookies(product.addresses.issuer)
                cookies.append("; ".join(f"{key}={value}" for key, value in kept.items()))
            host = urlsplit(product.addresses.issuer).netloc
            ours = Provider(product.run / "idp.sock", product.control_plane().pid, host, cookies)
            plain = Provider(folder / "bare.sock", bare, host, cookies)
            async with ours, plain:
                return await _compared(ours, plain)


async def _compared(ours: "Provider", plain: "Provider") -> dict[str, dict[str, Any]]:
    costs: dict[str, list[tuple[float, float]]] = {"flow": [], "userinfo": [], "introspect": []}
    for one in (ours, plain):
        await one.many(WARM_UP, one.flow)
    for _ in range(ROUNDS):
        tokens = await ours.flow(0), await plain.flow(0)
        costs["flow"].append((await ours.many(FLOWS, ours.flow), await plain.many(FLOWS, plain.flow)))
        for kind in ("userinfo", "introspect"):
            asked = [getattr(one, kind)(token) for one, token in zip((ours, plain), tokens, strict=True)]
            costs[kind].append((await ours.many(ASKED, asked[0]), await plain.many(ASKED, asked[1])))
    return {
        "code_flow_per_s": _figure(costs["flow"], FLOW_BAR, "code flows (authorize and token)"),
        "userinfo_per_s": _figure(costs["userinfo"], ASKED_BAR, "answers of userinfo"),
        "introspection_per_s": _figure(costs["introspect"], ASKED_BAR, "answers of introspection"),
    }


def _figure(costs: list[tuple[float, float]], bar: float, what: str) -> dict[str, Any]:
    cost, plain = (statistics.median(values) for values in zip(*costs, strict=True))
    ratio = statistics.median(one / other for one, other in costs)
    unit = f"{what} a second of one core ({cost * 1e6:.0f} µs of CPU each)"
    baseline = f"{1 / plain:.0f} by a bare server; ours costs {ratio:.1f} of those"
    return figure(1 / cost, unit, baseline, bar, least=True, digits=0)


def _registered(folder: Path, text: str) -> str:
    """With the client; people are read again as often as by default, the demo does it six times as often."""
    write_private(folder / "library.secret", SECRET.encode())
    assert 'refresh = "10 s"' in text
    return text.replace('refresh = "10 s"', 'refresh = "1 min"') + (
        f'\n[[oidc_clients]]\nid = "{CLIENT}"\nredirect_uris = ["{BACK}"]\n'
        f'authentication = "client_secret_basic"\nsecret_file = "{folder / "library.secret"}"\n'
    )


Ask = Callable[[int], Awaitable[object]]


class Provider:
    """A server behind a unix socket, asked over kept connections."""

    def __init__(self, socket: Path, pid: int, host: str, cookies: list[str]) -> None:
        self._socket, self._pid, self._host, self._cookies = socket, pid, host, cookies
        self._free: asyncio.Queue[Connection] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        for _ in range(LANES):
            _, line = await asyncio.get_running_loop().create_unix_connection(Connection, str(self._socket))
            self._free.put_nowait(line)
        return self

    async def __aexit__(self, *_: object) -> None:
        while not self._free.empty():
            line = self._free.get_nowait()
            if line.transport is not None:
                line.transport.close()

    async def many(self, number: int, ask: Ask) -> float:
        """As fast as answers come back; CPU seconds of the server for one."""
        before, numbers = cpu_seconds(self._pid), iter(range(number))

        async def lane() -> None:
            for one in numbers:
                await ask(one)

        await asyncio.gather(*(lane() for _ in range(LANES)))
        return (cpu_seconds(self._pid) - before) / number

    async def flow(self, number: int) -> str:
        """From a signed-in browser's question to tokens; the access token."""
        cookie = self._cookies[number % len(self._cookies)]
        head, _ = await self._ask(f"GET /authorize?{urlencode(QUESTION)}", f"cookie: {cookie}\r\n")
        place = next(line for line in head.split("\r\n") if line.lower().startswith("location:"))
        code = parse_qs(urlsplit(place.partition(":")[2].strip()).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        }
        _, body = await self._ask("POST /token", f"authorization: {PROOF}\r\n", urlencode(form))
        return str(json.loads(body)["access_token"])

    def userinfo(self, token: str) -> Ask:
        return lambda _: self._ask("GET /userinfo", f"authorization: Bearer {token}\r\n", has=b"email")

    def introspect(self, token: str) -> Ask:
        form = urlencode({"token": token})
        return lambda _: self._ask("POST /introspect", f"authorization: {PROOF}\r\n", form, has=b"email")

    async def _ask(self, what: str, further: str, form: str = "", has: bytes = b"") -> tuple[str, bytes]:
        sized = f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(form)}\r\n"
        lines = f"{what} HTTP/1.1\r\nhost: {self._host}\r\nx-request-id: {secrets.token_hex(18)}\r\n"
        lines += f"x-brana-client-address: 192.0.2.7\r\nsec-fetch-dest: document\r\n{further}"
        line = await self._free.get()
        head, body = await line.ask(f"{lines}{sized if form else ''}\r\n{form}".encode())
        self._free.put_nowait(line)
        assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303")), (head, body)
        assert has in body, body
        return head.decode("latin-1"), body
