"""Personnel systems that push who works (SCIM 2.0)."""

from typing import Annotated

from msgspec import Meta

from config.settings.setting import Setting
from config.vocabulary import DirectoryName

SCIM = "brana:scim"
"""In the place of an application's server: the gateway itself answers there."""


class Personnel(Setting, frozen=True, kw_only=True):
    account: str
    """Id of the technical account that pushes; it speaks of people of the municipalities in which that has roles."""
    directory: DirectoryName
    """Whose people its records are linked with."""
    most_closed: Annotated[int, Meta(ge=1, le=1_000)] = 10
    """People that it may close within an hour; a person's accounts count each."""
