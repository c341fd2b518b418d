"""The other side of an agent: the gateway's own rules, with what it keeps in memory, as a line or over TLS."""

import ssl
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread

import msgspec

from agents.protocol.messages import (
    BEGIN,
    COMPLETE,
    FAREWELL,
    REPORT,
    TUNNEL,
    Begin,
    Challenge,
    Enrolled,
    Refusal,
    Reported,
    Standing,
)
from agents.protocol.signed import opened
from agents.protocol.signing import Kind
from agents.protocol.tunnel import TunnelAsk, TunnelGiven, Why
from agents.uplink.line import Unreachable
from config.vocabulary import DeviceId, MunicipalityCode, SubjectId
from gateway.devices.authority import new_authority, public_key
from gateway.devices.code import Code
from gateway.devices.enrolling import NotEnrolled, Terms, begin, complete, read_proof
from gateway.devices.reporting import NotTaken, leave, read_farewell, read_report, take
from gateway.devices.reporting import Refusal as Refused
from idp.events import Actor
from tests.gateway.devices.agent import new_key

CODE = "KAMEN-REKA"
OWNER = SubjectId("office:00000000-0000-4000-8000-000000000001")
LIFETIME = timedelta(days=7)
UNREACHABLE = Unreachable("devices.brana.example", "no route")


NO_TUNNEL = TunnelGiven(
    nonce="n" * 16,
    again_within=60,
    open_at="https://portal.brana.example/tunnel",
    why=Why(reason="tunnel_not_open", cs="Tunel není otevřený.", en="The tunnel is not open."),
)


class Gateway:
    """`clock`: its own; `losing`: what becomes of the next answers: heard (the answer is lost), lost (never heard)."""

    def __init__(self, clock=lambda: datetime.now(UTC)):
        now = clock()
        self.clock = clock
        self.terms = Terms(certificate=LIFETIME, approval=False)
        self.authority = new_authority(new_key(), "brana.example", now)
        self.code = Code(
            municipality=MunicipalityCode("588491"),
            owner=OWNER,
            managed=False,
            asset=None,
            name=None,
            issued_by=Actor("novak.jan", OWNER),
            issued_at=now,
            expires_at=now + timedelta(minutes=15),
        )
        self.device = None
        self.failing = []
        self.said = []
        self.losing = []
        self.asked = []
        self.gives = NO_TUNNEL
        self._numbers = count(1)

    def nonce(self) -> str:
        return f"nonce-{next(self._numbers):016}"

    def say(self, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        fate = self.losing.pop(0) if self.losing else "answered"
        if fate == "lost":
            raise UNREACHABLE
        answer = self.answer(path, body)
        if fate == "heard":
            raise UNREACHABLE
        return answer

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        self.said.append(path)
        ways = {
            BEGIN: self._begin,
            COMPLETE: self._complete,
            REPORT: self._report,
            FAREWELL: self._farewell,
            TUNNEL: self._tunnel,
        }
        if path == TUNNEL and self.gives is None:
            return 404, refusal("tunnels_not_offered")
        try:
            return 200, msgspec.json.encode(ways[path](body))
        except NotEnrolled as error:
            return 403, refusal(error.refusal)
        except NotTaken as error:
            return 409, refusal(error.refusal, self.device.nonce if error.tell_nonce else None)

    def _begin(self, body: bytes) -> Challenge:
        said = msgspec.json.decode(body, type=Begin)
        self.code = begin(said, self.code if said.code == CODE else None, self.nonce(), self.clock())
        return Challenge(nonce=self.code.challenge.nonce, expires_at=self.code.challenge.expires_at)

    def _complete(self, body: bytes) -> Enrolled:
        proof = read_proof(body.decode())
        new = (DeviceId("d" * 22), self.nonce())
        done = complete(proof, self.code, self.authority, self.terms, new, self.clock())
        self.device, self.code = done.device, done.code
        return Enrolled(
            device=done.device.id,
            standing=done.device.standing,
            nonce=done.device.nonce,
            authority="",
            certificate=None if done.issued is None else done.issued.chain,
            report_within=300,
        )

    def _report(self, body: bytes) -> Reported:
        said = read_report(body.decode(), self.device)
        taken = take(said, self.device, self.authority, LIFETIME, self.nonce(), self.clock())
        self.device = taken.device
        return self._reported(None if taken.issued is None else taken.issued.chain)

    def _farewell(self, body: bytes) -> Reported:
        said = read_farewell(body.decode(), self.device)
        self.device = leave(said, self.device, self.nonce(), self.clock())
        return self._reported(None)

    def _tunnel(self, body: bytes) -> TunnelGiven:
        said = opened(Kind.TUNNEL, body.decode(), public_key(self.device.key), TunnelAsk)
        if said.nonce != self.device.nonce:
            raise NotTaken(Refused.NONCE, tell_nonce=True)
        if said.sequence <= self.device.sequence:
            raise NotTaken(Refused.SEQUENCE, tell_nonce=True)
        self.device = replace(self.device, nonce=self.nonce(), sequence=said.sequence)
        self.asked.append(said)
        return msgspec.structs.replace(self.gives, nonce=self.device.nonce)

    def _reported(self, chain: str | None) -> Reported:
        return Reported(
            standing=self.device.standing,
            nonce=self.device.nonce,
            report_within=300,
            failing=self.failing,
            certificate=chain,
        )

    def stands(self, standing: Standing) -> None:
        self.device = replace(self.device, standing=standing)


def refusal(reason: str, nonce: str | None = None) -> bytes:
    again = "now" if nonce else "never"
    return msgspec.json.encode(
        Refusal(reason=reason, cs="Odmítnuto.", en="Refused.", nonce=nonce, again=again)
    )


@contextmanager
def over_tls(gateway: Gateway, certificate: str, key: str):
    """Its address."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = gateway.say(self.path, body, self.headers["Content-Type"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """Whoever does not believe the certificate hangs up."""

    server = Server(("127.0.0.1", 0), Answers)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
