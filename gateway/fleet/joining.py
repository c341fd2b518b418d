"""How a machine becomes a node: it shows a code, which is good once, and gets a certificate. Both ends.

The code names the authority as well, so that the new machine gives it to nobody but a control plane of that fleet.
"""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
import msgspec
from aiohttp import web

from config.fleet import NodeName, Role, Service, host_of
from config.settings import Peer
from gateway.fleet import certificates
from gateway.fleet.invitation import CODE, Invitation
from gateway.fleet.register import Admitted, NotJoined
from gateway.fleet.words import Certificate, Request

LARGEST = 64 * 1024  # bytes of a request for a certificate
NAME = host_of(Service.JOIN)
PATIENCE = aiohttp.ClientTimeout(total=10)

Join = Callable[[bytes, bytes, tuple[str, str], str, datetime], Awaitable[Admitted | NotJoined]]
"""Code, request for a certificate, name and role as the machine has them, address, now."""


class CannotJoin(Exception):
    """No control plane took the code."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n    {remedy}")


def join_app(
    authority: bytes, join: Join, refused: Callable[[NotJoined, str], None], now: Callable[[], datetime]
) -> web.Application:
    """`authority`: PEM of its certificate. `refused` is told the reason and the address."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(body=authority)

    async def take(request: web.Request) -> web.Response:
        try:
            said = msgspec.json.decode(await request.read(), type=Request)
            code = base64.urlsafe_b64decode(said.code)
        except (msgspec.MsgspecError, ValueError):
            code, said = b"", Request(request="")
        address = request.remote or ""
        answer = await join(code[:CODE], said.request.encode(), (said.node, said.role), address, now())
        if isinstance(answer, NotJoined):
            refused(answer, address)
            return web.Response(status=403, text=answer)
        made = Certificate(
            certificate=answer.certificate.decode(),
            authority=answer.authority.decode(),
            node=answer.name,
            role=answer.role,
        )
        return web.Response(body=msgspec.json.encode(made), content_type="application/json")

    app = web.Application(client_max_size=LARGEST)
    app.add_routes([web.get("/authority", show), web.post("/join", take)])
    return app


async def ask_to_join(
    peer: Peer, invitation: Invitation, request: bytes, meant: tuple[NodeName, Role]
) -> Admitted:
    """Raises CannotJoin, and then nothing is to be kept. `meant`: what this machine is set up as."""
    address = f"https://{peer.address if ':' not in peer.address else f'[{peer.address}]'}:{peer.port}"
    where = f"{peer.name} ({peer.address}:{peer.port})"
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as http:
            async with http.get(f"{address}/authority", ssl=_anybody(), server_hostname=NAME) as answer:
                shown = await answer.read()
            _require_authority(shown, invitation, where)
            return await _joined(http, f"{address}/join", peer, invitation, request, meant, shown)
    except (aiohttp.ClientError, OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise CannotJoin(
            f"{where} does not answer: {str(error) or type(error).__name__}",
            "start the product there, and let this machine reach that address and port",
        ) from error


async def _joined(
    http: aiohttp.ClientSession,
    url: str,
    peer: Peer,
    invitation: Invitation,
    request: bytes,
    meant: tuple[NodeName, Role],
    authority: bytes,
) -> Admitted:
    """The code goes only to that very node, by a certificate of that authority."""
    code = base64.urlsafe_b64encode(invitation.code).decode()
    said = Request(request=request.decode(), code=code, node=meant[0], role=meant[1])
    body = msgspec.json.encode(said)
    async with http.post(
        url, data=body, ssl=_that_node(peer.name, authority), server_hostname=NAME
    ) as answer:
        text = await answer.read()
        if answer.status == 403 and text.decode() == NotJoined.ANOTHER:
            raise _meant_for_another(meant, "this code is still good")
        if answer.status == 403:
            raise CannotJoin(
                f"{peer.name} does not take this code: {text.decode()}",
                "issue another one there with `brana fleet invite`; each is good once, for a day at most",
            )
        answer.raise_for_status()
        made = msgspec.json.decode(text, type=Certificate)
    if (made.node, made.role) != meant:  # as by a control plane that does not look yet
        raise _meant_for_another(meant, f"it was good for {made.node} ({made.role}); issue another one")
    return Admitted(*meant, made.certificate.encode(), made.authority.encode())


def _meant_for_another(meant: tuple[NodeName, Role], what_now: str) -> CannotJoin:
    return CannotJoin(
        f"this code is for another node than {meant[0]} ({meant[1]}), as fleet.node and fleet.role are here",
        f"correct them, or issue a code for this node; {what_now}",
    )


def _require_authority(shown: bytes, invitation: Invitation, where: str) -> None:
    try:
        known = invitation.vouches_for(certificates.fingerprint(shown))
    except ValueError:
        known = False
    if not known:
        raise CannotJoin(
            f"{where} is no node of the fleet that issued this code: it shows another authority",
            "find out who answers there; the code was not sent",
        )


def _anybody() -> ssl.SSLContext:
    """For the authority's certificate, which is public, and believed by its fingerprint alone."""
    made = _context()
    made.verify_mode = ssl.CERT_NONE
    return made


def _that_node(name: str, authority: bytes) -> ssl.SSLContext:
    made = _context()
    made.load_verify_locations(cadata=authority.decode())
    made.sslobject_class = type("Peer", (_Checked,), {"wanted": name, "authority": authority})
    return made


def _context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False  # its certificate names a node, no host: see `_Checked`
    return made


class _Checked(ssl.SSLObject):
    """Ends the handshake where the other side is not the node that was meant."""

    wanted: str
    authority: bytes

    def do_handshake(self) -> None:
        super().do_handshake()
        der = self.getpeercert(True)
        if der is None or not certificates.serves_as(der, {self.wanted}, self.authority):
            raise ssl.SSLCertVerificationError(f"the certificate is not that of node {self.wanted}")
