"""The line to a gateway, with the authorities that are believed there."""

import ssl
from pathlib import Path

from agents.kept.state import Enrolment
from agents.uplink.line import Line


class TrustUnreadable(Exception):
    """The file of authorities."""


def line_to(url: str, trust: Path | None) -> Line:
    """Raises TrustUnreadable, NoAddress."""
    try:
        return Line(url, trust)
    except (OSError, ssl.SSLError) as error:
        raise TrustUnreadable(f"{trust}: {error}") from error


def trust_of(enrolment: Enrolment | None) -> Path | None:
    return None if enrolment is None or enrolment.trust is None else Path(enrolment.trust)
