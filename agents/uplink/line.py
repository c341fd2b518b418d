"""The way to the gateway: one POST at a time over TLS that is verified, never followed elsewhere, bounded in time."""

import ssl
import time
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from agents.protocol.answers import LONGEST_ANSWER

SECONDS = 20.0
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)
"""Of Debian, Fedora and SUSE: a packaged agent brings a TLS library that was built elsewhere."""


class Unreachable(Exception):
    """`untrusted`: somebody answered who could not show to be the gateway."""

    def __init__(self, host: str, why: object, *, untrusted: bool = False) -> None:
        super().__init__(f"{host}: {why}")
        self.untrusted = untrusted


class NoAddress(Exception):
    def __init__(self, url: str) -> None:
        super().__init__(f"{url!r} is no address of a gateway: write it as https://devices.example.cz")


def host_of(url: str) -> tuple[str, int]:
    """Raises NoAddress."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NoAddress(url) from None
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme != "https" or not host or more:
        raise NoAddress(url)
    return host, port or 443


class Line:
    def __init__(self, url: str, trust: Path | None = None) -> None:
        """`trust`: authorities in PEM, believed alone; None: the system's. Raises NoAddress, OSError, ssl.SSLError."""
        self.host, self.port = host_of(url)
        self._tls = ssl.create_default_context(cafile=None if trust is None else str(trust))
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        if trust is None and not self._tls.cert_store_stats()["x509_ca"]:
            known = next((bundle for bundle in BUNDLES if Path(bundle).is_file()), None)
            if known is not None:
                self._tls.load_verify_locations(known)

    def say(self, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        """Status and body, of `LONGEST_ANSWER` and one octet at most. Raises Unreachable."""
        until = time.monotonic() + SECONDS
        connection = HTTPSConnection(self.host, self.port, timeout=SECONDS, context=self._tls)
        try:
            connection.request("POST", path, body, {"Content-Type": kind, "Accept": "application/json"})
            answer = connection.getresponse()
            return answer.status, self._read(answer, until)
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(self.host, error.verify_message, untrusted=True) from error
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(self.host, error) from error
        finally:
            connection.close()

    def reach(self) -> None:
        """Whether the gateway is there and can be believed; nothing is asked. Raises Unreachable."""
        connection = HTTPSConnection(self.host, self.port, timeout=SECONDS, context=self._tls)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(self.host, error.verify_message, untrusted=True) from error
        except (OSError, ValueError) as error:
            raise Unreachable(self.host, error) from error
        finally:
            connection.close()

    def _read(self, answer: HTTPResponse, until: float) -> bytes:
        body = b""
        while len(body) <= LONGEST_ANSWER:
            part = answer.read1(65_536)
            if not part:
                break
            body += part
            if time.monotonic() > until:
                raise Unreachable(self.host, "the answer took too long")
        return body[: LONGEST_ANSWER + 1]
