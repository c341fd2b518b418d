"""What a Keycloak is to be, from the configuration."""

import json
from datetime import date, timedelta

import pytest

from config.settings import Deputy, RoleMapping, SignIn
from config.vocabulary import Role
from idp.keycloak.flow import executions
from idp.keycloak.piece import Kind
from idp.keycloak.places import left_out
from idp.keycloak.wanted import wanted
from tests.idp.keycloak.office import (
    GROUPS,
    HULIN,
    KVASICE,
    REGISTRAR,
    directory,
    group_of,
    keycloak,
    office,
    provider,
)


def named(kind: Kind, **changes):
    return {key.name: fields for key, fields in wanted(office(**changes)).items() if key.kind is kind}


def test_the_realm_guesses_and_lasts_as_the_sign_in_here():
    signing = SignIn(attempts=4, attempts_window=timedelta(minutes=20), idle=timedelta(minutes=7))
    realm = named(Kind.REALM, sign_in=signing)["obec"]
    assert (realm["failureFactor"], realm["maxDeltaTimeSeconds"], realm["ssoSessionIdleTimeout"]) == (
        4,
        1200,
        420,
    )
    assert realm["bruteForceProtected"]
    assert not realm["permanentLockout"]
    assert "length(17)" in realm["passwordPolicy"]


def test_levels_are_called_as_the_configuration_reads_them():
    realm = named(Kind.REALM)["obec"]
    assert json.loads(realm["attributes"]["acr.loa.map"]) == {"silver": 2, "phishing-resistant": 3}
    assert named(Kind.CLIENT)["brana"]["attributes"]["default.acr.values"] == "silver"


def test_our_client_is_confidential_and_takes_one_address():
    client = named(Kind.CLIENT)["brana"]
    assert client["redirectUris"] == ["https://login.obec.test/upstream/keycloak/callback"]
    assert not any(
        client[name] for name in ("publicClient", "implicitFlowEnabled", "directAccessGrantsEnabled")
    )
    assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert client["attributes"]["backchannel.logout.url"].endswith("/upstream/keycloak/backchannel")
    assert client["defaultClientScopes"] == []


def test_each_municipality_has_the_roles_that_its_groups_give():
    assert set(named(Kind.ROLE)) == {f"registrar@{HULIN}", f"registrar@{KVASICE}"}
    groups = named(Kind.GROUP)
    assert groups == {
        group_of(HULIN): {"roles": [f"registrar@{HULIN}"]},
        group_of(KVASICE): {"roles": [f"registrar@{KVASICE}"]},
    }


def test_a_directory_gives_roles_in_its_own_municipalities_alone():
    assert set(named(Kind.GROUP, directories=[directory(municipalities=[HULIN])])) == {group_of(HULIN)}


@pytest.mark.parametrize(("day", "given"), [(27, False), (28, True), (29, True), (30, False)])
def test_a_role_is_given_on_the_days_of_its_mapping(day: int, given: bool):
    some = RoleMapping(
        group=group_of(HULIN),
        role=Role.MAYOR,
        municipality=HULIN,
        valid_from=date(2026, 11, 28),
        valid_until=date(2026, 11, 29),
    )
    roles = named(Kind.ROLE, directories=[directory(roles=[some])], day=date(2026, 11, day))
    assert set(roles) == ({f"mayor@{HULIN}"} if given else set())


def test_what_keycloak_has_no_rule_for_is_told():
    by_unit = RoleMapping(unit=f"ou={{municipality}},{GROUPS}", role=Role.CLERK)
    deputy = Deputy(person="a", in_place_of="b", valid_from=date(2026, 1, 1), valid_until=date(2026, 2, 1))
    told = left_out(directory(roles=[REGISTRAR, by_unit], deputies=[deputy]))
    assert [one.partition(":")[0] for one in told] == [
        "directories[urad].roles[1]",
        "directories[urad].deputies[0]",
    ]


def test_directories_are_read_over_tls_and_remembered_by_nobody():
    config = named(Kind.DIRECTORY)["urad"]["config"]
    assert config["editMode"] == ["READ_ONLY"]
    assert config["cachePolicy"] == ["NO_CACHE"]
    assert config["startTls"] == ["false"]
    assert config["useTruststoreSpi"] == ["always"]
    plain = named(Kind.DIRECTORY, directories=[directory(servers=["ldap://a.test", "ldap://b.test"])])
    assert plain["urad"]["config"]["startTls"] == ["true"]
    both = named(Kind.DIRECTORY, directories=[directory(servers=["ldap://a.test", "ldaps://b.test"])])
    assert both["urad"]["config"]["connectionUrl"] == ["ldaps://b.test"]


def test_accounts_that_active_directory_disables_are_disabled_there():
    assert "account" not in named(Kind.MAPPER)
    ad = named(Kind.MAPPER, directories=[directory(kind="active_directory")])
    assert ad["account"]["providerId"] == "msad-user-account-control-mapper"
    assert ad["groups"]["config"]["group.name.ldap.attribute"] == ["distinguishedName"]


def test_nobody_sets_up_a_first_factor_by_the_password_alone_unless_that_is_configured():
    strict = [one.told for one in executions(office())]
    lenient = [one.told for one in executions(office(keycloak=keycloak(first_factor="at-sign-in")))]
    assert not any("conditional-sub-flow-executed" in one for one in strict)
    assert "2 flow:factor REQUIRED" in strict
    assert not any(one.startswith("3 auth-otp-form REQUIRED") for one in strict)
    assert "3 auth-otp-form REQUIRED" in lenient


def test_a_provider_without_levels_has_those_of_our_own_names():
    realm = named(Kind.REALM, provider=provider(levels=[]))["obec"]
    assert json.loads(realm["attributes"]["acr.loa.map"]) == {"two-factors": 2, "phishing-resistant": 3}
