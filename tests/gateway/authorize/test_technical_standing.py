"""A technical account counts as the configuration has it now, and is nobody where people are meant."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs

from config.settings import TechnicalAccount, TechnicalRole
from config.vocabulary import ApplicationId, AuthenticationLevel, Role, technical_subject
from gateway.authorize.check import check
from gateway.authorize.refusals import WORDS
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.technical_standing import end_of, sole_municipality, standing, why_not
from gateway.authorize.verdict import Granted, Refused
from gateway.sessions.session import Session
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW, RECORDS

ACCOUNT = TechnicalAccount(
    id="import",
    name="Import",
    owner="Jan Novák",
    roles=[TechnicalRole(municipality=HULIN, role=Role.CLERK)],
    ends=date(2026, 11, 23),
    networks=["192.0.2.0/24", "2001:db8::/32"],
    secret=True,
)

LAST = datetime(2026, 11, 23, 23, tzinfo=UTC)


@pytest.fixture
def program(session: Session) -> Session:
    return replace(
        session,
        subject=technical_subject("import"),
        login="import",
        acr=AuthenticationLevel.PASSWORD,
        amr=("pwd",),
        facts_at=NOW - timedelta(days=1),
    )


@pytest.fixture
def world(snapshot: Snapshot) -> Snapshot:
    offers = dict(snapshot.applications)
    offers[RECORDS] = replace(offers[RECORDS], technical=True)
    return replace(snapshot, applications=offers, technical={"import": ACCOUNT})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ends": date(2026, 11, 22)}, "technical_account_ended"),
        ({"networks": ["10.0.0.0/8"]}, "technical_address"),
        ({"id": "another"}, "technical_account_unknown"),
        ({}, "not_for_technical_accounts"),  # it stands; no policy of the example permits it anything
    ],
)
def test_it_stands_as_the_configuration_says(
    changes: dict[str, object], reason: str, request_: AccessRequest, program: Session, world: Snapshot
) -> None:
    fields = {name: getattr(ACCOUNT, name) for name in ACCOUNT.__struct_fields__}
    account = TechnicalAccount(**(fields | changes))
    verdict = check(request_, program, replace(world, technical={account.id: account}), NOW, "g")
    assert isinstance(verdict, Refused)
    assert verdict.reason == reason


@pytest.mark.parametrize("application", ["portal", "map"])
def test_pages_of_people_are_closed_to_it(
    application: str, request_: AccessRequest, program: Session, world: Snapshot
) -> None:
    verdict = check(replace(request_, application=ApplicationId(application)), program, world, NOW, "g")
    assert isinstance(verdict, Refused)
    assert verdict.reason == "technical_account_no_pages"


def test_no_grant_outlives_the_account_s_last_day(program: Session, world: Snapshot) -> None:
    """23 November in Prague is over an hour before it is in UTC."""
    offer = world.applications[RECORDS]
    found = standing("import", program, offer, world, "192.0.2.7", NOW)
    assert isinstance(found, Session)
    assert found.latest_end(structs.replace(world.limits, absolute=timedelta(days=9))) == LAST
    sooner = replace(program, ends_at=LAST - timedelta(hours=1))
    found = standing("import", sooner, offer, world, "192.0.2.7", NOW)
    assert isinstance(found, Session)
    assert found.ends_at == sooner.ends_at


def test_an_account_may_have_the_last_day_there_is() -> None:
    assert end_of(structs.replace(ACCOUNT, ends=date.max)).year == 9999


def test_a_person_is_not_concerned(request_: AccessRequest, session: Session, world: Snapshot) -> None:
    assert isinstance(check(request_, session, world, NOW, "g"), Granted)


def test_the_last_day_is_prague_s() -> None:
    late = NOW.replace(hour=22, minute=59)  # 23:59 there
    assert why_not(ACCOUNT, "192.0.2.7", late) is None
    assert why_not(ACCOUNT, "192.0.2.7", late + timedelta(minutes=1)) == "technical_account_ended"
    assert why_not(ACCOUNT, "unreadable", NOW) == "technical_address"
    assert why_not(ACCOUNT, "::ffff:192.0.2.7", NOW) is None


def test_it_acts_for_the_municipality_that_is_asked_for_or_its_only_one() -> None:
    assert sole_municipality(ACCOUNT, None) == HULIN
    assert sole_municipality(ACCOUNT, HULIN) == HULIN
    assert sole_municipality(ACCOUNT, KROMERIZ) is None


def test_every_reason_has_words_in_both_languages() -> None:
    for title, advice in WORDS.values():
        assert all(title.values())
        assert all(advice.values())
        assert len(title) == len(advice) == 2
