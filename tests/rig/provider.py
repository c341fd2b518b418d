"""The real identity provider on a unix socket, and a browser without JavaScript that keeps its cookies."""

import functools
import html
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from aiohttp import web
from joserfc.jwk import ECKey, KeySet, RSAKey
from webauthn.helpers import base64url_to_bytes

from config.district import Municipality
from config.places import Places
from config.settings import Outside, Place, SignIn, Title
from config.vocabulary import Language, SessionId, SubjectId
from gateway.storage.seal import Seal
from idp.directory.errors import DirectoryUnusable
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.directory.password import NotChanged, NotChangedReason
from idp.directory.realms import ONE_DIRECTORY, Realms
from idp.http.app import make_app
from idp.http.page import Assets, Office, Pages
from idp.http.provider import (
    Admitted,
    Authenticate,
    ChangePassword,
    MayUse,
    NotAdmitted,
    Provider,
    Reread,
    SamlDoor,
    UpstreamDoor,
)
from idp.http.recovery import Recovery
from idp.oidc.client import Client, ClientId, Method, Secret, gateway_client
from idp.oidc.keys import SigningKey, SigningKeys
from idp.oidc.pkce import challenge_of
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import HULIN, NOON
from tests.rig.soft_key import SoftKey

ISSUER = "https://login.obec.test"
PORTAL = "https://portal.obec.test"
CALLBACK = f"{PORTAL}/.brana/callback"
RECORDS = "spis.obec.test"
RECORDS_CALLBACK = f"https://{RECORDS}/.brana/callback"
SIGNED_OUT = f"{PORTAL}/.brana/signed-out"
GIS_CALLBACK = "https://gis.obec.test/oidc/callback"
GIS_SECRET = "tajemstvi-aplikace-gis-ktere-nikdo-neuhodne"
NEW_CODES = "/account/recovery-codes"
VERIFIER = "overovaci-retezec-ktery-ma-alespon-43-znaku-celkem"

ADDRESS = "192.0.2.7"
SEAL = Seal(bytes(range(32)))
TOWN_HALL = Title(cs="Městský úřad Hulín", en="Hulín town hall")


@functools.cache
def signing_keys() -> tuple[SigningKey, SigningKey]:
    """Made once in a run: an RSA key takes a second."""
    return new_key(), SigningKey("RS256", RSAKey.generate_key(3072))


def new_key() -> SigningKey:
    return SigningKey("ES256", ECKey.generate_key("P-256"))


def clients() -> dict[ClientId, Client]:
    gis = Client(
        id=ClientId("gis"),
        redirect_uris=frozenset({GIS_CALLBACK}),
        post_logout_redirect_uris=frozenset({"https://gis.obec.test/konec?a=1"}),
        secret=Secret.of(GIS_SECRET),
        algorithm="RS256",
    )
    portal = gateway_client([CALLBACK, RECORDS_CALLBACK], [SIGNED_OUT])
    here = frozenset({GIS_CALLBACK})
    secret = Secret.of(GIS_SECRET)
    others = (
        Client(
            id=ClientId("by-header"), redirect_uris=here, secret=secret, method=Method.BASIC, refresh="asked"
        ),
        Client(id=ClientId("by-form"), redirect_uris=here, secret=secret, method=Method.POST),
        Client(
            id=ClientId("by-key"),
            redirect_uris=here,
            keys=KeySet([client_key()]),
            method=Method.KEY,
            refresh="asked",
        ),
        *(
            Client(
                id=ClientId(name), redirect_uris=frozenset(), refresh="asked", device=True, application=where
            )
            for name, where in (("tool", ""), ("decided-tool", "records"))
        ),
        Client(id=ClientId("bound"), redirect_uris=here, refresh="always", dpop=True),
        Client(id=ClientId("public"), redirect_uris=here, refresh="always"),
        *(
            Client(
                id=ClientId(name),
                redirect_uris=here,
                post_logout_redirect_uris=frozenset({GIS_CALLBACK}),
                secret=secret,
                method=Method.BASIC,
                refresh="always",
                sector=sector,
                pseudonym=SEAL.pseudonym,
            )
            for name, sector in (("own-names", "a.test"), ("same-names", "a.test"), ("other-names", "b.test"))
        ),
        Client(
            id=ClientId("outside"),
            redirect_uris=here,
            refresh="always",
            outside=Outside(name="Kurzy <online>", operator="Kurzy s.r.o."),
        ),
        Client(id=ClientId("decided"), redirect_uris=here, refresh="always", application="records"),
    )
    return {one.id: one for one in (portal, gis, *others)}


