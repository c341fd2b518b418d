"""What a directory says of somebody's work, beside the roles: days, departments, activity roles. None: nobody knows."""

from dataclasses import dataclass
from datetime import date

from config.vocabulary import MunicipalityCode


@dataclass(frozen=True, slots=True, order=True)
class ActivityRole:
    """By the codes of the register of rights and duties, as `A115` and `CR22`."""

    municipality: MunicipalityCode
    agenda: str
    activity_role: str

    def __str__(self) -> str:
        return f"{self.agenda}:{self.activity_role}@{self.municipality}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Sets are sorted, without repetition, and never empty: where a directory tells nothing, nobody knows."""

    employed_since: date | None = None
    employed_until: date | None = None
    """The last day."""
    departments: tuple[str, ...] | None = None
    activity_roles: tuple[ActivityRole, ...] | None = None

    def told(self) -> list[str]:
        """What is known, for logs and lists: `employed_until 2026-12-31`, `department finance`."""
        days = (("employed_since", self.employed_since), ("employed_until", self.employed_until))
        return [
            *(f"{name} {day}" for name, day in days if day is not None),
            *(f"department {one}" for one in self.departments or ()),
            *(f"activity_role {one}" for one in self.activity_roles or ()),
        ]


NOTHING_KNOWN = Work()
