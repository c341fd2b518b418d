"""Secrets at rest: AES-256-GCM under a master key that is not in the database.

A sealed value is bound to the row it belongs to, so it cannot be moved to another row.
"""

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from config import durable

NONCE = 12  # bytes, NIST SP 800-38D §8.2.2: random nonces, far below 2^32 values under one key
KEY = 32  # bytes, AES-256
VERSION = b"\x01"
FINGERPRINTS = b"brana fingerprints 1"  # HKDF info: the key of fingerprints is no key of seals
PSEUDONYMS = b"brana pseudonyms 1"


class SealBroken(Exception):
    """A sealed value does not belong to this row or this master key."""

    def __init__(self, row: str) -> None:
        super().__init__(
            f"a sealed secret of {row} cannot be opened: the database and keys/master.key belong together; "
            "restore both from the same backup"
        )


class MasterKeyUnusable(Exception):
    """The master key is missing, cut short, or open to others; nothing sealed can be opened safely."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"master key {path}: {what}")
        self.path = path


class Seal:
    """Seals and opens secrets; `row` names the table and row the secret stands in."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)
        self._fingerprints = HKDFExpand(SHA256(), KEY, FINGERPRINTS).derive(master_key)
        self._pseudonyms = HKDFExpand(SHA256(), KEY, PSEUDONYMS).derive(master_key)

    def __repr__(self) -> str:
        return "Seal(…)"

    def close(self, secret: bytes, row: str) -> bytes:
        nonce = os.urandom(NONCE)
        return VERSION + nonce + self._cipher.encrypt(nonce, secret, row.encode())

    def open(self, sealed: bytes, row: str) -> bytes:
        if sealed[:1] != VERSION:
            raise SealBroken(row)
        nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._cipher.decrypt(nonce, body, row.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: cut short
            raise SealBroken(row) from error

    def pseudonym(self, name: bytes) -> bytes:
        """HMAC-SHA-256 that stands for a name outside. Without the key nobody tells whose it is, also not by trying all
        names; it stays the same for as long as the master key does.
        """
        return hmac.digest(self._pseudonyms, name, hashlib.sha256)

    def fingerprint(self, secret: bytes, table: str) -> bytes:
        """HMAC-SHA-256 by which a secret of 80 random bits or more is found again, and never read back.

        The same secret has another fingerprint in another table.
        """
        return hmac.digest(self._fingerprints, table.encode() + b"\x00" + secret, hashlib.sha256)


def master_key(folder: Path, *, may_make: bool = True) -> bytes:
    """The master key of `folder`/master.key; made at the first start, 32 random bytes, mode 0600.

    `may_make`: False where something is sealed already, which a new key could never open.
    Raises MasterKeyUnusable.
    """
    path = folder / "master.key"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            if not may_make:
                raise MasterKeyUnusable(
                    path,
                    "it is missing, and the database holds secrets that only it opens; "
                    "restore it from its backup; to a new node of a fleet copy it from another one",
                )
            durable.place(path, os.urandom(KEY))
        mode, key = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise MasterKeyUnusable(
            path, f"{error.strerror}; let this user read and write that folder"
        ) from error
    if mode & 0o077:
        raise MasterKeyUnusable(path, f"other users can read it; chmod 600 {path}")
    if len(key) != KEY:
        raise MasterKeyUnusable(path, f"it has {len(key)} bytes, not {KEY}; restore it from a backup")
    return key
