"""Map of the district: municipalities on a schematic, vehicles in the field by web socket, once a second."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime

from aiohttp import WSCloseCode, web

from config.vocabulary import Language, MunicipalityCode
from gateway.demo.applications.places import HEIGHT, WIDTH, positions
from gateway.demo.applications.shell import LANGUAGE, PAGE, Setup, allowed, application, run, same_origin
from gateway.demo.applications.vehicles import sightings

TITLES = {Language.CZECH: "Mapa správního obvodu", Language.ENGLISH: "Map of the district"}
TICK = 1.0  # seconds between messages
SETUP: web.AppKey[Setup] = web.AppKey("setup", Setup)
STREAMS: web.AppKey[set[web.WebSocketResponse]] = web.AppKey("streams", set)


async def show(request: web.Request) -> web.Response:
    who = allowed(request, "read")
    district = request.app[SETUP].district
    places = positions(sorted(district))
    return request.app[PAGE](
        request,
        "map.html",
        municipalities=[
            {"name": district.name(code), "x": x, "y": y, "own": code == who.municipality}
            for code, (x, y) in places.items()
        ],
        vehicles=_words(request, datetime.now(UTC)),
        width=WIDTH,
        height=HEIGHT,
    )


async def feed(request: web.Request) -> web.StreamResponse:
    """A message a second, `{"at": …, "vehicles": […]}`, for as long as the gateway leaves it open: the assertion was
    good when it began, and who may see no more is cut off by the gateway.
    """
    allowed(request, "read")
    if not same_origin(request):  # a web socket is no form, but other pages may open one as well
        raise web.HTTPForbidden
    stream = web.WebSocketResponse(heartbeat=30, max_msg_size=1024)
    if not stream.can_prepare(request):
        raise web.HTTPFound(f"/?lang={request[LANGUAGE]}")
    await stream.prepare(request)
    request.app[STREAMS].add(stream)
    listening = asyncio.create_task(_until_closed(stream))
    try:
        while not stream.closed:
            now = datetime.now(UTC)
            await stream.send_json(
                {"at": now.isoformat(timespec="seconds"), "vehicles": _words(request, now)}
            )
            await asyncio.wait([listening], timeout=TICK)
    except ConnectionResetError:
        pass  # the browser went away between two messages
    finally:
        listening.cancel()
        request.app[STREAMS].discard(stream)
    return stream


async def _until_closed(stream: web.WebSocketResponse) -> None:
    async for _ in stream:
        pass  # nothing is expected from the browser; reading answers pings and sees the close


def _words(request: web.Request, now: datetime) -> list[dict[str, object]]:
    setup, czech = request.app[SETUP], request[LANGUAGE] is Language.CZECH
    found = []
    for one in sightings(positions(sorted(setup.district)), now):
        facts = asdict(one)
        facts["name"] = facts.pop("name_cs") if czech else facts.pop("name_en")
        facts.pop("name_en" if czech else "name_cs")
        facts["towards"] = setup.district.name(MunicipalityCode(one.towards))
        found.append(facts)
    return found


async def _close_streams(app: web.Application) -> None:
    streams = app[STREAMS]
    for stream in list(streams):
        await stream.close(code=WSCloseCode.GOING_AWAY)


def build(setup: Setup) -> web.Application:
    app = application(setup, TITLES, ("map.css", "map.js"))
    app[SETUP] = setup
    app[STREAMS] = set()
    app.on_shutdown.append(_close_streams)
    app.router.add_get("/", show)
    app.router.add_get("/feed", feed)
    return app


if __name__ == "__main__":
    run("map", build)
