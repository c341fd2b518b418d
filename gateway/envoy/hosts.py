"""The names that hosted applications are reached by, and as which they are told who was asked for."""

from config.hosts import hosts_with_owners
from config.settings import Application, Settings
from gateway.envoy.messages import Surroundings

HTTPS = 443


class Authority:
    """The `host[:port]` that people see, which is what every upstream is given."""

    def __init__(self, settings: Settings) -> None:
        self.port = settings.public.advertised_port or settings.public.port
        self._suffix = "" if self.port == HTTPS else f":{self.port}"

    def of(self, host: str) -> str:
        return host + self._suffix


def hosts_of(
    application: Application, surroundings: Surroundings, written: str | None = None
) -> list[tuple[str, str]]:
    """Host and whose it is: a municipality's code, or `-` where the person's active one decides. `written`: another
    of its hosts than that of people.
    """
    found = hosts_with_owners(application, surroundings.district, written)
    return [(host.lower(), owner or "-") for host, owner in found]
