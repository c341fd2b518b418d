"""Which key a device gets, and the one it has. Once it has one in a chip there is no other."""

from agents.kept.state import State
from agents.keys.key import DeviceKey
from agents.keys.software import SoftwareKey
from agents.keys.tpm import TpmKey, has_chip
from agents.protocol.messages import KeyKind


def new(state: State, chip: str, *, software: bool = False) -> DeviceKey:
    """In the chip, where there is one and nobody asked for a file; kept before anybody hears of it.

    Raises NotKept, and ChipFails: a chip that is there is not passed over in silence.
    """
    key = SoftwareKey.new() if software or not has_chip(chip) else TpmKey.new(chip)
    state.keep_key(key.kind, key.blob)
    return key


def kept(state: State, kind: KeyKind, chip: str) -> DeviceKey:
    """Raises KeyLost, NotKept."""
    blob = state.key_blob(kind)
    return TpmKey.kept(blob, chip) if kind is KeyKind.TPM else SoftwareKey.kept(blob)
