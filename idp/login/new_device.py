"""A browser that completed a person's sign-in for the first time, until the person says whose it was."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from config.vocabulary import SessionId, SubjectId
from idp.login.handle import HandleHash

DeviceName = NewType("DeviceName", str)
"""What a form calls a browser: half of the hash of its cookie, 32 hexadecimal digits. Not a credential."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    browser: HandleHash
    subject: SubjectId
    session: SessionId
    """The latest that was opened there. The browser cannot speak for itself: another one of the person must."""
    at: datetime
    address: str
    user_agent: str
    first: bool = False
    """The person was known in no other browser: there is none that could speak of it, so it speaks of later ones."""

    @property
    def name(self) -> DeviceName:
        return DeviceName(self.browser.hex()[:32])
