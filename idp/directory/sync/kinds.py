"""The form and the source of a directory, by its kind."""

from collections.abc import Callable
from datetime import datetime

from config.settings import Directory
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.sync.openldap import OpenLdapSource
from idp.directory.sync.openldap_form import OpenLdapForm
from idp.directory.sync.replica import Replica
from idp.directory.sync.source import Form, Source

Clock = Callable[[], datetime]


def openldap(settings: Directory, replica: Replica, clock: Clock) -> tuple[Form, Source]:
    form = OpenLdapForm(settings)
    return form, OpenLdapSource(settings, form, replica, clock)


KINDS: dict[str, Callable[[Directory, Replica, Clock], tuple[Form, Source]]] = {"openldap": openldap}


def form_and_source(settings: Directory, replica: Replica, clock: Clock) -> tuple[Form, Source]:
    """Raises DirectoryMisconfigured for a kind of which no replica is kept."""
    make = KINDS.get(settings.kind)
    if make is None:
        raise DirectoryMisconfigured(settings.name, f"no replica is kept of the kind {settings.kind}")
    return make(settings, replica, clock)
