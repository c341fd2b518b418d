"""People and groups of OpenLDAP as records. Memberships refer to distinguished names, in comparable form."""

from collections.abc import Iterator

from config.settings import Directory
from idp.directory.account import ATTRIBUTES, account_facts
from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry, identity_of, name_of
from idp.directory.errors import EntryUnusable
from idp.directory.filters import Filter
from idp.directory.names import NotAName, comparable
from idp.directory.sync.record import GroupRecord, PersonRecord
from idp.directory.sync.source import Query

MEMBERS = ("member", "uniqueMember")
"""RFC 4519 §2.17 and §2.40."""
ANY_GROUP = Filter("(|(member=*)(uniqueMember=*))")


class OpenLdapForm:
    """Implements `idp.directory.sync.source.Form`."""

    def __init__(self, settings: Directory) -> None:
        self._settings = settings
        self.identity_attribute = settings.identity_attribute
        text = settings.people_filter.strip()
        self.people = Query(
            settings.people_base,
            Filter(text if text.startswith("(") else f"({text})"),
            (
                settings.identity_attribute,
                settings.login_attribute,
                *("displayName", "cn", "mail"),
                *ATTRIBUTES,
            ),
        )
        self.groups = Query(settings.groups_base, ANY_GROUP, (settings.identity_attribute, *MEMBERS))

    def pages(self, line: Connection, query: Query) -> Iterator[tuple[list[Entry], list[str]]]:
        return line.search(query.base, SUBTREE, query.where, query.attributes, self._settings.page_size)

    def identity(self, entry: Entry) -> str:
        return identity_of(entry, self._settings.identity_attribute)

    def person(self, entry: Entry) -> PersonRecord:
        return PersonRecord(
            identity=self.identity(entry),
            key=_comparable(entry, entry.dn),
            dn=entry.dn,
            logins=(entry.required(self._settings.login_attribute),),
            name=name_of(entry),
            mail=entry.text("mail") or "",
            account=account_facts(entry),
        )

    def group(self, entry: Entry) -> GroupRecord:
        names = (value for attribute in MEMBERS for value in entry.values(attribute))
        return GroupRecord(
            identity=self.identity(entry),
            key=_comparable(entry, entry.dn),
            dn=entry.dn,
            members=tuple(_comparable(entry, name) for name in names),
        )


def _comparable(entry: Entry, name: str | bytes) -> str:
    try:
        return comparable(name.decode() if isinstance(name, bytes) else name)
    except (NotAName, UnicodeDecodeError) as error:
        raise EntryUnusable(entry.dn, f"{name!r} is no distinguished name in UTF-8") from error
