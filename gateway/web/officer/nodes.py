"""The machines of a fleet: which of them serve people now, and what those lack that do not."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from config.fleet import WITH_ENVOY, Role
from config.settings import Title
from gateway.audit.entry import Entry
from gateway.fleet.known_nodes import KnownFleet, NodeState
from gateway.web.desk import Desk, Page
from gateway.web.identity import ADMIN
from gateway.web.officer.looks import look

ROLES = {
    Role.WHOLE: Title(cs="vstup i řízení", en="way in and control plane"),
    Role.EDGE: Title(cs="jen vstup", en="way in only"),
    Role.CONTROL: Title(cs="jen řízení", en="control plane only"),
}
PARTS = {
    "data_plane": Title(cs="neběží vstup pro lidi (Envoy)", en="the way in for people (Envoy) is down"),
    "certificate": Title(cs="chybí platný certifikát pro lidi", en="no good certificate for people"),
    "in_service": Title(cs="správce ho vyřazuje z provozu", en="an operator takes it out of service"),
    "not_alone": Title(cs="nemá spojení s ostatními uzly", en="it is cut off from the other nodes"),
    "log_room": Title(cs="nemá místo pro auditní záznam", en="it has no room for the audit log"),
    "database": Title(cs="nemá spojení s databází", en="it is cut off from the database"),
    "directory": Title(cs="nemá spojení s adresářem", en="it is cut off from a directory"),
}
"""Of `/readyz`. A part of one directory is said by `directory` already; a name of another version is shown as it is."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    known: Callable[[datetime], Awaitable[KnownFleet]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        return (Page("GET", "/nodes", self.nodes),)

    async def nodes(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        fleet = await self.known(now)
        await self.record([look(request, caller, {"page": "nodes"}, found=len(fleet.nodes), now=now)])
        states = {one.name: one.state(now) for one in fleet.nodes}
        serving = [one for one in fleet.nodes if states[one.name] is NodeState.IN_SERVICE]
        return await self.desk.show(
            request,
            "nodes.html",
            caller,
            fleet=fleet,
            states=states,
            serving=len(serving),
            open=any(one.role in WITH_ENVOY for one in serving),
            silent=[name for name, one in states.items() if one is NodeState.SILENT],
            roles=ROLES,
            parts=PARTS,
        )
