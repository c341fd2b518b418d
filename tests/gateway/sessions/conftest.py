"""One accountant of Hulín, signed in at half past eight."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.vocabulary import AuthenticationLevel, MunicipalityCode, Role, SessionId, SubjectId
from gateway.sessions.id_token import SignedIn
from gateway.sessions.session import Session
from tests.gateway.sessions.office_world import World

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def who() -> SignedIn:
    return SignedIn(
        subject=SubjectId("urad:6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11"),
        provider_sid="provider-session-1",
        login="novakova",
        name="Jana Nováková",
        roles=((KROMERIZ, Role.CLERK), (HULIN, Role.ACCOUNTANT)),
        acr=AuthenticationLevel.TWO_FACTORS,
        amr=("pwd", "otp"),
        authenticated_at=NOW,
        facts_at=NOW,
        ends_at=NOW + timedelta(days=1),
    )


@pytest.fixture
def session(who: SignedIn) -> Session:
    return Session(
        id=SessionId("AAAAAAAAAAAAAAAAAAAAAA"),
        subject=who.subject,
        login=who.login,
        name=who.name,
        provider_sid=who.provider_sid,
        roles=who.roles,
        municipality=KROMERIZ,
        generation=3,
        acr=who.acr,
        amr=who.amr,
        authenticated_at=NOW,
        opened_at=NOW,
        last_seen_at=NOW,
        facts_at=NOW,
        address="192.0.2.7",
        user_agent="browser",
    )


@pytest.fixture
def administrator(session: Session) -> Session:
    return replace(session, roles=((HULIN, Role.LOCAL_ADMINISTRATOR), *session.roles))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "brana.db")
    yield made
    made.database.close()
