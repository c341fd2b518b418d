"""One Keycloak server and its administration. Blocks; the only file that knows how its calls fail."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import (
    KeycloakAuthenticationError,
    KeycloakConnectionError,
    KeycloakError,
    KeycloakGetError,
    KeycloakPostError,
)

from idp.keycloak.errors import KeycloakRefused, KeycloakUnreachable
from idp.keycloak.office import Office, seconds

T = TypeVar("T")

NO_RETRIES = 0  # what makes something would be sent again too
GONE, TAKEN = 404, 409
OTHERWISE = (TypeError, LookupError, AttributeError, ValueError, StopIteration)
"""How the library, and who reads its answers, fail at one that has another form."""


def connect(office: Office, administrator_secret: str) -> KeycloakAdmin:
    """Asks for nothing yet. `administrator_secret`: of the client `keycloak.administrator`."""
    keycloak, authority = office.keycloak, office.provider.authority
    connection = KeycloakOpenIDConnection(
        server_url=f"{keycloak.server or office.realm.server}/",
        realm_name=office.realm.name,
        user_realm_name=keycloak.administrator_realm,
        client_id=keycloak.administrator,
        client_secret_key=administrator_secret,
        timeout=seconds(keycloak.timeout),
        verify=str(authority) if authority is not None else _trusted_by_the_system(),
        max_retries=NO_RETRIES,
    )
    return KeycloakAdmin(connection=connection)


def _trusted_by_the_system() -> str | bool:
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or True


@contextmanager
def told(doing: str, office: Office) -> Iterator[None]:
    """Errors of the library as ours. `doing`: what was tried, as `read the realm`."""
    keycloak = office.keycloak
    where = keycloak.server or office.realm.server
    try:
        yield
    except KeycloakConnectionError as error:
        hint = f"see that {where} answers, and that its certificate is of `upstream_providers[].authority`"
        raise KeycloakUnreachable(f"{where} cannot be asked: {_plain(error)}", hint) from error
    except KeycloakAuthenticationError as error:
        hint = (
            f"see that the client {keycloak.administrator!r} of the realm {keycloak.administrator_realm!r} has a "
            f"service account, and that {keycloak.administrator_secret_file} holds its secret"
        )
        raise KeycloakRefused(f"cannot {doing}: not let in", hint) from error
    except KeycloakError as error:
        if error.response_code == 403:
            hint = (
                f"give the service account of {keycloak.administrator!r} the role `admin`, or `create-realm`"
            )
        else:
            hint = "see its log; a next run goes on from here"
        said = f"{error.response_code or ''} {_plain(error)}".strip()
        raise KeycloakRefused(f"cannot {doing}: {said}", hint) from error
    except OTHERWISE as error:  # what was answered may be a secret, and is not told
        hint = "see that this is the address of a Keycloak, and of nothing before it; a next run goes on from here"
        raise KeycloakRefused(
            f"cannot {doing}: {where} answers otherwise than a Keycloak does", hint
        ) from error


def _plain(error: KeycloakError) -> str:
    said = error.response_body or error.error_message
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text[:300].split())  # of one line, whatever the server writes


def found(ask: Callable[[], T]) -> T | None:
    """None where there is no such thing."""
    try:
        return ask()
    except KeycloakGetError as error:
        if error.response_code == GONE:
            return None
        raise


def made(make: Callable[[], Any]) -> bool:
    """False where it is there already: somebody else, or an answer that was lost, was quicker."""
    try:
        make()
    except KeycloakPostError as error:
        if error.response_code != TAKEN:
            raise
        return False
    return True


def secret_of(file: Path) -> str:
    """Without the line's end that editors add."""
    return file.read_text(encoding="utf-8").strip("\r\n")
