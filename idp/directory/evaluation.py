"""Which roles a person holds by the configuration of today, for whoever reads what directories say. Pure.

Laws: rules give by the person's own evidence; a deputyship passes on what the other has by rules, never what the other
has as a deputy; in whose place nobody, or more than one, is found passes nothing on. A reader, live or of the replica,
asks `represented` whom else to read, reads, and asks `held`: so a sign-in and a running session are judged alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.district import District
from config.settings import Directory
from idp.directory import deputies
from idp.directory.person import RoleHeld, StandIn
from idp.directory.role_mapping import Evidence, RoleBook
from idp.directory.spelling import strictly
from idp.directory.work import Work
from idp.directory.work_book import Unreadable, WorkBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    roles: tuple[RoleHeld, ...]
    """By rules and as a deputy; sorted, without repetition."""
    standing_in: tuple[StandIn, ...]
    """Those among them that are held in somebody's place."""


class Evaluation:
    """Of one directory. `district`: None where it is not known."""

    def __init__(self, settings: Directory, district: District | None) -> None:
        self._book = RoleBook(settings, district)
        self._deputies = settings.deputies
        self._work = WorkBook(settings, district)
        self.attributes = tuple(sorted({*self._book.attributes, *self._work.attributes}))
        """To be asked for, for `Evidence.values`."""

    def represented(self, login: str, day: date) -> list[str]:
        """Canonical logins of those in whose place the person stands that day; `held` takes who answers to them."""
        return [one.in_place_of for one in deputies.acting(self._deputies, login, day)]

    def changes_after(self, day: date) -> date | None:
        """The next day on which a rule or a deputyship begins, or is over."""
        spans = [*self._book.spans, *((one.valid_from, one.valid_until) for one in self._deputies)]
        begin = [first for first, _ in spans if first is not None]
        over = [last + timedelta(days=1) for _, last in spans if last is not None and last < date.max]
        return min((one for one in (*begin, *over) if one > day), default=None)

    def work(self, own: Evidence) -> tuple[Work, tuple[Unreadable, ...]]:
        """What is known of the person's work, and why something of it is not. Nobody has that as a deputy."""
        return self._work.work(own.values)

    def held(self, own: Evidence, represented: Mapping[str, Sequence[Evidence]], day: date) -> Held:
        """`represented`: for each login asked for, everybody who was found under it."""

        def by_rules(login: str) -> tuple[RoleHeld, ...]:
            one = only(login, represented[login])
            return () if one is None else self._book.roles(one, day)

        lent = deputies.standing_in(self._deputies, own.login, by_rules, day)
        return Held(roles=deputies.together(self._book.roles(own, day), lent), standing_in=lent)


def only(login: str, found: Sequence[Evidence]) -> Evidence | None:
    """Who has exactly that canonical login; None where it is nobody's, an alias, or of several."""
    if len(found) != 1 or strictly(found[0].login) != strictly(login):
        return None
    return found[0]
