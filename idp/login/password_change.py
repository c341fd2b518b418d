"""A change of a password while the directory is asked: what a process that dies in between leaves behind."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import SubjectId


@dataclass(frozen=True, slots=True)
class PasswordChange:
    id: str
    """Of the sign-in, or of whatever else the change belongs to; 22 characters at most."""
    subject: SubjectId
    login: str
    began_at: datetime
