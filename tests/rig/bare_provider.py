"""What any OpenID Provider on this server does at the least: answers, and signs an id token. `python -m … SOCKET`.

Nothing is looked up, kept or recorded, so it is a baseline and no provider.
"""

import asyncio
import secrets
import sys
import time

import uvloop
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

KEY = ECKey.generate_key("P-256")
PERSON = {
    "sub": "kromeriz:0f0e2c4e-1b0c-4d52-9d0f-6f7c0f2f9d11",
    "name": "Jana Nováková",
    "email": "jana@kromeriz.example",
}


async def authorize(request: web.Request) -> web.Response:
    address = (
        f"{request.query['redirect_uri']}?code={secrets.token_urlsafe(32)}&state={request.query['state']}"
    )
    return web.Response(status=303, headers={"Location": address})


async def token(request: web.Request) -> web.Response:
    form, now = await request.post(), int(time.time())
    claims = {
        "iss": "https://login.example",
        "aud": "gis",
        "iat": now,
        "exp": now + 300,
        "nonce": "n",
        **PERSON,
    }
    signed = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, KEY, algorithms=["ES256"])
    return web.json_response(
        {"access_token": form["code"], "token_type": "Bearer", "expires_in": 300, "id_token": signed}
    )


async def person(request: web.Request) -> web.Response:
    if request.method == "POST":
        await request.post()
    return web.json_response(PERSON)


async def serve(socket: str) -> None:
    app = web.Application()
    app.router.add_get("/authorize", authorize)
    app.router.add_post("/token", token)
    app.router.add_get("/userinfo", person)
    app.router.add_post("/introspect", person)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.UnixSite(runner, socket).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
