"""A real Envoy with real neighbours: an application that says what it was sent, and a decision service.

`async with data_plane(tmp_path) as plane:` starts everything on free loopback ports and unix sockets.
"""

import asyncio
import contextlib
import json
import os
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from aiohttp import web
from msgspec.structs import replace

from config.settings import (
    Application,
    Directory,
    Limits,
    Office,
    Policies,
    Public,
    Route,
    Settings,
    State,
    Title,
)
from config.vocabulary import Action, ApplicationId, DirectoryName, MunicipalityCode
from gateway.audit.access import line_of
from gateway.demo.slapd import free_port
from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.discovery import Discovery, Rejection
from gateway.envoy.gate import credential_sources
from gateway.envoy.messages import Surroundings
from gateway.envoy.process import Administration, command
from gateway.envoy.resources import all_resources
from gateway.grants.sign import keys_by_header, public_jwks
from tests.rig import exact_http
from tests.rig.exact_http import Answer
from tests.rig.neighbours import DOMAIN, EPOCH, Neighbour, Signer, certificate, listening
from tests.rig.watch import Answerer, WatchOfStreams

DISTRICT = (MunicipalityCode("588296"), MunicipalityCode("588458"))
PATIENCE = timedelta(seconds=10)
NO_LIMIT = 100_000  # a second, from one address: what is measured is something else
GRACE = timedelta(seconds=1)  # of streams that nobody can answer for
STREAMS = 2_000  # of one session; as many as the benchmark opens


def settings_for(folder: Path, port: int, upstream: str) -> Settings:
    """Applications: `files` for everybody, `register` per municipality, `gone` whose server is down."""
    title = Title(cs="Spisy", en="Files")
    routes = [
        Route(path="/admin", action=Action.ADMINISTER),
        Route(path="/live", action=Action.READ, websocket=True),
        Route(path="/brief", action=Action.READ, websocket=True, idle_timeout=timedelta(seconds=1)),
        Route(path="/long", action=Action.READ, streaming=True),
        Route(path="/", methods=["GET"], action=Action.READ),
        Route(path="/", methods=["POST", "PUT"], action=Action.WRITE),
    ]

    def application(name: str, host: str, table: list[Route], to: str) -> Application:
        return Application(
            id=ApplicationId(name), title=title, description=title, host=host, upstreams=[to], routes=table
        )

    unused = folder / "unused"
    return Settings(
        office=Office(name="Kroměříž", district=unused),
        public=Public(domain=DOMAIN, port=port, certificate=folder / "server.pem", key=folder / "server.key"),
        state=State(directory=folder),
        directories=[
            Directory(
                name=DirectoryName("mesto"),
                servers=["ldaps://localhost"],
                authority=unused,
                bind_dn="cn=brana",
                bind_password_file=unused,
                people_base="ou=people",
                groups_base="ou=groups",
                roles=[],
            )
        ],
        policies=Policies(region=unused, municipalities=unused),
        limits=Limits(requests_per_address=NO_LIMIT, requests_per_session=NO_LIMIT),
        applications=[
            application("files", f"files.{DOMAIN}", routes, upstream),
            application(
                "register",
                f"register-{{municipality}}.{DOMAIN}",
                [Route(path="/open", action=Action.READ)],
                upstream,
            ),
            application("gone", f"gone.{DOMAIN}", [Route(action=Action.READ)], "http://127.0.0.1:1"),
        ],
    )


