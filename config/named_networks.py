"""Networks that policies rest on by name: which of them hold an address, and what is wrong with them as written."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from config.doubt import Finding
from config.networks import network_findings, parsed
from config.settings import Network, Settings
from config.vocabulary import NetworkName


class NamedNetworks:
    """Made of networks that are valid (`named_network_findings`)."""

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._named = [(ip_network(one), network.name) for network in networks for one in network.networks]

    def of(self, address: str) -> frozenset[NetworkName]:
        """All that hold the address; none where it is no address."""
        here = parsed(address) if self._named else None
        return frozenset(name for network, name in self._named if here is not None and here in network)


def named_network_findings(settings: Settings) -> Iterator[Finding]:
    named: dict[NetworkName, int] = {}
    for number, network in enumerate(settings.networks):
        if named.setdefault(network.name, number) != number:
            yield (
                f"networks[{number}].name",
                f"{network.name} is the name of networks[{named[network.name]}] already",
                "put its networks there, or give it a name of its own",
            )
        # Networks may lie in each other, and the same one under two names says what it says.
        yield from (
            (f"networks[{number}].{at.partition('.')[2]}", what, remedy)
            for at, what, remedy in network_findings("networks", [network.networks], "a name")
        )
