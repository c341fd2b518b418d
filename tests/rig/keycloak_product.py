"""The product with a Keycloak in front of it, which `brana keycloak provision` sets up over the same directory."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection

from gateway.demo.authority import write_private
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from tests.rig.keycloak import ADMINISTRATOR, ADMINISTRATOR_SECRET, Server, keycloak
from tests.rig.product import ROOT, Product, installed

NAME, TITLE, REALM, CLIENT = "keycloak", "Přihlášení úřadu", "kromeriz", "brana"
CLIENT_SECRET = "tajemstvi-klienta-brany-u-keycloaku"
CONFIGURED = """
[[upstream_providers]]
name = "{name}"
title = {{ cs = "{title}", en = "Office sign-in" }}
issuer = "https://127.0.0.1:{port}/realms/{realm}"
authority = "{authority}"
client_id = "{client}"
client_secret_file = "keycloak-client.secret"
[[upstream_providers.levels]]
acr = "two-factors"
level = "two-factors"

[keycloak]
provider = "{name}"
administrator = "{administrator}"
administrator_secret_file = "keycloak-administrator.secret"
first_factor = "at-sign-in"
"""


@dataclass(frozen=True, slots=True)
class Office:
    product: Product
    server: Server

    @property
    def issuer(self) -> str:
        return f"{self.server.address}/realms/{REALM}"

    def admin(self, realm: str = REALM) -> KeycloakAdmin:
        """As an administrator in Keycloak's console."""
        connection = KeycloakOpenIDConnection(
            server_url=f"{self.server.address}/",
            realm_name=realm,
            user_realm_name="master",
            client_id=ADMINISTRATOR,
            client_secret_key=ADMINISTRATOR_SECRET,
            verify=str(self.server.authority.certificate),
        )
        return KeycloakAdmin(connection=connection)

    async def provision(self, *options: str, configuration: Path | None = None) -> tuple[int, str, str]:
        """Exit status, and what it says on both channels."""
        words = (sys.executable, "-m", "gateway", "keycloak", "provision")
        process = await asyncio.create_subprocess_exec(
            *words,
            "--config",
            str(configuration or self.product.configuration),
            *options,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, wrong = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode(), wrong.decode()


@contextlib.asynccontextmanager
async def office_with_keycloak(folder: Path) -> AsyncIterator[Office]:
    """The product is not started, and the Keycloak has no realm yet. Raises KeycloakMissing."""
    port, home = free_port(), folder / "p"
    authority = folder / "k" / "tls" / "ca.pem"
    (folder / "k").mkdir()

    def configured(text: str) -> str:
        write_private(home / "keycloak-client.secret", CLIENT_SECRET.encode())
        write_private(home / "keycloak-administrator.secret", ADMINISTRATOR_SECRET.encode())
        authority.parent.mkdir(exist_ok=True)
        authority.touch()  # the server makes it, which needs the authority of the directory first
        return text + CONFIGURED.format(
            name=NAME,
            title=TITLE,
            port=port,
            realm=REALM,
            authority=authority,
            client=CLIENT,
            administrator=ADMINISTRATOR,
        )

    async with installed(home, configured=configured) as product:
        trusted, names = [product.world.authority], [f"login.{DOMAIN}"]
        with keycloak(folder / "k", port, trusted, names) as server:
            yield Office(product, server)
