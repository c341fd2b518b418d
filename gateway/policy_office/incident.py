"""What is closed because something happens, by one act, until somebody opens it again."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.vocabulary import ApplicationId, MunicipalityCode


class Kind(StrEnum):
    """Classes of access. Stored; `policies.incidents` makes a `forbid` of each."""

    SUPPLIERS = "suppliers"
    APPLICATION = "application"
    MUNICIPALITY = "municipality"
    EVERYTHING = "everything"
    """But for officers, who have to work then."""


AIMED = frozenset({Kind.APPLICATION, Kind.MUNICIPALITY})
"""Kinds that concern a target."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Times are aware. Open again: `opened_at` says since when, `why` why."""

    id: str
    kind: Kind
    target: str
    """Id of an application, code of a municipality, or empty."""
    reason: str
    closed_by: str
    closed_by_name: str
    closed_at: datetime
    opened_by: str = ""
    opened_by_name: str = ""
    opened_at: datetime | None = None
    why: str = ""

    @property
    def stands(self) -> bool:
        return self.opened_at is None


def is_target(
    kind: Kind, target: str, applications: frozenset[ApplicationId], district: frozenset[MunicipalityCode]
) -> bool:
    """Whether that can be closed: it exists, and where nothing is aimed at nothing is named."""
    if kind is Kind.APPLICATION:
        return target in applications
    if kind is Kind.MUNICIPALITY:
        return target in district
    return target == ""