@functools.cache
def client_key() -> ECKey:
    """Of the client `by-key`."""
    return ECKey.generate_key("P-256")


@dataclass(slots=True)
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **lapse: float) -> None:
        self.now += timedelta(**lapse)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def said(self) -> dict[str, str]:
        """Parameters of the redirect."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.location).query).items()}


@dataclass(slots=True)
class Browser:
    http: aiohttp.ClientSession
    address: str = ADDRESS
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    """Raw `Set-Cookie` headers of the last answer."""

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._send("GET", path, None, headers)

    async def post(
        self, path: str, form: Mapping[str, str] | list[tuple[str, str]], **headers: str
    ) -> Answer:
        return await self._send("POST", path, urlencode(form), {"Sec-Fetch-Site": "same-origin", **headers})

    async def _send(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        kept = dict(self.cookies)
        sent = {
            "Host": "login.obec.test",
            "x-brana-client-address": self.address,
            "Accept-Language": "en",
            **({"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())} if kept else {}),
            **({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        address = "http://login" + path.removeprefix(ISSUER)
        async with self.http.request(method, address, data=body, headers=sent, allow_redirects=False) as got:
            text = await got.text()
            self.set_cookies = got.headers.getall("Set-Cookie", [])
            for line in self.set_cookies:
                for name, morsel in SimpleCookie(line).items():
                    if morsel["max-age"] == "0" or not morsel.value:
                        self.cookies.pop(name, None)
                    else:
                        self.cookies[name] = morsel.value
            return Answer(got.status, dict(got.headers), text)

    async def begin(self, **changes: str | None) -> str:
        """Ask for a sign-in; the path of the page the browser lands on."""
        answer = await self.get(authorize_path(**changes))
        assert answer.status == 303, answer.text
        return answer.location

    async def password(self, page: str, login: str, password: str, **headers: str) -> Answer:
        form = {"username": login, "password": password}
        return await self.post(page.replace("/sign-in", "/sign-in/password", 1), form, **headers)

    async def code(self, page: str, code: str, **headers: str) -> Answer:
        return await self.form(page, "code", {"code": code}, **headers)

    async def form(self, page: str, name: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send the form `name` of a sign-in's page."""
        return await self.post(page.replace("/sign-in", f"/sign-in/{name}", 1), fields, **headers)

    async def new_codes(self) -> Answer:
        """Ask for new recovery codes at "my account", and say yes."""
        return await self.post(NEW_CODES, await self.asking_for_codes())

    async def asking_for_codes(self) -> dict[str, str]:
        """The form that makes them, as the page has it now."""
        mark = re.search(r'name="instead_of" value="([0-9a-f]{32})"', (await self.get(NEW_CODES)).text)
        assert mark is not None
        return {"instead_of": mark[1]}

    async def told_of_the_code(self, done: Answer) -> Answer:
        """After a recovery code: read the page that says how many are left, and go on."""
        assert done.location.startswith("/sign-in/recovery-code-used?"), done.text
        shown = await self.get(done.location)
        assert "unused recovery code" in shown.text
        onward = re.search(r'href="(/authorize\?[^"]+)"', shown.text)
        assert onward is not None
        return await self.get(html.unescape(onward[1]))

    async def told_of_the_change(self, done: Answer) -> Answer:
        """After a new password at the sign-in: read the page that says so, and go on."""
        assert done.location.startswith("/sign-in/password-changed?"), done.text
        shown = await self.get(done.location)
        assert "Your password has been changed" in shown.text
        onward = re.search(r'href="(/authorize\?[^"]+)"', shown.text)
        assert onward is not None
        return await self.get(html.unescape(onward[1]))

    async def key(self, page: str, key: SoftKey, name: str = "key", **changes: Any) -> Answer:
        """Answer the challenge the page shows, with a security key in software."""
        shown = await self.get(page)
        return await self.form(page, name, {"key": key.shown(challenge_on(shown), **changes)})


