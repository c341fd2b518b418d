"""The example district's real policies, a session and a request that may be changed; the office of tunnels."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from config.district import District, read_district
from config.settings import SignIn
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
)
from gateway.asks.separation import Duties
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.sessions.session import Session
from idp.directory.same_person import no_others
from policies.load import load
from tests.gateway.authorize.door import Door
from tests.rig.tunnel_world import Told, World, world

EXAMPLES = Path(__file__).parents[3] / "config" / "examples"
NOW = datetime(2026, 11, 23, 9, 0, 0, 500_000, tzinfo=UTC)
HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
RECORDS = ApplicationId("records")
ALL_ACTIONS = frozenset({Action.READ, Action.WRITE, Action.SIGN})


@pytest.fixture(scope="session")
def district() -> District:
    return read_district(EXAMPLES / "kromeriz.csv")


@pytest.fixture(scope="session")
def snapshot(district: District) -> Snapshot:
    policies = EXAMPLES / "policies"
    return Snapshot(
        duties=Duties(others=no_others),
        policies=load(policies / "region", policies / "municipalities", district),
        applications={
            RECORDS: Offer(ALL_ACTIONS, frozenset(district)),
            ApplicationId("budget"): Offer(frozenset({Action.READ}), frozenset({KROMERIZ})),
            ApplicationId("map"): Offer(frozenset({Action.READ}), frozenset(district)),
            ApplicationId("portal"): Offer(frozenset({Action.READ, Action.WRITE}), frozenset(district)),
        },
        district=district,
        limits=SignIn(),
        grant_lifetime=timedelta(minutes=5),
        directory_grace=timedelta(minutes=15),
        epoch="e1",
    )


@pytest.fixture
def session() -> Session:
    return Session(
        id=SessionId("S" * 22),
        subject=SubjectId("urad:11111111-1111-4111-8111-111111111111"),
        login="novakova.jana",
        name="Jana Nováková",
        provider_sid="provider-1",
        roles=((HULIN, Role.CLERK),),
        municipality=HULIN,
        generation=3,
        acr=AuthenticationLevel.TWO_FACTORS,
        amr=("otp", "pwd"),
        authenticated_at=NOW - timedelta(minutes=30),
        opened_at=NOW - timedelta(minutes=30),
        last_seen_at=NOW - timedelta(minutes=1),
        facts_at=NOW - timedelta(seconds=30),
        address="192.0.2.7",
        user_agent="Firefox",
    )


@pytest.fixture
def request_() -> AccessRequest:
    return AccessRequest(
        application=RECORDS,
        municipality=HULIN,
        action=Action.READ,
        method="GET",
        host="spisovka-588491.brana.test:8443",
        target="/documents?q=secret",
        page="/documents?q=secret",
        address="192.0.2.7",
        request_id="request-1",
        user_agent="Firefox",
        page_load=True,
        cookies={},
        language=Language.CZECH,
    )


@pytest.fixture
def closed_door(tmp_path: Path, snapshot: Snapshot) -> Iterator[Door]:
    door = Door(tmp_path, snapshot, NOW)
    yield door
    door.database.close()


@pytest.fixture
async def door(closed_door: Door) -> AsyncIterator[Door]:
    runner = web.ServerRunner(web.Server(closed_door.authorizer.handle, access_log=None))
    await runner.setup()
    await web.UnixSite(runner, str(closed_door.socket)).start()
    yield closed_door
    await runner.cleanup()


@pytest.fixture
def told() -> Told:
    """What the process of the tunnel was told."""
    return Told()


@pytest.fixture
def office(tmp_path: Path, told: Told) -> Iterator[World]:
    """Whoever needs it otherwise has a fixture of that name that changes this one."""
    with world(tmp_path, told) as made:
        yield made
