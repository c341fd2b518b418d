"""What tokens say of a person, and to whom."""

from dataclasses import replace
from datetime import date

import pytest

from config.vocabulary import DeviceId
from idp.directory.work import ActivityRole, Work
from idp.oidc.claims import id_token, of_person
from idp.oidc.client import GATEWAY, Client, ClientId, Scope
from tests.rig.people import HULIN, JANA, NOON
from tests.rig.signed_on import signed_on

WORK = Work(employed_until=date(2026, 12, 31), activity_roles=(ActivityRole(HULIN, "A115", "CR22"),))
SCOPES = [Scope.PROFILE, Scope.ROLES]


def client_of(name: str) -> Client:
    return Client(id=ClientId(name), redirect_uris=frozenset())


@pytest.mark.parametrize(("client", "told"), [(client_of(GATEWAY), True), (client_of("gis"), False)])
def test_work_is_told_to_the_gateway_that_decides_and_to_nobody_else(client: Client, told: bool):
    session = signed_on(replace(JANA, work=WORK), NOON)
    claims = id_token(session, client, SCOPES, None, "access", "https://login.example", NOON)
    assert ("brana_work" in claims) is told
    assert "brana_work" not in of_person(session, SCOPES, client)


def test_nothing_is_told_where_nothing_is_known():
    claims = id_token(
        signed_on(JANA, NOON), client_of(GATEWAY), SCOPES, None, "access", "https://login.example", NOON
    )
    assert "brana_work" not in claims


@pytest.mark.parametrize(("client", "told"), [(client_of(GATEWAY), True), (client_of("gis"), False)])
def test_the_device_is_told_to_the_gateway_and_to_nobody_else(client: Client, told: bool):
    session = replace(signed_on(JANA, NOON), device=DeviceId("A" * 22))
    claims = id_token(session, client, SCOPES, None, "access", "https://login.example", NOON)
    assert (claims.get("brana_device") == "A" * 22) is told
    assert "brana_device" not in of_person(session, SCOPES, client)
