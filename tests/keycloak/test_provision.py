"""`brana keycloak provision` against a real server, over a real directory."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Query
from gateway.demo.authority import write_private
from gateway.storage.audit_search import LogSearch
from tests.rig.keycloak import ADMINISTRATOR
from tests.rig.keycloak_product import CLIENT, REALM, Office

pytestmark = [
    pytest.mark.real,
    pytest.mark.keycloak,
    # python-keycloak makes a client of httpx beside the one that it uses, with a file that httpx wants otherwise
    pytest.mark.filterwarnings("ignore:`verify=<str>` is deprecated:DeprecationWarning"),
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]
STRANGER = "jiny-klient"


async def differing(office: Office) -> set[tuple[str, str, str, tuple[str, ...]]]:
    """What the command says that it would do: act, kind, name, and the fields of what is changed."""
    status, said, wrong = await office.provision("--dry-run", "--output", "json")
    steps = json.loads(said)["steps"]
    assert status == (2 if steps else 0), wrong
    return {
        (
            one["act"],
            one["kind"],
            one["name"],
            tuple(sorted(field["name"] for field in one["fields"])) if one["act"] == "change" else (),
        )
        for one in steps
    }


def changed(office: Office, old: str, new: str, name: str) -> Path:
    """The configuration with one thing other, beside it."""
    path = office.product.configuration.with_name(name)
    text = office.product.configuration.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path


async def test_a_dry_run_tells_what_would_be_done_and_does_nothing(office: Office):
    elsewhere = changed(office, f"realms/{REALM}", "realms/zkouska", "elsewhere.toml")
    status, said, _ = await office.provision("--dry-run", configuration=elsewhere)
    assert status == 2
    assert "+ realm zkouska" in said.splitlines()
    assert f"+ client {CLIENT}" in said.splitlines()
    assert "zkouska" not in {one["realm"] for one in office.admin("master").get_realms()}


async def test_a_second_run_has_nothing_to_do_and_says_so(provisioned: Office):
    status, said, _ = await provisioned.provision("--yes")
    assert (status, said) == (0, f"realm {REALM}: nothing to do\n")
    assert await differing(provisioned) == set()


async def test_a_run_is_recorded_before_it_changes_anything(provisioned: Office):
    with provisioned.product.state() as state:
        found = await LogSearch(state.database).page(
            Query(codes=frozenset({Code.KEYCLOAK_PROVISIONED})), limit=10
        )
    first = found.entries[-1].entry
    assert first.code is Code.KEYCLOAK_PROVISIONED
    assert first.outcome is Outcome.SUCCESS
    assert first.details["realm"] == REALM
    assert "to be added" in str(first.details["changes"])


def by_hand(office: Office) -> None:
    """What somebody does in Keycloak's console, some of it to let themselves in."""
    admin = office.admin()
    client = admin.get_client_id(CLIENT)
    assert client is not None
    admin.update_realm(REALM, admin.get_realm(REALM) | {"bruteForceProtected": False})
    admin.update_client(client, {"redirectUris": ["https://jinde.test/*"], "secret": "jine-tajemstvi"})
    claim = {
        "name": "vsemocny",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {"claim.name": "municipal_roles", "claim.value": "mayor@588296", "id.token.claim": "true"},
    }
    admin.add_mapper_to_client(client, claim)
    flow = admin.get_realm(REALM)["browserFlow"]
    factor = next(
        one
        for one in admin.get_authentication_flow_executions(flow)
        if one.get("displayName") == f"{flow}-factor"
    )
    admin.update_authentication_flow_executions(factor | {"requirement": "DISABLED"}, flow)
    login = office.product.world.accounts[0].login
    [person] = admin.get_users({"username": login, "exact": True})
    role = admin.get_client_roles(client)[0]
    admin.assign_client_role(person["id"], client, [role])


