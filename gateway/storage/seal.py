"""Secrets at rest: AES-256-GCM under a master key that is not in the database.

A sealed value is bound to the row it belongs to, so it cannot be moved to another row.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, NIST SP 800-38D §8.2.2: random nonces, far below 2^32 values under one key
VERSION = b"\x01"


class SealBroken(Exception):
    """A sealed value does not belong to this row or this master key."""

    def __init__(self, row: str) -> None:
        super().__init__(
            f"a sealed secret of {row} cannot be opened: the database and keys/master.key belong together; "
            "restore both from the same backup"
        )


class Seal:
    """Seals and opens secrets; `row` names the table and row the secret stands in."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)

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
        except InvalidTag as error:
            raise SealBroken(row) from error


def master_key(folder: Path) -> bytes:
    """The master key of `folder`/master.key; made at the first start, 32 random bytes, mode 0600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "master.key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(key := os.urandom(32))
        file.flush()
        os.fsync(file.fileno())
    return key
