"""Whether the public certificate and its key serve every host of the product: found before anything starts.

Pure; the files' content and the time are arguments. Envoy would say the same only after it was started.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SMALLEST_RSA = 2048  # bits; Envoy refuses less
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})  # those Envoy takes
CERTIFICATE, KEY = "public.certificate", "public.key"

Fault = tuple[str, str, str]
"""Setting, what is wrong, how to mend it."""


def certificate_faults(
    chain: bytes | None, key: bytes | None, hosts: Sequence[str], now: datetime
) -> list[Fault]:
    """Every fault of a PEM chain (the server's certificate first) and a PEM key; none means it can serve.

    None: that file cannot be read; the other is looked at by itself.
    """
    leaf, faults = _pair(chain, key, (CERTIFICATE, KEY))
    if leaf is not None:
        faults += [*_time(leaf, now), *_hosts(leaf, hosts)]
    return faults


def pair_faults(chain: bytes | None, key: bytes | None, at: tuple[str, str]) -> list[Fault]:
    """Of a certificate and a key by themselves; `at`: the settings that name them."""
    return _pair(chain, key, at)[1]


def _pair(
    chain: bytes | None, key: bytes | None, at: tuple[str, str]
) -> tuple[x509.Certificate | None, list[Fault]]:
    faults: list[Fault] = []
    leaf = None if chain is None else _leaf(chain, at[0], faults)
    private = None if key is None else _private(key, at[1], faults)
    if leaf is not None and private is not None and leaf.public_key() != private.public_key():
        remedy = "name the two files that were made together"
        faults.append((at[1], f"it is not the key of {at[0]}", remedy))
    return leaf, faults


def _leaf(chain: bytes, at: str, faults: list[Fault]) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificates(chain)[0]
    except ValueError:  # what the library says of it is for programmers
        remedy = "put the chain there, the server's own first, from BEGIN CERTIFICATE to END CERTIFICATE"
        faults.append((at, "not a PEM certificate, or cut or altered", remedy))
        return None


def _private(key: bytes, at: str, faults: list[Fault]) -> PrivateKeyTypes | None:
    try:
        private = load_pem_private_key(key, None)
    except TypeError:
        faults.append(
            (at, "it is locked by a password", "store it without: openssl pkey -in KEY -out KEY.plain")
        )
        return None
    except (ValueError, UnsupportedAlgorithm):
        faults.append((at, "not a PEM private key", "put the certificate's private key there (PKCS #8)"))
        return None
    fit = (isinstance(private, RSAPrivateKey) and private.key_size >= SMALLEST_RSA) or (
        isinstance(private, EllipticCurvePrivateKey) and private.curve.name in CURVES
    )
    if not fit:
        faults.append((at, "a kind of key that cannot serve TLS here", "use EC P-256 or RSA with 3072 bits"))
    return private


def _time(leaf: x509.Certificate, now: datetime) -> Iterator[Fault]:
    first, last = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if now > last:
        yield CERTIFICATE, f"it expired on {last:%Y-%m-%d %H:%M} UTC", "renew it"
    if now < first:
        remedy = "wait, correct this machine's clock, or use another"
        yield CERTIFICATE, f"it is not valid before {first:%Y-%m-%d %H:%M} UTC", remedy


def _hosts(leaf: x509.Certificate, hosts: Sequence[str]) -> Iterator[Fault]:
    names = _names(leaf)
    missing = [host for host in hosts if not any(covers(name, host) for name in names)]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        said = ", ".join(names) or "no host at all"
        yield (
            CERTIFICATE,
            f"it does not cover the host {missing[0]}{more}; it names {said}",
            "have it issued for the domain with a wildcard, `*.` and public.domain",
        )


def _names(leaf: x509.Certificate) -> list[str]:
    """Alternative names alone count; a subject's common name does not (RFC 9525 §2)."""
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [str(name).lower() for name in extension.value.get_values_for_type(x509.DNSName)]


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name is good for a host; a wildcard stands for one label (RFC 9525 §6.3)."""
    if name.startswith("*."):
        label, _, rest = host.partition(".")
        return bool(label) and rest == name[2:]
    return name == host
