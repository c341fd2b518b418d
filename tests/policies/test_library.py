"""Every policy of the library does what the cases beside it say, and is shown both firing and not firing."""

import tomllib
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import policies.load
from config.district import District, Municipality
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role, SubjectId
from policies.evaluate import PolicyBook
from policies.load import load
from policies.model import (
    NOTHING_FURTHER,
    Delegation,
    Device,
    Emergency,
    Facts,
    Permitted,
    Question,
    Refused,
    Requested,
    Route,
    Ticket,
)

LIBRARY = Path(policies.load.__file__).parent / "library"
FILES = sorted(LIBRARY.glob("*.cedar"))
NOBODY_SPECIAL = SubjectId("urad:11111111-1111-4111-8111-111111111111")
RECORDS = ApplicationId("records")
HULIN = MunicipalityCode("588491")
KROMERIZ = MunicipalityCode("588296")
DISTRICT = District([Municipality(HULIN, "Hulín", ""), Municipality(KROMERIZ, "Kroměříž", "")])
NESTED = {
    "device": Device,
    "emergency": Emergency,
    "ticket": Ticket,
    "delegation": Delegation,
    "requested": Requested,
    "route": Route,
}
LEVELS = {level.value.rpartition(":")[2]: level for level in AuthenticationLevel}
PERMIT_ALL = '@id("everything-else")\npermit (principal, action, resource in Municipality::"{code}");\n'
PERMIT_NOTHING = (
    '@id("nothing-else")\npermit (principal, action, resource in Municipality::"{code}") when {{ false }};\n'
)


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    subject: SubjectId = NOBODY_SPECIAL
    roles: list[str] = field(default_factory=lambda: ["mayor@588491"])
    own: MunicipalityCode = HULIN
    municipality: MunicipalityCode = HULIN
    application: ApplicationId = RECORDS
    action: Action = Action.READ
    level: str = "two-factors"
    age: timedelta = timedelta(minutes=5)
    at: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    address: str = "192.0.2.7"
    facts: Facts = NOTHING_FURTHER
    rule: str = ""
    reason: str = ""

    def question(self) -> Question:
        held = (role.split("@") for role in self.roles)
        return Question(
            subject=self.subject,
            roles=frozenset((MunicipalityCode(where), Role(role)) for role, where in held),
            own_municipality=self.own,
            application=self.application,
            action=self.action,
            municipality=self.municipality,
            level=LEVELS[self.level],
            factors=frozenset({"pwd", "otp"}),
            authenticated_at=self.at - self.age,
            address=self.address,
            now=self.at,
            facts=self.facts,
        )


@dataclass(frozen=True, kw_only=True)
class Cases:
    otherwise: str
    case: list[Case]


def cases_of(file: Path) -> Cases:
    text: dict[str, Any] = tomllib.loads(file.with_suffix(".cases.toml").read_text("utf-8"))
    for case in text["case"]:
        facts = case.get("facts", {})
        tables = [
            (case, Case),
            (facts, Facts),
            *((facts.get(name, {}), kind) for name, kind in NESTED.items()),
        ]
        for table, kind in tables:
            assert table.keys() <= {one.name for one in fields(kind)}, "a case has a key that nothing reads"
    return msgspec.convert(text, Cases)


def book_of(file: Path, otherwise: str, folder: Path) -> PolicyBook:
    region, municipal = folder / "region", folder / "municipalities"
    region.mkdir()
    municipal.mkdir()
    (region / file.name).write_text(file.read_text("utf-8"), "utf-8")
    for code in DISTRICT:
        rest = {"permitted": PERMIT_ALL, "refused": PERMIT_NOTHING}[otherwise]
        (municipal / f"{code}.cedar").write_text(rest.format(code=code), "utf-8")
    return load(region, municipal, DISTRICT)


def test_every_policy_has_cases_beside_it() -> None:
    assert {file.stem for file in FILES} == {
        file.name.removesuffix(".cases.toml") for file in LIBRARY.glob("*.cases.toml")
    }
    assert len(FILES) >= 15


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_library_does_what_its_cases_say(file: Path, tmp_path: Path) -> None:
    cases = cases_of(file)
    book = book_of(file, cases.otherwise, tmp_path)
    firing: dict[str, set[bool]] = {
        policy.id: set() for policy in book._region if policy.file.name == file.name
    }
    for case in cases.case:
        verdict = book.decide(case.question())
        if case.reason:
            assert isinstance(verdict, Refused), f"{case.name}: {verdict}"
            assert (verdict.reason, verdict.rule) == (case.reason, case.rule), f"{case.name}: {verdict}"
        else:
            assert isinstance(verdict, Permitted), f"{case.name}: {verdict}"
            assert verdict.rule == (case.rule or "everything-else"), case.name
        fired = {verdict.rule, *verdict.also}
        for identifier, seen in firing.items():
            seen.add(identifier in fired)
    assert firing, "the file holds no policy"
    assert all(seen == {True, False} for seen in firing.values()), firing
