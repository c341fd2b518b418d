"""A case beside the policies: one question, and the verdict expected of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role, SubjectId
from policies.case_words import BY, OTHERWISE_DECIDED, PERMITTED, REFUSED
from policies.fault import filled
from policies.model import NOTHING_FURTHER, Facts, Permitted, Question, Text, Verdict

RECORDS = ApplicationId("records")
NOBODY_SPECIAL = SubjectId("urad:11111111-1111-4111-8111-111111111111")
MONDAY_AT_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Level = Literal["password", "two-factors", "phishing-resistant"]
LEVELS: dict[Level, AuthenticationLevel] = dict(zip(get_args(Level), AuthenticationLevel, strict=True))
assert all(level.value.endswith(f":{name}") for name, level in LEVELS.items())


@dataclass(frozen=True, kw_only=True)
class Case:
    """A code that is left out is that of the municipality for which the case is tried."""

    name: str
    subject: SubjectId = NOBODY_SPECIAL
    roles: tuple[str, ...] = ("mayor",)
    """`ROLE` or `ROLE@CODE`."""
    own: MunicipalityCode | None = None
    municipality: MunicipalityCode | None = None
    application: ApplicationId = RECORDS
    action: Action = Action.READ
    level: Level = "two-factors"
    age: timedelta = timedelta(minutes=5)
    """Of the sign-in."""
    at: datetime = MONDAY_AT_TEN
    address: str = "192.0.2.7"
    facts: Facts = NOTHING_FURTHER
    rule: str | None = None
    """The deciding policy; left out, any will do."""
    reason: str = ""
    """Why it is refused; left out where it is permitted."""

    def question(self, here: MunicipalityCode) -> Question:
        held = (one.partition("@") for one in self.roles)
        return Question(
            subject=self.subject,
            roles=frozenset((MunicipalityCode(where or here), Role(role)) for role, _, where in held),
            own_municipality=self.own or here,
            application=self.application,
            action=self.action,
            municipality=self.municipality or here,
            level=LEVELS[self.level],
            factors=frozenset({"pwd", "otp"}),
            authenticated_at=self.at - self.age,
            address=self.address,
            now=self.at,
            facts=self.facts,
        )

    def broken_by(self, verdict: Verdict) -> Text | None:
        """How the verdict differs from the one expected; None where it does not."""
        reason = "" if isinstance(verdict, Permitted) else verdict.reason
        if reason == self.reason and self.rule in (None, verdict.rule):
            return None
        told = {"expected": _told(self.reason, self.rule), "found": _told(reason, verdict.rule)}
        return filled(OTHERWISE_DECIDED, told)


def _told(reason: str, rule: str | None) -> Text:
    verdict = filled(REFUSED, {"reason": reason}) if reason else PERMITTED
    return filled(BY, {"verdict": verdict, "rule": rule}) if rule else verdict
