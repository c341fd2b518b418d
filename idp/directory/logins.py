r"""What people type to say who they are, and which entry answers to it. Pure.

A login is a directory's own name for a person, or the value of a further attribute (an alias, as the mail address), or
its own name with one of the directory's realms: `novak`, `jan.novak@town.example`, `novak@town.example`, `TOWN\novak`.
"""

from dataclasses import dataclass

from config.settings import Directory
from idp.directory import filters
from idp.directory.entries import Entry, logins_of
from idp.directory.errors import EntryUnusable, RefusalReason
from idp.directory.filters import Filter
from idp.directory.kind import login_attributes
from idp.directory.realms import apart
from idp.directory.spelling import strictly

LONGEST_LOGIN = 256  # characters; RFC 4524 §2 suggests 256 for uid
LONGEST_PASSWORD = 1024  # bytes; decree 409/2025 §19(4) asks for 64 characters and more


@dataclass(frozen=True, slots=True)
class Login:
    """What was typed, as one directory understands it."""

    typed: str
    own: str | None
    """What stands before the realm, where that is one of this directory's."""


def understood(typed: str, directory: Directory) -> Login:
    name, realm = apart(typed)
    return Login(typed, name if name and realm in directory.realms else None)


def filter_of(login: Login, directory: Directory) -> Filter:
    attributes = login_attributes(directory)
    forms = [filters.equal(attribute, login.typed) for attribute in attributes]
    if login.own is not None:
        forms.append(filters.equal(attributes[0], login.own))
    return filters.any_of(forms)


def answers_to(entry: Entry, login: Login, directory: Directory) -> bool:
    """Whether the entry has that very name: LDAP's comparison is looser, and takes other names for it."""
    try:
        canonical, *aliases = (strictly(one) for one in logins_of(entry, login_attributes(directory)))
    except EntryUnusable:
        return False  # reported when it was read as a person
    if login.own is not None and strictly(login.own) == canonical:
        return True
    return strictly(login.typed) in {canonical, *aliases}


def refused_before_asking(login: str, password: str) -> RefusalReason | None:
    """What no directory needs to be asked about; above all an empty password, which binds as nobody."""
    if not login.strip():
        return RefusalReason.EMPTY_LOGIN
    if not password:
        return RefusalReason.EMPTY_PASSWORD
    unfit = (
        not login.isprintable()
        or login != login.strip()
        or len(login) > LONGEST_LOGIN
        or "\0" in password
        or any(0xD800 <= ord(letter) < 0xE000 for letter in login + password)  # lone surrogates: no UTF-8
        or len(password.encode(errors="replace")) > LONGEST_PASSWORD
    )
    return RefusalReason.UNFIT_INPUT if unfit else None