async def test_what_somebody_changed_by_hand_is_told_and_put_back(provisioned: Office):
    office = provisioned
    by_hand(office)
    login = office.product.world.accounts[0].login
    admin = office.admin()
    role = admin.get_client_roles(str(admin.get_client_id(CLIENT)))[0]["name"]
    told = await differing(office)
    assert told == {
        ("change", "sign-in flow", "two factors", ("steps.06",)),
        ("change", "realm", REALM, ("bruteForceProtected",)),
        ("change", "client", CLIENT, ("redirectUris", "secret", "webOrigins")),  # the last by Keycloak itself
        ("remove", "claim", "vsemocny", ()),
        ("remove", "role given by hand", f"{role} {login}", ()),
    }
    status, said, wrong = await office.provision("--yes")
    assert status == 0, wrong
    assert "    bruteForceProtected: false → true" in said.splitlines()
    assert "jine-tajemstvi" not in said + wrong
    assert await differing(office) == set()


def around_the_groups(office: Office) -> str:
    """How somebody lets everybody have a role of ours, past the groups of the directories; which role that is."""
    admin = office.admin()
    client = str(admin.get_client_id(CLIENT))
    role = admin.get_client_roles(client)[0]
    admin.create_group({"name": "nenapadna"})
    for path in ("/nenapadna", "/brana"):  # whoever is in a group below has it too
        admin.assign_group_client_roles(admin.get_group_by_path(path)["id"], client, [role])
    admin.add_composite_realm_roles_to_role(f"default-roles-{REALM}", [role])
    account = str(admin.get_client_id("account"))
    admin.add_composite_client_roles_to_role(account, "view-profile", [role])
    top = admin.get_group_by_path("/brana")["id"]
    folder = admin.get_group_children(top)[0]["id"]
    group = admin.get_group_children(folder)[0]["id"]
    joined = f"admin/realms/{REALM}/default-groups/{group}"
    assert admin.connection.raw_put(joined, data="").status_code == 204
    ours = admin.get_components({"type": "org.keycloak.storage.UserStorageProvider"})[0]
    plain = ours["config"] | {"enabled": ["false"], "bindCredential": ["x"]}  # or it would be asked
    theirs = {"name": "jiny-adresar", "providerId": "ldap", "providerType": ours["providerType"]}
    other = admin.create_component(theirs | {"parentId": ours["parentId"], "config": plain})
    mapper = {
        "name": "vsichni",
        "providerId": "hardcoded-ldap-role-mapper",
        "providerType": "org.keycloak.storage.ldap.mappers.LDAPStorageMapper",
        "parentId": other,
        "config": {"role": [f"{CLIENT}.{role['name']}"]},
    }
    admin.create_component(mapper)
    levels = {
        "acr.loa.map": json.dumps({"two-factors": 2, "phishing-resistant": 2}),
        "access.token.lifespan": "86400",
    }
    found = admin.get_client(client)
    admin.update_client(client, found | {"attributes": found["attributes"] | levels})
    admin.create_client_role(client, {"name": "vymyslena"})
    [person] = admin.get_users({"username": office.product.world.accounts[0].login, "exact": True})
    admin.assign_client_role(person["id"], client, [admin.get_client_role(client, "vymyslena")])
    return str(role["name"])


async def test_no_way_to_a_role_past_the_groups_stays_and_none_is_hidden(provisioned: Office):
    office = provisioned
    role = around_the_groups(office)
    try:
        told = {(act, kind, name) for act, kind, name, _ in await differing(office)}
        assert {one for one in told if one[1] != "group that everybody joins"} == {
            ("remove", "role given to a group", f"{role} /nenapadna"),
            ("remove", "role given to a group", f"{role} /brana"),
            ("remove", "role within another role", f"{role} default-roles-{REALM}"),
            ("remove", "role within another role", f"{role} account view-profile"),
            ("remove", "mapper", "vsichni"),
            ("change", "client", CLIENT),
            ("remove", "role", "vymyslena"),
        }
        assert [act for act, kind, _ in told if kind == "group that everybody joins"] == ["remove"]
        status, said, wrong = await office.provision("--yes")
        assert status == 0, said + wrong
        assert await differing(office) == set()
    finally:  # the directory of somebody else's is left alone
        admin = office.admin()
        for one in admin.get_components({"name": "jiny-adresar"}):
            admin.delete_component(one["id"])


