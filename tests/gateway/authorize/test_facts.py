from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.named_networks import NamedNetworks
from config.settings import Network
from config.vocabulary import Action, NetworkName
from gateway.authorize.act import Act, may_act
from gateway.authorize.catalogue import openable
from gateway.authorize.check import check
from gateway.authorize.facts import facts_of
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused
from gateway.authorize.whereabouts import Location, Whereabouts
from gateway.sessions.session import Session
from idp.directory.work import ActivityRole, Work
from policies.load import load
from policies.model import ActivityRole as FactOfWork
from policies.model import Facts, Permitted
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, NOW, RECORDS

LIBRARY = Path(load.__code__.co_filename).parent / "library"
OFFICE = NetworkName("office")
INSIDE, OUTSIDE = "10.1.2.3", "192.0.2.7"
FORBID = """@id("from-the-office") @reason("not_from_the_office")
@title_cs("a") @title_en("b") @advice_cs("c") @advice_en("d")
forbid (principal, action, resource in Application::"records")
unless { context.place.networks.contains(Network::"office") };"""


def of_an_office(snapshot: Snapshot, folder: Path) -> Snapshot:
    """Records open from the office's network alone."""
    for file in (EXAMPLES / "policies" / "region").glob("*.cedar"):
        (folder / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (folder / "70-network.cedar").write_text(FORBID, "utf-8")
    municipalities = EXAMPLES / "policies" / "municipalities"
    networks = NamedNetworks([Network(name=OFFICE, networks=["10.1.0.0/16"])])
    book = load(folder, municipalities, snapshot.district, networks=[OFFICE])
    return replace(snapshot, policies=book, networks=networks)


def known_of(session: Session, address: str, snapshot: Snapshot) -> Facts:
    return facts_of(session, (RECORDS, Action.READ, HULIN), address, snapshot, NOW)


def test_the_networks_of_an_address_are_facts(session: Session, snapshot: Snapshot, tmp_path: Path) -> None:
    known = of_an_office(snapshot, tmp_path)
    assert known_of(session, INSIDE, known).networks == {OFFICE}
    assert known_of(session, OUTSIDE, known).networks == known_of(session, INSIDE, snapshot).networks == set()


def test_how_long_somebody_has_been_idle_is_a_fact(session: Session, snapshot: Snapshot) -> None:
    assert known_of(session, OUTSIDE, snapshot).idle == timedelta(minutes=1)
    clock_set_back = replace(session, last_seen_at=NOW + timedelta(seconds=2))
    assert known_of(clock_set_back, OUTSIDE, snapshot).idle == timedelta()


def with_library(snapshot: Snapshot, folder: Path, *names: str) -> Snapshot:
    rules = [LIBRARY / f"{name}.cedar" for name in names]
    for file in [*(EXAMPLES / "policies" / "region").glob("*.cedar"), *rules]:
        (folder / file.name).write_text(file.read_text("utf-8"), "utf-8")
    book = load(folder, EXAMPLES / "policies" / "municipalities", snapshot.district)
    return replace(snapshot, policies=book)


def test_what_the_directory_says_of_somebodys_work_are_facts(session: Session, snapshot: Snapshot) -> None:
    assert known_of(session, OUTSIDE, snapshot).departments is None
    work = Work(
        employed_since=date(2020, 1, 1),
        employed_until=date(2026, 11, 30),
        departments=("finance",),
        activity_roles=(ActivityRole(HULIN, "A115", "CR22"),),
    )
    known = known_of(replace(session, work=work), OUTSIDE, snapshot)
    assert (known.employed_since, known.employed_until) == (date(2020, 1, 1), date(2026, 11, 30))
    assert known.departments == {"finance"}
    assert known.activity_roles == {FactOfWork(municipality=HULIN, agenda="A115", activity_role="CR22")}
    assert known.idle == timedelta(minutes=1)


def test_whose_employment_is_over_is_refused_and_no_grant_outlasts_its_last_day(
    request_: AccessRequest, session: Session, snapshot: Snapshot, tmp_path: Path
) -> None:
    known = with_library(snapshot, tmp_path, "employment")
    today = replace(session, work=Work(employed_until=date(2026, 11, 23)))
    evening = datetime(2026, 11, 23, 22, 58, tzinfo=UTC)  # two minutes before midnight of the offices
    late = replace(today, last_seen_at=evening, facts_at=evening, authenticated_at=evening)
    granted = check(request_, late, known, evening, "g")
    assert isinstance(granted, Granted)
    assert granted.grant.assertion.expires_at <= evening + timedelta(minutes=2)
    refused = check(request_, late, known, evening + timedelta(minutes=2), "g")
    assert isinstance(refused, Refused)
    assert refused.reason == "employment_ended"
    begins = replace(session, work=Work(employed_since=date(2026, 11, 24)))
    too_early = check(request_, begins, known, NOW, "g")
    assert isinstance(too_early, Refused)
    assert too_early.reason == "employment_not_begun"


IN_PRAGUE = Location(country="CZ", latitude=50.08, longitude=14.43)
IN_TOKYO = Location(country="JP", latitude=35.69, longitude=139.69)


def where(snapshot: Snapshot) -> Snapshot:
    return replace(
        snapshot, whereabouts=Whereabouts(lambda address: IN_PRAGUE if address == OUTSIDE else IN_TOKYO)
    )


def test_the_country_of_an_address_and_an_impossible_journey_are_facts(
    session: Session, snapshot: Snapshot
) -> None:
    known = known_of(session, OUTSIDE, where(snapshot))
    assert (known.country, known.impossible_travel) == ("CZ", False)
    away = known_of(session, INSIDE, where(snapshot))  # half an hour after the session began in Prague
    assert (away.country, away.impossible_travel) == ("JP", True)
    unknown = known_of(session, OUTSIDE, snapshot)
    assert (unknown.country, unknown.impossible_travel) == (None, None)


@pytest.mark.parametrize(
    ("rule", "reason"), [("abroad", "abroad"), ("impossible-travel", "impossible_travel")]
)
def test_the_rules_about_places_decide_by_them(
    rule: str, reason: str, request_: AccessRequest, session: Session, snapshot: Snapshot, tmp_path: Path
) -> None:
    for file in [*(EXAMPLES / "policies" / "region").glob("*.cedar"), LIBRARY / f"{rule}.cedar"]:
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    book = load(tmp_path, EXAMPLES / "policies" / "municipalities", snapshot.district)
    known = where(replace(snapshot, policies=book))
    assert isinstance(check(replace(request_, address=OUTSIDE), session, known, NOW, "g"), Granted)
    refused = check(replace(request_, address=INSIDE), session, known, NOW, "g")
    assert isinstance(refused, Refused)
    assert refused.reason == reason


def test_what_opens_from_the_office_opens_from_nowhere_else(
    request_: AccessRequest, session: Session, snapshot: Snapshot, tmp_path: Path
) -> None:
    known = of_an_office(snapshot, tmp_path)
    inside = check(replace(request_, address=INSIDE), session, known, NOW, "g")
    assert isinstance(inside, Granted)
    assert Action.READ in inside.grant.assertion.actions
    refused = check(replace(request_, address=OUTSIDE), session, known, NOW, "g")
    assert isinstance(refused, Refused)
    assert refused.reason == "not_from_the_office"


def test_the_portal_shows_what_opens_from_where_one_is(
    session: Session, snapshot: Snapshot, tmp_path: Path
) -> None:
    known = of_an_office(snapshot, tmp_path)
    assert RECORDS in openable(session, known, INSIDE, NOW)
    assert RECORDS not in openable(session, known, OUTSIDE, NOW)


def test_an_act_on_a_page_of_ours_is_asked_about_with_them_too(
    session: Session, snapshot: Snapshot, tmp_path: Path
) -> None:
    known, act = of_an_office(snapshot, tmp_path), Act(application=RECORDS, action=Action.READ)
    assert isinstance(may_act(act, session, known, INSIDE, NOW), Permitted)
    refused = may_act(act, session, known, OUTSIDE, NOW)
    assert isinstance(refused, Refused)
    assert refused.reason == "not_from_the_office"
