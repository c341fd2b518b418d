"""Keys made once, and a grant to vary."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey

from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
)
from gateway.grants.claims import Assertion, Grant

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def grant_key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture(scope="session")
def assertion_key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def assertion() -> Assertion:
    return Assertion(
        audience=ApplicationId("spis"),
        subject=SubjectId("urad:6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11"),
        name="Jana Nováková",
        login="novakova",
        sid=SessionId("AAAAAAAAAAAAAAAAAAAAAA"),
        municipality=MunicipalityCode("588491"),
        roles=(Role.ACCOUNTANT, Role.CLERK),
        actions=(Action.READ, Action.WRITE),
        acr=AuthenticationLevel.TWO_FACTORS,
        amr=("pwd", "otp"),
        auth_time=NOW - timedelta(hours=1),
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )


@pytest.fixture
def grant(assertion: Assertion) -> Grant:
    return Grant(
        id="g1",
        assertion=assertion,
        revocation_id="AAAAAAAAAAAAAAAAAAAAAA.1",
        epoch="e7",
        own=True,
        policy_version="p1",
    )
