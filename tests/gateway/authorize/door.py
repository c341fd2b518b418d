"""The decision point on a unix socket, over the real store and signer, as Envoy sees it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import aiohttp
from joserfc.jwk import ECKey
from sqlalchemy import Connection

from config.vocabulary import Language
from gateway.audit.entry import Entry
from gateway.authorize.ext_authz import Authorizer, WaysIn
from gateway.authorize.problem import SIGN_IN_NEEDED
from gateway.authorize.request import AccessRequest
from gateway.authorize.response import AnswerKind
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.travel import TravelAlarm
from gateway.authorize.verdict import Refused
from gateway.grants.cookie import SESSION
from gateway.grants.sign import GrantSigner
from gateway.sessions.office import handle_hash
from gateway.sessions.session import Session
from gateway.storage.database import Database
from tests.rig.prepared import prepared
from tests.rig.session_store import session_store

HANDLE = "handle-of-this-browser"
HOST = "spisovka-588491.brana.test:8443"
QUESTION = {
    "x-brana-route": "records 588491 read",
    "Host": HOST,
    "x-brana-client-address": "192.0.2.7",
    "x-request-id": "request-1",
    "Accept": "text/html",
    "Cookie": f"{SESSION}={HANDLE}",
}


class PlainPages:
    """Says which page would be shown."""

    headers: Mapping[str, str] = {"Content-Security-Policy": "default-src 'none'"}

    def refused(self, request: AccessRequest, refused: Refused, session: Session, status: int) -> str:
        return f"refused {refused.reason} {status} {request.language} {session.login}"

    def signed_out(self, request: AccessRequest) -> str:
        return f"signed out {request.language}"

    def unavailable(self, request: AccessRequest) -> str:
        return f"unavailable {request.request_id}"

    def unknown(self, request: AccessRequest) -> str:
        return f"unknown {request.language}"

    support = "Helpdesk, 573 321 100"

    def keep_language(self, language: Language) -> str:
        return f"brana-language={language}; Domain=brana.test"


class Door:
    """The authorization service on a unix socket, as Envoy sees it."""

    def __init__(
        self, folder: Path, snapshot: Snapshot, now: datetime, travel: TravelAlarm | None = None
    ) -> None:
        self.socket = folder / "authorize.sock"
        self.entries: list[Entry] = []
        self.kinds: list[AnswerKind] = []
        self.database = Database(prepared(folder / "brana.db"))
        self.store = session_store(self.database, self._append)
        grant_key, self.assertion_key = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
        signer = GrantSigner(grant_key, self.assertion_key, "https://portal.brana.test")
        self.authorizer = Authorizer(
            snapshot=lambda: snapshot,
            sessions=self.store,
            sign=signer.sign,
            ways_in=WaysIn(self._begin, self._keep),
            pages=PlainPages(),
            clock=lambda: now,
            measured=lambda kind, _seconds: self.kinds.append(kind),
            language=Language.CZECH,
        )
        self.authorizer.travel = travel

    def _append(self, _connection: Connection, entries: list[Entry]) -> None:
        self.entries += entries

    def _keep(
        self, _request: AccessRequest, session: Session | None, refused: Refused | None, _now: object
    ) -> str:
        reason = SIGN_IN_NEEDED if refused is None else refused.reason
        return f"/.brana/form?ticket={session.login if session is not None else ''}-{reason}"

    async def _begin(self, request: AccessRequest, _now: object) -> tuple[str, str]:
        return f"https://login.test/?to={request.host}", "__Host-brana-signin-abc=1"

    async def ask(
        self,
        changed: Mapping[str, str | None] | None = None,
        method: str = "GET",
        target: str = "/documents?q=secret",
    ) -> tuple[aiohttp.ClientResponse, str]:
        headers = {k: v for k, v in (QUESTION | dict(changed or {})).items() if v is not None}
        connector = aiohttp.UnixConnector(str(self.socket))
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http,
            http.request(method, f"http://authorize{target}", headers=headers,
                         allow_redirects=False) as answer,
        ):  # fmt: skip
            return answer, await answer.text()


async def signed_in(door: Door, session: Session) -> None:
    await door.store.add(session, handle_hash(HANDLE), HOST, [])
