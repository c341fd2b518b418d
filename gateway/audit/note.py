"""Signed notes (C2SP signed-note): a text and, below it, signatures that name who made them.

Ed25519 only (RFC 8032). A key's id is the first four bytes of SHA-256 over its name, a line feed, the byte 1
and the public key; it finds the key, it proves nothing.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"  # signature type of the signed-note specification
DASH = "\N{EM DASH} "
KEY_ID = 4  # bytes
LARGEST = 64 * 1024  # characters: a note of ours has some 300; bounds what a parser is made to look at


class NoteRefused(Exception):
    """A text is not a signed note, or no key that we know has signed it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"signed note refused: {why}")
        self.why = why


class UnknownKey(NoteRefused):
    """It is a signed note; nobody whom we know has signed it."""


def key_id_of(name: str, key: bytes) -> bytes:
    """`key`: its type and the public key."""
    return sha256(name.encode() + b"\n" + key).digest()[:KEY_ID]


def key_text(name: str, key: bytes) -> str:
    """The verifier key of the specification, `name+id+key`."""
    return f"{name}+{key_id_of(name, key).hex()}+{base64.b64encode(key).decode()}"


def key_parts(text: str, kind: bytes) -> tuple[str, bytes]:
    """Name and public key out of a verifier key of that type. Raises NoteRefused."""
    name, _, rest = text.partition("+")
    data = unbase64(rest.partition("+")[2], "a verifier key")
    if data[:1] != kind or len(data) != 33:
        raise NoteRefused("a verifier key is not an Ed25519 key of its purpose")
    if key_text(name, data) != text:
        raise NoteRefused("a verifier key's id does not belong to its name and key")
    return name, data[1:]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name it goes by."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        return key_id_of(self.name, ED25519 + self.public)

    def verifies(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        """The verifier key of the specification, `name+id+key`: to be kept away from this machine too."""
        return key_text(self.name, ED25519 + self.public)

    @staticmethod
    def parse(text: str) -> "Verifier":
        """Inverse of `str`. Raises NoteRefused."""
        return Verifier(*key_parts(text, ED25519))


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the name it goes by; its repr shows no key."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private.public_key().public_bytes_raw())


def sign(text: str, *signers: Signer) -> str:
    """`text` (whole lines, none empty at its end) with a signature of each."""
    _check_text(text)
    return f"{text}\n{''.join(_signature(text, one) for one in signers)}"


def _signature(text: str, signer: Signer) -> str:
    signature = base64.b64encode(signer.verifier.key_id + signer.private.sign(text.encode())).decode()
    return f"{DASH}{signer.name} {signature}\n"


def opened_by(note: str, known: Iterable[Verifier]) -> tuple[str, set[Verifier]]:
    """The text of `note`, and which of the known keys signed it: perhaps none. Raises NoteRefused.

    A wrong signature by a known key refuses the note even if another one is right; unknown keys are skipped.
    """
    text, signatures = _parts(note)
    keys = {(verifier.name, verifier.key_id): verifier for verifier in known}
    signed_by = set()
    for name, data in signatures:
        verifier = keys.get((name, data[:KEY_ID]))
        if verifier is None:
            continue
        if not verifier.verifies(text, data[KEY_ID:]):
            raise NoteRefused(f"the signature of {name} is wrong")
        signed_by.add(verifier)
    return text, signed_by


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > LARGEST:
        raise NoteRefused("it is too long")
    body, gap, below = note.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise NoteRefused("it has no signature lines")
    text = body + "\n"
    _check_text(text)
    signatures = []
    for line in below[:-1].split("\n"):
        words = line.removeprefix(DASH).split(" ")
        if not line.startswith(DASH) or len(words) != 2:
            raise NoteRefused("a signature line is not of the form `— name signature`")
        name, encoded = words
        check_name(name)
        data = unbase64(encoded, "a signature")
        if len(data) <= KEY_ID:
            raise NoteRefused("a signature is too short")
        signatures.append((name, data))
    return text, signatures


def check_name(name: str) -> None:
    if (
        not name
        or "+" in name
        or any(character.isspace() or not character.isprintable() for character in name)
    ):
        raise NoteRefused("a key's name is empty or has spaces or `+`")


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(character < " " and character != "\n" for character in text):
        raise NoteRefused("the text does not end with a line feed, or has control characters")


def unbase64(encoded: str, what: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRefused(f"{what} is not base64") from error
    if base64.b64encode(data).decode() != encoded:  # stray bits at the end would give one note two forms
        raise NoteRefused(f"{what} is not canonical base64")
    return data
