"""The authority that certifies devices is founded once, and recorded."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.audit.entry import Entry
from gateway.devices import records
from gateway.devices.authority import Authority, new_authority


def founded(domain: str, now: datetime) -> tuple[Authority, Entry]:
    """`domain`: whose devices these are. With the entry of it."""
    made = new_authority(generate_private_key(SECP256R1()), domain, now)
    return made, records.authority_founded(now, made.certificate.fingerprint(SHA256()).hex())
