"""A form whose sign-in had ended, or does not suffice: whose it was, what it lacks, and where it was going.

The form itself stays in the browser: `307 Temporary Redirect` (RFC 9110 §15.4.8) has it sent once more, to a page of
ours that holds it. Only this ticket travels beside it, sealed, so that nobody can send another person's form, or
send one anywhere else.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from config.vocabulary import SubjectId
from gateway.sessions.attempt import PATH, Sealer
from gateway.sessions.session import Session
from gateway.sessions.stronger import WISHES, answered

KEPT_FORM, SEND_FORM, BACK_TO_FORM = "/.brana/form", "/.brana/form/send", "/.brana/form/back"
TICKET = "ticket"
KEPT_FOR = timedelta(hours=1)  # to sign in and come back to the window
LONGEST_TARGET = 1_024  # characters, as of every address to come back to
SEALED_FOR = "kept form"


class TicketUnusable(Exception):
    """Not one of ours, of another host, or too old."""


class Lacking(msgspec.Struct, frozen=True):
    """What a form waits for."""

    reason: str
    """Nobody was signed in, or one of the refusals that another sign-in would mend."""
    title: str = ""
    advice: str = ""
    """As the refusal says it, in the language of whoever sent the form; empty: nobody was signed in."""


class KeptForm(msgspec.Struct, frozen=True):
    host: str
    target: str
    """Path and query on that host."""
    subject: SubjectId | None
    """None: the browser showed no session that is known, so it is theirs who signs in and sends it."""
    why: Lacking
    expires_at: datetime

    @property
    def since(self) -> datetime:
        return self.expires_at - KEPT_FOR

    def may_go(self, session: Session) -> bool:
        """Whether that sign-in, of its person, is what it waits for."""
        return self.why.reason not in WISHES or answered(self.why.reason, session, self.since)


def keep(
    host: str, target: str, subject: SubjectId | None, why: Lacking, close: Sealer, now: datetime
) -> str | None:
    """Path that the browser sends the form to instead; None: the target is too long or no plain path."""
    if len(target) > LONGEST_TARGET or not PATH.match(target):
        return None
    kept = KeptForm(host, target, subject, why, now + KEPT_FOR)
    return at(
        KEPT_FORM, urlsafe_b64encode(close(msgspec.json.encode(kept), SEALED_FOR)).rstrip(b"=").decode()
    )


def at(path: str, ticket: str) -> str:
    return f"{path}?{urlencode({TICKET: ticket})}"


def read_ticket(ticket: str, host: str, unseal: Sealer, now: datetime) -> KeptForm:
    """Raises TicketUnusable."""
    try:
        plain = unseal(urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4)), SEALED_FOR)
        kept = msgspec.json.decode(plain, type=KeptForm)
    except Exception as error:  # whatever is wrong with it, it is not ours
        raise TicketUnusable("not a ticket of ours") from error
    if kept.host != host or now >= kept.expires_at:
        raise TicketUnusable("of another host, or too old")
    return kept
