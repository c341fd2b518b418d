"""Which groups a directory has, by name alone: for whoever hands them on, as to a Keycloak."""

from config.settings import Directory
from idp.directory.connection import SUBTREE, Connection
from idp.directory.pool import Pool
from idp.directory.sync.active_directory_form import plain_name
from idp.directory.sync.kinds import form_of

NO_ATTRIBUTES = ("1.1",)  # RFC 4511 §4.5.1.8


def group_names(settings: Directory) -> list[str]:
    """Distinguished names below `groups_base`, as the directory writes them, sorted. Blocks.

    Raises DirectoryUnreachable, DirectoryMisconfigured.
    """
    pool = Pool(settings)
    try:
        return pool.run_here(lambda line: _named(settings, line))
    finally:
        pool.close()


def _named(settings: Directory, line: Connection) -> list[str]:
    query = form_of(settings).groups
    pages = line.search(query.base, SUBTREE, query.where, NO_ATTRIBUTES, settings.page_size)
    return sorted({plain_name(entry.dn) for entries, _ in pages for entry in entries})
