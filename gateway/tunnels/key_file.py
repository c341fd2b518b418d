"""The gateway's private key in a file of its own, mode 0600: made once, never replaced by itself."""

import os
from base64 import b64decode
from pathlib import Path

from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.wireguard_go import CannotTunnel


def private_key(file: Path) -> PrivateKey:
    """Raises CannotTunnel where another user could read it, or it is no key."""
    try:
        return _read(file)
    except FileNotFoundError:
        pass
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as made:
        made.write(f"{PrivateKey.generate().base64()}\n")
        made.flush()
        os.fsync(descriptor)
    try:
        os.link(draft, file)
    except FileExistsError:  # another start was quicker, and devices may know its key by now
        pass
    finally:
        draft.unlink()
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