class Plane:
    """The running rig."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        surroundings: Surroundings,
        signer: Signer,
        workers: int,
        memory: Path,
        streams: int,
    ) -> None:
        self.workers = workers
        self.begun = memory / "begun.log"
        self.folder, self.settings, self.surroundings, self.signer = folder, settings, surroundings, signer
        self.application = Neighbour(web_socket=True)
        self.web, self.idp, self.decision = (Neighbour() for _ in range(3))
        self.watch = Answerer()
        self.watching = WatchOfStreams(surroundings.run, GRACE, streams)
        self.rejections: list[Rejection] = []
        self._control = contextlib.AsyncExitStack()
        self.administration = Administration(surroundings.socket("envoy-admin"))
        self.port = settings.public.port
        self.process: asyncio.subprocess.Process | None = None
        self.discovery: Discovery
        self._starts = 0
        self.within: Sequence[str] = ()
        """Words before Envoy's command: into another network."""
        self.beside: list[dict[str, Any]] = []
        """Listeners that the product does not have."""

    def forget(self) -> None:
        """Every test begins with neighbours that were asked nothing, and a decision that refuses."""
        for neighbour in (self.application, self.web, self.idp, self.decision):
            neighbour.requests.clear()
        self.application.answer = lambda _: web.Response(text="hello")
        self.decision.answer = lambda _: web.Response(status=403)
        self.watch.forget()

    async def control_plane_starts(self) -> None:
        """The sockets Envoy asks at, and what it is told."""
        socket = self.surroundings.socket
        neighbours = (("web", self.web), ("idp", self.idp), ("authorize", self.decision))
        for name, neighbour in neighbours:
            await self._control.enter_async_context(listening(neighbour, socket(name)))
        await self._control.enter_async_context(self.watch.answering(socket("watch")))
        self.discovery = Discovery(
            self.begun, self.rejections.append, per_session=self.settings.limits.requests_per_session
        )
        self.discovery.grant_keys = keys_by_header(public_jwks(self.signer.key))
        self.discovery.credential_sources = credential_sources(self.settings.applications)
        await self._control.enter_async_context(self.discovery.serving(socket("discovery")))
        self.discovery.publish(all_resources(self.settings, self.surroundings))
        self.discovery.publish_gate([], EPOCH)
        public = self.settings.public
        self.discovery.publish_certificate(public.certificate.read_bytes(), public.key.read_bytes())

    async def control_plane_dies(self) -> None:
        await self._control.aclose()
        for name in ("web", "idp", "authorize", "discovery"):
            self.surroundings.socket(name).unlink(missing_ok=True)

    async def start_envoy(self, patience: timedelta = PATIENCE) -> None:
        """Return when Envoy serves. Raises TimeoutError; `envoy.log` says why."""
        self._starts += 1
        file = self.folder / "envoy.json"
        file.write_text(json.dumps(bootstrap(self.surroundings.run, self.settings.limits)))
        with (self.folder / "envoy.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.within,
                *command(file, concurrency=self.workers),
                "--service-node",
                f"start-{self._starts}",
                stderr=log,
            )
        async with asyncio.timeout(patience.total_seconds()):
            while not await self.administration.ready():
                await asyncio.sleep(0.02)

    async def stop_envoy(self, *, kill: bool = False) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill() if kill else self.process.terminate()
            await self.process.wait()

    async def gate(self, *revoked: str, epoch: str = EPOCH) -> None:
        """Publish the gate and wait until Envoy has it, workers included."""
        self.discovery.publish_gate(revoked, epoch)
        assert await self.discovery.gate_applied(PATIENCE)

    def cookie(self, *more: str, **grant: Any) -> str:
        return "; ".join([f"__Host-brana-grant={self.signer.grant(**grant)}", *more])

    def log_lines(self) -> list[dict[str, Any]]:
        lines = self.surroundings.spool.read_bytes().split(b"\n")[:-1]
        times = (one.partition(b"\r")[0].decode() for one in lines)
        return [
            msgspec.structs.asdict(line_of(one)) | {"time": at} for one, at in zip(lines, times, strict=True)
        ]

    async def logged(self, answer: Answer) -> dict[str, Any]:
        """The line of the access log about a request, as soon as it is there."""
        for _ in range(200):
            for line in self.log_lines():
                if line["request_id"] == answer.value("x-request-id"):
                    return line
            await asyncio.sleep(0.02)
        raise AssertionError("the request is not in the access log")

    async def connect(self, *, alpn: str = "http/1.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = ssl.create_default_context(cafile=str(self.folder / "server.pem"))
        context.check_hostname = False
        return await exact_http.connect(self.port, context, f"files.{DOMAIN}", alpn=alpn)

    async def raw(self, sent: bytes) -> list[Answer]:
        """Send bytes, read answers until Envoy has nothing more to say."""
        return await exact_http.exchange(*await self.connect(), sent)

    async def ask(
        self,
        path: str = "/",
        *,
        host: str = f"files.{DOMAIN}",
        method: str = "GET",
        cookie: str | None = None,
        headers: tuple[str, ...] = (),
        body: bytes = b"",
    ) -> Answer:
        """One HTTP/1.1 request exactly as written."""
        written = exact_http.request(
            path, host=host, method=method, cookie=cookie, headers=headers, body=body
        )
        answers = await self.raw(written)
        assert answers, "no answer"
        return answers[0]


def hosting(name: str, *upstreams: str, **settings: Any) -> Application:
    """An application on a host of its own, or where `settings` say."""
    title = Title(cs=name, en=name)
    usual = {"host": f"{name}.{DOMAIN}", "routes": [Route(action=Action.READ)]}
    return Application(
        id=ApplicationId(name),
        title=title,
        description=title,
        upstreams=list(upstreams),
        **(usual | settings),
    )


@contextlib.asynccontextmanager
async def data_plane(
    folder: Path,
    workers: int = 2,
    memory: Path = Path("/dev/shm"),
    applications: Sequence[Application] = (),
    accounts: Mapping[ApplicationId, str] = MappingProxyType({}),
    configured: Callable[[Settings], Settings] = lambda settings: settings,
    streams: int = STREAMS,
    device_authorities: tuple[str, ...] = (),
    within: Sequence[str] = (),
) -> AsyncIterator[Plane]:
    """Everything started and ready; ended with the block. `memory`: where the gate's folder is made.
    `applications`: served beside the usual ones; `accounts`: what those of one account are told; `configured` may
    change everything else; one session may have so many `streams`. `device_authorities`: as in `Surroundings`.
    """
    run = folder / "run"
    run.mkdir(mode=0o700)
    assert len(os.fsencode(run / "envoy-admin.sock")) < 100, "unix socket paths are short"
    certificate(folder)
    upstream = free_port()
    settings = settings_for(folder, free_port(), f"http://127.0.0.1:{upstream}")
    settings = replace(settings, applications=[*settings.applications, *applications])
    settings = configured(settings)
    signer = Signer()
    surroundings = Surroundings(
        run=run,
        spool=folder / "access.log",
        district=DISTRICT,
        accounts=accounts,
        device_authorities=device_authorities,
    )
    with tempfile.TemporaryDirectory(dir=memory, prefix="brana-test-") as gates:
        plane = Plane(folder, settings, surroundings, signer, workers, Path(gates), streams)
        plane.within = within
        async with _running(plane, upstream):
            yield plane


@contextlib.asynccontextmanager
async def _running(plane: Plane, upstream: int) -> AsyncIterator[None]:
    async with listening(plane.application, upstream):
        try:
            await plane.control_plane_starts()
            await plane.watching.start()
            await plane.start_envoy()
            yield
        finally:
            await plane.stop_envoy(kill=True)
            await plane.watching.die()
            await plane.control_plane_dies()
