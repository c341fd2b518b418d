"""A case beside the policies: one question, and the verdict expected of it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    SubjectId,
)
from policies.case_words import BY, OTHERWISE_DECIDED, PERMITTED, REFUSED
from policies.fault import Hole, filled
from policies.model import NOTHING_FURTHER, Facts, Permitted, Question, Text, Verdict
from policies.reasons import WORDINGS, Reason

RECORDS = ApplicationId("records")
NOBODY_SPECIAL = SubjectId("urad:11111111-1111-4111-8111-111111111111")
MONDAY_AT_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOLE, ANY = re.compile(r"\{\w+\}"), "…"
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
    title_cs: str | None = None
    title_en: str | None = None
    """What people read in the place of the name, in their language."""

    @property
    def title(self) -> Text:
        return {Language.CZECH: self.title_cs or self.name, Language.ENGLISH: self.title_en or self.name}

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

    def broken_by(self, verdict: Verdict, untold: Collection[str] = ()) -> Text | None:
        """How the verdict differs from the one expected; None where it does not. In the title of the reason each of
        `untold` stands as "…", names of municipalities say: what one broke may be told of others.
        """
        reason = "" if isinstance(verdict, Permitted) else verdict.reason
        if reason == self.reason and self.rule in (None, verdict.rule):
            return None
        title = None if isinstance(verdict, Permitted) else _without(verdict.title, untold)
        expected = expected_of(self.reason, self.rule)
        return filled(OTHERWISE_DECIDED, {"expected": expected, "found": _told(reason, verdict.rule, title)})


def expected_of(reason: str, rule: str | None) -> Text:
    return _told(reason, rule, _usual_title(reason))


def _told(reason: str, rule: str | None, title: Text | None) -> Text:
    """`title`: what people read of that reason; None: that is not known."""
    words: Hole = reason if title is None else {one: f"{reason}: {said}" for one, said in title.items()}
    verdict = filled(REFUSED, {"reason": words}) if reason else PERMITTED
    return filled(BY, {"verdict": verdict, "rule": rule}) if rule else verdict


def _usual_title(reason: str) -> Text | None:
    """Of what is refused although no policy forbids it."""
    wording = WORDINGS.get(Reason(reason)) if reason in set(Reason) else None
    return None if wording is None else {each: HOLE.sub(ANY, text) for each, text in wording.title.items()}


def _without(title: Text, untold: Collection[str]) -> Text:
    names = re.compile("|".join(map(re.escape, sorted(untold, key=len, reverse=True))) or r"(?!)")
    return {each: names.sub(ANY, text) for each, text in title.items()}
