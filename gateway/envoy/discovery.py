"""The discovery server: Envoy asks for its configuration, and the question waits until there is news.

REST variant of Envoy's xDS protocol (v3), as a long poll over a unix socket. The version of an answer is a
digest of what was asked for, so a control plane that starts again with the same settings disturbs nothing,
and an Envoy that starts again (it asks with no version) gets everything at once.

The REST variant has no word for "no": an Envoy that refused an answer asks again with the version it had.
Such a question is counted as a rejection, told to `on_rejection`, and held like one that has the news. What was good
in a refused answer may have been taken all the same, so what is put back is sent anew although Envoy has its version.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from config.settings import Grants, Limits, Settings
from gateway.envoy.devices import certificates_in, device_authority
from gateway.envoy.gate import GATE_FILTER, CredentialSources, Gate, gate_filter
from gateway.envoy.messages import HOLD, Json, typed
from gateway.envoy.question import Error, question_of
from gateway.envoy.resources import CLUSTERS, EXTENSIONS, LISTENERS, ROUTE_TABLES, SECRETS, reading_tokens
from gateway.envoy.tls import CERTIFICATE, certificate
from gateway.envoy.tokens import TOKEN_FILTER

PATHS = {
    "listeners": LISTENERS,
    "clusters": CLUSTERS,
    "routes": ROUTE_TABLES,
    "secrets": SECRETS,
    "extension_configs": EXTENSIONS,
}
"""Last word of `/v3/discovery:<word>` → type of resource (Envoy's REST endpoints)."""
STANDING = frozenset({GATE_FILTER, CERTIFICATE})
"""What is published by itself, and stays when all the rest is exchanged."""

Resources = Mapping[str, Iterable[Json]]
"""Type of resource → resources; each has a `name`."""
Subject = tuple[str, tuple[str, ...]]
"""What a question is about: a type of resource, and the names asked for (none: all)."""
Kept = Mapping[str, Mapping[str, bytes]]


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


class NotTaken(Exception):
    """Envoy did not say in time that it has what was published: it is away, or hangs."""


class Refused(Exception):
    """Envoy said no to what is published now."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(str(rejection))
        self.rejection = rejection


class Discovery:
    """Holds the current resources, answers the questions of Envoys. `begun` and `per_session`: as in `Gate`."""

    def __init__(
        self,
        begun: Path,
        on_rejection: Callable[[Rejection], None],
        hold: timedelta = HOLD,
        per_session: int = Limits().requests_per_session,
    ) -> None:
        self._begun, self._on_rejection, self._per_session = begun, on_rejection, per_session
        self.grant_keys: Mapping[bytes, bytes] = {}
        self.credential_sources = CredentialSources()
        self.unsettled: Collection[str] = ()
        self.longest = Grants().lifetime
        self.full = False
        """All of the gate that is published next, as in `Gate`; with no keys it honours no grant."""
        self._gate: Gate | None = None
        self._hold = hold.total_seconds()
        self._resources: dict[str, dict[str, bytes]] = {kind: {} for kind in PATHS.values()}
        self._news = asyncio.Event()
        self._asked = asyncio.Event()
        self._sent: dict[tuple[str, str, tuple[str, ...]], str] = {}
        self._confirmed: dict[Subject, str] = {}
        self._rejections: dict[Subject, Rejection] = {}
        self._sent_anew: dict[str, int] = dict.fromkeys(PATHS.values(), 0)
        self._closing = False

    def publish(self, resources: Resources) -> None:
        """Replace the resources of the given kinds; the gate and the certificate stay until there are others."""
        for kind, messages in resources.items():
            encoded = {message["name"]: _encoded(kind, message) for message in messages}
            self._resources[kind] = self._standing(kind) | encoded
        self._tell()

    def add(self, resources: Resources) -> None:
        """Publish these beside what there is; of the same name the new one counts."""
        for kind, messages in resources.items():
            self._resources[kind] = self._resources[kind] | {
                message["name"]: _encoded(kind, message) for message in messages
            }
        self._tell()

    def _standing(self, kind: str) -> dict[str, bytes]:
        return {name: one for name, one in self._resources[kind].items() if name in STANDING}

    def published(self, kind: str, name: str) -> Json | None:
        found = self._resources[kind].get(name)
        return None if found is None else dict(json.loads(found))

    def kept(self) -> Kept:
        """All that is published now, for `put_back`."""
        return dict(self._resources)

    def put_back(self, kept: Kept) -> None:
        """Publish again what was published then, but for gate and certificate; sent whatever version Envoy has."""
        for kind, resources in kept.items():
            self._resources[kind] = dict(resources) | self._standing(kind)
            self._sent_anew[kind] += 1
        self._tell()

    def publish_gate(self, revoked: Collection[str], epoch: str) -> None:
        """Push the table of revoked ids and the epoch. Raises GateWordUnusable."""
        first = Gate(
            keys=self.grant_keys,
            begun=self._begun,
            per_session=self._per_session,
            revoked=sorted(revoked),
            epoch=epoch,
            credential_sources=self.credential_sources,
            unsettled=self.unsettled,
            longest=self.longest,
            full=self.full,
        )
        gate = replace(first, succeeds=self._gate not in (None, first))
        self._put(EXTENSIONS, gate_filter(gate))
        self._gate = gate

    def publish_certificate(self, chain: bytes, key: bytes) -> None:
        """Push another certificate and its key (PEM): for connections that begin from now on."""
        self._put(SECRETS, certificate(chain, key))

    def publish_keys(
        self, grants: Mapping[bytes, bytes], keys: Mapping[str, Any], settings: Settings
    ) -> None:
        """Push what verifies grants (as in `Gate`); of `keys` the JWK set `tokens`, which verifies access tokens, and
        who certifies devices, for connections that begin from now on. The gate forgets what others signed.
        """
        for secret in device_authority(certificates_in(keys)):
            self._put(SECRETS, secret)
        self._put(EXTENSIONS, reading_tokens(settings, keys["tokens"]))
        self.grant_keys = grants
        if self._gate is not None:
            self.publish_gate(self._gate.revoked, self._gate.epoch)

    def _put(self, kind: str, message: Json) -> None:
        self._resources[kind] = self._resources[kind] | {message["name"]: _encoded(kind, message)}
        self._tell()

    async def gate_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - a bound, not a cancellation
        """Wait until Envoy says that it has the gate last published; False when it did not in time."""
        return await self._applied((GATE_FILTER,), timeout)

    async def keys_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - as above
        """The same of that gate, and of the keys that verify access tokens."""
        return await self._applied((TOKEN_FILTER, GATE_FILTER), timeout)

    async def _applied(self, names: tuple[str, ...], timeout: timedelta) -> bool:  # noqa: ASYNC109 - as above
        try:
            await self.taken([(EXTENSIONS, (name,)) for name in names], timeout)
        except (NotTaken, Refused):
            return False
        return True

    async def taken(self, subjects: Collection[Subject], timeout: timedelta) -> None:  # noqa: ASYNC109 - a bound
        """Return when Envoy says that it has what was last published of these.

        Raises Refused as soon as it has refused anything that is published now, and NotTaken.
        """
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                left = subjects
                while left := [subject for subject in left if not self._has(*subject)]:
                    self.require_unrefused()
                    self._asked.clear()
                    await self._asked.wait()
        except TimeoutError as error:
            raise NotTaken from error

    def require_unrefused(self) -> None:
        """Raises Refused where Envoy has refused what is published now."""
        for (kind, names), rejection in self._rejections.items():
            if rejection.version == self._version(kind, names):
                raise Refused(rejection)

    def _has(self, kind: str, names: tuple[str, ...]) -> bool:
        return self._confirmed.get((kind, names)) == self._version(kind, names)

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
        question = await question_of(request)
        names, had = tuple(sorted(question.resource_names)), question.version_info
        asker = (question.node.id, kind, names)
        self._note(asker, had, question.error_detail)
        deadline = asyncio.get_running_loop().time() + self._hold
        while not self._closing:
            news = self._news
            version = self._version(kind, names)
            if version not in ("", had, self._sent.get(asker)):
                return self._send(asker, version)
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                # An answer may have been lost on its way: after a full wait it is sent once more.
                if version not in ("", had):
                    return self._send(asker, version)
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left)
        return web.Response(status=304)

    def _note(self, asker: tuple[str, str, tuple[str, ...]], had: str, error: Error | None) -> None:
        """Learn from a question what became of the last answer."""
        node, kind, names = asker
        if not had:  # an Envoy that has just begun: those of before ask no more
            self._sent = {one: version for one, version in self._sent.items() if one[0] == node}
        sent = self._sent.get(asker)
        if sent is not None and (error or sent != had):
            detail = (error and error.message) or "it asks again with the version it had; see its log"
            rejection = Rejection(kind=kind, names=names, version=sent, detail=detail)
            self._rejections[kind, names] = rejection
            self._on_rejection(rejection)
            self._asked.set()
        elif had:
            self._confirmed[kind, names] = had
            self._asked.set()

    def _send(self, asker: tuple[str, str, tuple[str, ...]], version: str) -> web.Response:
        _, kind, names = asker
        self._sent[asker] = version
        head = json.dumps({"version_info": version, "type_url": f"type.googleapis.com/{kind}"})
        body = head[:-1].encode() + b', "resources": [' + b",".join(self._bodies(kind, names)) + b"]}"
        return web.Response(body=body, content_type="application/json")

    def _version(self, kind: str, names: tuple[str, ...]) -> str:
        """Of the current resources of a kind (those named, or all); empty as long as one of them is missing."""
        digest, bodies = hashlib.sha256(), self._bodies(kind, names)
        if not bodies:
            return ""
        for number, body in enumerate(bodies):
            digest.update(body if number == 0 else b"\n" + body)
        version = digest.hexdigest()[:16]
        if anew := self._sent_anew[kind]:
            version += f"-{anew}"
        return version

    def _bodies(self, kind: str, names: tuple[str, ...]) -> list[bytes]:
        known = self._resources[kind]
        if any(name not in known for name in names):
            return []
        return [known[name] for name in names or sorted(known)]


def _remove(socket: Path) -> None:
    socket.unlink(missing_ok=True)


def _for_owner_only(socket: Path) -> None:
    socket.chmod(0o600)


def _encoded(kind: str, message: Json) -> bytes:
    return msgspec.json.encode(typed(kind, **message))
