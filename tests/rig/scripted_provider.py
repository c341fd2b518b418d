"""A small, real OpenID Provider on a unix socket, which can be told to misbehave in named ways."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "https://login.brana.example"


@dataclass
class Provider:
    """`codes` are what the token endpoint knows; `answers` replace a path's (status, body)."""

    socket: Path
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    issuer: str = ISSUER
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    monotonic: float = 1000.0
    """Seconds on the clock of whoever is asked to use it."""

    async def answer(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append((request.path, form | {"authorization": request.headers.get("Authorization", "")}))
        if request.path in self.answers:
            status, body = self.answers[request.path]
            return web.Response(status=status, text=body, headers={"Location": "/elsewhere"})
        status = self._status(form)
        return web.Response(text=json.dumps(self._said(request.path, form)), status=status)

    def _status(self, form: dict[str, str]) -> int:
        return 400 if form and form.get("code") not in self.codes else 200

    def _said(self, path: str, form: dict[str, str]) -> object:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/jwks",
                "end_session_endpoint": f"{ISSUER}/end-session",
            }
        if path == "/jwks":
            return {"keys": [{**self.key.as_dict(private=False), "kid": self.key.thumbprint()}]}
        if form.get("code") not in self.codes:
            return {"error": "invalid_grant"}
        claims = self.codes.pop(form["code"])
        token = jwt.encode({"alg": "ES256", "kid": self.key.thumbprint()}, claims, self.key)
        return {"id_token": token, "token_type": "Bearer", "access_token": "unused"}

    def times_asked(self, path: str) -> int:
        return [asked for asked, _ in self.asked].count(path)


@asynccontextmanager
async def provider(folder: Path) -> AsyncIterator[Provider]:
    running = Provider(folder / "idp.sock")
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", running.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.UnixSite(runner, str(running.socket)).start()
    try:
        yield running
    finally:
        await runner.cleanup()
