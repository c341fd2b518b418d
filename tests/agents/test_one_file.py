"""`make agent`: the one file at work where there is no Python and nothing of ours, as people install it."""

import signal
import subprocess
import tempfile
from pathlib import Path

import psutil
import pytest

from agents.protocol.messages import KeyKind
from tests.agents.command.test_brana_agent import until
from tests.agents.gateway import CODE, Gateway, over_tls
from tests.agents.tunnel.laptop import given, laptop_of
from tests.rig.authority import make_authority, server_pair
from tests.rig.tpm import swtpm
from tests.rig.tunnels import SERVED, answering, ground, why_not

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
BARE = {"PATH": "/nowhere", "LANG": "C"}


@pytest.fixture(scope="module")
def agent():
    subprocess.run(["make", "-s", "agent"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return ROOT / "build/brana-agent"


@pytest.fixture
def gateway(tmp_path):
    authority = make_authority(tmp_path)
    pair = server_pair(authority)
    one = Gateway()
    with over_tls(one, str(pair.certificate), str(pair.key)) as url:
        one.url, one.trust = url, str(authority.certificate)
        yield one


def run(agent, folder, *words):
    """In a folder of its own, with no environment."""
    places = ("--no-browsers", "--state", str(folder / "state"), "--open", str(folder / "open"))
    done = subprocess.run(
        [agent, *places, *words], env=BARE, cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_it_enrols_with_a_chip_reports_within_its_memory_and_leaves_nothing(agent, gateway, tmp_path):
    with tempfile.TemporaryDirectory(prefix="tpm") as short, swtpm(Path(short)) as chip:
        code, said = run(
            agent, tmp_path, "--tpm", chip.name, "enrol", gateway.url, CODE, "--trust", gateway.trust
        )
        assert (code, gateway.device and gateway.device.key_kind) == (0, KeyKind.TPM), said
        places = ["--no-browsers", "--state", tmp_path / "state", "--open", tmp_path / "open"]
        service = subprocess.Popen([agent, *places, "--tpm", chip.name, "run"], env=BARE, cwd=tmp_path)
        try:
            until(lambda: gateway.device.reported_at is not None)
            running = psutil.Process(service.pid)
            until(running.children)
            whole = [running, running.children()[0]]
            assert sum(one.memory_full_info().pss for one in whole) < 40 * 2**20
        finally:
            service.send_signal(signal.SIGTERM)
            assert service.wait(20) == 0
        assert run(agent, tmp_path, "--tpm", chip.name, "forget")[0] == 0


def test_it_installs_itself_and_takes_itself_away(agent, gateway, tmp_path):
    root = tmp_path / "root"
    (root / "etc/systemd/system").mkdir(parents=True)
    (root / "usr/local/bin").mkdir(parents=True)
    before = sorted(root.rglob("*"))
    code, said = run(agent, tmp_path, "install", "--root", str(root))
    assert (code, "does not run here" in said) == (0, True), said
    assert (root / "usr/local/bin/brana-agent").read_bytes() == agent.read_bytes()
    assert b"/usr/local/bin/brana-agent run" in (root / "etc/systemd/system/brana-agent.service").read_bytes()
    words = ("--tpm", "device:/nowhere", "enrol", gateway.url, CODE, "--trust", gateway.trust)
    assert run(agent, tmp_path, *words)[0] == 0
    code, said = run(agent, tmp_path, "uninstall", "--root", str(root))
    assert (code, "retired at the gateway" in said) == (0, True), said
    assert sorted(root.rglob("*")) == before
    assert not (tmp_path / "state").exists()
    assert not (tmp_path / "open").exists()


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
def test_it_opens_a_tunnel(agent, tmp_path):
    with ground() as there, laptop_of(there, tmp_path, agent) as laptop:
        laptop.gateway.gives = given(there, 4455)
        laptop.let_in(4455)
        with answering(there.office, SERVED, 4455):
            code, said = laptop.agent("up")
            assert code == 0, said
            until(lambda: laptop.reaches(4455))
            assert laptop.agent("down")[0] == 0
            assert not laptop.exists()
