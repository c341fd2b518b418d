from pathlib import Path

import msgspec
import pytest

from config.load import load
from config.settings import Network
from config.vocabulary import NetworkName, RouteName
from gateway.commands.decisions import policy_book, shared_book, snapshot_of, speak_of_nothing
from idp.directory.same_person import no_others
from policies.load import PoliciesUnusable
from policies.texts import texts_of
from tests.rig.installation import install

NAMES_A_NETWORK = """@id("from-the-office") @reason("not_from_the_office")
@title_cs("a") @title_en("b") @advice_cs("c") @advice_en("d")
forbid (principal, action, resource) unless { context.place.networks.contains(Network::"office") };"""


@pytest.mark.real
def test_policies_name_networks_of_the_configuration_and_no_others(tmp_path: Path) -> None:
    settings, district = load(install(tmp_path).configuration)
    folders = settings.policies
    (folders.region / "90-network.cedar").write_text(NAMES_A_NETWORK, "utf-8")
    with pytest.raises(PoliciesUnusable, match='network "office" is not configured'):
        policy_book(settings, district)
    policy_book(settings, district, any_application=True)
    shared_book(settings, district, texts_of(folders.region, folders.municipalities))
    networks = [Network(name=NetworkName("office"), networks=["10.1.0.0/16"])]
    known = msgspec.structs.replace(settings, networks=networks)
    book = policy_book(known, district)
    snapshot = snapshot_of(known, district, book, no_others)
    assert snapshot.networks.of("10.1.2.3") == {"office"}
    assert snapshot.epoch != snapshot_of(settings, district, book, no_others).epoch


@pytest.mark.real
def test_policies_in_force_about_a_route_that_lost_its_name_are_told(tmp_path: Path) -> None:
    settings, district = load(install(tmp_path).configuration)
    folders = settings.policies
    about = (
        NAMES_A_NETWORK.partition("unless")[0]
        + 'when { context has route && context.route.id == "reports" };'
    )
    (folders.region / "90-route.cedar").write_text(about, "utf-8")
    with pytest.raises(PoliciesUnusable, match='no route of an application is called "reports"'):
        policy_book(settings, district)
    book = shared_book(settings, district, texts_of(folders.region, folders.municipalities))
    [said] = speak_of_nothing(book, settings)
    assert "from-the-office speaks of the route 'reports'" in said
    first, *others = settings.applications
    named = [msgspec.structs.replace(first.routes[0], name=RouteName("reports")), *first.routes[1:]]
    known = msgspec.structs.replace(
        settings, applications=[msgspec.structs.replace(first, routes=named), *others]
    )
    assert speak_of_nothing(book, known) == []
    policy_book(known, district)
