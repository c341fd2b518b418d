"""The line to a gateway, with the authorities that are believed there."""

import ssl
from pathlib import Path

from agents.kept.state import Enrolment, State
from agents.uplink.line import Line


class TrustUnreadable(Exception):
    """The file of authorities."""


def line_to(url: str, trust: Path | None) -> Line:
    """Raises TrustUnreadable, NoAddress."""
    try:
        return Line(url, trust)
    except (OSError, ssl.SSLError) as error:
        raise TrustUnreadable(f"{trust}: {error}") from error


def trust_of(state: State, enrolment: Enrolment | None) -> Path | None:
    return None if enrolment is None or enrolment.trust is None else state.folder.path / enrolment.trust


def authorities_in(file: Path | None) -> bytes | None:
    """Raises TrustUnreadable."""
    try:
        return None if file is None else file.read_bytes()
    except OSError as error:
        raise TrustUnreadable(str(error)) from error
