"""An authorization service of the usual kind, as plain and quick as aiohttp allows: the baseline of a benchmark.

Run as a program: `python -m tests.rig.authorization_service SOCKET KEY`. It verifies a session cookie, a JWT under the
cheapest signature there is (HS256), and answers an `ext_authz` question with the person's name, or with 401.
"""

import sys
import time

import uvloop
from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

COOKIE, PERSON_HEADER = "session", "x-person"
ALGORITHM = "HS256"
LIFETIME = 3600  # seconds


def session(key: str, person: str, applications: list[str]) -> str:
    """Value of the cookie."""
    claims = {"sub": person, "applications": applications, "exp": int(time.time()) + LIFETIME}
    return jwt.encode({"alg": ALGORITHM}, claims, OctKey.import_key(key))


def service(key: str) -> web.Application:
    """Nothing is looked up elsewhere: all that is asked for stands in the cookie."""
    verifying = OctKey.import_key(key)

    async def decide(request: web.Request) -> web.Response:
        try:
            claims = jwt.decode(request.cookies[COOKIE], verifying, algorithms=[ALGORITHM]).claims
        except (KeyError, ValueError, JoseError):
            return web.Response(status=401)
        if time.time() >= claims["exp"] or request.host.partition(".")[0] not in claims["applications"]:
            return web.Response(status=403)
        return web.Response(headers={PERSON_HEADER: claims["sub"]})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", decide)
    return application


if __name__ == "__main__":
    uvloop.install()
    web.run_app(service(sys.argv[2]), path=sys.argv[1], access_log=None, print=None)
