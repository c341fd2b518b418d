"""Cosignatures (C2SP tlog-cosignature): a witness says that a checkpoint grew out of all it has seen of the log.

Ed25519, `cosignature/v1`: what is signed is a header, the time, and the text of the checkpoint.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.audit.note import (
    DASH,
    KEY_ID,
    LARGEST,
    NoteRefused,
    check_name,
    key_id_of,
    key_parts,
    key_text,
    unbase64,
)

COSIGNATURE = b"\x04"  # signature type of timestamped Ed25519 cosignatures
TIME, SIGNATURE = 8, 64  # bytes
LATEST = 2**63 - 1  # seconds


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness's public key and the name it goes by."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        return key_id_of(self.name, COSIGNATURE + self.public)

    def __str__(self) -> str:
        """`name+id+key`, as verifier keys are written."""
        return key_text(self.name, COSIGNATURE + self.public)

    @staticmethod
    def parse(text: str) -> "WitnessKey":
        """Inverse of `str`. Raises NoteRefused."""
        return WitnessKey(*key_parts(text, COSIGNATURE))


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's private key and the name it goes by; its repr shows no key."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def key(self) -> WitnessKey:
        return WitnessKey(self.name, self.private.public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Cosignature:
    """One that was found to be right."""

    line: str
    """As it stands below the note, with its line feed."""
    at: int
    """When the witness said so, seconds since the epoch, by its own clock."""


def cosign(text: str, cosigner: Cosigner, at: int) -> str:
    """The signature line for the checkpoint `text`. `at`: seconds since the epoch."""
    signed = at.to_bytes(TIME) + cosigner.private.sign(_message(text, at))
    return f"{DASH}{cosigner.name} {base64.b64encode(cosigner.key.key_id + signed).decode()}\n"


def cosignature_in(lines: str, text: str, key: WitnessKey) -> Cosignature:
    """That of `key` on the checkpoint `text` among signature lines; others are skipped. Raises NoteRefused."""
    if len(lines) > LARGEST:
        raise NoteRefused("there are too many signature lines")
    for line in lines.splitlines(keepends=True):
        name, _, encoded = line.removeprefix(DASH).rstrip("\n").partition(" ")
        if not line.startswith(DASH) or not line.endswith("\n") or name != key.name:
            continue
        data = unbase64(encoded, "a cosignature")
        if data[:KEY_ID] == key.key_id:
            return Cosignature(line, _verified(text, data[KEY_ID:], key))
    raise NoteRefused(f"it carries no cosignature of {key.name}")


def cosigned(note: str, lines: Iterable[str]) -> str:
    """A signed note with further signature lines below it."""
    return note + "".join(lines)


def _verified(text: str, signed: bytes, key: WitnessKey) -> int:
    at = int.from_bytes(signed[:TIME])
    if len(signed) != TIME + SIGNATURE or at > LATEST:
        raise NoteRefused(f"the cosignature of {key.name} has not the form of one")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed[TIME:], _message(text, at))
    except InvalidSignature:
        raise NoteRefused(f"the cosignature of {key.name} is wrong") from None
    return at


def _message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
