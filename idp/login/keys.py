"""Passkeys and security keys: what a browser is asked for, and whether its answer proves anything.

The library that knows attestations needs 8 MiB: an office in which nobody has a key never loads it.
"""

from config.vocabulary import SubjectId
from idp.login.authenticator import Credential
from idp.login.key_site import Site
from idp.login.refusal import Refusal


def request_options(site: Site, challenge: bytes, credentials: list[Credential]) -> str:
    """As `key_library.request_options`."""
    from idp.login import key_library  # noqa: PLC0415 - when the first key is asked for

    return key_library.request_options(site, challenge, credentials)


def creation_options(
    site: Site, challenge: bytes, subject: SubjectId, login: str, name: str, enrolled: list[Credential]
) -> str:
    """As `key_library.creation_options`."""
    from idp.login import key_library  # noqa: PLC0415 - as above

    return key_library.creation_options(site, challenge, subject, login, name, enrolled)


def shown(
    response: str, challenge: bytes, credential: Credential, subject: SubjectId, site: Site, *, alone: bool
) -> Credential | Refusal:
    """As `key_library.shown`."""
    from idp.login import key_library  # noqa: PLC0415 - as above

    return key_library.shown(response, challenge, credential, subject, site, alone=alone)


def made(response: str, challenge: bytes, site: Site) -> Credential | Refusal:
    """As `key_library.made`."""
    from idp.login import key_library  # noqa: PLC0415 - as above

    return key_library.made(response, challenge, site)
