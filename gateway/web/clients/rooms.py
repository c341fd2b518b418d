"""The list of connected applications, and the page of each: those of the database, and those of the configuration."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.clients.refused import Why
from gateway.web.clients.not_done import shown
from gateway.web.clients.site import Site, named
from gateway.web.desk import Page, Refused
from gateway.web.officer.came_from import asked_first

LIST, OWN, CONFIGURED = "/clients", "/clients/own/{client}", "/clients/configured/{client}"


@dataclass(frozen=True, slots=True)
class Rooms:
    site: Site

    def pages(self) -> Sequence[Page]:
        pages = (
            Page("GET", LIST, self.all),
            Page("GET", OWN, self.show),
            Page("GET", CONFIGURED, self.show_configured),
        )
        return list(asked_first(pages, free=()))

    async def all(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        await site.require(request, caller, "list")
        found = await site.office.all(site.reach(caller))
        configured = site.configured() if site.everywhere(caller) else ()
        await site.look(request, caller, {}, len(found) + len(configured))
        return await site.show(request, "clients.html", caller, clients=found, configured=configured)

    async def show(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        await site.require(request, caller, f"look at {named(request)}")
        one = await site.client(request, caller)
        shadowed = one.id in {each.id for each in site.configured()}
        return await site.show(request, "client.html", caller, one=one, shadowed=shadowed)

    async def show_configured(self, request: web.Request) -> web.Response:
        """For whoever acts for all: the configuration says of none whose it is."""
        site, caller, name = self.site, self.site.caller(request), named(request)
        await site.require(request, caller, f"look at {name}", centre=True)
        found = next((one for one in site.configured() if one.id == name), None)
        await site.look(request, caller, {"client": name}, int(found is not None))
        if found is None:
            raise Refused(shown(Why.UNKNOWN), 404)
        return await site.show(request, "client_configured.html", caller, one=found)
