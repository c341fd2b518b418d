"""Where a program asks for a token from, when it asks through a tunnel."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from gateway.authorize.snapshot import Snapshot
from gateway.authorize.technical_tokens import TokenIssuer
from gateway.sessions.session import Session
from idp.events import Origin
from idp.http.provider import NotIssued
from idp.oidc.program import Asked
from tests.gateway.authorize.conftest import NOW
from tests.gateway.authorize.test_devices_by_tunnel import TUNNEL, opened_for, with_tunnel
from tests.gateway.authorize.test_technical_standing import ACCOUNT

NEVER: Any = None
"""Nobody who has no address that is right comes so far."""


@pytest.mark.parametrize(
    ("place", "reason"), [("198.51.100.9", "technical_address"), ("192.0.2.5", "technical_account_no_pages")]
)
async def test_it_is_where_the_device_of_the_tunnel_is(
    place: str, reason: str, snapshot: Snapshot, session: Session
) -> None:
    account = structs.replace(ACCOUNT, networks=["10.0.0.0/8", "192.0.2.0/24"])
    here = with_tunnel(snapshot, opened_for(session, device_address=place))
    issuer = TokenIssuer(
        snapshot=lambda: replace(here, technical={"import": account}),
        places={},
        sessions=NEVER,
        store=NEVER,
        sign=NEVER,
        host="login.brana.test",
    )
    asked = Asked(
        account="import", secret="s", assertion=None, resource="https://files.brana.test", municipality=None
    )
    for address, why in (
        (TUNNEL, reason),
        ("10.1.0.9", "technical_account_no_pages"),
        ("", "technical_address"),
    ):
        said = await issuer(asked, Origin(address=address, request_id="r"), NOW)
        assert isinstance(said, NotIssued)
        assert said.reason == why
