"""The product's hosts and addresses as people see them, from the settings."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.district import District
from config.hosts import hosts_of, mutual_host
from config.settings import PLACEHOLDER, Application, Settings
from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.commands.own_applications import OWN, hosts_of_ours
from gateway.sessions.sign_in import CALLBACK
from idp.login.own_page import ACCOUNT

HTTPS = 443


@dataclass(frozen=True, slots=True)
class Addresses:
    settings: Settings
    district: District

    def authority(self, host: str) -> str:
        """Host with the port people write, which is left out where it is HTTPS's own."""
        port = self.settings.public.advertised_port or self.settings.public.port
        return host if port == HTTPS else f"{host}:{port}"

    def origin(self, name: str) -> str:
        """`https://` address of `login`, `portal` and our other hosts."""
        return f"https://{self.authority(f'{name}.{self.settings.public.domain}')}"

    @property
    def issuer(self) -> str:
        return self.origin("login")

    @property
    def mutual(self) -> str | None:
        """Where clients of the provider show certificates."""
        host = mutual_host(self.settings)
        return None if host is None else f"https://{self.authority(host)}"

    @property
    def account(self) -> str:
        """The page "my account"."""
        return f"{self.issuer}{ACCOUNT.path}"

    @property
    def portal(self) -> str:
        return self.origin("portal")

    @property
    def admin(self) -> str:
        return self.origin("admin")

    def of_own(self, name: ApplicationId) -> str:
        """Of our own pages, as the application that they are."""
        return self.origin(hosts_of_ours(self.settings).get(name, OWN[name].host))

    def of_application(self, application: Application, municipality: MunicipalityCode) -> str:
        """Start page of an application, for a municipality where it has a host for each."""
        host = self.authority(application.host.replace(PLACEHOLDER, municipality))
        return f"https://{host}{application.path.rstrip('/')}/"

    def hosts(self) -> Iterator[str]:
        """Every host where the gateway is a relying party, with port; one for each application that shares it."""
        domain = self.settings.public.domain
        for label in hosts_of_ours(self.settings).values():
            yield self.authority(f"{label}.{domain}")
        for application in self.settings.applications:
            yield from (self.authority(host) for host in hosts_of(application, self.district))

    def redirect_uris(self) -> list[str]:
        return [f"https://{host}{CALLBACK}" for host in dict.fromkeys(self.hosts())]
