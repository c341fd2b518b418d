"""Keeps the tunnel as a file for another WireGuard, where the agent makes no interface of its own."""

import os
from pathlib import Path

from agents.kept.folder import Folder, NotKept
from agents.keys.apart import Failed, apart
from agents.tunnel.filed import text_of
from agents.tunnel.linux import TunnelFailed, outer_of
from agents.tunnel.plan import Address, Plan

SECONDS = 10.0


class Filed:
    """Implements `tunnelling.Device`. `file`: in a folder of the agent's alone; there while there is a tunnel."""

    filed = True

    def __init__(self, file: Path) -> None:
        self.file = file
        self._private = b""

    def begin(self, plan: Plan, private: bytes) -> None:
        """Raises TunnelFailed."""
        self._private = private
        self.change(plan)

    def change(self, plan: Plan) -> None:
        """Whole or not at all. Raises TunnelFailed."""
        outer, private = outer_of(plan), self._private
        try:
            said = _apart(plan, outer, private)
            Folder(self.file.parent).write(self.file.name, said)
        except (Failed, NotKept) as error:
            raise TunnelFailed(str(error)) from error

    def end(self) -> None:
        """Raises TunnelFailed."""
        try:
            Folder(self.file.parent).remove(self.file.name)
        except NotKept as error:
            raise TunnelFailed(str(error)) from error


def _apart(plan: Plan, outer: Address, private: bytes) -> bytes:
    """The library takes 13 MiB, which end with a child where a system has such children."""
    if hasattr(os, "fork"):
        return apart(lambda: text_of(plan, outer, private), SECONDS)
    return text_of(plan, outer, private)
