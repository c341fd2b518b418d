import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.tunnels import uapi
from gateway.tunnels.keys import PrivateKey, octets_of
from gateway.tunnels.peers import Added, Readdressed, Removed, only
from gateway.tunnels.seen import Seen, SeenPeer
from tests.gateway.tunnels.drawn import ADDRESSES, KEYS, peers

OWN = PrivateKey(b"\x07" * 32)
KEY = octets_of(KEYS[0]).hex()
ANSWER = f"""\
private_key={OWN.reveal().hex()}
listen_port=51820
public_key={KEY}
preshared_key={"00" * 32}
protocol_version=1
endpoint=[2001:db8::1]:4500
last_handshake_time_sec=1700000000
last_handshake_time_nsec=500000000
tx_bytes=20
rx_bytes=10
persistent_keepalive_interval=0
allowed_ip=10.90.0.2/32
allowed_ip=fd00:90::2/128
public_key={octets_of(KEYS[1]).hex()}
errno=0

"""


def read(text: str) -> Seen:
    said = uapi.answer(text.encode())
    assert said.errno == 0
    return uapi.device(said.lines)


def test_a_device_is_read_with_its_peers() -> None:
    assert read(ANSWER) == Seen(
        OWN.public,
        51820,
        {
            KEYS[0]: SeenPeer(
                only([ADDRESSES[0], ADDRESSES[-1]]),
                "[2001:db8::1]:4500",
                datetime(2023, 11, 14, 22, 13, 20, 500000, UTC),
                10,
                20,
            ),
            KEYS[1]: SeenPeer(frozenset()),
        },
    )


def test_a_device_that_was_told_nothing_has_no_key() -> None:
    assert read("errno=0\n\n") == Seen(None, 0)
    assert read(f"private_key={'00' * 32}\nerrno=0\n\n").key is None


def test_an_error_is_told_by_its_number() -> None:
    assert uapi.answer(b"errno=-22\n\n").errno == 22
    assert uapi.answer(b"errno=98\n\n").errno == 98


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("errno=0\n\n", ""),
        ("errno=0\n\n", "errno=0\n"),
        ("errno=0\n\n", "errno=x\n\n"),
        ("errno=0\n\n", "errno=\n\n"),
        ("listen_port=51820\n", "\n"),
        ("listen_port=51820\n", "errno=0\n"),
        ("listen_port=51820\n", "listen_port=65536\n"),
        ("listen_port=51820\n", "listen_port=５\n"),
        ("listen_port=51820\n", "listen_port=-1\n"),
        ("listen_port=51820\n", "listen_port=51820\nlisten_port=51820\n"),
        ("listen_port=51820\n", "surprise=1\n"),
        ("rx_bytes=10", "rx_bytes=99999999999999999999"),
        ("rx_bytes=10", "rx_bytes=9999999999999999999"),
        ("rx_bytes=10", "surprise=10"),
        ("rx_bytes=10", "rx_bytes"),
        ("10.90.0.2/32", "10.90.0.2"),
        ("10.90.0.2/32", "10.90.0.2/33"),
        ("10.90.0.2/32", "10.90.0.2/16"),
        (KEY, KEY.upper()),
        (KEY, KEY[:-2]),
        (KEY, "zz" * 32),
        (KEY, "00" * 32),
        (KEY, octets_of(KEYS[1]).hex()),
        ("last_handshake_time_sec=1700000000", "last_handshake_time_sec=9000000000000000000"),
    ],
)
def test_an_answer_that_is_not_understood_is_refused_whole(old: str, new: str) -> None:
    assert old in ANSWER
    with pytest.raises(uapi.NotUnderstood):
        read(ANSWER.replace(old, new))


@given(st.binary(max_size=400))
@example(b"")
@example(b"\n\n")
def test_whatever_octets_come_the_reader_reads_or_refuses(octets: bytes) -> None:
    with contextlib.suppress(uapi.NotUnderstood):
        uapi.device(uapi.answer(octets).lines)


@given(st.data())
def test_whatever_is_changed_in_a_true_answer_the_reader_reads_or_refuses(data) -> None:
    octets = bytearray(ANSWER.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(octets) - 1))
        octets[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        seen = uapi.device(uapi.answer(bytes(octets)).lines)
    except uapi.NotUnderstood:
        return
    assert all(key == uapi.key_of_octets(octets_of(key)) for key in seen.peers)


@given(peers())
def test_what_is_read_is_what_was_written(desired) -> None:
    lines = [
        line
        for key, allowed in desired.items()
        for line in (f"public_key={octets_of(key).hex()}", *(f"allowed_ip={one}" for one in allowed))
    ]
    assert read("\n".join([*lines, "errno=0", "", ""])).allowed == desired


def test_all_peers_are_never_replaced() -> None:
    said = uapi.changing(
        [Removed(KEYS[0]), Readdressed(KEYS[1], frozenset()), Added(KEYS[2], only(ADDRESSES[:1]))]
    ).decode()
    assert said == (
        f"set=1\npublic_key={octets_of(KEYS[0]).hex()}\nupdate_only=true\nremove=true\n"
        f"public_key={octets_of(KEYS[1]).hex()}\nupdate_only=true\nreplace_allowed_ips=true\n"
        f"public_key={octets_of(KEYS[2]).hex()}\nreplace_allowed_ips=true\nallowed_ip=10.90.0.2/32\n\n"
    )
    assert "replace_peers" not in said
