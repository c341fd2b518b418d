"""What a Keycloak consists of, as far as we set it up: pieces with fields, by kind and name. Pure.

Names of fields and their values are those of Keycloak's Admin REST API.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Fields = Mapping[str, Any]
"""JSON, and `Secret`. Empty texts, lists and tables are what nothing is."""


class Kind(StrEnum):
    """In the order in which they are made: nobody can sign in before the second factor is asked for."""

    REALM = "realm"
    FLOW = "sign-in flow"
    ACTION = "required action"
    CLIENT = "client"
    CLAIM = "claim"
    ROLE = "role"
    FOLDER = "folder of groups"
    DIRECTORY = "directory"
    MAPPER = "mapper"
    GROUP = "group"
    GRANT = "role given by hand"
    GROUP_GRANT = "role given to a group"
    ROLE_GRANT = "role within another role"
    JOINED = "group that everybody joins"


ORDER = tuple(Kind)
GRANTS = frozenset({Kind.GRANT, Kind.GROUP_GRANT, Kind.ROLE_GRANT, Kind.JOINED})
"""Ways to a role of ours that nobody configured."""
OURS_ALONE = frozenset({Kind.CLAIM, Kind.ROLE, Kind.MAPPER}) | GRANTS
"""What others put beside ours, in the same place, is taken away: it would say or give what nobody configured."""


@dataclass(frozen=True, slots=True)
class Key:
    kind: Kind
    name: str
    within: str = ""
    """Name of the client or directory that it is part of."""

    @property
    def told(self) -> str:
        return (
            f"{self.kind.value} {self.within}/{self.name}"
            if self.within
            else f"{self.kind.value} {self.name}"
        )


class Secret:
    """Shows itself to nobody, and is compared in constant time."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self.value.encode(), other.value.encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __repr__(self) -> str:
        return "Secret(…)"


Pieces = Mapping[Key, Fields]
