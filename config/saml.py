"""What is wrong with service providers of SAML, beyond types."""

from collections.abc import Collection, Iterator
from pathlib import Path

from config.address import split_address
from config.clients import BUILT_IN
from config.doubt import Finding
from config.settings import SamlServiceProvider, Settings


def saml_findings(settings: Settings) -> Iterator[Finding]:
    seen: set[str] = set()
    hosted = {one.id for one in settings.applications}
    relying = {*BUILT_IN, *(one.id for one in settings.oidc_clients)}
    for number, party in enumerate(settings.saml_service_providers):
        at = f"saml_service_providers[{number}]"
        yield from _name(f"{at}.entity_id", party.entity_id, seen, relying)
        seen.add(party.entity_id)
        for uri in party.addresses:
            yield from _address(f"{at}.addresses", uri)
        if party.logout_address is not None:
            yield from _address(f"{at}.logout_address", party.logout_address)
            if any(sign in party.logout_address.partition("?")[0] for sign in ";,'"):
                yield (
                    f"{at}.logout_address",
                    "has a sign that a page's policy cannot name",
                    "choose another path",
                )
            if not party.certificates:
                yield (
                    f"{at}.logout_address",
                    "nobody could verify who asks to sign out",
                    "name its `certificates`",
                )
        if party.name_id == "mail" and len(settings.directories) > 1:
            yield (
                f"{at}.name_id",
                "each directory says what mail address a person has, also another office's",
                "choose `persistent`",
            )
        if party.requests_signed and not party.certificates:
            yield f"{at}.requests_signed", "no key would verify them", "name its `certificates`"
        if party.application is not None and party.application not in hosted:
            yield (
                f"{at}.application",
                f"there is no application {party.application!r}",
                "write the `id` of one of `applications`, or leave it out",
            )
        yield from _attributes(f"{at}.attributes", party)


def _name(at: str, name: str, seen: Collection[str], relying: Collection[str]) -> Iterator[Finding]:
    if name in seen:
        yield at, f"{name!r} is taken", "name each service provider once"
    elif name in relying:
        yield (
            at,
            f"{name!r} is the id of a client in `oidc_clients`",
            "give one of the two another name: the log, and who is told of sign-outs, go by it",
        )
    if name != name.strip() or not name.isprintable():
        yield at, "has blanks around it, or signs that nobody sees", "copy it from its metadata"


def _address(at: str, uri: str) -> Iterator[Finding]:
    parts = split_address(uri)
    if parts is None or parts.scheme != "https" or not parts.hostname or "#" in uri or "@" in parts.netloc:
        yield (
            at,
            f"{uri!r} is not an https address without fragment",
            "write the whole address, as `https://application.example/saml/acs`",
        )


def _attributes(at: str, party: SamlServiceProvider) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, one in enumerate(party.attributes):
        if not one.name.strip() or not one.name.isprintable():
            yield f"{at}[{place}].name", "is no name", "write it as the application knows it"
        if one.name in seen:
            yield f"{at}[{place}].name", f"{one.name!r} is said twice", "say each attribute once"
        seen.add(one.name)


def certificates_of_service_providers(settings: Settings) -> dict[str, Path]:
    """Public files that must be there."""
    return {
        f"saml_service_providers[{number}].certificates[{place}]": file
        for number, party in enumerate(settings.saml_service_providers)
        for place, file in enumerate(party.certificates)
    } | {
        f"saml_service_providers[{number}].encryption_certificate": party.encryption_certificate
        for number, party in enumerate(settings.saml_service_providers)
        if party.encryption_certificate is not None
    }
