"""Reads a whole directory for a survey: live, page by page, keeping nothing."""

from collections.abc import Callable

from config.settings import Directory
from idp.directory.connection import Connection
from idp.directory.errors import nobody_below
from idp.directory.pool import Pool
from idp.directory.survey import Gathering
from idp.directory.sync.full import Progress, usable
from idp.directory.sync.kinds import form_of
from idp.directory.sync.record import EntryProblem


def gather(settings: Directory, told: Callable[[Progress], None]) -> Gathering:
    """Blocks. `told` hears how far it is after each page. Raises DirectoryUnreachable, DirectoryMisconfigured."""
    pool = Pool(settings)
    try:
        return pool.run_here(lambda line: _gathered(settings, line, told))
    finally:
        pool.close()


def _gathered(settings: Directory, line: Connection, told: Callable[[Progress], None]) -> Gathering:
    form, gathering = form_of(settings), Gathering()
    for entries, referrals in form.pages(line, form.people):
        gathering.problems += [EntryProblem(url, "a referral, which is not followed") for url in referrals]
        gathering.add_people(usable(entries, form.person, gathering.problems.append))
        told(Progress(len(gathering.people), 0))
    if not gathering.people:
        raise nobody_below(settings.people_base)
    for entries, _ in form.pages(line, form.groups):
        gathering.add_groups(usable(entries, form.group, gathering.problems.append))
        told(Progress(len(gathering.people), len(gathering.names)))
    return gathering
