"""Below which domains a device reaches pages through its tunnel, by the configuration. Pure.

A device asks for every name below such a domain in the tunnel, and finds no others: so it is one below our own domain,
with names of pages alone. By the hosts that stay outside people sign in and open the tunnel, and agents ask of it: they
are needed most where it does not work.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from config.district import District
from config.hosts import hosts_with_owners, our_hosts, technical_hosts_of
from config.settings import Application, Settings
from config.tunnels import MOST_DOMAINS
from config.vocabulary import MunicipalityCode

OURS = ("admin", "policies", "requests")


@dataclass(frozen=True, slots=True)
class Pages:
    domains: Mapping[str, MunicipalityCode | None] = field(default_factory=dict)
    """And whose pages are below each; None: everybody's."""
    most: int = MOST_DOMAINS

    @classmethod
    def of(cls, settings: Settings, district: District) -> "Pages":
        if settings.tunnels is None:
            return cls()
        domain, ours = settings.public.domain, [f"{one}.{settings.public.domain}" for one in OURS]
        outside = {settings.tunnels.endpoint, *settings.tunnels.domains, *our_hosts(settings)} - {*ours}
        for one in settings.applications:
            outside.update(technical_hosts_of(one, district))
        found: dict[str, MunicipalityCode | None] = dict.fromkeys(ours)
        for application in settings.applications:
            for led, whose in _led(application, district, domain, outside):
                found[led] = None if found.get(led, whose) != whose else whose
        return cls(found, MOST_DOMAINS - len(settings.tunnels.domains))

    def of_people_in(self, municipalities: Collection[MunicipalityCode]) -> frozenset[str]:
        """What does not fit is reached outside: applications in the order of the settings come first."""
        theirs = [one for one, whose in self.domains.items() if whose is None or whose in municipalities]
        return frozenset(theirs[: self.most])


NONE = Pages()


def _led(
    application: Application, district: District, domain: str, outside: Collection[str]
) -> Iterator[tuple[str, MunicipalityCode | None]]:
    for written, whose in hosts_with_owners(application, district):
        host = written.lower()
        label = host.removesuffix(f".{domain}").rpartition(".")[2]
        wide = f"{label}.{domain}"  # hosts of an application may all lie below it
        if host.endswith(f".{domain}"):
            yield from [(one, whose) for one in (wide, host) if not _above(one, outside)][:1]


def _above(domain: str, names: Collection[str]) -> bool:
    return any(f".{name}".endswith(f".{domain}") for name in names)
