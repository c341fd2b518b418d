"""What the control plane makes of the configuration when it starts, made once before anything does.

Whatever would fail there is told here, as a fault of the setting it comes from.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec

from cryptography import x509

from config.clients import addresses_of
from config.district import District
from config.doubt import Finding
from config.files import file_fault
from config.saml import certificates_of_service_providers
from config.settings import Application, Directory, OidcClient, Settings, UpstreamProvider
from gateway.commands.application_accounts import PasswordUnusable, accounts_of, password_in
from gateway.commands.certificate import pair_faults
from gateway.commands.upstreams import upstreams_of
from gateway.envoy.messages import Surroundings
from gateway.envoy.resources import all_resources
from gateway.envoy.routes import HostTaken
from gateway.envoy.upstreams import UpstreamUnusable
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.filters import equal
from idp.directory.names import NotAName, domain_of, parsed
from idp.directory.patterns import name_pattern
from idp.oidc.assertion import KeysUnusable, keys_of
from idp.oidc.client import SECRET_MIN, ClientUnusable, clients_of, redirect_fault
from idp.saml.keys import CertificateUnusable, verifying_key

SAML_NEEDS = "lxml"
SECRET = f"put {SECRET_MIN} random characters or more into it: openssl rand -hex 32 writes such"


def client_faults(clients: list[OidcClient]) -> Iterator[Finding]:
    for number, client in enumerate(clients):
        at = f"oidc_clients[{number}]"
        for name, uri in addresses_of(client):
            if (fault := redirect_fault(uri)) is not None:
                yield f"{at}.{name}", f"{uri!r} {fault}", "write the whole address out"
        yield from _key_faults(client, f"{at}.jwks_file")
        authority = client.backchannel_logout_authority
        if authority is not None and file_fault(authority) is None and not _vouches(authority.read_bytes()):
            remedy = "put the certificate of the authority of the application's servers there"
            yield f"{at}.backchannel_logout_authority", f"{authority}: not a PEM certificate", remedy
        file = client.secret_file
        if file is None or file_fault(file) is not None:
            continue
        try:
            length = len(file.read_text(encoding="utf-8").strip())
        except UnicodeDecodeError:
            yield f"{at}.secret_file", f"{file} is not text in UTF-8", SECRET
            continue
        if length < SECRET_MIN:
            yield f"{at}.secret_file", f"the secret in {file} has only {length} characters", SECRET


def saml_faults(settings: Settings) -> Iterator[Finding]:
    """What nobody could serve."""
    if settings.saml_service_providers and find_spec(SAML_NEEDS) is None:
        yield (
            "saml_service_providers",
            "the part of the product that speaks SAML is not installed",
            "install it with its extra, `pip install brana[saml]`, or take the table out",
        )
    for at, file in certificates_of_service_providers(settings).items():
        if file_fault(file) is not None:
            continue  # told by whoever looks at files
        try:
            verifying_key(file.read_bytes())
        except CertificateUnusable as error:
            yield at, f"{file}: {error.what}", error.hint


def _key_faults(client: OidcClient, at: str) -> Iterator[Finding]:
    file = client.jwks_file
    if file is None or file_fault(file) is not None:
        return
    try:
        keys_of(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        yield at, f"{file} is not text in UTF-8", "save it as UTF-8"
    except KeysUnusable as error:
        yield at, f"{file} {error.what}", error.hint


def upstream_faults(providers: Sequence[UpstreamProvider]) -> Iterator[Finding]:
    """Files of other identity providers that nothing can be made of; whether they are there is told elsewhere."""
    for number, one in enumerate(providers):
        named = {
            "client_secret_file": one.client_secret_file,
            "authority": one.authority,
            "certificate": one.certificate,
            "key": one.key,
        }
        if any(file is not None and file_fault(file) is not None for file in named.values()):
            continue
        try:
            upstreams_of([one], District([]))
        except UnicodeDecodeError:
            at = f"upstream_providers[{number}].client_secret_file"
            yield at, "the secret is not text in UTF-8", "write it as the provider gave it"
        except OSError as error:  # ssl.SSLError is one
            at = f"upstream_providers[{number}]"
            remedy = "put PEM files there: a certificate with its chain, its key, the authority's certificate"
            yield at, f"no TLS is possible with its files: {error}", remedy


def directory_faults(directories: Sequence[Directory]) -> Iterator[Finding]:
    for number, directory in enumerate(directories):
        yield from _directory_faults(directory, f"directories[{number}]")


def _directory_faults(directory: Directory, at: str) -> Iterator[Finding]:
    """Names that LDAP could not read, and an authority that vouches for nobody.

    The account may be named otherwise than by a distinguished name, as Active Directory allows.
    """
    for name in ("people_base", "groups_base"):
        if (fault := _said(partial(parsed, getattr(directory, name)))) is not None:
            yield f"{at}.{name}", fault, "write it as `ou=people,dc=office,dc=example`"
    yield from _attributes(directory, at)
    for number, mapping in enumerate(directory.roles):
        for name in ("group", "unit"):
            written = getattr(mapping, name)
            if written is not None and (fault := _said(partial(name_pattern, written))) is not None:
                yield f"{at}.roles[{number}].{name}", fault, "write a distinguished name (RFC 4514)"
    if file_fault(directory.authority) is None and not _vouches(directory.authority.read_bytes()):
        remedy = "put the certificate of the authority of the directory's servers there"
        yield f"{at}.authority", f"{directory.authority}: not a PEM certificate", remedy
    if file_fault(directory.bind_password_file) is None:
        try:
            directory.bind_password_file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            file = directory.bind_password_file
            yield f"{at}.bind_password_file", f"{file} is not text in UTF-8", "save it as UTF-8"


def application_faults(applications: Sequence[Application]) -> Iterator[Finding]:
    """Passwords that cannot be sent, and certificates that Envoy could not use and would tell its log alone of."""
    for number, application in enumerate(applications):
        file = application.identity.password_file
        if file is not None and file_fault(file) is None:
            try:
                password_in(file)
            except PasswordUnusable as error:
                yield (
                    f"applications[{number}].identity.password_file",
                    str(error),
                    "write the password into it, and nothing else",
                )
        if (tls := application.tls) is None:
            continue
        at = f"applications[{number}].tls"
        if file_fault(tls.authority) is None and not _vouches(tls.authority.read_bytes()):
            remedy = "put the certificate of the authority of the application's servers there"
            yield f"{at}.authority", f"{tls.authority}: not a PEM certificate", remedy
        if tls.certificate is not None and tls.key is not None:
            ours = (tls.certificate, tls.key)
            chain, key = (None if file_fault(one) else one.read_bytes() for one in ours)
            yield from pair_faults(chain, key, (f"{at}.certificate", f"{at}.key"))


def directory_doubts(directories: Sequence[Directory]) -> Iterator[Finding]:
    """No faults, but most often not what was meant. Names are sound by themselves."""
    for number, directory in enumerate(directories):
        yield from _groups_looked_for_elsewhere(directory, f"directories[{number}]")
        dn = directory.bind_dn
        if directory.kind == "active_directory" and not any(sign in dn for sign in "=@\\"):
            yield (
                f"directories[{number}].bind_dn",
                f"{dn!r} is a bare name, by which Active Directory lets nobody bind",
                "write a distinguished name, `brana@office.example` or, in single quotes, 'OFFICE\\brana'",
            )


def _groups_looked_for_elsewhere(directory: Directory, at: str) -> Iterator[Finding]:
    """OpenLDAP: groups below `groups_base` alone; Active Directory: anywhere in its domain, and nowhere else."""
    active = directory.kind == "active_directory"
    within = domain_of(directory.groups_base) if active else directory.groups_base
    base = parsed(within)
    for index, mapping in enumerate(directory.roles):
        if mapping.group is None or parsed(mapping.group)[-len(base) :] == base:
            continue
        place = f"in the domain of groups_base, {within}" if active else f"below groups_base, {within}"
        product, where = ("Active Directory", "in that domain") if active else ("OpenLDAP", "there")
        yield (
            f"{at}.roles[{index}].group",
            f"{mapping.group} is not {place}",
            f"{product} looks for groups {where} alone, so that it gives nobody the role; correct one of the two",
        )


def _attributes(directory: Directory, at: str) -> Iterator[Finding]:
    named = {
        **{f"login_attributes[{number}]": one for number, one in enumerate(directory.login_attributes)},
        **{
            f"roles[{number}].attribute": one.attribute
            for number, one in enumerate(directory.roles)
            if one.attribute is not None
        },
    }
    for name, attribute in named.items():
        if (fault := _said(partial(equal, attribute, ""))) is not None:
            yield f"{at}.{name}", fault, "write for example `uid`, `sAMAccountName` or `mail`"


def building_faults(settings: Settings, district: District) -> Iterator[Finding]:
    """What remains to go wrong when all of it is made; the settings are sound by themselves."""
    state = settings.state.directory
    around = Surroundings(
        run=state / "run",
        spool=state / "spool",
        district=tuple(district),
        accounts=accounts_of(settings.applications),
    )
    try:
        clients_of(settings.oidc_clients, lambda path: path.read_text(encoding="utf-8"), bytes)
        all_resources(settings, around)
    except (ClientUnusable, HostTaken, UpstreamUnusable) as error:
        at = "oidc_clients" if isinstance(error, ClientUnusable) else "applications"
        yield at, str(error), "correct it there"


def _said(attempt: Callable[[], object]) -> str | None:
    """What it objects to."""
    try:
        attempt()
    except (NotAName, DirectoryMisconfigured, ValueError) as error:
        return str(error)
    return None


def _vouches(pem: bytes) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(pem))
    except ValueError:
        return False