def request_parameters(**changes: str | None) -> dict[str, str]:
    """A right request of the gateway; None takes a parameter out."""
    usual = {
        "client_id": "brana-gateway",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "state": "stav-1",
        "nonce": "nonce-1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def authorize_path(**changes: str | None) -> str:
    return "/authorize?" + urlencode(request_parameters(**changes))


def secret_on(page: Answer) -> str:
    """The key for typing on the page of an enrolment."""
    found = re.search(r'<code class="secret">([^<]*)</code>', page.text)
    assert found is not None, page.text
    return unescape(found[1]).replace(" ", "")


def challenge_on(page: Answer) -> bytes:
    """What a key is asked to sign."""
    found = re.search(r'data-options="([^"]*)"', page.text)
    assert found is not None, page.text
    return base64url_to_bytes(json.loads(unescape(found[1]))["challenge"])


@dataclass(slots=True)
class Rig:
    kept: Kept
    clock: Clock
    provider: Provider
    socket: Path
    ended: list[SessionId]
    may_use: MayUse
    """May be replaced by a test: what the gateway would say of a person and an application."""
    _open: list[aiohttp.ClientSession] = field(default_factory=list)

    def browser(self, address: str = ADDRESS) -> Browser:
        connector = aiohttp.UnixConnector(path=str(self.socket))
        http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self._open.append(http)
        return Browser(http, address)

    async def close(self) -> None:
        for http in self._open:
            await http.close()


async def admits_everybody(*_asked: object) -> Admitted:
    return Admitted("everybody", "v1")


async def at_the_office(_subject: SubjectId, _old: str, _new: str) -> NotChanged:
    """A directory in which nobody may change the own password."""
    return NotChanged(NotChangedReason.NOT_ALLOWED)


@asynccontextmanager
async def provider(
    authenticate: Authenticate,
    reread: Reread,
    sign_in: SignIn | None = None,
    start: datetime = NOON,
    change_password: ChangePassword = at_the_office,
    lockout: Lockout = NO_LOCKOUT,
    last_resort: Recovery | None = None,
    *,
    realm: str = "",
    realms: Realms = ONE_DIRECTORY,
    some_silent: Callable[[], bool] = lambda: False,
    upstreams: Mapping[str, UpstreamDoor] | None = None,
    saml: SamlDoor | None = None,
) -> AsyncIterator[Rig]:
    folder = Path(tempfile.mkdtemp(prefix="brana-"))  # short: a socket's path has 108 bytes
    clock, ended = Clock(start), []

    async def on_ended(names: object) -> None:
        ended.extend(names)

    async def as_replaced(*asked: Any) -> Admitted | NotAdmitted:
        return await rig.may_use(*asked)

    try:
        with identity_store(folder) as kept:
            made = Provider(
                issuer=ISSUER,
                start=PORTAL,
                office="Město Kroměříž",
                office_words=("Matrika", "Evidence obyvatel"),
                sign_in=sign_in or SignIn(),
                refresh=timedelta(minutes=1),
                grace=timedelta(minutes=15),
                clients=clients(),
                keys=SigningKeys(signing_keys()),
                store=kept.store,
                authenticate=authenticate,
                reread=reread,
                change_password=change_password,
                may_use=as_replaced,
                lockout=lambda: lockout,
                realms=realms,
                realm=realm,
                some_silent=some_silent,
                upstreams=upstreams or {},
                saml=saml,
                directory_errors=(DirectoryUnusable,),
                pages=Pages(
                    (),
                    (),
                    Office("Město Kroměříž", "Helpdesk, 573 321 100"),
                    domain="brana.test",
                    assets=Assets(),
                    default_language=Language.CZECH,
                    places=Places([Place(title=TOWN_HALL, networks=["192.0.2.0/24"])]),
                    account=f"{ISSUER}/account",
                ),
                clock=clock,
                municipality_name={HULIN: "Hulín"}.__getitem__,
                district={HULIN: Municipality(HULIN, "Hulín", "00287229")},
                on_ended=on_ended,
            )
            runner = web.AppRunner(make_app(made, last_resort), access_log=None)
            await runner.setup()
            socket = folder / "idp.sock"
            await web.UnixSite(runner, str(socket)).start()
            rig = Rig(kept, clock, made, socket, ended, admits_everybody)
            try:
                yield rig
            finally:
                await rig.close()
                await runner.cleanup()
    finally:
        shutil.rmtree(folder)
