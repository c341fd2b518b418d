"""The host where agents ask: messages in, answers out, by `agents.protocol`. Envoy has bounded what comes.

No cookie, no session and no language: who asks is known by its key, and a refusal says its words in both languages.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from agents.protocol.messages import BEGIN, COMPLETE, FAREWELL, REPORT, TUNNEL, Begin, Refusal
from agents.protocol.tunnel import NOT_OFFERED
from gateway.devices import enrolling
from gateway.devices.enrolling import NotEnrolled
from gateway.devices.reception import Reception
from gateway.devices.reporting import NotTaken
from gateway.web.agent_words import UNAVAILABLE, WORDS
from gateway.web.app import host_of
from gateway.web.desk import origin_of, request_id_of
from idp.events import Origin

AGENTS = "/agent"  # below it is all of the protocol
JSON, JOSE = "application/json", "application/jose"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
Said = Callable[[str, Origin, datetime], Awaitable[msgspec.Struct]]
"""A message that a device signed."""
Answer = Callable[[bytes, Origin, datetime], Awaitable[msgspec.Struct]]
log = structlog.get_logger("gateway.agents")


@dataclass(frozen=True, slots=True)
class Agents:
    """`host`: without port, where people administer devices as well; `longest`: octets of a message; `state_errors`:
    the database is out of reach.
    """

    host: str
    reception: Reception
    now: Callable[[], datetime]
    longest: int
    state_errors: tuple[type[Exception], ...]
    tunnel: Said | None = None
    """Answers what devices ask of their tunnels; None: there are none here."""

    def first(self) -> Middleware:
        """Before whatever else answers on the socket."""

        @web.middleware
        async def agents(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            here = request.path == AGENTS or request.path.startswith(f"{AGENTS}/")
            ours = here and host_of(request) == self.host
            return await (self.answer(request) if ours else handler(request))

        return agents

    async def answer(self, request: web.Request) -> web.Response:
        kind, work = self._ways().get(request.path, (None, None))
        if work is None:
            # An agent that asks is none that is too old.
            return _refused(NOT_OFFERED) if request.path == TUNNEL else _not_understood(404)
        if request.method != "POST":
            return _not_understood(405, {"Allow": "POST"})
        body = await _read(request, self.longest) if request.content_type == kind else None
        if body is None:
            return _not_understood(415 if request.content_type != kind else 413)
        return await self._answered(work, body, request)

    async def _answered(self, work: Answer, body: bytes, request: web.Request) -> web.Response:
        try:
            said = await work(body, origin_of(request), self.now())
        except NotEnrolled as refused:
            return _refused(refused.refusal)
        except NotTaken as refused:
            return _refused(refused.refusal, refused.nonce)
        except self.state_errors as error:
            log.error("agents.state_unavailable", cause=str(error), request_id=request_id_of(request))  # noqa: TRY400 - said in words
            return _refused(UNAVAILABLE)
        except Exception:
            log.exception("agents.failed", path=request.path, request_id=request_id_of(request))
            return _refused(UNAVAILABLE)
        return _json(200, said)

    def _ways(self) -> Mapping[str, tuple[str, Answer]]:
        further = {} if self.tunnel is None else {TUNNEL: (JOSE, _signed(self.tunnel))}
        return further | {
            BEGIN: (JSON, self._begin),
            COMPLETE: (JOSE, _signed(self.reception.complete)),
            REPORT: (JOSE, _signed(self.reception.report)),
            FAREWELL: (JOSE, _signed(self.reception.farewell)),
        }

    async def _begin(self, body: bytes, origin: Origin, now: datetime) -> msgspec.Struct:
        try:
            said = msgspec.json.decode(body, type=Begin)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            refused = NotEnrolled(enrolling.Refusal.NOT_UNDERSTOOD)
            await self.reception.refused(refused, "", origin, now)
            raise refused from None
        return await self.reception.begin(said, origin, now)


def _signed(work: Said) -> Answer:
    async def answer(body: bytes, origin: Origin, now: datetime) -> msgspec.Struct:
        try:
            token = body.decode("ascii")
        except UnicodeDecodeError:
            token = ""  # nobody's, and refused as such
        return await work(token, origin, now)

    return answer


async def _read(request: web.Request, longest: int) -> bytes | None:
    """None where it is longer."""
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > longest:
            return None
    return bytes(body)


def _refused(reason: str, nonce: str | None = None) -> web.Response:
    said = WORDS[reason]
    return _json(
        said.status, Refusal(reason=str(reason), cs=said.cs, en=said.en, nonce=nonce, again=said.again)
    )


def _not_understood(status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """By who speaks no protocol of ours; the access log has it."""
    reason = enrolling.Refusal.NOT_UNDERSTOOD
    said = WORDS[reason]
    return _json(status, Refusal(reason=reason.value, cs=said.cs, en=said.en), headers)


def _json(status: int, said: msgspec.Struct, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(said),
        content_type=JSON,
        headers={**HEADERS, **(headers or {})},
    )
