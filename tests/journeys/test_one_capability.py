"""The product with the one capability that a port below 1024 takes, and nothing else of root's."""

import os
import re
import socket
from pathlib import Path

import pytest

from tests.rig.product import installed

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can take capabilities away from a start"),
]
NET_BIND_SERVICE = 1 << 10  # capabilities(7)
ONE_ALONE = ("setpriv", "--bounding-set=-all,+net_bind_service", "--inh-caps=-all", "--no-new-privs")


def _low_port() -> int:
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port below 1024 is free")


async def test_a_low_port_is_served_and_every_process_holds_that_capability_alone(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    port = _low_port()
    async with installed(
        tmp_path_factory.mktemp("o"),
        configured=lambda text: re.sub(r"^port = \d+", f"port = {port}", text, count=1, flags=re.MULTILINE),
    ) as product:
        product.before = ONE_ALONE
        await product.start()
        top = product.supervisor()
        for process in [top, *top.children(recursive=True)]:
            status = Path(f"/proc/{process.pid}/status").read_text()
            held = re.findall(r"^Cap(?:Prm|Eff|Bnd):\s+([0-9a-f]+)", status, re.MULTILINE)
            assert {int(one, 16) for one in held} == {NET_BIND_SERVICE}, process.cmdline()[:3]
            assert "NoNewPrivs:\t1" in status
            assert "Umask:\t0077" in status
