"""A browser without a screen: it follows redirects, keeps cookies by host, fills in the sign-in."""

import html
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from socket import AF_INET, AddressFamily
from typing import Any

import aiohttp
from aiohttp.abc import AbstractCookieJar, AbstractResolver, ResolveResult
from multidict import CIMultiDictProxy
from yarl import URL

from gateway.demo.world import Account
from idp.login.totp import STEP, Secret
from tests.rig.code_generator import code_at

SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]+)"')
TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as somebody sees it."""

    status: int
    url: URL
    headers: CIMultiDictProxy[str]
    text: str

    @property
    def title(self) -> str:
        found = TITLE.search(self.text)
        return html.unescape(TAG.sub("", found[1])).strip() if found else ""

    @property
    def request_id(self) -> str:
        return self.headers["x-request-id"]

    @property
    def location(self) -> URL:
        return URL(self.headers["Location"], encoded=True)

    @property
    def form(self) -> URL:
        """Where the page's form leads; that of the head signs out."""
        action = FORM.search(self.text, max(0, self.text.find("<main")))
        assert action is not None, f"{self.status} {self.url}: no form on “{self.title}”"
        return self.url.join(URL(html.unescape(action[1]), encoded=True))

    @property
    def secret(self) -> str:
        """The key for typing on the page of an enrolment; empty on others."""
        found = SECRET.search(self.text)
        return found[1].replace(" ", "") if found else ""


class Loopback(AbstractResolver):
    """Every name of the product lives here (RFC 6761 §6.3), at `to`."""

    def __init__(self, to: str) -> None:
        self.to = to

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=self.to, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


class Visitor:
    """One person's browser. Redirects are followed as a browser does; `get` shows where it ends."""

    def __init__(
        self,
        tls: ssl.SSLContext,
        address: str = "127.0.0.1",
        to: str = "127.0.0.1",
        jar: AbstractCookieJar | None = None,
    ) -> None:
        """`jar`: of another visitor: the same browser, which asks another node."""
        self.address, self.tls, self._names = address, tls, Loopback(to)
        self.jar = jar or aiohttp.CookieJar(quote_cookie=False)
        self._http = self._connecting()
        self._before: list[aiohttp.ClientSession] = []

    def _connecting(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=self.tls,
                resolver=self._names,
                use_dns_cache=False,
                limit=8,
                local_addr=(self.address, 0),
            ),
            cookie_jar=self.jar,
            headers={"Accept": "text/html", "Accept-Language": "cs", "User-Agent": "Mozilla/5.0 (X11)"},
            timeout=aiohttp.ClientTimeout(total=20),
        )

    async def close(self) -> None:
        for each in (*self._before, self._http):
            await each.close()

    def goes_to(self, to: str) -> None:
        """Connections that are made from now on lead there, as when a name's address changes."""
        self._names.to = to

    def moves_to(self, to: str) -> None:
        """Whatever it asks from now on goes there, by connections of its own."""
        self.goes_to(to)
        self._before.append(self._http)
        self._http = self._connecting()

    async def get(
        self, url: str | URL, *, follow: bool = True, headers: Mapping[str, str] = NAVIGATES
    ) -> Shown:
        return await self._ask("GET", URL(url), headers, allow_redirects=follow)

    async def web_socket(self, url: str) -> aiohttp.ClientWebSocketResponse:
        return await self._http.ws_connect(url.replace("https:", "wss:", 1))

    async def post(
        self,
        url: str | URL,
        fields: Mapping[str, str],
        *,
        follow: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Shown:
        """A form of the page's own site, unless `headers` say otherwise."""
        own = {**NAVIGATES, "Sec-Fetch-Site": "same-origin", "Origin": str(URL(url).origin())}
        return await self._ask(
            "POST", URL(url), own if headers is None else headers, allow_redirects=follow, data=dict(fields)
        )

    def cookies(self, url: str | URL) -> dict[str, str]:
        """What this browser would send there."""
        return {name: kept.value for name, kept in self._http.cookie_jar.filter_cookies(URL(url)).items()}

    def keep(self, url: str | URL, cookies: Mapping[str, str]) -> None:
        """Put cookies of that host into the jar, as somebody who can write there would."""
        made: SimpleCookie = SimpleCookie()
        for name, value in cookies.items():
            made[name] = value
            made[name]["path"], made[name]["secure"] = "/", True
        self._http.cookie_jar.update_cookies(made, URL(url))

    async def sign_in(self, account: Account, url: str | URL, step: int = 0) -> Shown:
        """Open `url`, show password and code, and come back to what was asked for.

        `step`: of the code, from the present one; each is good once (RFC 6238 §5.2).
        """
        page = await self.get(url)
        page = await self.fill(page, username=account.login, password=account.password)
        if 'name="code"' not in page.text:
            return page
        secret = account.totp_secret
        assert secret is not None, f"{account.login} has no one-time-code secret"
        at = datetime.now(UTC) + timedelta(seconds=step * STEP)
        return await self.fill(page, code=code_at(Secret(secret), at))

    async def fill(self, page: Shown, *, follow: bool = True, **fields: str) -> Shown:
        """Send the page's form."""
        return await self.post(page.form, fields, follow=follow)

    async def _ask(self, method: str, url: URL, headers: Mapping[str, str], **more: Any) -> Shown:
        async with self._http.request(method, url, headers=headers, **more) as answer:
            return Shown(answer.status, answer.url, answer.headers, await answer.text())
