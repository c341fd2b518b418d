"""What a domain controller says of itself, and of its domain as a whole: never of one person.

Sources: [MS-ADTS] 3.1.1.1.9 (every server counts changes for itself), 3.1.1.5.5 (tombstones), 3.1.1.3.4.1.14 (asking
for them); [MS-DRSR] 5.156 (stamps of attributes).
"""

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from ldap.controls import RequestControl

from idp.directory import filters
from idp.directory.connection import BASE, SUBTREE, Connection
from idp.directory.entries import Entry
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.filters import Filter
from idp.directory.membership import ANYTHING
from idp.directory.names import parsed
from idp.directory.sync.source import PositionUnknown

SHOW_DELETED = RequestControl("1.2.840.113556.1.4.417", criticality=True)
CONTAINERS = Filter("(|(objectClass=organizationalUnit)(objectClass=container)(objectClass=builtinDomain))")
NAME = 0x90001  # the attribute `name`: every rename and move renews its stamp
HEADER, STAMP = struct.Struct("<IIII"), struct.Struct("<IIQ16sQQ")
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    identifier: str
    """Its invocation identifier, canonical UUID text."""
    number: int
    """How far it has counted."""
    domain: str
    """Distinguished name of its domain."""

    def holds(self, base: str) -> bool:
        name, domain = parsed(base), parsed(self.domain)
        return name[len(name) - len(domain) :] == domain

    def since(self, number: int) -> bool:
        """Whether anything at all changed. Raises PositionUnknown for a server that cannot know."""
        if self.number < number:
            raise PositionUnknown(f"{self.url} has forgotten changes that were seen before")
        return self.number > number


def server(line: Connection) -> Server:
    """Two searches. What is written afterwards has a greater number."""
    root = _only(line, "", ("highestCommittedUSN", "dsServiceName", "defaultNamingContext"))
    service = _only(line, root.required("dsServiceName"), ("invocationId",))
    try:
        (octets,) = service.values("invocationId")
        identifier, number = str(uuid.UUID(bytes_le=octets)), int(root.required("highestCommittedUSN"))
    except ValueError as error:
        hint = "let the service account read CN=Configuration, as every account of a domain usually may"
        raise DirectoryMisconfigured(f"invocationId of {line.url} is not readable", hint) from error
    return Server(line.url, identifier, number, root.required("defaultNamingContext"))


def sees_deleted(line: Connection, domain: str) -> bool:
    """Whether the service account may list deleted objects, and read each: `touched` has none whose number is hidden.

    Who may not list them sees an empty container, or none. One that was deleted at another controller has lost the
    rights that it had inherited (Samba 4.17), and is readable only if "Deleted Objects" hands down its own.
    """
    container = f"CN=Deleted Objects,{domain}"
    try:
        found = line.search(container, SUBTREE, ANYTHING, ("uSNChanged",), PAGE, [SHOW_DELETED])
        readable = [bool(one.values("uSNChanged")) for entries, _ in found for one in entries]
    except DirectoryMisconfigured:  # no such object
        return False
    return bool(readable) and all(readable)


def touched(
    line: Connection, domain: str, since: Filter, page: int
) -> Iterator[tuple[list[Entry], list[str]]]:
    """Pages of whatever changed in the domain, deleted objects too where they are seen; `objectGUID` alone."""
    return line.search(domain, SUBTREE, since, ("objectGUID",), page, [SHOW_DELETED])


def group_changed(line: Connection, domain: str, since: Filter) -> bool:
    """Any, also one that gives no access or was deleted."""
    where = filters.all_of([Filter("(objectClass=group)"), since])
    return any(entries for entries, _ in line.search(domain, SUBTREE, where, ("1.1",), 1, [SHOW_DELETED]))


def refuse_renamed_containers(line: Connection, domain: str, since: Filter, number: int) -> None:
    """Whoever is below a container that was renamed or moved has another name, and no change to show for it."""
    asked = ("uSNCreated", "replPropertyMetaData")
    found = line.search(domain, SUBTREE, filters.all_of([CONTAINERS, since]), asked, PAGE)
    for entries, _ in found:
        for one in entries:
            if int(one.text("uSNCreated") or 0) <= number and name_stamp(one) > number:
                raise PositionUnknown(f"{one.dn} was renamed or moved: entries below it have other names")


def name_stamp(entry: Entry) -> int:
    """The server's number when the name last changed; endless where that cannot be read."""
    try:
        (octets,) = entry.values("replPropertyMetaData")
        _, _, count, _ = HEADER.unpack_from(octets)
        stamps = (STAMP.unpack_from(octets, HEADER.size + STAMP.size * each) for each in range(count))
        return next(int(ours) for attribute, *_, ours in stamps if attribute == NAME)
    except (ValueError, struct.error, StopIteration):
        return 1 << 64


def _only(line: Connection, base: str, attributes: tuple[str, ...]) -> Entry:
    found = [one for entries, _ in line.search(base, BASE, ANYTHING, attributes, 1) for one in entries]
    if len(found) != 1:
        raise DirectoryMisconfigured(
            f"{base or 'root entry'} of {line.url}", "let the service account read it"
        )
    return found[0]
