"""Which groups a person is in, asked of the server: two ways, see `kind.Membership`."""

from collections.abc import Sequence

from config.settings import Directory
from idp.directory import filters
from idp.directory.connection import BASE, SUBTREE, Connection
from idp.directory.entries import Entry
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.filters import Filter
from idp.directory.kind import Membership, kind_of
from idp.directory.names import domain_of

NO_ATTRIBUTES = ("1.1",)  # RFC 4511 §4.5.1.8
ANYTHING = Filter("(objectClass=*)")
IDENTIFIERS_AT_ONCE = 50  # security identifiers in one search


def groups(line: Connection, settings: Directory, person: Entry) -> list[str]:
    """Distinguished names of the person's groups: below `groups_base`, or of a token, wherever in the domain."""
    base, page = settings.groups_base, settings.page_size
    if kind_of(settings).membership is Membership.OF_GROUPS:
        where = filters.any_of([filters.equal("member", person.dn), filters.equal("uniqueMember", person.dn)])
        return _named(line, base, where, page)
    found: list[str] = []
    identifiers = _token(line, person)
    for first in range(0, len(identifiers), IDENTIFIERS_AT_ONCE):
        some = identifiers[first : first + IDENTIFIERS_AT_ONCE]
        where = filters.any_of(filters.equal("objectSid", each) for each in some)
        found += _named(line, domain_of(base), where, page)
    return found


def _named(line: Connection, base: str, where: Filter, page: int) -> list[str]:
    pages = line.search(base, SUBTREE, where, NO_ATTRIBUTES, page)
    return [entry.dn for entries, _ in pages for entry in entries]


def _token(line: Connection, person: Entry) -> Sequence[bytes]:
    """Security identifiers of all the person's security groups: direct, primary, and what these are in.

    Everybody has a primary group: a token without groups means that the account may not read it.
    """
    pages = line.search(person.dn, BASE, ANYTHING, ("tokenGroups",), 1)
    for entries, _ in pages:
        for entry in entries:
            if entry.values("tokenGroups"):
                return entry.values("tokenGroups")
    raise DirectoryMisconfigured(
        f"tokenGroups of {person.dn}",
        "not readable; make the service account a member of the group Pre-Windows 2000 Compatible Access",
    )
