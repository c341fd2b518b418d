"""An officer's word that a person may enrol a first factor: a single-use code, told to that person alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.vocabulary import SubjectId
from idp.events import Actor

LIFETIME_MAX = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCode:
    """What is kept of it, beside the keyed hash of the code itself."""

    subject: SubjectId
    issued_by: Actor
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
