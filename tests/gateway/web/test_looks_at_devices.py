"""Looks of those who administer devices are recorded, and nobody else's page makes one."""

from dataclasses import replace

import pytest

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code
from tests.gateway.web.people import HULIN, KVASICE
from tests.gateway.web.test_administered_devices import (
    OF_MAYOR,
    a_few,
    client,
    enrolled,
    headers,
    page,
    place,
    recorded,
)
from tests.rig.administered_devices import OF_HULIN

__all__ = ["client", "place", "recorded"]

pytestmark = pytest.mark.real
UNKNOWN = 22 * "A"


async def test_every_look_at_devices_is_recorded_before_it_is_shown(client, place) -> None:
    await a_few(place)
    agent = await enrolled(place)
    one = place.at.of(agent).id
    pages = {
        "/": ("page=devices", 5, 200),
        "/?owner=novakova&q=Mlčí": ("page=devices, q=Mlčí, owner=novakova", 1, 200),
        "/?state=gone": ("page=devices, state=gone", 1, 200),
        f"/?municipality={KVASICE}": ("page=devices", 0, 200),  # its readers are told nothing
        f"/one/{one}": (f"page=devices, device={one}, municipality={HULIN}", 1, 200),
        f"/one/{one}/block": (f"page=devices, device={one}, municipality={HULIN}", 1, 200),
        f"/one/{UNKNOWN}": (f"page=devices, device={UNKNOWN}", 0, 404),
    }
    for path, (query, found, status) in pages.items():
        place.looks.clear()
        await page(client, path, status=status)
        [look] = place.looks
        assert (look.code, look.details["query"], look.details["found"]) == (Code.LOG_SEARCHED, query, found)
        assert (look.person, look.session, look.application) == (OF_HULIN.login, OF_HULIN.sid, "devices")


async def test_devices_are_not_shown_when_the_look_cannot_be_recorded(client, place) -> None:
    one = place.at.of(await enrolled(place, wish=replace(OF_MAYOR, name="Mlčí"))).id
    place.log_full = True
    for path in ("/", f"/one/{one}"):
        assert "Mlčí" not in await page(client, path, status=500)


async def test_a_link_from_elsewhere_makes_nobody_look_at_devices(client, place) -> None:
    one = place.at.of(await enrolled(place)).id
    for path in ("/", "/?owner=novakova", f"/one/{one}", f"/one/{one}/block"):
        elsewhere = headers() | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        answer = await client.get(path, headers=elsewhere)
        assert answer.headers[REASON_HEADER] == "came_from_elsewhere", path
    assert place.looks == []
