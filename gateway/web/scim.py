"""Where personnel systems push who works: SCIM 2.0 (RFC 7644) at a host of its own, for technical accounts.

Envoy has read the token, the policies have permitted the request, and what comes is bounded. No cookie and no page:
a refusal says its words in both languages.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from config.vocabulary import REASON_HEADER, Action, ApplicationId, technical_account_of
from gateway.audit.sparing import SparingEach
from gateway.incidents.by import By
from gateway.personnel.documents import patched, written
from gateway.personnel.filters import Filter, filter_of
from gateway.personnel.office import PersonnelOffice
from gateway.personnel.record import Record, Sender, Source
from gateway.personnel.refused import STATUS, NotDone, Why
from gateway.web import scim_documents as documents
from gateway.web.app import host_of
from gateway.web.desk import origin_of, request_id_of
from gateway.web.identity import Assertion, NotIdentified, ReadAssertion, caller_of

CONTENT_TYPES = ("application/scim+json", "application/json")
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
LONGEST = 64 * 1024  # bytes of a message; Envoy has refused longer ones
RATE = (600, timedelta(minutes=1))  # requests of one account
ONE = re.compile(r"/Users/([A-Za-z0-9_-]{1,64})")
TAG = re.compile(r'\s*(?:W/)?"([0-9]{1,9})"\s*')
log = structlog.get_logger("gateway.scim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scim:
    """`hosts`: without port; `sources`: by technical account; `state_errors`: the database is out of reach."""

    application: ApplicationId
    hosts: frozenset[str]
    sources: Mapping[str, Source]
    office: PersonnelOffice
    read: ReadAssertion
    refusals: tuple[type[Exception], ...]
    now: Callable[[], datetime]
    state_errors: tuple[type[Exception], ...]
    _rate: SparingEach = field(default_factory=lambda: SparingEach(*RATE))

    def first(self) -> Middleware:
        """Before whatever else answers on the socket."""

        @web.middleware
        async def scim(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            return await (self.answer(request) if host_of(request) in self.hosts else handler(request))

        return scim

    async def answer(self, request: web.Request) -> web.Response:
        now = self.now()
        try:
            caller = caller_of(request, self.read, self.application, now, self.refusals)
        except NotIdentified as error:
            log.warning("scim.not_identified", cause=str(error), request_id=request_id_of(request))
            return _refused(NotDone(Why.NO_SOURCE))
        sender = self._sender(caller, request)
        if sender is None:
            return _refused(NotDone(Why.NO_SOURCE))
        return await self._answered(request, caller, sender, now)

    async def _answered(
        self, request: web.Request, caller: Assertion, sender: Sender, now: datetime
    ) -> web.Response:
        changes = request.method not in ("GET", "HEAD")
        try:
            self._require(caller, sender, now, changes=changes)
            return await self._done(request, sender, now)
        except NotDone as refused:
            if changes:
                await self._keep_refusal(refused, request, sender, now)
            return _refused(refused)
        except self.state_errors as error:
            log.error("scim.state_unavailable", cause=str(error), request_id=request_id_of(request))  # noqa: TRY400 - said in words
            return _refused(NotDone(Why.UNAVAILABLE))
        except Exception:
            log.exception("scim.failed", path=request.path, request_id=request_id_of(request))
            return _refused(NotDone(Why.UNAVAILABLE))

    def _require(self, caller: Assertion, sender: Sender, now: datetime, *, changes: bool) -> None:
        """Raises NotDone."""
        if self._rate.of(sender.source.account, now).take(now) is None:
            raise NotDone(Why.TOO_OFTEN, f"at most {RATE[0]} a minute")
        if changes and Action.WRITE not in caller.actions:
            raise NotDone(Why.READS_ONLY)

    async def _keep_refusal(
        self, refused: NotDone, request: web.Request, sender: Sender, now: datetime
    ) -> None:
        try:
            await self.office.refused(refused, request.path.removeprefix(documents.BASE), sender, now)
        except self.state_errors as error:
            log.error("scim.state_unavailable", cause=str(error), request_id=request_id_of(request))  # noqa: TRY400 - said in words

    def _sender(self, caller: Assertion, request: web.Request) -> Sender | None:
        """None where no personnel system is configured for the account."""
        source = self.sources.get(technical_account_of(caller.subject) or "")
        if source is None:
            return None
        by = By(
            subject=caller.subject,
            login=caller.login,
            session=caller.sid,
            own_municipality=caller.municipality,
            application=self.application,
            origin=origin_of(request),
        )
        return Sender(source, by, caller.municipality)

    async def _done(self, request: web.Request, sender: Sender, now: datetime) -> web.Response:
        """Raises NotDone."""
        if not request.path.startswith(f"{documents.BASE}/"):
            raise NotDone(Why.NO_SUCH_PLACE)
        place, method = request.path.removeprefix(documents.BASE), request.method
        address = f"https://{request.host}{documents.BASE}"
        known = documents.fixed(address).get(place)
        if known is not None and method == "GET":
            return _json(200, known)
        if place == "/Users" and method == "GET":
            return await self._listed(request, sender, address)
        if place == "/Users" and method == "POST":
            made = await self.office.add(written(await _body(request)), sender, now)
            return _shown(201, made, address)
        if (one := ONE.fullmatch(place)) is not None:
            return await self._one(one[1], request, sender, address, now)
        raise NotDone(Why.NO_SUCH_PLACE)

    async def _one(
        self, identifier: str, request: web.Request, sender: Sender, address: str, now: datetime
    ) -> web.Response:
        if_match = _matching(request)
        match request.method:
            case "GET":
                found = await self.office.one(identifier, sender)
                if documents.etag_of(found) in request.headers.get("If-None-Match", ""):
                    return web.Response(status=304, headers=HEADERS | {"ETag": documents.etag_of(found)})
                return _shown(200, found, address)
            case "PUT":
                body = await _body(request)
                made = await self.office.change(
                    identifier, lambda before: written(body, before), if_match, sender, now
                )
            case "PATCH":
                body = await _body(request)
                made = await self.office.change(
                    identifier, lambda before: patched(before, body), if_match, sender, now
                )
            case "DELETE":
                await self.office.remove(identifier, if_match, sender, now)
                return web.Response(status=204, headers=HEADERS)
            case _:
                raise NotDone(Why.NO_SUCH_PLACE)
        return _shown(200, made, address)

    async def _listed(self, request: web.Request, sender: Sender, address: str) -> web.Response:
        """From `startIndex`, counted from 1, `count` at most (RFC 7644 §3.4.2.4)."""
        asked = request.query.get("filter", "").strip()
        wanted = filter_of(asked) if asked else Filter()
        start = max(1, _number(request, "startIndex", 1))
        count = min(max(0, _number(request, "count", documents.MOST)), documents.MOST)
        found = [one for one in await self.office.all(sender) if wanted.fits(one.id, one.values)]
        page = [documents.user(one, address) for one in found[start - 1 : start - 1 + count]]
        return _json(200, documents.listed(page, len(found), start))


async def _body(request: web.Request) -> object:
    """Raises NotDone."""
    if request.content_type not in CONTENT_TYPES:
        raise NotDone(Why.UNREADABLE, f"Content-Type is {CONTENT_TYPES[0]}")
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > LONGEST:
            raise NotDone(Why.TOO_LARGE, f"at most {LONGEST} bytes")
    try:
        return msgspec.json.decode(bytes(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotDone(Why.UNREADABLE, "no JSON") from None


def _matching(request: web.Request) -> Callable[[int], bool]:
    """Whether a version is one that `If-Match` names (RFC 9110 §13.1.1); any, where it is not said. Raises NotDone."""
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return lambda _: True
    tags = [TAG.fullmatch(one) for one in text.split(",")]
    versions = {int(one[1]) for one in tags if one is not None}
    return lambda version: version in versions


def _number(request: web.Request, name: str, usual: int) -> int:
    """Raises NotDone."""
    text = request.query.get(name, "")
    if not text:
        return usual
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise NotDone(Why.VALUE, f"{name} is a number")
    return int(text)


def _shown(status: int, record: Record, address: str) -> web.Response:
    said = documents.user(record, address)
    headers = {"ETag": documents.etag_of(record), "Location": said["meta"]["location"]}
    return _json(status, said, headers)


def _refused(refused: NotDone) -> web.Response:
    status, _ = STATUS[refused.reason]
    retry = {"Retry-After": "60"} if refused.reason is Why.TOO_OFTEN else {}
    return _json(status, documents.error(refused), {REASON_HEADER: refused.reason.value, **retry})


def _json(status: int, said: object, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(said),
        content_type=CONTENT_TYPES[0],
        headers={**HEADERS, **(headers or {})},
    )
