"""The register of exceptions: who may sign in by password alone, why, by whose leave, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from config.drawn_name import drawn_name
from config.vocabulary import SubjectId
from idp.events import Actor

ExceptionId = NewType("ExceptionId", str)
"""22 characters, base64url of 128 random bits."""

REASON_MAX = 500  # characters
LONGEST = timedelta(days=90)
"""Unless the settings say otherwise: a quarter, after which somebody thinks about it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInException:
    id: ExceptionId
    subject: SubjectId
    login: str
    """The person's, when it was granted."""
    reason: str
    granted_by: Actor
    begins_at: datetime
    ends_at: datetime
    """Mandatory: an exception without an end is a hole."""
    ended_at: datetime | None = None
    """Ended before its time."""
    ended_by: Actor | None = None

    def runs(self, now: datetime) -> bool:
        return self.ended_at is None and self.begins_at <= now < self.ends_at


def new_exception(
    subject: SubjectId, login: str, reason: str, by: Actor, now: datetime, until: datetime
) -> SignInException:
    return SignInException(
        id=ExceptionId(drawn_name()),
        subject=subject,
        login=login,
        reason=reason,
        granted_by=by,
        begins_at=now,
        ends_at=until,
    )
