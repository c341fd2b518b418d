"""`brana limits nftables`: what the kernel is to count before a handshake is paid for: connections of each client."""

from ipaddress import ip_network
from pathlib import Path

import click

from config.load import read
from config.problem import ConfigurationRefused
from config.settings import Settings, Tunnels
from gateway.commands.options import configuration

TABLE = "brana_connections"
PER_CLIENT = 500
LEAST_CLIENTS = 65_536  # remembered at once; a client that finds no room is let in

# Ours goes whole and comes whole, and nobody else's is touched; a file for `nft -f` is one transaction.
RULES = """\
# Made by `brana limits nftables`. Load it by `nft -f`; make it anew when ports or load balancers change.
table inet {table}
delete table inet {table}

table inet {table} {{
	set clients_ipv4 {{
		type ipv4_addr; size {clients}; flags dynamic;
	}}
	set clients_ipv6 {{
		type ipv6_addr; size {clients}; flags dynamic; comment "a household's /64 is one client"
	}}
	chain arriving {{
		type filter hook input priority filter - 10; policy accept;
		tcp dport {{ {ports} }} tcp flags & (syn | ack) == syn ct state new jump counted
	}}
	chain counted {{
{others}\
		add @clients_ipv4 {{ ip saddr ct count over {most} }} counter reject with tcp reset
		add @clients_ipv6 {{ ip6 saddr & ffff:ffff:ffff:ffff:: ct count over {most} }} counter reject with tcp reset
	}}
}}
"""


@click.group(help="Limits that this machine keeps for Brána.")
def command() -> None: ...


@command.command(
    help="Print rules for the kernel (nftables): how many connections each client may have open at the ports of the "
    "configuration. A client is an IPv4 address or an IPv6 /64. Nothing is loaded.",
    short_help="Print rules by which the kernel counts connections.",
)
@configuration
@click.option(
    "--per-client",
    type=click.IntRange(10, 1_000_000),
    default=PER_CLIENT,
    show_default=True,
    help="Connections of one client.",
)
def nftables(configuration: Path, per_client: int) -> None:
    reading = read(configuration)
    if not reading.sound("public", "limits", "fleet", "tunnels.interface"):
        raise ConfigurationRefused(reading.problems)
    click.echo(rules(reading.settings, per_client), nl=False)


def rules(settings: Settings, per_client: int = PER_CLIENT) -> str:
    """A file for `nft -f`. Load balancers are left out: whose connections theirs are, they alone know. So are devices
    in the tunnel, which are all in one network: its own rules count those of each.
    """
    fleet, public = settings.fleet, settings.public
    ports = set()
    if fleet is None or fleet.lets_in:
        ports |= {public.port} | ({public.http_port} if public.http_port else set())
    if fleet is not None and fleet.decides:
        ports |= {fleet.port}
    return RULES.format(
        table=TABLE,
        clients=max(LEAST_CLIENTS, 2 * settings.limits.connections),
        ports=", ".join(map(str, sorted(ports))),
        others="".join(_left_out(public.proxies, settings.tunnels)),
        most=per_client,
    )


def _left_out(proxies: list[str], tunnels: Tunnels | None) -> list[str]:
    networks = [ip_network(one) for one in proxies]
    told = [f"{'ip' if one.version == 4 else 'ip6'} saddr {one}" for one in networks]
    if tunnels is not None:
        told.append(f'iifname "{tunnels.interface}"')
    return [f"\t\t{one} accept\n" for one in told]
