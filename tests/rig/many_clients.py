"""Many applications with sessions of their own, each a public client of our sign-in that hears of sign-outs."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from gateway.demo.world import Account
from tests.rig.product import Product
from tests.rig.told_clients import ToldClients
from tests.rig.visitor import Shown, Visitor

REGISTERED = """
[[oidc_clients]]
id = "{name}"
redirect_uris = ["https://{name}.kromeriz.example/callback"]
backchannel_logout_uri = "{address}"
backchannel_logout_authority = "{authority}"
frontchannel_logout_uri = "https://{name}.kromeriz.example/forget"
"""


def configured(told: ToldClients, names: Sequence[str]) -> Callable[[str], str]:
    """Adds them to the configuration."""

    def add(text: str) -> str:
        return text + "".join(
            REGISTERED.format(name=name, address=told.address(name), authority=told.authority)
            for name in names
        )

    return add


async def signed_in_at(product: Product, account: Account, names: Sequence[str]) -> Visitor:
    """A person at the portal, and at each of the applications, by one sign-in."""
    visitor = product.visitor()
    shown = await visitor.sign_in(account, product.addresses.portal)
    assert shown.status == 200, shown.title
    for name in names:
        await _at(product, visitor, name)
    return visitor


async def sign_out(product: Product, visitor: Visitor) -> Shown:
    """The page that says so."""
    left = await visitor.post(f"{product.addresses.portal}/.brana/sign-out", {})
    assert left.status == 200, left.title
    return left


async def _at(product: Product, visitor: Visitor, name: str) -> None:
    issuer, verifier = product.addresses.issuer, secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    back = f"https://{name}.kromeriz.example/callback"
    asked = {
        "client_id": name,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    answer = await visitor.get(f"{issuer}/authorize?{urlencode(asked)}", follow=False)
    form = {
        "grant_type": "authorization_code",
        "client_id": name,
        "redirect_uri": back,
        "code_verifier": verifier,
        "code": answer.location.query["code"],
    }
    tokens = await visitor.post(f"{issuer}/token", form)
    assert "id_token" in json.loads(tokens.text), tokens.text
