"""Names of networks that people know: of an address, the name of the narrowest network that holds it."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from config.doubt import Finding
from config.networks import narrowest, network_findings, parsed
from config.settings import Place, Settings, Title


class Places:
    """Made of places whose networks are valid (`place_findings`)."""

    def __init__(self, places: Sequence[Place] = ()) -> None:
        self._named = [(ip_network(network), place.title) for place in places for network in place.networks]

    def of(self, address: str) -> Title | None:
        """What the place of an address is called; None where no network holds it, or it is no address."""
        return narrowest(self._named, parsed(address))


def place_findings(settings: Settings) -> Iterator[Finding]:
    yield from network_findings("places", (place.networks for place in settings.places), "a name")
