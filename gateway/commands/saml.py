"""Service providers of SAML 2.0, where the settings name any: what an optional part of the product serves."""

from collections.abc import Collection
from functools import partial

from config.settings import SamlServiceProvider
from config.vocabulary import DirectoryName
from gateway.commands.control_plane import ControlPlane
from gateway.storage.directory_reading import StoredReading
from idp.directory.person import Person
from idp.directory.same_person import OtherAccounts, same_person
from idp.directory.subject import subject
from idp.http.provider import SamlDoor
from idp.saml.keys import verifying_key
from idp.saml.provider import Fact, NameId, Pseudonym, ServiceProvider


def service_providers(plane: ControlPlane) -> SamlDoor | None:
    """None where there are none: nothing of SAML is loaded then."""
    configured, pseudonym = plane.settings.saml_service_providers, plane.state.seal.pseudonym
    if not configured:
        return None
    from idp.http.saml import ServiceProviders  # noqa: PLC0415 - needs what only the extra installs

    return ServiceProviders(
        providers={one.entity_id: _served(one, pseudonym) for one in configured},
        keys=lambda: plane.keys.saml,
        pseudonym=pseudonym,
        named_alike=partial(
            named_alike,
            StoredReading(plane.state.database),
            [one.name for one in plane.settings.directories],
            plane.persons.others,
        ),
    )


async def named_alike(
    reading: StoredReading, directories: Collection[DirectoryName], others: OtherAccounts, person: Person
) -> bool:
    """Whether an account of somebody else has the login, in whatever directory, as the replicas say."""
    found = [
        subject(name, known.person.identity)
        for name in directories
        for known in await reading.named(name, person.login)
    ]
    return any(not same_person(person.subject, one, others) for one in found)


def _served(one: SamlServiceProvider, pseudonym: Pseudonym) -> ServiceProvider:
    """Raises CertificateUnusable."""
    return ServiceProvider(
        entity_id=one.entity_id,
        addresses=tuple(one.addresses),
        keys=tuple(verifying_key(file.read_bytes()) for file in one.certificates),
        signs=one.requests_signed,
        name_id=NameId(one.name_id),
        attributes={said.name: Fact(said.says) for said in one.attributes},
        encrypts_to=None
        if one.encryption_certificate is None
        else verifying_key(one.encryption_certificate.read_bytes()),
        logout_address=one.logout_address or "",
        signed_answers=one.sign_answers,
        application=one.application or "",
        pseudonym=pseudonym,
    )
