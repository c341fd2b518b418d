"""What a directory says of people and groups, as records that can be kept: data, never verdicts.

Time passes without any change in a directory, so an account's dates are kept and judged when they are needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.directory.person import AccountFacts
from idp.directory.person_number import NUMBERS

Position = str
"""Where a source of changes stands, in its own words; opaque to everybody else. Never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """One usable person of a directory."""

    identity: str
    """Canonical UUID text: outlives renames and moves."""
    key: str
    """What memberships refer to: a comparable DN (OpenLDAP, `names.comparable`) or the identity (AD)."""
    dn: str
    logins: tuple[str, ...]
    """Names that may be typed to sign in: the canonical one first, then aliases. At least one."""
    name: str
    mail: str = ""
    account: AccountFacts = field(default_factory=AccountFacts)
    primary_group: str = ""
    """SID of a group of which one is a member without being listed there (AD)."""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of attributes that the settings name (`Evaluation.attributes`), by lower-case name; and `numbers`."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """By which the directory says whose the account is (`idp.directory.person_number`)."""
        return self.attributes.get(NUMBERS, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecord:
    identity: str
    key: str
    dn: str
    sid: str = ""
    members: tuple[str, ...] = ()
    """Keys of people and groups, whether or not there are such entries. Empty where a group is only named."""


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """An entry that is not as it must be. It is told and left out; nobody guesses."""

    dn: str
    what: str
    identity: str = ""
    """Where it is known: what was kept of that entry is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became different in a directory since a position. Entries are whole: as they are now."""

    people: tuple[PersonRecord, ...] = ()
    groups: tuple[GroupRecord, ...] = ()
    gone: frozenset[str] = frozenset()
    """Identities of people and groups that left the directory or the filter; unknown ones do no harm."""
    gone_people: frozenset[str] = frozenset()
    """The same, where the source knows only that these are among the people no more."""
    gone_groups: frozenset[str] = frozenset()
    """The same of groups."""
    present_people: frozenset[str] | None = None
    """Where a source can only say who is still there: everybody else but `people` is gone."""
    present_groups: frozenset[str] | None = None
    """The same of groups."""
    problems: tuple[EntryProblem, ...] = ()
    position: Position | None = None
    """Where the source stands after them; None for a push, after which a source may have more to say."""

    def __len__(self) -> int:
        return (
            len(self.people)
            + len(self.groups)
            + len(self.gone | self.gone_people | self.gone_groups)
            + len(self.problems)
        )
