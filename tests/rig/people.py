"""People for tests of sign-in: values, and strategies that make them."""

from datetime import UTC, datetime

from config.vocabulary import MunicipalityCode, Role, SubjectId
from idp.directory.person import AccountState, Person, RoleHeld
from idp.events import Actor

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
JANA_ID = SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1a01")
PETR_ID = SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1a02")
HULIN = MunicipalityCode("588491")


def person(
    subject: SubjectId = JANA_ID,
    login: str = "novakova.jana",
    state: AccountState = AccountState.ACTIVE,
    roles: tuple[RoleHeld, ...] = (RoleHeld(HULIN, Role.REGISTRAR),),
) -> Person:
    return Person(
        subject=subject,
        login=login,
        name="Jana Nováková",
        mail="novakova.jana@obec.test",
        state=state,
        roles=roles,
    )


JANA = person()
PETR = person(PETR_ID, "svoboda.petr")
OPERATOR = Actor("cli:root", "cli:root")
"""Whose command it was."""
