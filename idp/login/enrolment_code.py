"""An officer's word that a person may enrol a first factor: a single-use code, told to that person alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.vocabulary import SubjectId

LIFETIME_MAX = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCode:
    """What is kept of it, beside the keyed hash of the code itself."""

    subject: SubjectId
    issued_by: str
    """The officer, or `cli:<unix account> (<unix user who signed in>)`."""
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
