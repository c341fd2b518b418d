"""A security key in software, honest or not: answers of WebAuthn Level 3, as `key.js` sends them."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
AAGUID = bytes.fromhex("00112233445566778899aabbccddeeff")


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(slots=True)
class SoftKey:
    """Every field of an answer can be given another value; None where an honest key would decide."""

    origin: str
    rp_id: str
    counts: bool = True
    count: int = 0
    verifies: bool = True
    owner: bytes = b""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    def made(self, challenge: bytes, *, origin: str = "", rp_id: str = "", kind: str = "webauthn.create",
             algorithm: int = -7, attested: bool = True, owner: bytes = b"",
             flags: int | None = None) -> str:  # fmt: skip
        """The answer to a registration, with self attestation (§8.2)."""
        self.owner = owner or self.owner
        client = self._client(kind, challenge, origin)
        data = self._data(rp_id, (UP | AT | (UV if self.verifies else 0)) if flags is None else flags)
        data += AAGUID + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(self._cose(algorithm))
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        statement = {"alg": algorithm, "sig": signature} if attested else {}
        attestation = {"fmt": "packed" if attested else "none", "attStmt": statement, "authData": data}
        response = {
            "clientDataJSON": b64(client),
            "attestationObject": b64(cbor2.dumps(attestation)),
            "transports": ["usb", "internal", "carrier-pigeon"],
        }
        return self._answer(response, {"credProps": {"rk": True}})

    def shown(self, challenge: bytes, *, origin: str = "", rp_id: str = "", kind: str = "webauthn.get",
              flags: int | None = None, count: int | None = None, owner: bytes | None = None,
              cross_origin: bool = False) -> str:  # fmt: skip
        """The answer to a request (§6.3.3)."""
        if self.counts:
            self.count += 1
        client = self._client(kind, challenge, origin, cross_origin=cross_origin)
        honest = UP | (UV if self.verifies else 0)
        data = self._data(rp_id, honest if flags is None else flags, count)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        handle = self.owner if owner is None else owner
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            **({"userHandle": b64(handle)} if handle else {}),
        }
        return self._answer(response, {})

    def _client(self, kind: str, challenge: bytes, origin: str, *, cross_origin: bool = False) -> bytes:
        said = {
            "type": kind,
            "challenge": b64(challenge),
            "origin": origin or self.origin,
            "crossOrigin": cross_origin,
        }
        return json.dumps(said).encode()

    def _data(self, rp_id: str, flags: int, count: int | None = None) -> bytes:
        site = hashlib.sha256((rp_id or self.rp_id).encode()).digest()
        return site + bytes([flags]) + (self.count if count is None else count).to_bytes(4, "big")

    def _cose(self, algorithm: int) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        return {
            1: 2,
            3: algorithm,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }

    def _answer(self, response: dict[str, Any], extensions: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": b64(self.id),
                "rawId": b64(self.id),
                "type": "public-key",
                "clientExtensionResults": extensions,
                "response": response,
            }
        )
