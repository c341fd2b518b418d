"""The product as an ordinary user, with the one capability that a port below 1024 takes, and nothing of root's."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.vocabulary import Role
from gateway.demo.configuration import RECORDS
from gateway.demo.people import CENTRE, Inhabitant
from gateway.demo.slapd import free_port
from gateway.demo.world import draw_accounts
from tests.rig.neighbours import Neighbour, listening
from tests.rig.ordinary_user import as_ordinary_user, interpreter
from tests.rig.product import ROOT, installed
from tests.rig.somebody_else import NOBODY, reachable_folder

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start something as another user"),
]
CLERK = Inhabitant(login="referent", given="Ivo", surname="Referent", places=((CENTRE, Role.CLERK),))
NET_BIND_SERVICE = 1 << 10  # capabilities(7)


@pytest.fixture
def reachable() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def _low_port() -> int:
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port below 1024 is free")


async def test_an_ordinary_user_with_that_capability_alone_serves_a_low_port_in_every_process(
    reachable: Path,
) -> None:
    port, upstream = _low_port(), free_port()

    def at_low_port(text: str) -> str:
        return re.sub(r"^port = \d+", f"port = {port}", text, count=1, flags=re.MULTILINE)

    async with (
        listening(Neighbour(), upstream),
        installed(reachable, draw_accounts([CLERK]), f"http://127.0.0.1:{upstream}", at_low_port) as product,
    ):
        product.before = as_ordinary_user(reachable, [*interpreter(), ROOT])
        await product.start()
        (account,) = product.world.accounts
        shown = await product.visitor().sign_in(account, product.application(RECORDS, CENTRE))
        assert (shown.status, shown.text) == (200, "hello")
        top = product.supervisor()
        processes = [top, *top.children(recursive=True)]
        assert len(processes) >= 4
        for process in processes:
            status = Path(f"/proc/{process.pid}/status").read_text()
            for whose in ("Uid", "Gid"):
                assert re.search(rf"^{whose}:((?:\t{NOBODY}){{4}})$", status, re.MULTILINE), status
            assert re.search(r"^Groups:\s*$", status, re.MULTILINE)
            held = re.findall(r"^Cap(?:Prm|Eff|Bnd):\s+([0-9a-f]+)", status, re.MULTILINE)
            assert {int(one, 16) for one in held} == {NET_BIND_SERVICE}, process.cmdline()[:3]
            assert "NoNewPrivs:\t1" in status
            assert "Umask:\t0077" in status
