"""The whole product with another identity provider in front of it."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from gateway.demo.authority import write_private
from gateway.demo.world import Account
from tests.rig.product import Product, installed
from tests.rig.upstream_provider import CLIENT, SECRET, Running, upstream_provider

NAME, TITLE, REALM = "kraj", "Krajský úřad", "kraj.test"
CONFIGURED = """
[[upstream_providers]]
name = "{name}"
title = {{ cs = "{title}", en = "Regional office" }}
issuer = "{issuer}"
authority = "{authority}"
client_id = "{client}"
{proof}
realms = ["{realm}"]
"""


@contextlib.asynccontextmanager
async def product_with_upstream(
    folder: Path, accounts: Sequence[Account] = (), proof: str = ""
) -> AsyncIterator[tuple[Product, Running]]:
    """Started. `proof`: lines of the configuration that say how the provider knows us; none: by a secret."""
    async with upstream_provider(folder / "op", "") as running:

        def configured(text: str) -> str:
            write_private(folder / "p" / "upstream.secret", SECRET.encode())
            return text + CONFIGURED.format(
                name=NAME,
                title=TITLE,
                issuer=running.op.issuer,
                authority=running.authority.certificate,
                client=CLIENT,
                proof=proof or 'client_secret_file = "upstream.secret"',
                realm=REALM,
            )

        async with installed(folder / "p", accounts, configured=configured) as product:
            running.op.redirect_uri = f"{product.addresses.issuer}/upstream/{NAME}/callback"
            await product.start()
            yield product, running
