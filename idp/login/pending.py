"""An authenticator that a signed-in person is adding, and has not yet confirmed."""

from dataclasses import dataclass, field
from datetime import datetime

from config.vocabulary import SessionId
from idp.login import totp


@dataclass(frozen=True, slots=True)
class Pending:
    """One for each session. Both values count for nothing until they are confirmed."""

    session: SessionId
    secret: totp.Secret
    """Of an application for one-time codes."""
    challenge: bytes = field(repr=False)
    """What a key is to sign."""
    expires_at: datetime
