"""What the nodes of a fleet must have alike, although each has it in files of its own."""

import hashlib
from pathlib import Path

import msgspec

from config.settings import Settings

LENGTH = 12  # hexadecimal digits, 48 bits: told apart, not kept from anybody


def digest_of_applications(settings: Settings) -> str:
    """Where a file lies is each node's own affair."""
    said = msgspec.json.encode(
        settings.applications, enc_hook=lambda one: "" if isinstance(one, Path) else str(one)
    )
    return hashlib.sha256(said).hexdigest()[:LENGTH]
