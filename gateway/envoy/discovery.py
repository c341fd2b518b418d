"""The discovery server: Envoy asks for its configuration, and the question waits until there is news.

REST variant of Envoy's xDS protocol (v3), as a long poll over a unix socket. The version of an answer is a
digest of what was asked for, so a control plane that starts again with the same settings disturbs nothing,
and an Envoy that starts again (it asks with no version) gets everything at once.

The REST variant has no word for "no": an Envoy that refused an answer asks again with the version it had.
Such a question is counted as a rejection, told to `on_rejection`, and held like one that has the news.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
from aiohttp import web

from config.settings import Settings
from gateway.envoy.clusters import clusters
from gateway.envoy.elsewhere import listeners_elsewhere, secrets_of_node
from gateway.envoy.gate import EXTENSION, GATE_FILTER, Tokens, gate_filter, grant_filter, kind_of
from gateway.envoy.identity import accounts
from gateway.envoy.listeners import certificate, listener
from gateway.envoy.messages import HOLD, Json, Surroundings, typed
from gateway.envoy.routes import routes
from gateway.envoy.technical import client_authority, issuer_of, technical_routes
from gateway.envoy.upstream_tls import upstream_secrets

LISTENERS = "envoy.config.listener.v3.Listener"
CLUSTERS = "envoy.config.cluster.v3.Cluster"
ROUTE_TABLES = "envoy.config.route.v3.RouteConfiguration"
SECRETS = "envoy.extensions.transport_sockets.tls.v3.Secret"
EXTENSIONS = EXTENSION
PATHS = {
    "listeners": LISTENERS,
    "clusters": CLUSTERS,
    "routes": ROUTE_TABLES,
    "secrets": SECRETS,
    "extension_configs": EXTENSIONS,
}
"""Last word of `/v3/discovery:<word>` → type of resource (Envoy's REST endpoints)."""
LARGEST_QUESTION = 1 << 20

Resources = Mapping[str, Iterable[Json]]
"""Type of resource → resources; each has a `name`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """An answer that Envoy did not take; it goes on with what it had."""

    kind: str
    names: tuple[str, ...]
    version: str
    detail: str

    def __str__(self) -> str:
        what = ", ".join(self.names) or self.kind
        return f"Envoy refused {what} (version {self.version}): {self.detail}"


def all_resources(settings: Settings, surroundings: Surroundings) -> dict[str, list[Json]]:
    """Everything but the gate, which has its own `publish_gate`."""
    fleet, left = settings.fleet, surroundings.left
    return {
        LISTENERS: [
            listener(settings, surroundings),
            *(listeners_elsewhere(fleet, surroundings, left) if fleet else ()),
        ],
        CLUSTERS: clusters(settings, surroundings),
        ROUTE_TABLES: [routes(settings, surroundings), *technical_routes(settings, surroundings)],
        SECRETS: [
            certificate(settings),
            *client_authority(settings),
            *upstream_secrets(settings.applications),
            *accounts(settings.applications, surroundings),
            *(secrets_of_node(settings) if fleet else ()),
        ],
        EXTENSIONS: [
            grant_filter(
                surroundings.grant_keys,
                map(kind_of, settings.applications),
                Tokens(issuer_of(settings), surroundings.token_keys),
            )
        ],
    }


class _Node(msgspec.Struct, frozen=True):
    id: str = ""


class _Error(msgspec.Struct, frozen=True):
    message: str = ""


class _Question(msgspec.Struct, frozen=True):
    """What is needed of a DiscoveryRequest. Envoy adds a list of all it was built with, which would wait with it."""

    version_info: str = ""
    resource_names: tuple[str, ...] = ()
    node: _Node = _Node()
    error_detail: _Error | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    version: str
    body: bytes


class Discovery:
    """Holds the current resources, answers the questions of Envoys. `begun`: where the gate writes."""

    def __init__(
        self,
        begun: Path,
        on_rejection: Callable[[Rejection], None],
        hold: timedelta = HOLD,
        technical: Collection[str] = (),
    ) -> None:
        self._begun, self._on_rejection = begun, on_rejection
        self._technical = technical
        self._hold = hold.total_seconds()
        self._resources: dict[str, dict[str, bytes]] = {kind: {} for kind in PATHS.values()}
        self._news = asyncio.Event()
        self._asked = asyncio.Event()
        self._sent: dict[tuple[str, str, tuple[str, ...]], str] = {}
        self._confirmed: dict[tuple[str, tuple[str, ...]], str] = {}
        self._closing = False

    def publish(self, resources: Resources) -> None:
        """Replace the resources of the given kinds; of extensions, the ones named, so that the gate stays."""
        for kind, messages in resources.items():
            encoded = {message["name"]: _encoded(kind, message) for message in messages}
            kept = self._resources[kind] if kind == EXTENSIONS else {}
            self._resources[kind] = kept | encoded
        self._tell()

    def publish_gate(self, revoked: Collection[str], epoch: str) -> None:
        """Push the table of revoked ids and the epoch. Raises GateWordUnusable."""
        self.publish({EXTENSIONS: [gate_filter(revoked, epoch, self._begun, self._technical)]})

    async def gate_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - a bound, not a cancellation
        """Wait until Envoy says that it has the gate last published; False when it did not in time."""
        names = (GATE_FILTER,)
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                while self._confirmed.get((EXTENSIONS, names)) != self._answer(EXTENSIONS, names).version:
                    self._asked.clear()
                    await self._asked.wait()
        except TimeoutError:
            return False
        return True

    @contextlib.asynccontextmanager
    async def serving(self, socket: Path) -> AsyncIterator[None]:
        """Listen at the unix socket, which only this user may open, until the block ends."""
        application = web.Application()
        application.router.add_post("/v3/discovery:{word}", self._handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            _remove(socket)  # left behind by a process that was killed
            await web.UnixSite(runner, str(socket)).start()
            _for_owner_only(socket)
            yield
        finally:
            self.close()
            await runner.cleanup()

    def close(self) -> None:
        """Answer every question that waits; later ones are answered at once."""
        self._closing = True
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        kind = PATHS.get(request.match_info["word"])
        if kind is None:
            raise web.HTTPNotFound
        question = await _asked(request)
        names, had = tuple(sorted(question.resource_names)), question.version_info
        asker = (question.node.id, kind, names)
        self._note(asker, had, question.error_detail)
        deadline = asyncio.get_running_loop().time() + self._hold
        while not self._closing:
            news = self._news
            answer = self._answer(kind, names)
            if answer.body and answer.version not in (had, self._sent.get(asker)):
                return self._send(asker, answer)
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                # An answer may have been lost on its way: after a full wait it is sent once more.
                if answer.body and answer.version != had:
                    return self._send(asker, answer)
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left)
        return web.Response(status=304)

    def _note(self, asker: tuple[str, str, tuple[str, ...]], had: str, error: _Error | None) -> None:
        """Learn from a question what became of the last answer."""
        _, kind, names = asker
        sent = self._sent.get(asker)
        if sent is not None and (error or sent != had):
            detail = (error and error.message) or "it asks again with the version it had; see its log"
            self._on_rejection(Rejection(kind=kind, names=names, version=sent, detail=detail))
        elif had:
            self._confirmed[kind, names] = had
            self._asked.set()

    def _send(self, asker: tuple[str, str, tuple[str, ...]], answer: _Answer) -> web.Response:
        self._sent[asker] = answer.version
        return web.Response(body=answer.body, content_type="application/json")

    def _answer(self, kind: str, names: tuple[str, ...]) -> _Answer:
        """Current resources of a kind (those named, or all); no body as long as one of them is missing."""
        known = self._resources[kind]
        if not known or any(name not in known for name in names):
            return _Answer("", b"")
        bodies = [known[name] for name in names] or [known[name] for name in sorted(known)]
        version = hashlib.sha256(b"\n".join(bodies)).hexdigest()[:16]
        head = json.dumps({"version_info": version, "type_url": f"type.googleapis.com/{kind}"})
        return _Answer(version, head[:-1].encode() + b', "resources": [' + b",".join(bodies) + b"]}")


async def _asked(request: web.Request) -> _Question:
    """Read past the request, which would keep the body for as long as the question waits."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_QUESTION:
            raise web.HTTPRequestEntityTooLarge(LARGEST_QUESTION, len(body))
    try:
        return msgspec.json.decode(body, type=_Question)
    except msgspec.MsgspecError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _remove(socket: Path) -> None:
    socket.unlink(missing_ok=True)


def _for_owner_only(socket: Path) -> None:
    socket.chmod(0o600)


def _encoded(kind: str, message: Json) -> bytes:
    return json.dumps(typed(kind, **message), separators=(",", ":")).encode()
