"""People and groups of Active Directory as records. Memberships refer to objectGUID, which renames do not touch.

Sources: [MS-ADTS] 3.1.1.3.4.1.5 (extended names), 3.1.1.3.1.3.3 (values in ranges), 2.2.12 (groupType).
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from ldap.controls import RequestControl

from config.settings import Directory
from idp.directory.account import account_facts
from idp.directory.connection import BASE, SUBTREE, Connection
from idp.directory.entries import Entry, identity_of, logins_of, name_of, told_values
from idp.directory.errors import DirectoryMisconfigured, EntryUnusable
from idp.directory.evaluation import Evaluation
from idp.directory.filters import Filter
from idp.directory.kind import attributes_of_people, login_attributes, number_attribute, people_filter
from idp.directory.membership import ANYTHING
from idp.directory.names import domain_of
from idp.directory.person_number import numbers_of
from idp.directory.sync.record import GroupRecord, PersonRecord
from idp.directory.sync.source import Query

SECURITY_GROUPS = Filter("(&(objectCategory=group)(groupType:1.2.840.113556.1.4.803:=2147483648))")
"""Lists for mail give no access, and nobody is in a group through them: as in the token that the server makes."""
WITH_IDENTITIES = RequestControl(
    "1.2.840.113556.1.4.529", criticality=True, encodedControlValue=b"0\x03\x02\x01\x01"
)
"""Names come as `<GUID=text>;<SID=text>;CN=…`."""
GUID = re.compile(rb"<GUID=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})>", re.IGNORECASE)
IDENTITIES = re.compile(r"\A(?:<[A-Z]+=[^>]*>;)+")
RANGE = re.compile(r"member;range=([0-9]+)-([0-9]+|\*)")
IDENTIFIERS = ("objectGUID", "objectSid", "primaryGroupID")
AT_ONCE = 1500  # members in one answer, the most that Windows gives


class ActiveDirectoryForm:
    """Implements `idp.directory.sync.source.Form`."""

    def __init__(self, settings: Directory, at_once: int = AT_ONCE) -> None:
        self.page = settings.page_size
        self._at_once = at_once
        self._logins = login_attributes(settings)
        self._wanted = Evaluation(settings, None).attributes
        self.number_attribute = number_attribute(settings)
        self.people = Query(
            settings.people_base,
            people_filter(settings),
            attributes_of_people(settings, self._wanted, IDENTIFIERS),
        )
        asked = ("objectGUID", "objectSid", self._members_from(0))
        # all of the domain: the way from a person to a group that gives a role may lead through any other
        self.groups = Query(domain_of(settings.groups_base), SECURITY_GROUPS, asked)

    def pages(self, line: Connection, query: Query) -> Iterator[tuple[list[Entry], list[str]]]:
        """Groups with more members than one answer holds come last, complete. No referral is news: see `kind`."""
        unfinished: list[Entry] = []
        for entries, _ in line.search(
            query.base, SUBTREE, query.where, query.attributes, self.page, [WITH_IDENTITIES]
        ):
            named = [replace(entry, dn=plain_name(entry.dn)) for entry in entries]
            unfinished += [entry for entry in named if _next_member(entry) is not None]
            yield [entry for entry in named if _next_member(entry) is None], []
        for entry in unfinished:
            yield [self._finished(line, entry)], []

    def identity(self, entry: Entry) -> str:
        return identity_of(entry, "objectGUID")

    def identity_told(self, entry: Entry) -> str:
        """Empty where the entry tells none."""
        try:
            return self.identity(entry)
        except EntryUnusable:
            return ""

    def person(self, entry: Entry) -> PersonRecord:
        identity = self.identity(entry)
        values = {name: told_values(entry, name) for name in self._wanted}
        return PersonRecord(
            identity=identity,
            key=identity,
            dn=entry.dn,
            logins=logins_of(entry, self._logins),
            name=name_of(entry),
            mail=entry.text("mail") or "",
            account=account_facts(entry),
            primary_group=_primary_group(entry),
            attributes={name: held for name, held in values.items() if held}
            | numbers_of(entry, self.number_attribute),
        )

    def group(self, entry: Entry) -> GroupRecord:
        identity = self.identity(entry)
        return GroupRecord(
            identity=identity,
            key=identity,
            dn=entry.dn,
            sid=security_identifier(_only(entry, "objectSid")),
            members=tuple(_identity_in(entry, value) for value in _members(entry)),
        )

    def _members_from(self, first: int) -> str:
        return f"member;range={first}-{first + self._at_once - 1}"

    def _finished(self, line: Connection, entry: Entry) -> Entry:
        """Ask for the rest; by identity, so that a rename meanwhile does no harm."""
        members, identity = list(_members(entry)), self.identity_told(entry)
        first = _next_member(entry) if identity else None
        while first is not None:
            asked = (self._members_from(first),)
            pages = line.search(f"<GUID={identity}>", BASE, ANYTHING, asked, 1, [WITH_IDENTITIES])
            rest = next((one for entries, _ in pages for one in entries), None)
            if rest is None:
                raise DirectoryMisconfigured(
                    entry.dn, "it vanished while its members were read; it is tried again"
                )
            members += _members(rest)
            first = _next_member(rest)
        attributes = {name: values for name, values in entry.attributes.items() if not RANGE.fullmatch(name)}
        return replace(entry, attributes=attributes | {"member": tuple(members)})


def plain_name(dn: str) -> str:
    """Without the identities that were asked for."""
    return IDENTITIES.sub("", dn, count=1)


def security_identifier(octets: bytes) -> str:
    """`S-1-5-21-…` ([MS-DTYP] 2.4.2.2 and 2.4.2.1); ValueError for what is none."""
    if len(octets) < 8 or len(octets) != 8 + 4 * octets[1]:
        raise ValueError("not a security identifier")
    parts = (int.from_bytes(octets[at : at + 4], "little") for at in range(8, len(octets), 4))
    return "-".join(("S", str(octets[0]), str(int.from_bytes(octets[2:8], "big")), *map(str, parts)))


def _members(entry: Entry) -> tuple[bytes, ...]:
    ranged = (values for name, values in entry.attributes.items() if RANGE.fullmatch(name))
    return next(ranged, entry.values("member"))


def _next_member(entry: Entry) -> int | None:
    """Where the next range begins; None when the answer held the last one."""
    ranges = (RANGE.fullmatch(name) for name in entry.attributes)
    last = next((found.group(2) for found in ranges if found), "*")
    return None if last == "*" else int(last) + 1


def _identity_in(entry: Entry, value: bytes) -> str:
    found = GUID.match(value)
    if found is None:
        raise EntryUnusable(entry.dn, "a member came without its objectGUID")
    return found.group(1).decode().lower()


def _primary_group(entry: Entry) -> str:
    """The group's identifier is the person's with the last part exchanged."""
    relative = entry.required("primaryGroupID")
    domain, _, _ = security_identifier(_only(entry, "objectSid")).rpartition("-")
    return f"{domain}-{relative}"


def _only(entry: Entry, attribute: str) -> bytes:
    try:
        (octets,) = entry.values(attribute)
        security_identifier(octets)
    except ValueError as error:
        raise EntryUnusable(entry.dn, f"{attribute} is missing or no identifier") from error
    return octets
