"""The log is watched for what officers are told of at once; one node does it for all."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from config.settings import AlertRule
from gateway.alerts.delivered import in_force
from gateway.alerts.gaps import Gap, Lack, told
from gateway.alerts.unproven import Unproven
from gateway.alerts.watch import Alert, Watch
from gateway.audit.canonical import Recorded
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.storage.alerts import SPAN, OthersLooked, StoredAlerts
from gateway.storage.audit import append

LOOK_EVERY = 1.0  # seconds
KEEP_EVERY = timedelta(
    seconds=30
)  # the place, while nothing is raised: after a crash so much is looked at again
LOOK_AGAIN_EVERY = timedelta(seconds=30)
"""At what nothing proved, and was passed as it stood."""
COMPARE_EVERY = timedelta(minutes=5)
"""What stands, with the log: who has one in hand, changed by hand, counts for so long on the page of alerts."""
REMEMBERED_EVERY = timedelta(seconds=5)
"""The same, with what whoever watches remembers; where it differs, what stands is proven anew."""


async def watch_the_log(plane: ControlPlane, unproven: Unproven) -> None:
    """For as long as this node leads; whoever leads next goes on at the place that is kept."""
    rules = in_force(plane.settings.audit.alerts)
    store = StoredAlerts(plane.state.database, append, plane.state.seal)
    while True:
        if plane.nodes.leads and rules:
            looking = await Looking.begun(store, rules, now(), unproven)
            compared_at = remembered_at = now()
            while plane.nodes.leads:
                if now() - compared_at >= COMPARE_EVERY:
                    compared_at = now()
                    if await store.put_right(compared_at):
                        break
                if now() - remembered_at >= REMEMBERED_EVERY:
                    remembered_at = now()
                    if not await store.stand_so(looking.watch.standing.values()):
                        break
                try:
                    more = await looking.step(now())
                except OthersLooked:
                    break
                _measure(plane, rules, looking.watch.standing.values())
                await asyncio.sleep(0 if more else LOOK_EVERY)
        await asyncio.sleep(LOOK_EVERY)


class Looking:
    """From a place on; `kept`: up to where the database knows of it."""

    def __init__(
        self, store: StoredAlerts, watch: Watch, following: int, at: datetime, unproven: Unproven
    ) -> None:
        self.store, self.watch = store, watch
        self.following = self.kept = following
        self._kept_at = at
        self._doubted, self._unproven = unproven.doubted, unproven
        unproven.read_from(following)
        self._looked_again_at = at - LOOK_AGAIN_EVERY
        self._codes = codes_of(list(watch.rules.values()))

    @classmethod
    async def begun(
        cls, store: StoredAlerts, rules: Sequence[AlertRule], at: datetime, unproven: Unproven | None = None
    ) -> "Looking":
        """What is in a window still is counted again, and raises nothing a second time. `unproven`: of whoever looked
        before in this process.
        """
        unproven = Unproven() if unproven is None else unproven
        place = await store.begin(at)
        unproven.kept(place.unproven)
        watch = Watch(rules, place.standing, place.known)
        counting = [one for one in rules if not one.new]
        if counting:
            back = await store.since(at - max(one.within for one in counting))
            while back < place.following:
                span = await store.span(back, codes_of(counting))
                for recorded in span.found:
                    if recorded.sequence < place.following:
                        watch.recall(recorded)
                back = span.following
        return cls(store, watch, place.following, at, unproven)

    async def step(self, at: datetime) -> bool:
        """One span; whether there is more. Raises OthersLooked."""
        if self._unproven and at - self._looked_again_at >= LOOK_AGAIN_EVERY:
            self._looked_again_at = at
            await self._look_again(at)
        span = await self.store.news(self.following, self._codes)
        if not span.proven and await self.store.roots_put_right(at):
            span = await self.store.news(self.following, self._codes)
        if self._doubted.waits(at, proven=span.proven):
            return False
        if (since := self._doubted.since) is not None and self._doubted.is_due(at):
            number = span.following - self.following
            await self.store.tell(told(Lack(Gap.NOT_PROVEN, number, since, self.following), at))
        if not span.proven:
            self._unproven.passed(self.following, span.following, span.found)
        until = max(at, span.at or at) if span.ends else (span.at or at)
        first, self.following = self.following, span.following
        await self._hear(span.found, first, until, at)
        return not span.ends

    async def _look_again(self, at: datetime) -> None:
        """What was passed as it stood, and is proven by now, was other bytes meanwhile: these are heard."""
        for piece in self._unproven.pieces(SPAN):
            span = await self.store.again(piece, self._codes)
            if not span.proven:
                continue
            if others := self._unproven.unheard(span.found, piece):
                await self._hear(others, piece[0], at, at)
            self._unproven.proven(piece)  # not before it was heard

    async def _hear(self, found: Sequence[Recorded], first: int, until: datetime, at: datetime) -> None:
        if unsure := self.watch.unsure(found):
            self.watch.believe(await self.store.vouched(unsure, first, at))
        changed = await asyncio.to_thread(self.watch.hear, found, until)
        due = self.following > self.kept and at - self._kept_at >= KEEP_EVERY
        if due or changed.raised or changed.over or changed.grown or changed.seen:
            await self.store.keep(self.kept, self.following, changed, at, self._unproven.ranges)
            self.kept, self._kept_at = self.following, at


def codes_of(rules: Sequence[AlertRule]) -> list[str]:
    return sorted({code for rule in rules for code in rule.codes})


def _measure(plane: ControlPlane, rules: Sequence[AlertRule], standing: Iterable[Alert]) -> None:
    numbers = Counter(one.rule for one in standing)
    for rule in rules:
        plane.metrics.alerts_standing.labels(rule.name).set(numbers[rule.name])
