"""The list of devices, and the page of one: what it tells, what it keeps closed, what rests on it, who let it in."""

import asyncio
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import MunicipalityCode
from gateway.devices.device import Device
from gateway.web.desk import Page
from gateway.web.device_parts import parts
from gateway.web.device_words import VALUES
from gateway.web.devices.acts import ASKED_FIRST, possible
from gateway.web.devices.listing import TEXT_MAX, Health, Wanted, health, listed, system_of
from gateway.web.devices.site import LIST, ONE, Site
from gateway.web.identity import Assertion
from gateway.web.officer.came_from import asked_first
from idp.directory.errors import DirectoryUnusable
from policies.reasons import ACTION_NAMES

FIELDS = ("q", "state", "system", "municipality", "owner")


@dataclass(frozen=True, slots=True)
class Rooms:
    site: Site
    thinking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Lists are worked out one at a time, beside all other work: thousands of devices hold up no decision."""

    def pages(self) -> Sequence[Page]:
        return list(asked_first((Page("GET", LIST, self.all), Page("GET", ONE, self.show)), free=()))

    async def all(self, request: web.Request) -> web.Response:
        site, caller, now = self.site, self.site.caller(request), self.site.desk.now()
        office, reach = site.office(), site.reach(caller)
        here = [one for one in office.known.all() if reach.has(one)]
        entered = {name: request.query.get(name, "").strip()[:TEXT_MAX] for name in FIELDS}
        try:
            wanted, away = await self._wanted(entered), False
        except DirectoryUnusable:
            wanted, away = Wanted(owners=frozenset()), True
        page = request.query.get("page", "")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < TEXT_MAX else 1
        fresh, called = office.rules.fresh, site.desk.municipality_name
        async with self.thinking:
            found = await asyncio.to_thread(listed, here, wanted, number, fresh, now, called)
        municipalities = self._municipalities(here)
        await site.look(request, caller, _asked(entered, dict(municipalities)), len(found.rows))

        def link(**changes: str) -> str:
            said = {name: text for name, text in (entered | changes).items() if text}
            return f"?{urlencode(said)}" if said else LIST

        return await site.show(
            request,
            "administered_devices.html",
            caller,
            status=503 if away else 200,
            listed=found,
            suspended={each.device.id for each in found.rows if site.around.suspended(each.device.id, now)},
            entered=entered,
            filtered=any(entered.values()),
            away=away,
            link=link,
            system_of=system_of,
            values=VALUES,
            systems=sorted({one for each in here if (one := system_of(each))}),
            municipalities=municipalities,
            names=await site.around.names_of({row.device.owner for row in found.rows if row.device.owner}),
            text_max=TEXT_MAX,
        )

    async def show(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        return await self.of(request, caller, await self.site.device(request, caller))

    async def of(self, request: web.Request, caller: Assertion, device: Device) -> web.Response:
        site, now, office = self.site, self.site.desk.now(), self.site.office()
        try:
            closed, away = await site.around.closes(device), False
        except DirectoryUnusable:
            closed, away = (), True
        beside = await site.around.beside(device)
        subjects = {device.owner} if device.owner else set()
        theirs = office.is_own(device, caller.subject)
        return await site.show(
            request,
            "administered_device.html",
            caller,
            health=health(device, office.rules.fresh, now),
            suspended=site.around.suspended(device.id, now),
            kept=office.rules.kept,
            closed=closed,
            away=away,
            application=site.around.title,
            doings=ACTION_NAMES,
            sessions=beside.sessions,
            tunnel=beside.tunnel,
            doubted=beside.doubted,
            nowhere=beside.nowhere,
            names=await site.around.names_of(subjects),
            theirs=theirs,
            possible=possible(device, theirs=theirs) if site.may(caller) else (),
            asked_first=ASKED_FIRST,
            **parts(device, await office.history(device.id), office.rules.fresh, now),
        )

    async def _wanted(self, entered: dict[str, str]) -> Wanted:
        """Raises DirectoryUnusable."""
        owners = None
        if entered["owner"]:
            owners = frozenset(one.subject for one in await self.site.around.named(entered["owner"]))
        return Wanted(
            text=entered["q"],
            health=Health(entered["state"]) if entered["state"] in set(Health) else None,
            system=entered["system"],
            municipality=MunicipalityCode(entered["municipality"]) or None,
            owners=owners,
        )

    def _municipalities(self, devices: Sequence[Device]) -> Sequence[tuple[MunicipalityCode, str]]:
        """Those that have any."""
        called = self.site.desk.municipality_name
        codes = {one.municipality for one in devices}
        return sorted(((code, called(code)) for code in codes), key=lambda one: one[1])


def _asked(entered: Mapping[str, str], municipalities: Container[str]) -> dict[str, str]:
    """For the look's entry, which is of the municipality that is named: only of one whose devices are there."""
    there = {name: text for name, text in entered.items() if text}
    return {name: text for name, text in there.items() if name != "municipality" or text in municipalities}
