"""The entries that people and groups are below. When one is renamed, OpenLDAP says nothing of those below it."""

import hashlib

from idp.directory.connection import SUBTREE, Connection
from idp.directory.filters import Filter
from idp.directory.names import comparable
from idp.directory.sync.openldap_form import OpenLdapForm
from idp.directory.sync.source import PositionUnknown

CLASSES = ("organizationalUnit", "organization", "domain", "dcObject", "locality", "country", "container")
CONTAINERS = Filter(f"(|{''.join(f'(objectClass={name})' for name in CLASSES)})")


def containers(line: Connection, form: OpenLdapForm, page: int) -> str:
    """A digest of their identities and names; another one after any was added, removed, renamed or moved."""
    found: set[str] = set()
    for base in {form.people.base, form.groups.base}:
        for entries, _ in line.search(base, SUBTREE, CONTAINERS, (form.identity_attribute,), page):
            found |= {f"{form.identity(entry)} {comparable(entry.dn)}" for entry in entries}
    return hashlib.blake2b("\n".join(sorted(found)).encode(), digest_size=16).hexdigest()


def require_same(before: str, now: str) -> None:
    if before != now:
        raise PositionUnknown(
            "units of the directory are other ones: entries below them may have other names"
        )
