"""What people type to say who they are, and which entry answers to it. Pure.

A login is a directory's own name for a person, or the value of a further attribute (an alias, as the mail address), or
its own name with one of the directory's realms: `novak`, `jan.novak@town.example`, `novak@town.example`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from config.settings import Directory
from config.vocabulary import DirectoryName
from idp.directory import filters
from idp.directory.entries import Entry, logins_of
from idp.directory.errors import EntryUnusable
from idp.directory.filters import Filter
from idp.directory.kind import login_attributes

AT = "@"


@dataclass(frozen=True, slots=True)
class Login:
    """What was typed, as one directory understands it."""

    typed: str
    own: str | None
    """What stands before the realm, where that is one of this directory's."""


def understood(typed: str, directory: Directory) -> Login:
    name, _, _ = typed.rpartition(AT)
    return Login(typed, name if name and realm_of(typed) in directory.realms else None)


def realm_of(typed: str) -> str:
    """Lower case; empty for a login without one."""
    _, mark, realm = typed.rpartition(AT)
    return realm.casefold() if mark else ""


def owner_of(typed: str, directories: Iterable[Directory]) -> DirectoryName | None:
    """The one directory whose realm the login names: no other is asked for it, or could claim it."""
    realm = realm_of(typed)
    return next((one.name for one in directories if realm and realm in one.realms), None)


def filter_of(login: Login, directory: Directory) -> Filter:
    attributes = login_attributes(directory)
    forms = [filters.equal(attribute, login.typed) for attribute in attributes]
    if login.own is not None:
        forms.append(filters.equal(attributes[0], login.own))
    return filters.any_of(forms)


def answers_to(entry: Entry, login: Login, directory: Directory) -> bool:
    """Whether the entry has that very name: LDAP's comparison is looser, and takes other names for it."""
    try:
        canonical, *aliases = (one.casefold() for one in logins_of(entry, login_attributes(directory)))
    except EntryUnusable:
        return False  # reported when it was read as a person
    if login.own is not None and login.own.casefold() == canonical:
        return True
    return login.typed.casefold() in {canonical, *aliases}
