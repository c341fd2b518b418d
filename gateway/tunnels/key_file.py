"""The gateway's private key in a file of its own, mode 0600: made once, never replaced by itself."""

from base64 import b64decode
from pathlib import Path

from config import durable
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.wireguard_go import CannotTunnel


def private_key(file: Path) -> PrivateKey:
    """Raises CannotTunnel where another user could read it, or it is no key."""
    try:
        return _read(file)
    except FileNotFoundError:
        pass
    # Where another start was quicker its key stays: devices may know it by now.
    durable.place(file, f"{PrivateKey.generate().base64()}\n".encode())
    return _read(file)


def _read(file: Path) -> PrivateKey:
    if file.stat().st_mode & 0o077:
        raise CannotTunnel(f"{file} can be read by other users", f"chmod 600 {file}")
    try:
        return PrivateKey(b64decode(file.read_text(encoding="ascii").strip(), validate=True))
    except ValueError as error:
        raise CannotTunnel(
            f"{file} holds no key of a tunnel", "put the one of your backup there, or remove it"
        ) from error
