"""People and groups of OpenLDAP as records. Memberships refer to distinguished names, in comparable form."""

from collections.abc import Iterator

from config.settings import Directory
from idp.directory.account import account_facts
from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry, identity_of, logins_of, name_of, told_values
from idp.directory.errors import EntryUnusable
from idp.directory.evaluation import Evaluation
from idp.directory.filters import Filter
from idp.directory.kind import (
    attributes_of_people,
    kind_of,
    login_attributes,
    number_attribute,
    people_filter,
)
from idp.directory.names import NotAName, all_comparable, comparable
from idp.directory.person_number import numbers_of
from idp.directory.sync.record import GroupRecord, PersonRecord
from idp.directory.sync.source import Query

MEMBERS = ("member", "uniqueMember")
"""RFC 4519 §2.17 and §2.40."""
ANY_GROUP = Filter("(|(member=*)(uniqueMember=*))")


class OpenLdapForm:
    """Implements `idp.directory.sync.source.Form`."""

    def __init__(self, settings: Directory) -> None:
        kind = kind_of(settings)
        self.identity_attribute = kind.identity
        self._page = settings.page_size
        self._logins = login_attributes(settings)
        self._wanted = Evaluation(settings, None).attributes
        self.number_attribute = number_attribute(settings)
        self.people = Query(
            settings.people_base,
            people_filter(settings),
            attributes_of_people(settings, self._wanted),
        )
        self.groups = Query(settings.groups_base, ANY_GROUP, (kind.identity, *MEMBERS))

    def pages(self, line: Connection, query: Query) -> Iterator[tuple[list[Entry], list[str]]]:
        return line.search(query.base, SUBTREE, query.where, query.attributes, self._page)

    def identity(self, entry: Entry) -> str:
        return identity_of(entry, self.identity_attribute)

    def person(self, entry: Entry) -> PersonRecord:
        values = {name: told_values(entry, name) for name in self._wanted}
        return PersonRecord(
            identity=self.identity(entry),
            key=_comparable(entry),
            dn=entry.dn,
            logins=tuple(logins_of(entry, self._logins)),
            name=name_of(entry),
            mail=entry.text("mail") or "",
            account=account_facts(entry),
            attributes={name: held for name, held in values.items() if held}
            | numbers_of(entry, self.number_attribute),
        )

    def group(self, entry: Entry) -> GroupRecord:
        names = [value for attribute in MEMBERS for value in entry.values(attribute)]
        try:
            members = all_comparable(names)
        except (NotAName, UnicodeDecodeError) as error:
            raise EntryUnusable(entry.dn, f"a member is no distinguished name in UTF-8: {error}") from error
        return GroupRecord(
            identity=self.identity(entry),
            key=_comparable(entry),
            dn=entry.dn,
            members=tuple(members),
        )


def _comparable(entry: Entry) -> str:
    try:
        return comparable(entry.dn)
    except NotAName as error:
        raise EntryUnusable(entry.dn, "its name is no distinguished name") from error
