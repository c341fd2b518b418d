"""What is counted, what stands, and when it is over: entries in, alerts out. Pure; time is that of the entries.

Laws: an alert is raised once for a rule and group while it stands, however much is added; it is over only when less
than half of the threshold was counted for as long as the rule's `quiet`, so that one at the edge does not flap; what
was counted in a window that has passed counts no more. Memory is bounded: a window is `PARTS` numbers, and of a rule's
groups the longest unheard is forgotten first.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from config.settings import AlertRule
from gateway.alerts.matching import country_of, counts, group_of, weight_of
from gateway.audit.canonical import Recorded

PARTS = 60  # of a window: what is counted is off by a sixtieth of it at most
MOST_GROUPS = 10_000  # of one rule
FIRST_ENTRIES = 10  # that an alert names

Key = tuple[str, str]
"""Rule and group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One that stands, or did. `id`: of the rule and the entry that raised it, the same whoever works it out."""

    id: str
    rule: str
    group: str
    raised_at: datetime
    number: int
    """Counted since the window began in which it was raised."""
    threshold: int
    entries: tuple[int, ...]
    calm_since: datetime | None = None
    acknowledged_by: str = ""
    """Login of the officer who has it in hand; the watch itself does not ask."""


@dataclass(slots=True)
class Window:
    """Counted by parts of the window; a part is known by its number since the epoch."""

    parts: dict[int, int] = field(default_factory=dict)
    first: list[int] = field(default_factory=list)

    def add(self, part: int, weight: int, sequence: int) -> None:
        self.forget(part)
        if not self.parts:
            self.first.clear()
        self.parts[part] = self.parts.get(part, 0) + weight
        if len(self.first) < FIRST_ENTRIES:
            self.first.append(sequence)

    def forget(self, part: int) -> None:
        for one in [one for one in self.parts if one <= part - PARTS]:
            del self.parts[one]

    def number(self, part: int) -> int:
        return sum(weight for one, weight in self.parts.items() if part - PARTS < one <= part)


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of some entries."""

    raised: tuple[Alert, ...] = ()
    over: tuple[Alert, ...] = ()
    grown: tuple[Alert, ...] = ()
    """Those that stand and have another number, or became calm or not."""
    seen: Mapping[tuple[str, str, str], datetime] = field(default_factory=dict)
    """Rule, group and value of rules about what is new, when seen."""


