"""Why a server could not be reached, in words. libldap says only "can't contact" for most of it.

Asked after a failure; makes one connection of its own with Python's ssl and says nothing of worth over it.
"""

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from idp.directory.errors import DirectoryMisconfigured

PORTS = {"ldaps": 636, "ldap": 389}
# RFC 4511 §4.14: extended request 1.3.6.1.4.1.1466.20037 as message 1
START_TLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
ANSWER_AT_MOST = 4096  # bytes


def diagnose(  # noqa: PLR0911 - a table of failures; each has its own words
    url: str, authority: Path, timeout: float
) -> DirectoryMisconfigured | str | None:
    """Something to mend, or a reason why nobody answers; None when all is well by now."""
    try:
        address = urlsplit(url)
        host, port = address.hostname or "", address.port or PORTS[address.scheme]
    except (ValueError, KeyError):
        return DirectoryMisconfigured(url, "write ldaps://host:port or ldap://host:port")
    try:
        context = ssl.create_default_context(cafile=str(authority))
    except (OSError, ssl.SSLError):
        return DirectoryMisconfigured(str(authority), "not a readable PEM certificate of an authority")
    try:
        with socket.create_connection((host, port), timeout) as plain:
            if address.scheme == "ldap" and not _start_tls(plain):
                return DirectoryMisconfigured(url, "the server does not offer StartTLS; use ldaps://")
            with context.wrap_socket(plain, server_hostname=host):
                return None
    except ssl.SSLCertVerificationError as error:
        hint = f"its certificate is not accepted ({error.verify_message}); check authority and host name"
        return DirectoryMisconfigured(url, hint)
    except TimeoutError:
        return f"no answer within {timeout:g} s; check that the server runs and no firewall drops port {port}"
    except ConnectionRefusedError:
        return f"connection refused; start the server or correct the port {port}"
    except socket.gaierror:
        return "its name is not known; correct directories[].servers or the name service"
    except (OSError, ssl.SSLError) as error:
        return f"{error}; check that it is an LDAP server with TLS"


def _start_tls(plain: socket.socket) -> bool:
    """Ask for StartTLS; true for resultCode success (the last two strings of the answer are empty)."""
    plain.sendall(START_TLS)
    answer = plain.recv(ANSWER_AT_MOST)
    return b"\x0a\x01\x00" in answer  # ENUMERATED success
