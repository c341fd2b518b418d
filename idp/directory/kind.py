"""What differs between the kinds of office directories, as one table.

Sources: RFC 4530 (entryUUID); RFC 2798 (employeeNumber); [MS-ADA1] to [MS-ADA3] (attributes of Active Directory);
[MS-ADTS] 3.1.1.4.5.19 (tokenGroups).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from config.settings import Directory
from idp.directory import account
from idp.directory.filters import Filter
from idp.directory.password import Way


class Membership(Enum):
    """How the groups of a person are asked for."""

    OF_GROUPS = "groups that name the person"
    OF_TOKEN = "the security identifiers that the server itself would put into the person's token"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryKind:
    """How one kind of directory says what we ask for."""

    identity: str
    """Attribute that is never given twice, and stays through renames and moves."""
    logins: tuple[str, ...]
    """Attributes that people sign in with; the first is the one a person is called by."""
    number: str
    """Attribute in which offices number their people, whichever account it is."""
    people: str
    """Filter of people, where the settings say none."""
    account: tuple[str, ...]
    """Attributes that say whether an account may be used."""
    membership: Membership
    password: Way
    tells_of_referrals: bool
    """Whether a referral means that entries are missing. Active Directory sends some with every search from the top."""


KINDS: dict[str, DirectoryKind] = {
    "openldap": DirectoryKind(
        identity="entryUUID",
        logins=("uid",),
        number="employeeNumber",  # RFC 2798 §2.5
        people="(objectClass=inetOrgPerson)",
        account=account.OF_PASSWORD_POLICY,
        membership=Membership.OF_GROUPS,
        password=Way.MODIFY_OPERATION,
        tells_of_referrals=True,
    ),
    "active_directory": DirectoryKind(
        identity="objectGUID",
        logins=("sAMAccountName", "userPrincipalName"),
        number="employeeID",
        people="(&(objectCategory=person)(objectClass=user))",  # both: contacts are people, computers are users
        account=account.OF_ACTIVE_DIRECTORY,
        membership=Membership.OF_TOKEN,
        password=Way.DELETE_AND_ADD,
        tells_of_referrals=False,
    ),
}


def kind_of(settings: Directory) -> DirectoryKind:
    return KINDS[settings.kind]


def login_attributes(settings: Directory) -> tuple[str, ...]:
    """As configured, or as usual for the kind; never empty."""
    return tuple(settings.login_attributes) or kind_of(settings).logins


def number_attribute(settings: Directory) -> str:
    """As configured, or as usual for the kind; empty: the directory does not say whose an account is."""
    named = settings.person_attribute
    return kind_of(settings).number if named is None else named


def attributes_of_people(
    settings: Directory, named: Iterable[str], first: Iterable[str] = ()
) -> tuple[str, ...]:
    """All that is read of a person: who it is, what the settings name, how the account is. None twice.

    `named`: `Evaluation.attributes`.
    """
    kind = kind_of(settings)
    wanted = (
        *first,
        *login_attributes(settings),
        kind.identity,
        *("displayName", "cn", "mail"),
        *named,
        *kind.account,
        *filter(None, [number_attribute(settings)]),
    )
    return tuple({name.lower(): name for name in wanted}.values())


def people_filter(settings: Directory) -> Filter:
    """The whole filter of people; parentheses around it may be left out in the settings."""
    text = (settings.people_filter or kind_of(settings).people).strip()
    return Filter(text if text.startswith("(") else f"({text})")
