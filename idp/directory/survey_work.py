"""How much a whole directory would tell of people's work, and what of it nobody can read. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from idp.directory.sync.record import EntryProblem, PersonRecord
from idp.directory.work_book import WorkBook


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTold:
    known: Mapping[str, int] = field(default_factory=dict)
    """Name of each fact that the configuration asks for → of how many people it is known."""
    unreadable: tuple[EntryProblem, ...] = ()


def work_told(people: Iterable[PersonRecord], book: WorkBook) -> WorkTold:
    known: Counter[str] = Counter(dict.fromkeys(book.facts, 0))
    unreadable = []
    for one in people if book.facts else ():
        work, troubles = book.work(one.attributes)
        known.update(fact for fact in book.facts if getattr(work, fact) is not None)
        unreadable += [EntryProblem(one.dn, str(trouble), one.identity) for trouble in troubles]
    return WorkTold(known=known, unreadable=tuple(unreadable))
