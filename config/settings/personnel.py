"""Personnel systems that push who works (SCIM 2.0)."""

from typing import Annotated

from msgspec import Meta, field

from config.settings.setting import Setting
from config.vocabulary import DirectoryName, MunicipalityCode, Role

SCIM = "brana:scim"
"""In the place of an application's server: the gateway itself answers there."""


class PersonnelRole(Setting, frozen=True, kw_only=True):
    value: Annotated[str, Meta(min_length=1, max_length=256)]
    """As the personnel system writes it among the `roles` of a user; letters' case makes no difference."""
    role: Role
    municipality: MunicipalityCode


class Personnel(Setting, frozen=True, kw_only=True):
    account: str
    """Id of the technical account that pushes; it speaks of people of the municipalities in which that has roles."""
    directory: DirectoryName
    """Whose people its records are linked with."""
    most_closed: Annotated[int, Meta(ge=1, le=1_000)] = 10
    """People that it may close within an hour; a person's accounts count each."""
    roles: list[PersonnelRole] = field(default_factory=list)
    """What it may give, and by which word; nothing else that it says of roles counts."""
