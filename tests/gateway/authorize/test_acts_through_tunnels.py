"""Acts on our own pages, asked for through a tunnel: decided by where its device is."""

from dataclasses import replace

import pytest

from config.district import District
from config.named_networks import NamedNetworks
from config.settings import Network
from config.vocabulary import Action, ApplicationId, NetworkName
from gateway.authorize.act import Act, may_act
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.authorize.verdict import Refused
from gateway.sessions.session import Session
from policies.load import load
from policies.model import Permitted
from policies.texts import MUNICIPALITIES, REGION, InHand
from tests.gateway.authorize.conftest import HULIN, NOW
from tests.gateway.authorize.test_devices_by_tunnel import TUNNEL, opened_for, with_tunnel

POLICIES = ApplicationId("policies")
SIGNS = Act(application=POLICIES, action=Action.SIGN, author=None, about="proposal 1")
OFFICE, ABROAD = "10.1.0.9", "198.51.100.9"
FORBIDS = """
@id("at-the-office") @reason("elsewhere")
@title_cs("Jen z úřadu") @title_en("From the office alone")
@advice_cs("Jděte na úřad.") @advice_en("Go to the office.")
forbid (principal, action, resource)
"""
AT_THE_OFFICE = 'unless { context.place.networks.contains(Network::"office") };'


def with_rule(snapshot: Snapshot, condition: str) -> Snapshot:
    rest = f'@id("rest") permit (principal, action, resource in Municipality::"{HULIN}");'
    texts = {"region/10-place.cedar": FORBIDS + condition, f"municipalities/{HULIN}.cedar": rest}
    district = District([snapshot.district[HULIN]])
    return replace(snapshot, policies=load(REGION, MUNICIPALITIES, district, sources=InHand(texts)))


@pytest.fixture
def here(snapshot: Snapshot) -> Snapshot:
    office = NamedNetworks([Network(name=NetworkName("office"), networks=["10.0.0.0/8"])])
    offer = Offer(frozenset(Action), frozenset(snapshot.district))
    return replace(with_rule(snapshot, AT_THE_OFFICE), networks=office, applications={POLICIES: offer})


@pytest.mark.parametrize(("place", "permitted"), [(OFFICE, True), (ABROAD, False)])
def test_an_act_through_a_tunnel_is_decided_by_where_its_device_is(
    place: str, permitted: bool, here: Snapshot, session: Session
) -> None:
    through = with_tunnel(here, opened_for(session, device_address=place))
    found = may_act(SIGNS, session, through, TUNNEL, NOW)
    assert isinstance(found, Permitted) == permitted
    assert isinstance(found, Permitted) or found.reason == "elsewhere"


def test_by_no_tunnel_the_address_itself_counts(here: Snapshot, session: Session) -> None:
    through = with_tunnel(here, opened_for(session, device_address=OFFICE))
    assert isinstance(may_act(SIGNS, session, through, OFFICE, NOW), Permitted)
    assert isinstance(may_act(SIGNS, session, through, ABROAD, NOW), Refused)
    assert isinstance(may_act(SIGNS, session, through, "", NOW), Refused)


def test_a_policy_sees_that_an_act_came_through_a_tunnel(here: Snapshot, session: Session) -> None:
    through = with_tunnel(with_rule(here, "when { context.place.tunnel };"), opened_for(session))
    assert isinstance(may_act(SIGNS, session, through, TUNNEL, NOW), Refused)
    assert isinstance(may_act(SIGNS, session, through, OFFICE, NOW), Permitted)