async def test_the_password_of_the_directory_s_account_is_put_back(provisioned: Office):
    admin = provisioned.admin()
    [component] = admin.get_components({"type": "org.keycloak.storage.UserStorageProvider"})
    component["config"]["bindCredential"] = ["spatne-heslo"]
    admin.update_component(component["id"], component)
    told = {("change", "directory", component["name"], ("config.bindCredential",))}
    assert await differing(provisioned) == told
    assert (await provisioned.provision("--yes"))[0] == 0
    assert await differing(provisioned) == set()


async def test_what_is_not_ours_is_left_alone(provisioned: Office):
    admin = provisioned.admin()
    admin.create_client({"clientId": STRANGER, "redirectUris": ["https://jinde.test/*"]})
    admin.create_realm_role({"name": "cizi-role"})
    admin.create_group({"name": "cizi-skupina"})
    admin.copy_authentication_flow({"newName": "cizi-prihlaseni"}, "browser")
    before = theirs(provisioned)
    assert await differing(provisioned) == set()
    admin.update_realm(
        REALM, admin.get_realm(REALM) | {"bruteForceProtected": False, "loginTheme": "keycloak"}
    )
    assert (await provisioned.provision("--yes"))[0] == 0
    assert theirs(provisioned) == before
    assert admin.get_realm(REALM)["loginTheme"] == "keycloak"


def theirs(office: Office) -> list[Any]:
    admin = office.admin()
    client = str(admin.get_client_id(STRANGER))
    flows = [one for one in admin.get_authentication_flows() if one["alias"] == "cizi-prihlaseni"]
    groups = [one for one in admin.get_groups() if one["name"] == "cizi-skupina"]
    return [admin.get_client(client), admin.get_realm_role("cizi-role"), groups, flows]


def who_may_make_realms(office: Office, name: str, secret: str) -> None:
    """A client whose service account has this one role."""
    admin = office.admin("master")
    admin.create_client(
        {
            "clientId": name,
            "secret": secret,
            "serviceAccountsEnabled": True,
            "standardFlowEnabled": False,
            "publicClient": False,
        }
    )
    account = admin.get_client_service_account_user(str(admin.get_client_id(name)))
    admin.assign_realm_roles(account["id"], [admin.get_realm_role("create-realm")])


async def test_whoever_may_make_realms_sets_up_their_own_and_may_do_nothing_elsewhere(office: Office):
    who_may_make_realms(office, "zakladatel", "tajemstvi-zakladatele")
    write_private(office.product.configuration.with_name("founder.secret"), b"tajemstvi-zakladatele")
    named = changed(
        office, f'administrator = "{ADMINISTRATOR}"', 'administrator = "zakladatel"', "named.toml"
    )
    text = named.read_text("utf-8").replace("keycloak-administrator.secret", "founder.secret")
    named.write_text(text, "utf-8")
    own = named.with_name("own.toml")
    own.write_text(text.replace(f"realms/{REALM}", "realms/vlastni"), "utf-8")
    status, said, told = await office.provision("--yes", configuration=own)
    assert status == 0, said + told
    status, said, told = await office.provision("--yes", configuration=own)
    assert (status, said) == (0, "realm vlastni: nothing to do\n"), told
    office.admin("master").create_realm({"realm": "cizi", "enabled": True})
    foreign = named.with_name("foreign.toml")
    foreign.write_text(text.replace(f"realms/{REALM}", "realms/cizi"), "utf-8")
    status, _, told = await office.provision("--yes", configuration=foreign)
    assert status == 1
    assert "'zakladatel' may not manage the realm cizi" in told
    assert "Traceback" not in told


async def test_who_is_not_let_in_is_told_what_to_look_at(office: Office):
    write_private(office.product.configuration.with_name("wrong.secret"), b"spatne-tajemstvi-spravce")
    wrong = changed(office, "keycloak-administrator.secret", "wrong.secret", "wrong.toml")
    status, said, told = await office.provision("--dry-run", configuration=wrong)
    assert (status, said) == (1, "")
    assert "not let in" in told
    assert "wrong.secret holds its secret" in told
    assert "Traceback" not in told


async def test_a_server_that_does_not_answer_is_told(office: Office):
    nowhere = changed(office, f":{office.server.port}/realms", ":1/realms", "nowhere.toml")
    status, _, told = await office.provision("--dry-run", configuration=nowhere)
    assert status == 1
    assert "cannot be asked" in told
    assert "Traceback" not in told
