"""Which key a device gets, and the one it has. Once it has one in a chip there is no other."""

from agents.kept.state import State
from agents.keys.key import DeviceKey
from agents.keys.software import SoftwareKey
from agents.protocol.messages import KeyKind


def new(state: State) -> DeviceKey:
    """Kept before anybody hears of it. Raises NotKept."""
    key = SoftwareKey.new()
    state.keep_key(key.kind, key.blob)
    return key


def kept(state: State, kind: KeyKind) -> DeviceKey:
    """Raises KeyLost, NotKept."""
    return SoftwareKey.kept(state.key_blob(kind))