class Watch:
    """`standing` and `known`: as they were kept."""

    def __init__(
        self,
        rules: Sequence[AlertRule],
        standing: Iterable[Alert] = (),
        known: Mapping[tuple[str, str, str], datetime] | None = None,
    ) -> None:
        self.rules = {one.name: one for one in rules}
        self.standing: dict[Key, Alert] = {(one.rule, one.group): one for one in standing}
        self._known: dict[Key, dict[str, datetime]] = {}
        for (rule, group, value), at in (known or {}).items():
            self._known.setdefault((rule, group), {})[value] = at
        self._believed: set[Key] = set()
        self._windows: dict[str, OrderedDict[str, Window]] = {one.name: OrderedDict() for one in rules}

    def recall(self, recorded: Recorded) -> None:
        """An entry that was looked at before a restart: it is counted, and raises nothing."""
        for rule in self.rules.values():
            if not rule.new and counts(rule, recorded.entry) and (group := group_of(rule, recorded.entry)):
                self._count(rule, group, recorded)

    def unsure(self, found: Iterable[Recorded]) -> dict[Key, AlertRule]:
        """Of whom these entries tell, of rules about what is new, and what was kept of them was not looked at yet."""
        new = [rule for rule in self.rules.values() if rule.new]
        return {
            (rule.name, group): rule
            for recorded in found
            for rule in new
            if counts(rule, recorded.entry)
            and (group := group_of(rule, recorded.entry))
            and (rule.name, group) not in self._believed
        }

    def believe(self, seen: Mapping[Key, Mapping[str, datetime]]) -> None:
        """In the place of what was kept of them."""
        for key, theirs in seen.items():
            self._known[key] = dict(theirs)
            self._believed.add(key)

    def hear(self, found: Sequence[Recorded], now: datetime) -> Changed:
        """Entries in the order of the log; `now`: up to when nothing else happened."""
        raised: list[Alert] = []
        touched: dict[Key, Alert] = {}
        seen: dict[tuple[str, str, str], datetime] = {}
        for recorded in found:
            for rule in self.rules.values():
                if counts(rule, recorded.entry) and (group := group_of(rule, recorded.entry)):
                    alert = (
                        self._new(rule, group, recorded, seen)
                        if rule.new
                        else self._more(rule, group, recorded)
                    )
                    if alert is not None:
                        raised += [alert] if (rule.name, group) not in self.standing else []
                        touched[rule.name, group] = self.standing[rule.name, group] = alert
        over = self._calm(now, touched)
        gone = {(one.rule, one.group) for one in over}
        fresh = {one.id for one in raised}
        grown = tuple(one for key, one in touched.items() if key not in gone and one.id not in fresh)
        told = tuple(touched[one.rule, one.group] for one in raised)  # with what was added since
        return Changed(told, over, grown, seen)

    def _more(self, rule: AlertRule, group: str, recorded: Recorded) -> Alert | None:
        weight = weight_of(rule, recorded.entry)
        number, first = self._count(rule, group, recorded)
        stands = self.standing.get((rule.name, group))
        if stands is not None:
            again = number * 2 >= rule.at_least
            return replace(
                stands, number=stands.number + weight, calm_since=None if again else stands.calm_since
            )
        if number < rule.at_least:
            return None
        return _alert(rule, group, recorded, number, tuple(first))

    def _count(self, rule: AlertRule, group: str, recorded: Recorded) -> tuple[int, list[int]]:
        windows = self._windows[rule.name]
        window = windows.setdefault(group, Window())
        windows.move_to_end(group)
        if len(windows) > MOST_GROUPS:
            windows.popitem(last=False)
        part = _part(rule, recorded.received_at)
        window.add(part, weight_of(rule, recorded.entry), recorded.sequence)
        return window.number(part), window.first

    def _new(
        self, rule: AlertRule, group: str, recorded: Recorded, seen: dict[tuple[str, str, str], datetime]
    ) -> Alert | None:
        """Of somebody of whom nothing is known yet nothing is new."""
        value, at = country_of(recorded.entry), recorded.received_at
        if not value:
            return None
        theirs = self._known.setdefault((rule.name, group), {})
        met = theirs.get(value)
        recent = [moment for moment in theirs.values() if at - moment <= rule.within]
        if met is None or met.date() != at.date():
            theirs[value] = seen[rule.name, group, value] = at
        if not recent or (met is not None and at - met <= rule.within):
            return None
        return self.standing.get((rule.name, group)) or _alert(rule, group, recorded, 1, (recorded.sequence,))

    def _calm(self, now: datetime, touched: dict[Key, Alert]) -> tuple[Alert, ...]:
        over = []
        for key, alert in list(self.standing.items()):
            rule = self.rules.get(alert.rule)
            if rule is not None and self._number(rule, alert.group, now) * 2 >= rule.at_least:
                continue
            since = alert.calm_since or now
            if rule is None or now - since >= rule.quiet:
                over.append(alert)
                del self.standing[key]
            elif alert.calm_since is None:
                self.standing[key] = touched[key] = replace(alert, calm_since=since)
        return tuple(over)

    def _number(self, rule: AlertRule, group: str, now: datetime) -> int:
        window = self._windows[rule.name].get(group)
        return 0 if window is None else window.number(_part(rule, now))


def _part(rule: AlertRule, at: datetime) -> int:
    return int(at.timestamp() * PARTS / rule.within.total_seconds())


def _alert(rule: AlertRule, group: str, recorded: Recorded, number: int, entries: tuple[int, ...]) -> Alert:
    return Alert(
        id=f"{rule.name}-{recorded.sequence}",
        rule=rule.name,
        group=group,
        raised_at=recorded.received_at,
        number=number,
        threshold=rule.at_least,
        entries=entries,
    )
