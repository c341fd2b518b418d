"""The tunnel with 1,000 peers: how fast one is out, what others notice of it, and what the rules cost.

A laptop and a service behind the gateway say a word to and fro without a pause, so a gap is what lies between two
answers. The baseline of the throughput is the same wireguard-go in the same run without rules, in interleaved rounds.
"""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from itertools import pairwise
from typing import Any, Self

from gateway.tunnels import rules
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.opening import Opened
from gateway.tunnels.permits import Admitted, Target, Transport
from tests.bench.figure import figure, slowest
from tests.rig.namespaces import Machine
from tests.rig.tunnels import SERVED, Ground, Laptop, ground, now

PEERS = 1000
TARGETS = 20
CHANGES = 40
REVOKED = 20
ROUNDS, ROUND = 32, 0.4  # seconds
PORT = 7007
SOON = 3.0  # seconds


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    with ground() as there, words_back(there.office), sink(there.office):
        opened = there.open()
        laptops = list(there.laptops.values())
        many = [stranger(number) for number in range(PEERS - len(laptops))]
        there.run(opened.tunnel.apply([*many, *(admitted(one) for one in laptops)], now()))
        jana, petr = laptops
        revoked = [revoke(there, opened, jana) for _ in range(REVOKED)]
        gaps, still = noticed(there, opened, petr, many[0])
        ratio, baseline = throughput(there, opened, petr)
        there.leave()
    return {
        "revoke_ms": slowest(revoked, f"{PEERS} peers; from the call to the last answer", 50.0),
        "gap_ms": slowest(gaps, f"{max(still) * 1000:.1f} ms at most without any change", 20.0),
        "throughput_ratio": figure(ratio, "×", baseline, 0.95, least=True),
    }


def admitted(laptop: Laptop) -> Admitted:
    end = now() + timedelta(hours=1)
    targets = {Target(ip_address(SERVED), each, PORT): end for each in Transport}
    return Admitted(laptop.key, frozenset({laptop.address}), end, targets)


def stranger(number: int) -> Admitted:
    """One of many who are there and say nothing."""
    end = now() + timedelta(hours=1)
    targets = {Target(ip_address("10.2.0.0") + one, Transport.TCP, 445): end for one in range(TARGETS)}
    return Admitted(PrivateKey.generate().public, frozenset({ip_address("10.90.1.0") + number}), end, targets)


@dataclass
class Talk:
    """To and fro until it is ended; `answers` are moments."""

    laptop: Laptop
    answers: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        with self.laptop.machine.entered():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((SERVED, PORT))
        self._socket.settimeout(0.005)
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()
        until = time.monotonic() + SOON
        while len(self.answers) < 50:
            assert time.monotonic() < until, "the tunnel does not answer"
            time.sleep(0.001)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _talk(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                self._socket.send(b"slovo")
                self._socket.recv(100)
                self.answers.append(time.perf_counter())

    def gap(self, since: float) -> float:
        """The longest between two answers from a moment on; of the last until now, as none may have come."""
        answers = tuple(self.answers)
        before = max((one for one in answers if one <= since), default=since)
        near = [before, *(one for one in answers if one > since), time.perf_counter()]
        return max(after - before for before, after in pairwise(near))


def revoke(there: Ground, opened: Opened, laptop: Laptop) -> float:
    with Talk(laptop) as talk:
        began = time.perf_counter()
        there.run(opened.tunnel.revoke(laptop.key, now()))
        time.sleep(0.05)
        last = talk.answers[-1]
    there.run(opened.tunnel.admit(admitted(laptop), now()))
    laptop.begin_anew(there.private.public)
    return max(last - began, 0.0)


def noticed(
    there: Ground, opened: Opened, laptop: Laptop, other: Admitted
) -> tuple[list[float], list[float]]:
    """The longest gap around each removal and addition of another peer, and around as many moments without one."""
    gaps, still = [], []
    with Talk(laptop) as talk:
        for number in range(CHANGES):
            began = time.perf_counter()
            time.sleep(0.05)
            still.append(talk.gap(began))
            began = time.perf_counter()
            act = opened.tunnel.admit(other, now()) if number % 2 else opened.tunnel.revoke(other.key, now())
            there.run(act)
            time.sleep(0.05)
            gaps.append(talk.gap(began))
    return gaps, still


def throughput(there: Ground, opened: Opened, laptop: Laptop) -> tuple[float, str]:
    """Of octets of TCP from a laptop: with rules as a share of without, the median of pairs of rounds.

    Each goes first in half of them: a round is some hundredths slower behind the act that says all peers again.
    """

    def ruled() -> float:
        there.run(opened.tunnel.apply(opened.tunnel.admitted.values(), now()))
        return sent(laptop)

    def without() -> float:
        opened.packets.do(rules.gone(there.plan))
        opened.tunnel._certain = False  # the next act says everything again
        return sent(laptop)

    ratios, bare = [], []
    for number in range(ROUNDS):
        first, second = (without, ruled) if number % 2 else (ruled, without)
        took = {first: first(), second: second()}
        ratios.append(took[ruled] / took[without])
        bare.append(took[without] * 8 / 1e6)
    there.run(opened.tunnel.apply(opened.tunnel.admitted.values(), now()))
    return (
        statistics.median(ratios),
        f"{statistics.median(bare):.0f} Mbit/s of bare wireguard-go; median of {ROUNDS} pairs of rounds",
    )


def sent(laptop: Laptop) -> float:
    """Octets in a second. The rules change when nothing of it is under way any more: the kernel knows no windows of a
    connection that it meets in its middle, may drop the rest of it, and the service would wait for that.
    """
    octets, begun = bytes(2**18), time.perf_counter()
    count = 0
    with laptop.connected(PORT) as sending:
        while time.perf_counter() - begun < ROUND:
            count += sending.send(octets)
        took = time.perf_counter() - begun
        sending.shutdown(socket.SHUT_WR)
        assert not sending.recv(1), "the service has taken all of it"
    return count / took


@contextmanager
def words_back(machine: Machine) -> Iterator[None]:
    """A service over UDP that says back what it is told."""
    with machine.entered():
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind((SERVED, PORT))
    listening.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                listening.sendto(*listening.recvfrom(100))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        listening.close()


@contextmanager
def sink(machine: Machine) -> Iterator[None]:
    """A service over TCP that takes whatever it is sent; who sent may be gone without a word."""
    with machine.entered():
        listening = socket.create_server((SERVED, PORT))
    listening.settimeout(0.1)
    over = threading.Event()

    def take(one: socket.socket, room: bytearray) -> None:
        one.settimeout(0.1)
        while not over.is_set():
            with suppress(TimeoutError):
                if not one.recv_into(room):
                    return

    def serve() -> None:
        room = bytearray(2**20)
        while not over.is_set():
            with suppress(OSError):
                one, _ = listening.accept()
                with one:
                    take(one, room)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        listening.close()
