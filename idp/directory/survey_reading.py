"""Reads a whole directory for a survey: live, page by page, keeping nothing."""

from collections.abc import Callable

from config.settings import Directory
from idp.directory.connection import Connection
from idp.directory.errors import nobody_below
from idp.directory.pool import Pool
from idp.directory.survey import Gathering
from idp.directory.sync.counted import counted
from idp.directory.sync.full import Progress, usable
from idp.directory.sync.kinds import form_of
from idp.directory.sync.record import EntryProblem

Expect = Callable[[int], None]
"""Hears before the reading how many entries there are."""


def gather(settings: Directory, told: Callable[[Progress], None], expect: Expect | None = None) -> Gathering:
    """Blocks. `told` hears how far it is after each page; with `expect` entries are counted first.

    Raises DirectoryUnreachable, DirectoryMisconfigured.
    """
    pool = Pool(settings)
    try:
        return pool.run_here(lambda line: _gathered(settings, line, told, expect))
    finally:
        pool.close()


def count(settings: Directory) -> int:
    """Entries there are to read. Blocks; raises as `gather` does."""
    pool = Pool(settings)
    try:
        return pool.run_here(lambda line: counted(line, form_of(settings), settings.page_size))
    finally:
        pool.close()


def _gathered(
    settings: Directory, line: Connection, told: Callable[[Progress], None], expect: Expect | None
) -> Gathering:
    form, gathering = form_of(settings), Gathering()
    people = groups = 0
    if expect is not None:
        expect(counted(line, form, settings.page_size))
    for entries, referrals in form.pages(line, form.people):
        gathering.problems += [EntryProblem(url, "a referral, which is not followed") for url in referrals]
        gathering.add_people(usable(entries, form.person, gathering.problems.append))
        people += len(entries)
        told(Progress(people, groups))
    if not gathering.people:
        raise nobody_below(settings.people_base)
    for entries, _ in form.pages(line, form.groups):
        gathering.add_groups(usable(entries, form.group, gathering.problems.append))
        groups += len(entries)
        told(Progress(people, groups))
    return gathering
