"""A device of somebody at the running product that asks of its tunnel, and what the product is told of tunnels."""

from dataclasses import dataclass
from ipaddress import ip_address

import msgspec

from agents.protocol.messages import TUNNEL, Refusal
from agents.protocol.signing import Kind, signed, signing
from agents.protocol.tunnel import TunnelAsk, TunnelGiven
from gateway.demo.people import CENTRE
from tests.rig.machines import Machine
from tests.rig.tunnels import GATEWAY, POOLS, PORT, SERVED, Laptop, interface
from tests.rig.visitor import Visitor

FILES, DATABASE, NOTHING = 7007, 7008, 7009
REGISTER, SHELL = 5432, 22
REGISTER_NAME, SHELL_NAME = "evidence.sluzby.brana.example", "server.sluzby.brana.example"
"""A database of PostgreSQL that may be read, and a shell that nobody may have."""
TUNNELS = f"""
[tunnels]
endpoint = "{GATEWAY}"
port = {PORT}
interface = "{interface("t")}"
pool_ipv4 = "{POOLS[0]}"
pool_ipv6 = "{POOLS[1]}"
two_places = "record"  # tests ask over loopback, and their tunnels come from networks of their own
domains = ["{REGISTER_NAME.partition(".")[2]}"]

[[tunnels.targets]]
id = "soubory"
title = {{ cs = "Soubory", en = "Files" }}
addresses = ["{SERVED}"]
ports = [{FILES}]
protocol = "smb"
municipality = "{CENTRE}"
application = "soubory"
action = "write"

[[tunnels.targets]]
id = "databaze"
title = {{ cs = "Databáze", en = "Database" }}
addresses = ["{SERVED}"]
ports = [{DATABASE}]
protocol = "postgresql"
municipality = "{CENTRE}"
application = "databaze"
action = "read"

[[tunnels.targets]]
id = "evidence"
title = {{ cs = "Evidence smluv", en = "Register of contracts" }}
addresses = ["{SERVED}"]
ports = [{REGISTER}]
name = "{REGISTER_NAME}"
protocol = "postgresql"
municipality = "{CENTRE}"
application = "evidence"
action = "read"

[[tunnels.targets]]
id = "server"
title = {{ cs = "Správa serveru", en = "Administration of the server" }}
addresses = ["{SERVED}"]
ports = [{SHELL}]
name = "{SHELL_NAME}"
protocol = "ssh"
municipality = "{CENTRE}"
application = "server"
action = "administer"
"""
THROUGH_TUNNELS = """
@id("databaze-by-key")
@reason("phishing_resistant_needed")
@title_cs("Databáze chtějí bezpečnostní klíč")
@title_en("Databases need a security key")
@advice_cs("Přihlaste se bezpečnostním klíčem.")
@advice_en("Sign in by a security key.")
forbid (principal, action, resource in Application::"databaze")
unless { context.sign_in.level >= 3 };

@id("soubory-through-the-tunnel")
@title_cs("Soubory tunelem ze zařízení v pořádku")
@title_en("Files through the tunnel from a device in order")
permit (principal, action == Action::"write", resource in Application::"soubory")
when {
  context.place.tunnel && context.place has protocol && context.place.protocol == "smb" &&
  context has device.disk_encrypted && context.device.fresh && context.device.disk_encrypted &&
  principal.memberships.contains(resource.municipality)
};

@id("evidence-through-the-tunnel")
@title_cs("Evidence smluv tunelem")
@title_en("The register of contracts through the tunnel")
permit (principal, action == Action::"read", resource in Application::"evidence")
when {
  context.place.tunnel && context.place has protocol && context.place.protocol == "postgresql" &&
  context has device.disk_encrypted && context.device.fresh && context.device.disk_encrypted &&
  principal.memberships.contains(resource.municipality)
};
"""


@dataclass
class Asking:
    """As an agent does: it asks at the host of agents, signed by the device's key."""

    machine: Machine
    visitor: Visitor
    host: str
    """Origin of the agents' host."""
    laptop: Laptop
    person: str
    """Login of whose it is."""

    def token(self, **other: object) -> str:
        self.machine.said += 1
        said = TunnelAsk(nonce=self.machine.nonce, sequence=self.machine.said, tunnel_key=self.laptop.key)
        changed = msgspec.structs.replace(said, **other)
        return signed(Kind.TUNNEL, self.machine.id, changed, signing(self.machine.agent.key))

    async def send(self, token: str) -> tuple[TunnelGiven | Refusal, str]:
        """The answer, and the request's number."""
        kind = {"Content-Type": "application/jose"}
        url = f"{self.host}{TUNNEL}"
        async with self.visitor._http.post(url, data=token.encode(), headers=kind) as answer:
            body, number = await answer.read(), answer.headers["x-request-id"]
        if answer.status == 200:
            given = msgspec.json.decode(body, type=TunnelGiven)
            self.machine.nonce = given.nonce
            return given, number
        refused = msgspec.json.decode(body, type=Refusal)
        self.machine.nonce = refused.nonce or self.machine.nonce
        return refused, number

    async def ask(self, **other: object) -> TunnelGiven:
        given, _ = await self.send(self.token(**other))
        assert isinstance(given, TunnelGiven), given
        return given


def settle_in(laptop: Laptop, given: TunnelGiven) -> None:
    """The addresses that it was given are its own."""
    assert given.link is not None
    for text in given.link.addresses:
        address = ip_address(text)
        if address.version == 4:
            laptop.address = address
        else:
            laptop.address_6 = address
