"""What the three applications share around their own pages: the process, who asks, language, headers, templates."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from config.district import District, read_district
from config.vocabulary import Language, Role
from gateway.demo.applications.assertion import Assertions, NotVouchedFor, Who

ROOM = Path(__file__).parent
BODY_AT_MOST = 64 * 1024  # bytes
ENDS_WITHIN = 2.0  # seconds for requests under way
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LANGUAGES = {
    "cs": Language.CZECH,
    "en": Language.ENGLISH,
    "sk": Language.CZECH,
}  # Czech is nearer to a Slovak
PRAGUE = ZoneInfo("Europe/Prague")
ROLES = {role.value: role for role in Role}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WHO: web.RequestKey[Who] = web.RequestKey("who", Who)
LANGUAGE: web.RequestKey[Language] = web.RequestKey("language", Language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The process's arguments, read."""

    port: int
    assertions: Assertions
    district: District
    data: Path
    portal: str


def arguments(audience: str, given: list[str]) -> tuple[Setup, bool]:
    parser = argparse.ArgumentParser(description="A sample application behind the gateway.")
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1")
    parser.add_argument("--issuer-keys", type=Path, required=True, help="JWKS of the gateway's assertions")
    parser.add_argument("--issuer", required=True, help="`iss` of the gateway's assertions")
    parser.add_argument("--audience", default=audience, help="this application's id in the configuration")
    parser.add_argument("--district", type=Path, required=True, help="CSV of municipalities")
    parser.add_argument("--data", type=Path, required=True, help="folder for the application's own data")
    parser.add_argument("--portal", default="", help="address of the link back to the portal")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    read = parser.parse_args(given)
    setup = Setup(
        port=read.port,
        assertions=Assertions(read.issuer_keys, read.audience, read.issuer),
        district=read_district(read.district),
        data=read.data,
        portal=read.portal,
    )
    return setup, read.with_parent


def run(audience: str, build: Callable[[Setup], web.Application]) -> None:
    """The whole life of an application's process; returns after SIGTERM, SIGINT or the parent's end."""
    setup, with_parent = arguments(audience, sys.argv[1:])
    asyncio.run(_serve(build(setup), setup.port, with_parent=with_parent))


async def _serve(app: web.Application, port: int, *, with_parent: bool) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), over.set)  # nothing is ever written there: readable means closed
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=ENDS_WITHIN)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await over.wait()
    finally:
        await runner.cleanup()


def application(setup: Setup, titles: dict[Language, str], static: tuple[str, ...]) -> web.Application:
    """An application with everything but its pages. `static`: the names of its own files."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOM / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def page(request: web.Request, template: str, **values: Any) -> web.Response:
        language = request[LANGUAGE]
        who = request.get(WHO)
        text = templates.get_template(template).render(
            cs=language is Language.CZECH,
            language=language.value,
            title=titles[language],
            style=static[0],
            who=who,
            where=setup.district.name(who.municipality) if who else "",
            roles=[_role_title(role, language) for role in who.roles] if who else [],
            portal=setup.portal,
            path=request.path,
            day=lambda text: day(text, language),
            **values,
        )
        return web.Response(text=text, content_type="text/html")

    app = web.Application(middlewares=[_guard(setup, page)], client_max_size=BODY_AT_MOST)
    app[PAGE] = page
    app.router.add_get("/healthz", _healthy)
    for name in (*static, "icon.svg"):
        app.router.add_get(f"/static/{name}", _file(ROOM / "static" / name))
    return app


Page = Callable[..., web.Response]
PAGE: web.AppKey[Page] = web.AppKey("page")


def _guard(setup: Setup, page: Page) -> Any:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[LANGUAGE] = language_of(request)
        if request.path == "/healthz":
            return await handler(request)
        try:
            request[WHO] = setup.assertions.who(request.headers, datetime.now(UTC))
        except NotVouchedFor:
            return _finish(_refusal(request, page, 401))
        if request.method not in {"GET", "HEAD"} and not same_origin(request):
            return _finish(_refusal(request, page, 403))
        try:
            return _finish(await handler(request))
        except web.HTTPException as answer:
            if answer.status in {403, 404, 405}:
                return _finish(_refusal(request, page, answer.status))
            answer.headers.update(HEADERS)
            raise

    return guard


def _refusal(request: web.Request, page: Page, status: int) -> web.Response:
    response = page(request, "refusal.html", status=status)
    response.set_status(status)
    return response


def _finish(response: web.StreamResponse) -> web.StreamResponse:
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def same_origin(request: web.Request) -> bool:
    """Whether a form of ours sent this (Fetch Metadata; Origin where a browser does not know that)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("Host", "")


def language_of(request: web.Request) -> Language:
    """`?lang=`, else the first of ours in Accept-Language, else Czech."""
    wished = [request.query.get("lang", ""), *request.headers.get("Accept-Language", "").split(",")]
    for wish in wished:
        known = LANGUAGES.get(wish.strip()[:2].lower())
        if known:
            return known
    return Language.CZECH


def allowed(request: web.Request, action: str) -> Who:
    """The person, if the gateway said they may do this; else 403."""
    who = request[WHO]
    if action not in who.actions:
        raise web.HTTPForbidden
    return who


def day(text: str, language: Language) -> str:
    """`2026-11-03` as Czech writes it: `3. 11. 2026` with no-break spaces; in English as it is."""
    read = date.fromisoformat(text)
    return f"{read.day}.\u00a0{read.month}.\u00a0{read.year}" if language is Language.CZECH else text


def moment(at: datetime, language: Language) -> str:
    """An aware moment in Prague: `3. 11. 2026 v 10:41`; in English `2026-11-03 at 10:41`."""
    local = at.astimezone(PRAGUE)
    at_word = "v" if language is Language.CZECH else "at"
    return f"{day(f'{local:%Y-%m-%d}', language)} {at_word}\u00a0{local.hour}:{local:%M}"


def _role_title(role: str, language: Language) -> str:
    known = ROLES.get(role)
    return known.title_in(language) if known else role


async def _healthy(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _file(path: Path) -> Handler:
    async def serve(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(path)

    return serve
