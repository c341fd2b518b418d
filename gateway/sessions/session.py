"""A session at the gateway: somebody signed in, acting for one municipality.

One session belongs to one session of the identity provider and serves all hosts. Its generation is what
revocation turns: a grant carries `<sid>.<generation>`, and when anything changes that a verdict may rest on,
the generation is raised and the old one put on the revoked list, so every grant is decided anew.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from config.settings import SignIn, TechnicalAccount
from config.vocabulary import (
    NO_DEVICE,
    RECOVERY_ADMINISTRATOR,
    RECOVERY_LIFETIME,
    AuthenticationLevel,
    DeviceId,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
    device_subject,
    technical_account_of,
)
from idp.directory.work import NOTHING_KNOWN, Work

RolesHeld = tuple[tuple[MunicipalityCode, Role], ...]


def roles_of(account: TechnicalAccount) -> RolesHeld:
    """As the configuration gives them."""
    return tuple((held.municipality, held.role) for held in account.roles)


class EndReason(StrEnum):
    """Why a session ended; the same word in the page, the log and the tests."""

    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    ENDED_BY_OFFICER = "ended_by_officer"
    IDLE = "idle"
    TOO_LONG = "too_long"
    ACCOUNT_GONE = "account_gone"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_EXPIRED = "account_expired"
    PASSWORD_MUST_CHANGE = "must_change_password"
    PASSWORD_EXPIRED = "password_expired"
    ROLES_MIXED = "roles_mixed"
    FACTOR_TOO_WEAK = "factor_too_weak"
    """The person has a role by now that needs a stronger sign-in."""
    ROLE_LOST = "role_lost"
    """It carried a role that the directory gives the person no more."""
    PROVIDER_SESSION_ENDED = "provider_session_ended"
    CERTIFICATE_REVOKED = "certificate_revoked"
    """The client certificate that opened it; so with the next."""
    CERTIFICATE_OF_ANOTHER_AUTHORITY = "certificate_of_another_authority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Times are aware, UTC."""

    id: SessionId
    subject: SubjectId
    login: str
    name: str
    provider_sid: str
    roles: RolesHeld
    municipality: MunicipalityCode | None
    """The active one; None for somebody without any role."""
    work: Work = NOTHING_KNOWN
    generation: int
    acr: AuthenticationLevel
    amr: tuple[str, ...]
    authenticated_at: datetime
    opened_at: datetime
    last_seen_at: datetime
    facts_at: datetime
    """When the directory last confirmed name, roles and work."""
    ends_at: datetime | None = None
    """When the provider's session ends at the latest, as it said; None for sessions of an earlier version."""
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    address: str
    user_agent: str
    device: DeviceId = NO_DEVICE
    """Of the browser that signed in; none of a program, and of sessions of an earlier version."""
    enrolled: DeviceId = NO_DEVICE
    """The enrolled device whose certificate was first shown with it: it goes on in no other one."""

    @property
    def device_subjects(self) -> frozenset[SubjectId]:
        """Of the browser, and of the enrolled device."""
        return frozenset(device_subject(one) for one in (self.device, self.enrolled) if one)

    @property
    def revocation_id(self) -> str:
        return f"{self.id}.{self.generation}"

    def roles_in(self, municipality: MunicipalityCode) -> tuple[Role, ...]:
        return tuple(role for where, role in self.roles if where == municipality)

    def municipalities(self) -> tuple[MunicipalityCode, ...]:
        """Where this person has a role, in order of the codes."""
        return tuple(sorted({where for where, _ in self.roles}))

    def why_over(self, limits: SignIn, now: datetime) -> EndReason | None:
        """Why this session may not be used at `now`; None while it may."""
        if self.end_reason is not None:
            return self.end_reason
        if now > self.idle_end(limits):
            return EndReason.IDLE
        if now > self.latest_end(limits):
            return EndReason.TOO_LONG
        return None

    def idle_end(self, limits: SignIn) -> datetime:
        """When it ends if nothing more is asked for."""
        return self.last_seen_at + limits.idle_of(self._held())

    def latest_end(self, limits: SignIn) -> datetime:
        """When it ends however busy the person is."""
        mine = self.authenticated_at + self.longest(limits)
        return mine if self.ends_at is None else min(mine, self.ends_at)

    def longest(self, limits: SignIn) -> timedelta:
        if self.subject == RECOVERY_ADMINISTRATOR:
            return RECOVERY_LIFETIME
        return limits.absolute_of(self._held())

    def _held(self) -> frozenset[Role]:
        """Whatever the municipality: the strictest limit of all of them counts."""
        return frozenset(role for _, role in self.roles)

    def facts_serve_until(self, grace: timedelta) -> datetime:
        """Of the recovery administrator no directory says anything that could grow old."""
        if self.subject == RECOVERY_ADMINISTRATOR:
            return self.authenticated_at + RECOVERY_LIFETIME
        if technical_account_of(self.subject) is not None:  # the configuration says all of it
            return datetime.max.replace(tzinfo=self.facts_at.tzinfo)
        return self.facts_at + grace

    def facts_serve(self, grace: timedelta, now: datetime) -> bool:
        """Not those of a time to come: a clock was set back, and nobody knows how old they are."""
        by_us = self.subject == RECOVERY_ADMINISTRATOR or technical_account_of(self.subject) is not None
        return (by_us or self.facts_at <= now) and now <= self.facts_serve_until(grace)

    def with_facts(
        self, name: str, login: str, roles: RolesHeld, now: datetime, work: Work = NOTHING_KNOWN
    ) -> "Session":
        """The session after the directory spoke; an active municipality without a role any more is left."""
        still = {where for where, _ in roles}
        active = self.municipality if self.municipality in still else min(still, default=None)
        return replace(
            self, name=name, login=login, roles=roles, work=work, municipality=active, facts_at=now
        )
