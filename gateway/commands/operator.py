"""Who runs a command, as the audit log names them."""

import os
import pwd
import socket
import struct
from pathlib import Path

from idp.events import Actor

PEER = struct.Struct("iII")  # process, user, group
NOBODY = 2**32 - 1
"""What the kernel has for a process that no sign-in to the machine began: a timer's, or in most containers."""


def operator(login: Path = Path("/proc/self/loginuid"), account: int | None = None) -> str:
    """`cli:account`, or `cli:account (person)` where somebody else signed in to the machine.

    Commands run under the product's own account, so the account alone would name nobody. Both are what the kernel
    knows; environment variables such as LOGNAME or SUDO_USER could name anybody. `login`: the uid that signed in,
    which survives `sudo` and `su`; not every kernel keeps it. `account`: of another process than this one.
    """
    account, person = os.getuid() if account is None else account, _signed_in(login)
    if person in (None, account):
        return f"cli:{_name(account)}"
    return f"cli:{_name(account)} ({_name(person)})"


def at_the_other_end(connection: socket.socket) -> str:
    """The same of whoever has connected to a unix socket of ours, as the kernel knows it (unix(7), SO_PEERCRED)."""
    process, account, _ = PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
    return operator(Path(f"/proc/{process}/loginuid"), account)


def acting() -> Actor:
    """The same, for what is done to an account."""
    return Actor(operator(), operator())


def _signed_in(login: Path) -> int | None:
    try:
        number = int(login.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return number if 0 <= number < NOBODY else None


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
