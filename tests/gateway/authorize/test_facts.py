from dataclasses import replace
from pathlib import Path

from config.named_networks import NamedNetworks
from config.settings import Network
from config.vocabulary import Action, NetworkName
from gateway.authorize.catalogue import openable
from gateway.authorize.check import check
from gateway.authorize.facts import facts_of
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused
from gateway.sessions.session import Session
from policies.load import load
from policies.model import NOTHING_FURTHER
from tests.gateway.authorize.conftest import EXAMPLES, NOW, RECORDS

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


def test_the_networks_of_an_address_are_facts(snapshot: Snapshot, tmp_path: Path) -> None:
    known = of_an_office(snapshot, tmp_path)
    assert facts_of(INSIDE, known).networks == {OFFICE}
    assert facts_of(OUTSIDE, known) == facts_of(INSIDE, snapshot) == NOTHING_FURTHER


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
