"""The example of a fleet passes the check on each of its three machines, as they are in the example."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from config.load import load
from gateway.demo.authority import authority, write_private
from tests.gateway.commands.test_fitness import CLIENT_KEYS, EXAMPLES, KEY_SET, PROGRAMS, SECRETS
from tests.rig.countries import write_countries
from tests.rig.namespaces import Machine, network, why_not
from tests.rig.product import ROOT
from tests.rig.service_provider import key
from tests.rig.three_nodes import MIDDLE, NODES

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]
OURS = (
    "tls/chain.pem",
    "tls/gateway.pem",
    "tls/database-client.pem",
    "tls/siem-client.pem",
    "tls/caais-client.pem",
)
KEYS = (
    "tls/key.pem",
    "tls/gateway.key",
    "tls/database-client.key",
    "tls/siem-client.key",
    "tls/caais-client.key",
)
THEIRS = [
    f"tls/{one}-authority.pem" for one in ("directory", "receivers", "applications", "database", "region")
]


@pytest.fixture(scope="module")
def machines() -> Iterator[dict[str, Machine]]:
    with network(MIDDLE, NODES) as (_, made):
        yield made


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Everything that the two examples name."""
    shutil.copytree(EXAMPLES / "policies", tmp_path / "policies")
    shutil.copyfile(EXAMPLES / "kromeriz.csv", tmp_path / "district.csv")
    for name in ("acme", "tls"):
        (tmp_path / name).mkdir()
    now = datetime.now(UTC)
    made = authority(tmp_path / "made", now)
    pair = made.issue("public", ["*.brana.kromeriz.example"], now)
    files = {pair.certificate: OURS, pair.key: KEYS, made.certificate: THEIRS}
    for file, names in files.items():
        for name in names:
            shutil.copy(file, tmp_path / name)
    for name in PROGRAMS:
        (tmp_path / name).write_text("{}", "utf-8")
    (tmp_path / CLIENT_KEYS).write_text(KEY_SET, "utf-8")
    (tmp_path / "archive-saml.pem").write_bytes(key().certificate.public_bytes(Encoding.PEM))
    write_countries(tmp_path / "cities.mmdb")
    (tmp_path / "programs-ca.crl").write_text("-----BEGIN X509 CRL-----\n", "utf-8")
    for name in (*SECRETS, "database.password"):
        write_private(tmp_path / name, b"x" * 32)
    return tmp_path


def of_node(name: str) -> str:
    """Both examples as that node has them: what is each machine's own is changed, and nothing else."""
    text, tunnels, _ = (EXAMPLES / "embedded.toml").read_text("utf-8").partition("# --- Tunnels:")
    assert tunnels, "which several machines cannot share, as fleet.toml says"
    fleet = (EXAMPLES / "fleet.toml").read_text("utf-8")
    own = {
        '"/var/lib/brana"': '"state"',  # who runs tests may not write there
        "[public]\n": f'[public]\naddress = "{NODES[name]}"\n',
        "[metrics]\n": f'[metrics]\naddress = "{NODES[name]}"\n',
    }
    for here, there in own.items():
        assert text.count(here) == 1, here
        text = text.replace(here, there)
    swapped = {f'"{name}"': '"a"', '"a"': f'"{name}"'}
    swapped |= {f'"{NODES[name]}"': f'"{NODES["a"]}"', f'"{NODES["a"]}"': f'"{NODES[name]}"'}
    its = re.compile(r'^((?:node|name|address) = )("[^"]+")$', re.MULTILINE)
    return text + its.sub(lambda found: found[1] + swapped.get(found[2], found[2]), fleet)


@pytest.mark.parametrize("node", NODES)
def test_the_example_is_fit_to_start_on_each_machine(
    node: str, machines: dict[str, Machine], office: Path
) -> None:
    configuration = office / "brana.toml"
    configuration.write_text(of_node(node), "utf-8")
    settings, _ = load(configuration)
    assert settings.fleet is not None
    others = {name: address for name, address in NODES.items() if name != node}
    assert (settings.fleet.node, settings.fleet.address) == (node, NODES[node])
    assert {one.name: one.address for one in settings.fleet.peers} == others
    status, said = check(machines[node], configuration)
    assert status == 0, said
    assert "fit to start: 46 municipalities, 5 applications" in said


def test_on_another_machine_the_addresses_are_told(machines: dict[str, Machine], office: Path) -> None:
    configuration = office / "brana.toml"
    configuration.write_text(of_node("a"), "utf-8")
    status, said = check(machines["b"], configuration)
    assert status != 0
    for setting in ("public.address", "metrics.address"):
        assert f"{setting}: " in said, said


def check(machine: Machine, configuration: Path) -> tuple[int, str]:
    done = subprocess.run(
        [*machine.within, sys.executable, "-m", "gateway", "config", "check", "--config", str(configuration)],
        cwd=ROOT, capture_output=True, check=False, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
