"""Who people are and which roles they have: the office directories."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting
from config.vocabulary import DirectoryName, MunicipalityCode, Role

PLACEHOLDER = "{municipality}"
"""Stands for any municipality's code in hosts and in what gives roles."""

ICO_PLACEHOLDER = "{ico}"
"""Stands for the organisation number of any municipality in what gives roles."""


class RoleMapping(Setting, frozen=True, kw_only=True):
    """Exactly one of `group`, `unit`, `attribute` with `value`, `person` says whose the role is.

    `{municipality}` or `{ico}` in it stands for any municipality's code or organisation number.
    """

    group: str | None = None
    """Distinguished name of a directory group: its members have the role."""
    unit: str | None = None
    """Distinguished name of an organisational unit: everybody below it has the role."""
    attribute: str | None = None
    """Attribute of people's entries; who has `value` in it has the role."""
    value: str | None = None
    """Compared without regard to case; `*` at an end stands for anything."""
    person: str | None = None
    """Login of the one person who has the role."""
    role: Role
    municipality: MunicipalityCode | None = None
    """Where the role holds, by code or organisation number; left out where a placeholder says it. `config.load`
    puts the code in the place of an organisation number."""
    valid_from: date | None = None
    """First day of the role, in Czech time."""
    valid_until: date | None = None
    """Last day of the role."""


AGENDA_PLACEHOLDER, ACTIVITY_ROLE_PLACEHOLDER = "{agenda}", "{activity_role}"
"""Stand for the codes of an agenda and of an activity role in the register of rights and duties."""


class ActivityRoles(Setting, frozen=True, kw_only=True):
    """What officials do under the law on registers, each in one value of an attribute."""

    attribute: str
    value: str = f"{AGENDA_PLACEHOLDER}:{ACTIVITY_ROLE_PLACEHOLDER}@{PLACEHOLDER}"
    """How a value is written: agenda, activity role, and `{municipality}` or `{ico}`; neither of these where the
    directory speaks for one municipality alone."""


class Work(Setting, frozen=True, kw_only=True):
    """Attributes that say of people's work what policies may ask about. Left out: nobody knows."""

    employed_since: str | None = None
    """First day of the employment."""
    employed_until: str | None = None
    """Its last day."""
    departments: str | None = None
    """Any number of them."""
    activity_roles: ActivityRoles | None = None


class Deputy(Setting, frozen=True, kw_only=True):
    """Somebody has the roles of somebody else for some time; both are people of the same directory."""

    person: str
    """Login of who stands in."""
    in_place_of: str
    """Login of whose roles it is."""
    valid_from: date
    valid_until: date
    """Last day."""
    role: Role | None = None
    """This role alone; None: every role but those of administrators."""
    municipality: MunicipalityCode | None = None
    """There alone, by code or organisation number."""


class Directory(Setting, frozen=True, kw_only=True):
    """One office directory; there may be several."""

    name: Annotated[DirectoryName, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    """Part of every subject of its people: it stays when everything else here changes."""
    kind: Literal["openldap", "active_directory"] = "openldap"
    servers: Annotated[list[str], Meta(min_length=1)]
    """LDAP URLs (`ldaps://host:636`, or `ldap://host` which is upgraded by StartTLS), tried in order."""
    authority: Path
    """PEM certificate of the authority that signed the servers' certificates."""
    bind_dn: str
    bind_password_file: Path
    people_base: str
    groups_base: str
    people_filter: str | None = None
    """Left out: what is usual for the kind."""
    login_attributes: list[str] = field(default_factory=list)
    """What people sign in with, the canonical one first; empty: what is usual for the kind."""
    person_attribute: Annotated[str, Meta(pattern="^([A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*)?$")] | None = (
        None
    )
    """Attribute that numbers people, alike in all accounts of one person; left out: what is usual for the kind;
    empty: none."""
    person_series: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")] | None = None
    """Directories that number the same people in the same way name the same; left out: no other does."""
    realms: list[str] = field(default_factory=list)
    """What may stand behind `@` to say that a login is one of this directory."""
    connections: Annotated[int, Meta(ge=1, le=64)] = 8
    connect_timeout: timedelta = timedelta(seconds=3)
    operation_timeout: timedelta = timedelta(seconds=5)
    page_size: Annotated[int, Meta(ge=1, le=1000)] = 500
    removal_share: Annotated[float, Meta(ge=0, le=1)] = 0.2
    """Share of its people or groups that may vanish at once without somebody's confirmation."""
    removal_least: Annotated[int, Meta(ge=0)] = 5
    """How many may vanish at once in any case."""
    municipalities: list[MunicipalityCode] = field(default_factory=list)
    """Where this directory may give roles; empty means in the whole district."""
    lockout_attempts: Annotated[int, Meta(ge=0)] | None = None
    """Wrong passwords after which the directory locks an account (0: never); left out: as it says itself."""
    lockout_window: timedelta | None = None
    """Time without one after which it forgets them; left out: as it says itself."""
    work: Work = field(default_factory=Work)
    roles: list[RoleMapping]
    deputies: list[Deputy] = field(default_factory=list)


class Facts(Setting, frozen=True, kw_only=True):
    refresh: timedelta = timedelta(minutes=1)
    """How often what the directories say of people is brought up to date."""
    full: timedelta = timedelta(hours=24)
    """How often a directory is read as a whole, although it tells its changes."""
    grace: timedelta = timedelta(minutes=15)
    """How long the last known facts serve when a directory cannot be reached."""
