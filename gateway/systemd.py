"""What systemd hears of the supervisor, where it asks to (sd_notify(3)): it started all, it lives, it ends.

So systemd watches the supervisor (`WatchdogSec=`) as the supervisor watches the others. Standard library only.
"""

import contextlib
import socket
from collections.abc import MutableMapping

NOT_FOR_OTHERS = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""Of the environment: what is meant for the supervisor alone."""
STARTED, LIVES, ENDS = "READY=1", "WATCHDOG=1", "STOPPING=1"


class Systemd:
    """Takes what is meant for this process out of its environment, so that no child speaks in its name."""

    def __init__(self, environment: MutableMapping[str, str], process: int) -> None:
        self._address = environment.pop("NOTIFY_SOCKET", "")
        patience = environment.pop("WATCHDOG_USEC", "")
        meant = environment.pop("WATCHDOG_PID", str(process)) == str(process)
        self.every = int(patience) / 2_000_000 if meant and patience.isdecimal() and int(patience) else None
        """Seconds between signs of life, half of what systemd waits for; None where it wants none."""

    def tell(self, what: str) -> None:
        """Nobody may be there, or too busy: then it is not heard, and that is systemd's to judge."""
        if not self._address.startswith(("/", "@")):
            return
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(what.encode(), address)
