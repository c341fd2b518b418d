"""Technical accounts, put together: what the provider, the decision and Envoy are handed of them."""

from pathlib import Path

from cryptography import x509
from joserfc.jwk import KeySet

from config.drawn_name import drawn_name
from config.settings import PLACEHOLDER, Settings
from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.authorize.certificate import Trusted
from gateway.authorize.response import Pages
from gateway.authorize.technical_door import TechnicalDoor
from gateway.authorize.technical_tokens import Places, TokenIssuer
from gateway.commands.control_plane import ControlPlane
from gateway.commands.preflight import CannotStart
from gateway.sessions.technical import TechnicalSessions
from idp.oidc.assertion import KeysUnusable, keys_of
from idp.oidc.program import Program


def programs(settings: Settings) -> dict[str, Program]:
    """Raises CannotStart for keys that cannot be read."""
    return {
        one.id: Program(one.id, None if one.keys is None else _keys(one.id, one.keys), one.secret)
        for one in settings.technical_accounts
    }


def _keys(account: str, file: Path) -> KeySet:
    try:
        return keys_of(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise CannotStart(f"technical account {account}: {file} is not text", "save it as UTF-8") from error
    except KeysUnusable as error:
        raise CannotStart(f"technical account {account}: {file} {error.what}", error.hint) from error


def trusted(settings: Settings) -> Trusted:
    """Read for each certificate that comes without a remembered verdict: files may be replaced at any time."""
    if settings.technical is None:
        return Trusted([])
    authorities = x509.load_pem_x509_certificates(settings.technical.authority.read_bytes())
    file = settings.technical.revocation_list
    if file is None:
        return Trusted(authorities)
    return Trusted(authorities, x509.load_pem_x509_crl(file.read_bytes()))


def places(plane: ControlPlane) -> Places:
    found: dict[str, tuple[ApplicationId, MunicipalityCode | None]] = {}
    district = plane.state.district
    for application in plane.settings.applications:
        path = application.path.rstrip("/")
        codes = application.municipalities or list(district)
        for host in (application.host, application.technical_host):
            if host is None:
                continue
            each = [(host.replace(PLACEHOLDER, code), code) for code in codes]
            for name, code in each if PLACEHOLDER in host else [(host, None)]:
                found[f"https://{plane.addresses.authority(name.lower())}{path}"] = application.id, code
    return found


def sessions(plane: ControlPlane) -> TechnicalSessions:
    return TechnicalSessions(plane.state.sessions, plane.settings.sign_in, drawn_name)


def issuer(plane: ControlPlane) -> TokenIssuer | None:
    if not plane.settings.technical_accounts:
        return None
    return TokenIssuer(
        snapshot=lambda: plane.snapshot,
        places=places(plane),
        sessions=sessions(plane),
        store=plane.state.sessions,
        sign=plane.keys.sign_token,
        host=plane.addresses.issuer.removeprefix("https://"),
    )


def door(plane: ControlPlane, pages: Pages) -> TechnicalDoor:
    """Also where no account is configured: a token then is told that it is worth nothing."""
    hosts = [one.technical_host for one in plane.settings.applications if one.technical_host is not None]
    codes = list(plane.state.district)
    names = [name for host in hosts for name in ([host.replace(PLACEHOLDER, code) for code in codes])]
    return TechnicalDoor(
        hosts=frozenset(plane.addresses.authority(name.lower()) for name in names),
        snapshot=lambda: plane.snapshot,
        sessions=sessions(plane),
        store=plane.state.sessions,
        read_token=plane.keys.read_token,
        trusted=lambda: trusted(plane.settings),
        sign=plane.keys.sign,
        pages=pages,
    )
