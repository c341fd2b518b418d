"""What a machine may lack, and what is said then."""

import asyncio
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.commands.tunnel import command
from gateway.tunnels import link, wireguard_go
from gateway.tunnels.conntrack import ConntrackFailed, count_octets
from gateway.tunnels.nftables import Nftables, NftablesMissing
from gateway.tunnels.seen import TunnelDeviceFailed
from gateway.tunnels.userspace import Userspace
from gateway.tunnels.wireguard_go import CannotTunnel

POOL = ip_network("10.90.0.0/16")


async def test_without_a_tun_device_it_says_how_to_have_one(tmp_path: Path) -> None:
    with pytest.raises(CannotTunnel, match="modprobe tun"):
        await wireguard_go.running("brana9", tun=tmp_path / "tun", sockets=tmp_path)


async def test_without_wireguard_go_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(CannotTunnel, match="install Debian's package wireguard-go"):
        await wireguard_go.running("brana9", program="wireguard-gone", tun=tmp_path, sockets=tmp_path)


async def test_an_interface_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(CannotTunnel, match="choose another name"):
        await wireguard_go.running("lo", program="true", tun=tmp_path, sockets=tmp_path)


async def test_a_program_that_ends_at_once_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotTunnel, match="ended at once; this process needs CAP_NET_ADMIN"):
        await wireguard_go.running("brana9", program="false", tun=tmp_path, sockets=tmp_path)


def test_without_debians_module_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NftablesMissing, match="install Debian's package python3-nftables"):
        Nftables(tmp_path / "__init__.py")


def test_a_machine_that_passes_no_packets_on_is_told_how_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path("/proc/sys") / "net" / "ipv4" / "ip_forward"
    assert link.FORWARDING[4] == file
    monkeypatch.setattr(Path, "read_text", lambda _: "0\n")
    with pytest.raises(CannotTunnel, match=r"net\.ipv4\.ip_forward=1"):
        link.forwards([POOL])
    monkeypatch.setattr(Path, "read_text", lambda _: "1\n")
    link.forwards([POOL])


def test_a_kernel_that_cannot_count_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConntrackFailed, match="nf_conntrack_acct cannot be set to 1"):
        count_octets(tmp_path)
    for name in ("nf_conntrack_acct", "nf_conntrack_timestamp"):
        (tmp_path / name).write_text("0\n")
    count_octets(tmp_path)
    assert {one.read_text() for one in tmp_path.iterdir()} == {"1"}


async def test_a_device_that_is_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(TunnelDeviceFailed, match="does not answer"):
        await Userspace("brana9", tmp_path).seen()


@asynccontextmanager
async def saying(device: Userspace, answer: bytes):
    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(answered, device.socket):
        yield


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "does not answer"),
        (b"errno=0\n", "does not answer"),
        (b"errno=-22\n\n", "refused a change: Invalid argument"),
        (b"hello\n\n", "what is not understood"),
        (b"surprise=1\nerrno=0\n\n", "what is not understood"),
    ],
)
async def test_a_device_that_says_something_else_is_told(tmp_path: Path, answer: bytes, told: str) -> None:
    device = Userspace("brana9", tmp_path)
    async with saying(device, answer):
        with pytest.raises(TunnelDeviceFailed, match=told):
            await device.seen()


def test_on_a_node_of_a_fleet_it_does_not_begin(tmp_path: Path) -> None:
    """Nothing is made there: neither a key nor an interface."""
    file = tmp_path / "brana.toml"
    state = f'[state]\ndirectory = "{tmp_path}"\n[tunnels]\nendpoint = "198.51.100.2"\n'
    file.write_text(f'{state}[fleet]\nnode = "a"\n', "utf-8")
    said = CliRunner().invoke(command, ["--config", str(file)])
    assert (said.exit_code, "a fleet has no tunnels yet" in said.output) == (1, True), said.output
    assert "leave [tunnels] out of the nodes of a fleet" in said.output
    assert list(tmp_path.iterdir()) == [file]
