"""One configuration takes the place of another in a running Envoy: what is used before what uses it, and back again.

Laws:

- clusters, secrets and kinds of tokens come before the routes that need them, and go after the last route that did;
- with the routes comes the gate's new epoch: no grant of before passes a table that it was not made for;
- what Envoy refuses, or does not take in time, is put back whole;
- of the listener nothing changes but the chain of hosts for technical accounts, so people's connections stay.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from gateway.envoy.discovery import Discovery, Kept, Subject
from gateway.envoy.elsewhere import AUTHORITY, OURS
from gateway.envoy.gate import GATE_FILTER
from gateway.envoy.messages import Json
from gateway.envoy.mutual import MUTUAL_AUTHORITY, MUTUAL_ROUTES
from gateway.envoy.process import Administration
from gateway.envoy.resources import CLUSTERS, EXTENSIONS, LISTENERS, ROUTE_TABLES, SECRETS
from gateway.envoy.technical import CLIENT_AUTHORITY, TECHNICAL_ROUTES
from gateway.envoy.tokens import TOKEN_FILTER

PATIENCE = timedelta(seconds=10)  # for Envoy to take a kind; a thousand applications need half a second
SWITCH_PATIENCE = timedelta(seconds=3)  # decisions wait meanwhile, and Envoy gives one up after five
WARM = timedelta(seconds=5)  # for names to be looked up and servers asked for their health
LOOK = 0.02  # seconds
NOT_ALWAYS_ASKED_FOR = frozenset({CLIENT_AUTHORITY, MUTUAL_AUTHORITY, AUTHORITY, OURS})
"""Secrets that Envoy wants only where there are technical hosts, or other nodes."""
ASKED_FOR = {TECHNICAL_ROUTES: CLIENT_AUTHORITY, MUTUAL_ROUTES: MUTUAL_AUTHORITY}
"""By the chain of which table."""
BEFORE_ROUTES: list[Subject] = [(CLUSTERS, ()), (EXTENSIONS, (TOKEN_FILTER,))]
WITH_ROUTES: list[Subject] = [(LISTENERS, ()), (EXTENSIONS, (GATE_FILTER,))]


class Exchange:
    """Of what Envoy has now by `after`. Call `prepare`, `switch`, then `tidy`; or `undo` at any time before."""

    def __init__(
        self, discovery: Discovery, administration: Administration, after: Mapping[str, Sequence[Json]]
    ) -> None:
        self._discovery, self._administration, self._after = discovery, administration, after
        self._before: Kept = discovery.kept()

    async def prepare(self) -> None:
        """All that the new routes need is there beside what the old ones need. Raises Refused, NotTaken."""
        both = {kind: self._after[kind] for kind in (CLUSTERS, SECRETS)}
        self._discovery.add(both | {EXTENSIONS: self._tokens_of_both()})
        await self._discovery.taken(BEFORE_ROUTES, PATIENCE)
        # A cluster whose secret was refused is served nevertheless, and nobody gets an answer.
        await self._discovery.taken(self._named(SECRETS, besides=NOT_ALWAYS_ASKED_FOR), PATIENCE)
        await self._warm()

    async def switch(self, new_epoch: Callable[[], None]) -> None:
        """The new routes count, and no old grant. `new_epoch` publishes the gate. Raises Refused, NotTaken."""
        self._discovery.publish({kind: self._after[kind] for kind in (ROUTE_TABLES, LISTENERS)})
        new_epoch()
        tables = self._named(ROUTE_TABLES)
        # Asked for by a chain of its own, which is there if its table is.
        more = [
            (SECRETS, (secret,)) for table, secret in ASKED_FOR.items() if (ROUTE_TABLES, (table,)) in tables
        ]
        await self._discovery.taken([*WITH_ROUTES, *tables, *more], SWITCH_PATIENCE)

    def tidy(self) -> None:
        """What no route needs any more goes. What is left of it otherwise serves nobody, so nothing is waited for."""
        self._discovery.publish(self._after)

    def undo(self) -> None:
        """Everything but the gate is as before; whoever published a new one publishes the old."""
        self._discovery.put_back(self._before)

    def _named(self, kind: str, besides: Collection[str] = ()) -> list[Subject]:
        return [(kind, (one["name"],)) for one in self._after[kind] if one["name"] not in besides]

    def _tokens_of_both(self) -> list[Json]:
        """Tokens of old and new kinds are read: a route that names none of them would let nobody in."""
        return [
            one
            if one["name"] != TOKEN_FILTER
            else _merged(one, self._discovery.published(EXTENSIONS, TOKEN_FILTER))
            for one in self._after[EXTENSIONS]
        ]

    async def _warm(self) -> None:
        """A cluster serves when its servers' names are looked up, its secrets are there, its first health is known.
        One that takes long keeps nobody waiting: it alone answers 503 until then. Raises Refused.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + WARM.total_seconds()
        while loop.time() < until:
            self._discovery.require_unrefused()
            counted = await self._administration.counters("^cluster_manager.warming_clusters$")
            if not any(counted.values()):
                return
            await asyncio.sleep(LOOK)


def _merged(new: Json, old: Json | None) -> Json:
    if old is None:
        return new
    before, after = old["typed_config"], new["typed_config"]
    maps = ("providers", "requirement_map")
    both = {name: before.get(name, {}) | after.get(name, {}) for name in maps}
    return new | {"typed_config": after | {name: one for name, one in both.items() if one}}
