"""A key that a TPM 2.0 made and that never leaves it. On disk lies what that chip alone can load.

`tpm2-pytss` is asked in a child process: a service has no room for it, and a chip that hangs holds up no reports.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from agents.keys.apart import Failed, apart
from agents.keys.key import ChipFails, KeyLost
from agents.protocol.messages import KeyKind
from agents.protocol.signing import signing

DEVICE = "device:/dev/tpmrm0"
"""The kernel's resource manager, as tpm2-tss names it (TCTI): others use the chip beside us."""
SECONDS = 30.0  # slow chips take one for a signature; another's work may come first
OF_PUBLIC = b"-----END PUBLIC KEY-----\n"
NOT_ITS_OWN = frozenset({0x9F, 0xA2})
"""TPM_RC_INTEGRITY, TPM_RC_BAD_AUTH (TPM 2.0 part 2, §6.6.3): wrapped by another chip, or by this one before it was
cleared.
"""


def has_chip(chip: str) -> bool:
    """A TPM 1.2 has no `/dev/tpmrm0`. Of what is no device there is no doubt: somebody named it."""
    kind, _, path = chip.partition(":")
    return kind != "device" or Path(path).exists()


@dataclass(frozen=True, slots=True)
class TpmKey:
    """Implements `keys.key.DeviceKey`. `wrapped`: a TSS2 PRIVATE KEY (draft-bottomley-tpm2-keys), PEM."""

    chip: str
    public: bytes
    _wrapped: bytes = field(repr=False)

    @classmethod
    def new(cls, chip: str) -> Self:
        """Raises ChipFails."""
        blob = _asked(chip, _make)
        try:
            return cls.kept(blob, chip)
        except KeyLost as error:
            raise ChipFails(error.why) from error

    @classmethod
    def kept(cls, blob: bytes, chip: str) -> Self:
        """The chip is not asked. Raises KeyLost."""
        public, ends, wrapped = blob.partition(OF_PUBLIC)
        try:
            key = load_pem_public_key(public + ends)
        except ValueError as error:
            raise KeyLost("the file of the key is damaged") from error
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            raise KeyLost("the file of the key holds another kind of key")
        return cls(chip, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), wrapped)

    @property
    def kind(self) -> KeyKind:
        return KeyKind.TPM

    @property
    def blob(self) -> bytes:
        """What is kept."""
        public = load_der_public_key(self.public)
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) + self._wrapped

    def sign(self, octets: bytes) -> bytes:
        """Raises KeyLost, ChipFails. What does not verify does not leave: the file may have been exchanged."""
        signature = _asked(self.chip, lambda chip: _sign(chip, self._wrapped, octets))
        key = load_der_public_key(self.public)
        assert isinstance(key, EllipticCurvePublicKey)
        try:
            key.verify(signature, octets, ECDSA(SHA256()))
        except InvalidSignature as error:
            raise KeyLost("the file holds a key with another public half") from error
        return signature


def _asked(chip: str, ask: Callable[[Any], bytes]) -> bytes:
    """Raises KeyLost, ChipFails."""
    if not has_chip(chip):
        raise ChipFails(f"{chip.partition(':')[2]} is not there")
    if find_spec("tpm2_pytss") is None:
        raise ChipFails("this agent was built without the library of TPMs (tpm2-pytss)")
    try:
        said = apart(lambda: _in_child(chip, ask), SECONDS)
    except Failed as error:
        raise ChipFails(str(error)) from error
    if said[:1] == LOST:
        raise KeyLost(said[1:].decode(errors="replace"))
    return said[1:]


LOST, MADE = b"!", b"="


def _in_child(chip: str, ask: Callable[[Any], bytes]) -> bytes:
    os.environ["TSS2_LOG"] = "all+none"  # it writes to standard error by itself; what is wrong we tell
    from tpm2_pytss import ESAPI, TSS2_Exception  # noqa: PLC0415  # loaded here, so that the service does without

    try:
        with ESAPI(chip) as open_chip:
            return MADE + ask(open_chip)
    except TSS2_Exception as error:
        if error.error in NOT_ITS_OWN:
            return LOST + f"this chip does not know the key ({error})".encode()
        raise


def _make(chip: Any) -> bytes:
    from tpm2_pytss.tsskey import TSSPrivKey  # noqa: PLC0415

    key = TSSPrivKey.create_ecc(chip)  # signs alone; bound to this chip and to its primary key
    return bytes(key.public.to_pem()) + bytes(key.to_pem())


def _sign(chip: Any, wrapped: bytes, octets: bytes) -> bytes:
    from tpm2_pytss.cryptography import tpm_ecc_private_key  # noqa: PLC0415
    from tpm2_pytss.tsskey import TSSPrivKey  # noqa: PLC0415

    try:
        key = TSSPrivKey.from_pem(wrapped)
    except (ValueError, TypeError):
        return b""  # verifies as nothing
    with _loaded(chip, key) as handle:
        return signing(tpm_ecc_private_key(chip, handle))(octets)


@contextmanager
def _loaded(chip: Any, key: Any) -> Iterator[Any]:
    """A chip has room for three."""
    handle = key.load(chip)
    try:
        yield handle
    finally:
        chip.flush_context(handle)
