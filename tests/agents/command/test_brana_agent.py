"""`brana-agent` as people start it, over TLS, in both languages."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import psutil
import pytest

from agents.command import enrolling
from agents.kept.folder import Folder
from agents.kept.state import Shown, State
from agents.protocol.messages import KeyKind, Standing
from agents.version import VERSION
from gateway import __version__
from tests.agents.command.places import places
from tests.agents.gateway import CODE

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.real


def until(so):
    """Within some seconds, or it fails."""
    end = time.monotonic() + 20
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)


def trust(papers):
    return "--trust", str(papers[0].certificate)


@pytest.mark.parametrize("word", ["status", "doctor"])
def test_whoever_reads_may_stop_before_the_end(word, tmp_path):
    """As `brana-agent doctor | head -1` does."""
    words = [sys.executable, "-m", "agents.command", *places(tmp_path), word]
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as closed:
        done = subprocess.run(words, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


def test_the_version_is_the_products():
    assert __version__ == VERSION


def test_it_enrols_tells_and_forgets(agent, gateway, papers, tmp_path):
    code, said = agent("enrol", gateway.url, CODE, *trust(papers))
    assert code == 0, said
    assert all(one in said for one in (gateway.device.id, "in use", "in a file on the disk"))
    assert agent("enrol", gateway.url, CODE, *trust(papers))[0] == 1
    assert "není" not in agent("status")[1]
    assert "service" in agent("status")[1]
    code, said = agent("forget", tongue="cs")
    assert (code, "vyřazené" in said) == (0, True)
    assert sorted(one.name for one in (tmp_path / "state").iterdir()) == ["lock"]
    assert "sudo brana-agent enrol" in agent("run", tongue="cs")[1]


def test_one_that_was_ended_before_it_could_delete_its_keys_does_so_at_the_next_start(
    agent, gateway, papers, tmp_path
):
    agent("enrol", gateway.url, CODE, *trust(papers))
    state = State(Folder(tmp_path / "state"))
    enrolled = state.enrolment().enrolled
    state.keep_uplink(replace(state.uplink(enrolled), standing=Standing.RETIRED))
    assert agent("run")[0] == 0
    kept = sorted(one.name for one in (tmp_path / "state").iterdir())
    assert kept == ["authorities.pem", "enrolment.json", "lock", "uplink.json"]
    code, said = agent("forget")
    assert (code, "retired at the gateway" in said) == (0, True)


def test_the_authority_is_kept_so_that_its_file_may_go(agent, gateway, papers, tmp_path):
    named = tmp_path / "office.pem"
    named.write_bytes(papers[0].certificate.read_bytes())
    code, said = agent("enrol", gateway.url, CODE, "--trust", str(named))
    assert code == 0, said
    named.unlink()
    words = [sys.executable, "-W", "error", "-m", "agents.command", *places(tmp_path), "run"]
    child = subprocess.Popen(words, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    try:
        until(lambda: gateway.device.reported_at is not None and (tmp_path / "open/status.json").exists())
        assert "✓ Connection to the gateway: all right" in agent("doctor")[1]
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
    assert "retired at the gateway" in agent("forget")[1]
    assert sorted(one.name for one in (tmp_path / "state").iterdir()) == ["lock"]


def test_an_authority_stays_where_it_lay_for_an_agent_that_named_it_so(agent, gateway, papers, tmp_path):
    agent("enrol", gateway.url, CODE, *trust(papers))
    state = State(Folder(tmp_path / "state"))
    state.folder.write(
        "enrolment.json",
        msgspec.json.encode(msgspec.structs.replace(state.enrolment(), trust=str(papers[0].certificate))),
    )
    state.keep_trust(None)
    code, said = agent("forget")
    assert (code, "retired at the gateway" in said) == (0, True)


def test_of_an_enrolment_that_was_refused_no_authority_is_left(agent, gateway, papers, tmp_path):
    assert agent("enrol", gateway.url, "WRONG", *trust(papers))[0] == 1
    assert sorted(one.name for one in (tmp_path / "state").iterdir()) == ["lock"]


def test_a_gateway_that_cannot_be_believed_is_not_spoken_to(agent, gateway, monkeypatch):
    monkeypatch.setattr(enrolling.time, "sleep", lambda _: None)
    code, said = agent("enrol", gateway.url, CODE)
    assert (code, gateway.said) == (1, [])
    assert "certificate cannot be believed" in said
    assert "--trust FILE" in said


def test_an_address_where_nobody_answers_is_told_with_the_cause(agent, monkeypatch):
    monkeypatch.setattr(enrolling.time, "sleep", lambda _: None)
    code, said = agent("enrol", "https://127.0.0.1:9", CODE, tongue="cs")
    assert code == 1
    assert "Brána neodpovídá" in said
    assert "Connection refused" in said


def test_before_it_is_enrolled_nobody_is_sent_to_start_a_service(agent):
    for word in ("status", "doctor"):
        code, said = agent(word, tongue="cs")
        assert (code, "Vyžádejte si kód" in said, "start brana-agent" in said) == (1, True, False)


def test_one_that_waits_for_approval_says_so_to_who_wants_the_tunnel_and_asks_whether_it_still_does(
    agent, gateway, papers, tmp_path
):
    gateway.terms = replace(gateway.terms, approval=True)
    agent("enrol", gateway.url, CODE, *trust(papers))
    words = [sys.executable, "-W", "error", "-m", "agents.command", *places(tmp_path), "run"]
    child = subprocess.Popen(words, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    try:
        until(lambda: (tmp_path / "open/status.json").exists() and "none yet" in agent("status")[1])
        until(lambda: gateway.device.reported_at is not None)
        began = time.monotonic()
        code, said = agent("up", tongue="cs")
        assert (code, time.monotonic() - began < 15) == (1, True)
        assert "čeká na schválení správcem" in said
        assert "Dokud zařízení není v provozu" in said
        gateway.stands(Standing.ACTIVE)
        code, said = agent("up")
        assert "The tunnel is not open." in said
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes somebody else")
def test_who_may_not_read_what_the_agent_believes_is_not_told_that_the_gateway_is_another(gateway):
    shown = Shown(
        url=gateway.url,
        device="d" * 22,
        key_kind=KeyKind.SOFTWARE,
        standing=Standing.ACTIVE,
        failing=(),
        reported_at=None,
        certificate_until=None,
    )
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        Path(name).chmod(0o755)
        public, closed = Path(name) / "open", Path(name) / "closed"
        for folder, mode in ((public, 0o755), (closed, 0o700)):
            folder.mkdir()
            folder.chmod(mode)
        Folder(public, 0o644).write("status.json", msgspec.json.encode(shown))
        words = [sys.executable, "-c", AS_NOBODY, str(closed), str(public)]
        said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stdout.startswith("? Connection to the gateway: an administrator alone can find out"), (
        said.stdout + said.stderr
    )


AS_NOBODY = """
import os, sys
from pathlib import Path
from agents.command.doctoring import doctor
from config.vocabulary import Language
"a".encode("idna")  # what is loaded later nobody else may read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
doctor(Path(sys.argv[1]), Path(sys.argv[2]), "device:/nowhere", Language.ENGLISH)
"""


def test_the_reason_of_a_refusal_is_told_in_ones_language(agent, gateway, papers):
    assert (
        "Odmítnuto. (device_code_not_good)"
        in agent("enrol", gateway.url, "WRONG", *trust(papers), tongue="cs")[1]
    )
    assert "Refused. (device_code_not_good)" in agent("enrol", gateway.url, "WRONG", *trust(papers))[1]


@pytest.mark.parametrize(
    "url", ["http://devices.example.cz", "devices.example.cz", "https://a/b", "https://u:p@a"]
)
def test_only_an_address_of_a_gateway_is_taken(agent, url):
    code, said = agent("enrol", url, CODE)
    assert (code, "https://devices.example.cz" in said) == (1, True)


def test_a_file_of_authorities_that_is_none_is_told(agent, tmp_path):
    assert agent("enrol", "https://localhost", CODE, "--trust", str(tmp_path / "none"))[0] == 1


def test_the_service_reports_by_itself_within_its_bounds_and_ends_when_told(agent, gateway, papers, tmp_path):
    assert agent("enrol", gateway.url, CODE, *trust(papers))[0] == 0
    words = [sys.executable, "-W", "error", "-m", "agents.command", *places(tmp_path), "run"]
    child = subprocess.Popen(words, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    try:
        until(lambda: gateway.device.reported_at is not None and (tmp_path / "open/status.json").exists())
        until(lambda: agent("status")[1].count("none yet") == 0)
        assert psutil.Process(child.pid).memory_info().rss < 40 * 2**20
        code, said = agent("status", tongue="cs")
        assert (code, "v provozu" in said, gateway.device.id in said) == (0, True, True)
        code, said = agent("doctor")
        assert "✓ Connection to the gateway: all right" in said
        assert "✗ Disk encryption" in said or "✓ Disk encryption" in said or "? Disk encryption" in said
        assert "stop brana-agent" in agent("forget")[1]
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0


def test_one_that_is_retired_there_already_has_said_its_farewell(agent, gateway, papers):
    agent("enrol", gateway.url, CODE, *trust(papers))
    gateway.stands(Standing.RETIRED)
    code, said = agent("forget")
    assert (code, "retired" in said) == (0, True)
