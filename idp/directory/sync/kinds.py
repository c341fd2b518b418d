"""The form and the source of a directory, by its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import Directory
from idp.directory.sync.active_directory import ActiveDirectorySource
from idp.directory.sync.active_directory_form import ActiveDirectoryForm
from idp.directory.sync.listings import Listings
from idp.directory.sync.marked import Marked, MarkedTelling, mark_of
from idp.directory.sync.openldap import OpenLdapSource
from idp.directory.sync.openldap_form import OpenLdapForm
from idp.directory.sync.presence import Presence
from idp.directory.sync.replica import Replica
from idp.directory.sync.source import Form, Source

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Synced:
    """How one directory is read, and where its changes come from once there is a replica to take them in."""

    form: Form
    source: Callable[[Replica, Clock, timedelta], Source]


def _openldap(settings: Directory) -> Synced:
    form = OpenLdapForm(settings)
    return Synced(
        form,
        lambda replica, clock, refresh: MarkedTelling(
            OpenLdapSource(settings, form, replica, clock, refresh), mark_of(form)
        ),
    )


def _active_directory(settings: Directory) -> Synced:
    form = ActiveDirectoryForm(settings)

    def source(replica: Replica, clock: Clock, refresh: timedelta) -> Source:
        presence = Presence(settings, form, replica)
        return Marked(ActiveDirectorySource(form, clock, presence, Listings(refresh)), mark_of(form))

    return Synced(form, source)


KINDS: dict[str, Callable[[Directory], Synced]] = {
    "openldap": _openldap,
    "active_directory": _active_directory,
}


def form_of(settings: Directory) -> Form:
    """For who reads a directory without keeping a replica of it."""
    return KINDS[settings.kind](settings).form


def form_and_source(
    settings: Directory, replica: Replica, clock: Clock, refresh: timedelta = timedelta()
) -> tuple[Form, Source]:
    """`refresh`: how long after one question for changes the next one comes."""
    synced = KINDS[settings.kind](settings)
    return synced.form, synced.source(replica, clock, refresh)
