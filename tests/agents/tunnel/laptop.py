"""A laptop with the agent on a network of its own, and what its gateway gives it."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from agents.protocol.tunnel import Link, NotReached, Reached, Transport, TunnelGiven, Why
from gateway.tunnels.keys import tunnel_key
from gateway.tunnels.permits import Admitted, Target
from gateway.tunnels.permits import Transport as Passing
from tests.agents.gateway import CODE, Gateway, over_tls
from tests.rig.authority import make_authority, server_pair
from tests.rig.tunnels import GATEWAY, IN_TUNNEL, PORT, SERVED, SERVED_6, Laptop, now

ROOT = Path(__file__).parents[3]
OPEN_AT = "https://portal.brana.example/tunnel"
HOUR = timedelta(hours=1)
ADDRESSES = ("10.90.0.77", "fd00:90::77")
INTERFACE = f"brt{os.getpid():x}"


class Device:
    """A laptop with the agent; `agent(…)` runs there as its administrator starts it."""

    def __init__(self, there, folder, gateway, program):
        self.there, self.folder, self.gateway, self.program = there, folder, gateway, program
        self.machine = there.laptops["jana"].machine
        self.service = None

    def words(self, *words):
        places = ["--state", str(self.folder / "state"), "--open", str(self.folder / "open")]
        names = ["--lang", "en", "--no-browsers", "--tpm", "device:/nowhere", "--tunnel", INTERFACE]
        return [
            *self.machine.within,
            *self.program,
            *names,
            *places,
            *words,
        ]

    def agent(self, *words):
        done = subprocess.run(
            self.words(*words), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
        return done.returncode, done.stdout + done.stderr

    def start(self):
        self.service = subprocess.Popen(self.words("run"), cwd=ROOT)
        until((self.folder / "open/status.json").exists)

    def stop(self, how=signal.SIGTERM):
        self.service.send_signal(how)
        self.service.wait(20)

    def exists(self):
        with self.machine.entered():
            return INTERFACE in [name for _, name in socket.if_nameindex()]

    def let_in(self, *ports):
        """As the gateway does it once its person has opened the tunnel."""
        key = tunnel_key(self.gateway.device.tunnel_key)
        targets = {
            Target(ip_address(host), Passing.TCP, port): now() + HOUR
            for host in (SERVED, SERVED_6)
            for port in ports
        }
        admitted = Admitted(key, frozenset(ip_address(one) for one in ADDRESSES), now() + HOUR, targets)
        with opened_again(self.there) as tunnel:
            self.there.run(tunnel.apply([admitted], now()))

    def reaches(self, port, host=SERVED):
        laptop = Laptop(self.machine, INTERFACE, ip_address(ADDRESSES[0]), ip_address(ADDRESSES[1]))
        try:
            laptop.connected(port, host=host, within=1.0).close()
        except OSError:
            return False
        return True


@contextmanager
def opened_again(there):
    try:
        yield there.open().tunnel
    finally:
        there.leave()


def until(so, seconds=20.0):
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


def given(there, *ports, hosts=(SERVED, SERVED_6), ends=HOUR, **more):
    link = Link(
        host=GATEWAY,
        port=PORT,
        gateway_key=there.private.public,
        addresses=list(ADDRESSES),
        mtu=1420,
        keepalive=0,
        until=now() + ends,
        servers=[IN_TUNNEL],
        domains=["sluzby.brana.example"],
    )
    share = Reached(
        id="spis",
        cs="Spisová služba",
        en="Registry",
        name="spis.sluzby.brana.example",
        addresses=list(hosts),
        transport=Transport.TCP,
        ports=list(ports),
        until=now() + ends,
    )
    why = Why(
        reason="step_up_required",
        cs="Přihlaste se druhým faktorem.",
        en="Sign in with a second factor.",
        go_to="https://login.brana.example/step-up",
    )
    books = NotReached(id="ucto", cs="Účetnictví", en="Accounting", why=why)
    return TunnelGiven(
        nonce="n" * 16,
        again_within=300,
        open_at=OPEN_AT,
        link=link,
        reached=[share],
        not_reached=[books],
        **more,
    )


@contextmanager
def laptop_of(there, folder, *program):
    """A laptop with the agent at work, enrolled over TLS with a gateway's own rules."""
    authority = make_authority(folder)
    pair = server_pair(authority)
    machine = there.laptops["jana"].machine
    gateway = Gateway()
    with machine.entered():
        machine.do("ip", "link", "set", "lo", "up")
        with over_tls(gateway, str(pair.certificate), str(pair.key)) as url:
            one = Device(there, folder, gateway, program)
            code, said = one.agent("enrol", url, CODE, "--trust", str(authority.certificate))
            assert code == 0, said
            try:
                one.start()
                until(lambda: gateway.device.tunnel_key is not None)
                yield one
            finally:
                if one.service.poll() is None:
                    one.stop()
                one.agent("down")
