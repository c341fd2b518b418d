"""The example district, its policies, and questions about it."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import config
from config.district import read_district
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    SubjectId,
)
from policies.evaluate import PolicyBook
from policies.load import load
from policies.model import Question, Text

EXAMPLES = Path(config.__file__).parent / "examples"
REGION = EXAMPLES / "policies" / "region"
MUNICIPALITIES = EXAMPLES / "policies" / "municipalities"
DISTRICT = read_district(EXAMPLES / "kromeriz.csv")
HULIN = MunicipalityCode("588491")
KROMERIZ = MunicipalityCode("588296")
HONETICE = MunicipalityCode("542342")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
APPLICATIONS: dict[ApplicationId, Text] = {
    ApplicationId(name): {Language.CZECH: czech, Language.ENGLISH: english}
    for name, czech, english in (
        ("portal", "Portál", "Portal"),
        ("audit", "Auditní záznamy", "Audit log"),
        ("policies", "Pravidla přístupu", "Access policies"),
        ("requests", "Žádosti o přístup", "Access requests"),
        ("devices", "Zařízení", "Devices"),
        ("records", "Spisová služba", "Records"),
        ("budget", "Rozpočet", "Budget"),
        ("map", "Mapy", "Map"),
    )
}


def example_book() -> PolicyBook:
    return load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS)


def ask(*roles: tuple[MunicipalityCode, Role], **changes: Any) -> Question:
    """A question of somebody with these roles, acting for the first one's municipality, in its records."""
    own = roles[0][0] if roles else HULIN
    asked: dict[str, Any] = {
        "subject": SubjectId("urad:11111111-1111-4111-8111-111111111111"),
        "roles": frozenset(roles),
        "own_municipality": own,
        "application": ApplicationId("records"),
        "action": Action.READ,
        "municipality": own,
        "level": AuthenticationLevel.TWO_FACTORS,
        "factors": frozenset({"pwd", "otp"}),
        "authenticated_at": NOW - timedelta(minutes=5),
        "address": "192.0.2.7",
        "now": NOW,
    }
    return Question(**asked | changes)


def copy_of_the_example(folder: Path) -> tuple[Path, Path]:
    """Region's and municipalities' folders that a test may change."""
    region, municipalities = folder / "region", folder / "municipalities"
    shutil.copytree(REGION, region)
    shutil.copytree(MUNICIPALITIES, municipalities)
    return region, municipalities
