"""The names that hosted applications are reached by, and as which they are told who was asked for."""

from config.settings import PLACEHOLDER, Application, Settings
from gateway.envoy.messages import Surroundings

HTTPS = 443


class Authority:
    """The `host[:port]` that people see, which is what every upstream is given."""

    def __init__(self, settings: Settings) -> None:
        port = settings.public.advertised_port or settings.public.port
        self._suffix = "" if port == HTTPS else f":{port}"

    def of(self, host: str) -> str:
        return host + self._suffix


def hosts_of(
    application: Application, surroundings: Surroundings, written: str | None = None
) -> list[tuple[str, str]]:
    """Host and whose it is: a municipality's code, or `-` where the person's active one decides. `written`: another
    of its hosts than that of people.
    """
    written = written or application.host
    if PLACEHOLDER not in written:
        return [(written.lower(), "-")]
    codes = application.municipalities or surroundings.district
    return [(written.replace(PLACEHOLDER, code).lower(), code) for code in codes]
