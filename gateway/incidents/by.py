"""Who acts, and from where, as the entries of the act say it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.audit.entry import Code, Entry, Outcome
from idp.events import NOWHERE, Actor, Origin

Details = dict[str, str | int | float | bool | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """`confirmed`: whether factors were shown just now; of a command on the server nobody asks."""

    subject: str
    login: str
    session: str = ""
    own_municipality: str = ""
    application: str = ""
    origin: Origin = field(default=NOWHERE)
    confirmed: bool = True

    @property
    def actor(self) -> Actor:
        return Actor(self.login, self.subject)

    def entry(self, code: Code, now: datetime, details: Details) -> Entry:
        return Entry(
            code=code,
            outcome=Outcome.SUCCESS,
            at=now,
            subject=self.subject,
            person=self.login,
            session=self.session,
            own_municipality=self.own_municipality,
            application=self.application,
            address=self.origin.address,
            request_id=self.origin.request_id,
            details=details,
        )

    def refused(self, code: Code, now: datetime, reason: str, details: Details) -> Entry:
        return replace(self.entry(code, now, details), outcome=Outcome.REFUSED, reason=reason)
