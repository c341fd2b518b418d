"""The form and the source of a directory, by its kind."""

from collections.abc import Callable
from datetime import datetime

from config.settings import Directory
from idp.directory.sync.active_directory import ActiveDirectorySource
from idp.directory.sync.active_directory_form import ActiveDirectoryForm
from idp.directory.sync.openldap import OpenLdapSource
from idp.directory.sync.openldap_form import OpenLdapForm
from idp.directory.sync.replica import Replica
from idp.directory.sync.source import Form, Source

Clock = Callable[[], datetime]


def openldap(settings: Directory, replica: Replica, clock: Clock) -> tuple[Form, Source]:
    form = OpenLdapForm(settings)
    return form, OpenLdapSource(settings, form, replica, clock)


def active_directory(settings: Directory, _replica: Replica, clock: Clock) -> tuple[Form, Source]:
    form = ActiveDirectoryForm(settings)
    return form, ActiveDirectorySource(form, clock)


KINDS: dict[str, Callable[[Directory, Replica, Clock], tuple[Form, Source]]] = {
    "openldap": openldap,
    "active_directory": active_directory,
}


FORMS: dict[str, Callable[[Directory], Form]] = {
    "openldap": OpenLdapForm,
    "active_directory": ActiveDirectoryForm,
}


def form_of(settings: Directory) -> Form:
    """For who reads a directory without keeping a replica of it."""
    return FORMS[settings.kind](settings)


def form_and_source(settings: Directory, replica: Replica, clock: Clock) -> tuple[Form, Source]:
    return KINDS[settings.kind](settings, replica, clock)
