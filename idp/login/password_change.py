"""A change of a password while the directory is asked: what a process that dies in between leaves behind."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import SubjectId


@dataclass(frozen=True, slots=True)
class PasswordChange:
    id: str
    """`Drawn.question`, 22 characters."""
    subject: SubjectId
    login: str
    began_at: datetime
