"""Which groups a person is in, asked of the server: two ways, see `kind.Membership`.

Of a token count the groups to which a way leads through groups of this domain alone, as the replica knows them: a
group of another domain in between would give at the sign-in what every round after it takes away.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

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
IN_GROUPS = ("memberOf",)
IDENTIFIERS_AT_ONCE = 50  # security identifiers in one search


def groups(line: Connection, settings: Directory, person: Entry) -> list[str]:
    """Distinguished names of the person's groups: below `groups_base`, or of a token, wherever in the domain."""
    base, page = settings.groups_base, settings.page_size
    if kind_of(settings).membership is Membership.OF_GROUPS:
        where = filters.any_of([filters.equal("member", person.dn), filters.equal("uniqueMember", person.dn)])
        return [one.dn for one in _found(line, base, where, NO_ATTRIBUTES, page)]
    token = _token(line, person)
    identifiers = token.values("tokenGroups")
    found: list[Entry] = []
    for first in range(0, len(identifiers), IDENTIFIERS_AT_ONCE):
        some = identifiers[first : first + IDENTIFIERS_AT_ONCE]
        where = filters.any_of(filters.equal("objectSid", each) for each in some)
        found += _found(line, domain_of(base), where, ("objectSid", *IN_GROUPS), page)
    primary = token.required("primaryGroupID")
    direct = [one.dn for one in found if _relative_identifier(one) == primary]
    above = {one.dn: _names(one) for one in found}
    return reached([*_names(token), *direct], above)


def reached(direct: Iterable[str], above: Mapping[str, Collection[str]]) -> list[str]:
    """Of the groups in `above`, in its order: those of `direct`, and what these are in through one another."""
    ways, wanted = set[str](), list(direct)
    while wanted:
        name = wanted.pop()
        if name in above and name not in ways:
            ways.add(name)
            wanted += above[name]
    return [name for name in above if name in ways]


def _found(line: Connection, base: str, where: Filter, wanted: Sequence[str], page: int) -> list[Entry]:
    return [entry for entries, _ in line.search(base, SUBTREE, where, wanted, page) for entry in entries]


def _names(entry: Entry) -> list[str]:
    """Of groups that the entry itself is in."""
    return [value.decode(errors="replace") for value in entry.values("memberOf")]


def _relative_identifier(group: Entry) -> str:
    """The last part of a security identifier ([MS-DTYP] 2.4.2.2)."""
    return str(int.from_bytes(b"".join(group.values("objectSid"))[-4:], "little"))


def _token(line: Connection, person: Entry) -> Entry:
    """Security identifiers of all the person's security groups: direct, primary, and what these are in.

    Everybody has a primary group: a token without groups means that the account may not read it.
    """
    pages = line.search(person.dn, BASE, ANYTHING, ("tokenGroups", "primaryGroupID", *IN_GROUPS), 1)
    for entries, _ in pages:
        for entry in entries:
            if entry.values("tokenGroups"):
                return entry
    raise DirectoryMisconfigured(
        f"tokenGroups of {person.dn}",
        "not readable; make the service account a member of the group Pre-Windows 2000 Compatible Access",
    )
