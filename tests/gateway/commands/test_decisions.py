from pathlib import Path

import msgspec
import pytest

from config.load import load
from config.settings import Network
from config.vocabulary import ApplicationId, AuthenticationLevel, Language, NetworkName, Role, RouteName
from gateway.commands.decisions import (
    book_to_be,
    list_titles_of,
    policy_book,
    shared_book,
    snapshot_of,
    speak_of_nothing,
)
from gateway.policy_office.scope import ANY
from idp.directory.same_person import no_others
from policies.difference import difference
from policies.explained import explained
from policies.forms import forms, render
from policies.load import PoliciesUnusable
from policies.parameters import Offered
from policies.rule_titles import titles_there
from policies.texts import MUNICIPALITIES, texts_of
from tests.policies.world import HULIN, ask
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


@pytest.mark.real
def test_a_rule_of_a_form_is_called_alike_wherever_it_stands(tmp_path: Path) -> None:
    settings, district = load(install(tmp_path).configuration)
    folders, offered = settings.policies, Offered(list_titles_of(settings))
    values = {"id": "keys", "level": 3, "applications": ["policies", "portal"], "actions": ["read", "write"]}
    written = render(forms()["stronger-sign-in"], values, HULIN)
    file = f"{MUNICIPALITIES}/{HULIN}.cedar"
    before = texts_of(folders.region, folders.municipalities)
    after = before | {file: before[file] + written}
    (Path(folders.municipalities) / f"{HULIN}.cedar").write_text(after[file], "utf-8")
    names = {
        Language.CZECH: "bezpečnostní nebo přístupový klíč): Pravidla přístupu, Portál (čtení, zápis)",
        Language.ENGLISH: "a security key or a passkey): Access policies, Portal (reading, writing)",
    }
    (change,) = difference(before, after, offered).policies
    books = (
        policy_book(settings, district),
        shared_book(settings, district, after),
        book_to_be(settings, district, after, ANY, known=True),
    )
    for language, name in names.items():
        assert change.title[language].endswith(name), change.title[language]
        for book in books:
            assert titles_there(book, HULIN)["keys"][language] == change.title[language]
            asked = ask(
                (HULIN, Role.CLERK), application=ApplicationId("portal"), level=AuthenticationLevel.PASSWORD
            )
            (rule,) = [one for one in explained(book, asked).rules if one.id == "keys"]
            assert rule.title is not None
            assert rule.title[language] == change.title[language]
