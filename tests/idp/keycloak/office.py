"""An office for the tests of what a Keycloak is to be."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from config.district import District, Municipality
from config.keycloak import Realm
from config.settings import Directory, Keycloak, RoleMapping, SignIn, Title, UpstreamLevel, UpstreamProvider
from config.vocabulary import DirectoryName, Language, MunicipalityCode, Role
from idp.keycloak.office import Office
from idp.keycloak.piece import Secret

HULIN, KVASICE = MunicipalityCode("588491"), MunicipalityCode("588644")
GROUPS = "ou=groups,dc=obec,dc=test"
REGISTRAR = RoleMapping(group=f"cn=registrar,ou={{municipality}},{GROUPS}", role=Role.REGISTRAR)
NOWHERE = Path("/nowhere")


def group_of(code: str, role: str = "registrar") -> str:
    return f"cn={role},ou={code},{GROUPS}"


def directory(**changes: Any) -> Directory:
    made = Directory(
        name=DirectoryName("urad"),
        servers=["ldaps://ldap.obec.test:636"],
        authority=NOWHERE,
        bind_dn="cn=brana,dc=obec,dc=test",
        bind_password_file=NOWHERE,
        people_base="ou=people,dc=obec,dc=test",
        groups_base=GROUPS,
        roles=[REGISTRAR],
    )
    return msgspec.structs.replace(made, **changes)


def provider(**changes: Any) -> UpstreamProvider:
    made = UpstreamProvider(
        name="keycloak",
        title=Title(cs="Úřad", en="Office"),
        issuer="https://sso.obec.test/realms/obec",
        client_id="brana",
        client_secret_file=NOWHERE,
        levels=[UpstreamLevel(acr="silver", level="two-factors")],
    )
    return msgspec.structs.replace(made, **changes)


def keycloak(**changes: Any) -> Keycloak:
    made = Keycloak(provider="keycloak", administrator="provision", administrator_secret_file=NOWHERE)
    return msgspec.structs.replace(made, **changes)


def office(**changes: Any) -> Office:
    given: dict[str, Any] = {
        "title": "Obec",
        "realm": Realm("https://sso.obec.test", "obec"),
        "provider": provider(),
        "keycloak": keycloak(),
        "client_secret": Secret("tajemstvi-klienta"),
        "redirect_uri": "https://login.obec.test/upstream/keycloak/callback",
        "backchannel_logout_uri": "https://login.obec.test/upstream/keycloak/backchannel",
        "signed_out_uri": "https://login.obec.test/upstream/keycloak/signed-out",
        "sign_in": SignIn(),
        "token_lifetime": timedelta(minutes=5),
        "events_kept": timedelta(days=540),
        "language": Language.CZECH,
        "directories": [directory()],
        "bind_passwords": {"urad": Secret("heslo-uctu")},
        "groups": {"urad": [group_of(HULIN), group_of(KVASICE), f"cn=others,{GROUPS}"]},
        "district": District(
            [Municipality(HULIN, "Hulín", "00287229"), Municipality(KVASICE, "Kvasice", "")]
        ),
        "day": date(2026, 11, 28),
    }
    return Office(**given | changes)
