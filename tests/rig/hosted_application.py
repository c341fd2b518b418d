"""An application of somebody else that a browser is sent to: it listens over TLS and greets whoever comes."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from gateway.demo.slapd import free_port
from tests.rig.authority import make_authority, server_pair
from tests.rig.neighbours import Neighbour, listening

APPLICATION = "aplikace.brana.test"


@asynccontextmanager
async def hosted_application(folder: Path) -> AsyncIterator[tuple[Neighbour, str]]:
    """What it was asked, and its origin."""
    pair = server_pair(make_authority(folder / "of-the-application"), "application", [APPLICATION])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    neighbour, port = Neighbour(), free_port()
    neighbour.answer = lambda _: web.Response(text="<p>dobrý den</p>", content_type="text/html")
    async with listening(neighbour, port, context):
        yield neighbour, f"https://{APPLICATION}:{port}"
