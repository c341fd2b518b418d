"""Answers of an ACME client, as an authority asks for them over plain HTTP (HTTP-01, RFC 8555 §8.3)."""

import re
from pathlib import Path

from aiohttp import web

TOKEN = r"[A-Za-z0-9_-]{1,200}"
LONGEST = 1024  # bytes; a token, a dot and a thumbprint


def challenges_app(folder: Path) -> web.Application:
    """`folder`: what clients call the webroot; they write below `.well-known/acme-challenge`."""
    challenges = folder / ".well-known/acme-challenge"

    async def answer(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        if not re.fullmatch(TOKEN, token):
            raise web.HTTPNotFound
        try:
            with (challenges / token).open("rb") as file:
                body = file.read(LONGEST)
        except OSError as error:
            raise web.HTTPNotFound from error
        return web.Response(body=body, content_type="text/plain", headers={"Cache-Control": "no-store"})

    app = web.Application()
    app.router.add_get("/.well-known/acme-challenge/{token}", answer)
    return app
