"""What is wrong before the start: one clear message, nothing half-started, nothing lost, and well after mending."""

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from config.load import read
from config.sources import ACCEPTED, Noting
from gateway.demo.authority import authority, write_private
from gateway.demo.slapd import free_port
from gateway.supervise import WRONG_CONFIGURATION
from tests.rig.installation import DOMAIN, PROJECT, Installation, install
from tests.rig.tiny_disk import tiny_disk

pytestmark = pytest.mark.real
NOW = datetime.now(UTC)
SERVE = ("serve", "--without-directory")  # what stands here is found without one


def refused(installation: Installation, *arguments: str, words: tuple[str, ...]) -> str:
    """Run the command: exit code 1, one message with these words and no traceback, and nothing remains."""
    done = installation.brana(*arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("brana: "), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert "\n    " in done.stderr or "; " in done.stderr, "no advice how to mend it"
    assert installation.processes() == []
    for port in (installation.port, installation.metrics_port):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    return done.stderr


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    return install(tmp_path / "brana")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an installation that has run: its state holds keys and a log."""
    folder = tmp_path_factory.mktemp("used") / "brana"
    with install(folder).serving():
        pass
    return folder


@pytest.fixture
def kept(used: Path, tmp_path: Path) -> Iterator[Installation]:
    """A copy of it, and after the test the very same log is still whole."""
    shutil.copytree(used, tmp_path / "brana", symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
    copy = Installation(tmp_path / "brana")
    copy.write()
    yield copy
    verified = copy.brana("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "is whole" in verified.stdout


def line(old: str, new: str) -> Callable[[Installation], object]:
    """Replace a part of the configuration file, given as a pattern."""

    def change(one: Installation) -> None:
        text, count = re.subn(old, new, one.configuration.read_text("utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1
        one.configuration.write_text(text, "utf-8")

    return change


def certificate(names: list[str], at: datetime) -> Callable[[Installation], object]:
    return lambda one: authority(one.folder / "tls", at).issue("public", names, at)


def of_another(one: Installation) -> None:
    other = authority(one.folder / "other", NOW).issue("public", [f"*.{DOMAIN}"], NOW)
    shutil.copyfile(other.key, one.folder / "tls/public.key")


def policy(text: str) -> Callable[[Installation], object]:
    return lambda one: (one.folder / "policies/region/99-new.cedar").write_text(text)


def client(redirect: str, secret: str) -> Callable[[Installation], object]:
    """A program that uses our sign-in."""

    def add(one: Installation) -> None:
        write_private(one.folder / "client.secret", secret.encode())
        with one.configuration.open("a", encoding="utf-8") as file:
            file.write(
                f'[[oidc_clients]]\nid = "k"\nredirect_uris = [{redirect}]\nsecret_file = "client.secret"\n'
            )

    return add


FAULTS: dict[str, tuple[Callable[[Installation], object], tuple[str, ...]]] = {
    "no configuration": (lambda one: one.configuration.unlink(), ("brana.toml", "cannot be read", "--config")),
    "not TOML": (line(r"^port = .*", "port = = 1"), ("brana.toml:6", "not valid TOML")),
    "an unknown key": (line(r"^domain", "domian"), ("brana.toml:5", "domian", "did you mean `domain`?")),
    "a wrong type": (line(r"^port = .*", 'port = "many"'), ("brana.toml:6", "public.port")),
    "a short secret": (client('"https://k.cz/"', "short"), ("oidc_clients[0].secret_file", "32 random characters")),
    "an address with a wildcard": (
        client('"https://*.k.cz/"', "x" * 32),
        ("oidc_clients[0].redirect_uris", "wildcard"),
    ),
    "one port twice": (
        lambda one: one.write(metrics__port=one.port),
        ("metrics.port", "is public.port already", "a port of their own"),
    ),
    "an address of another machine": (
        lambda one: one.write(metrics__address="203.0.113.9"),  # RFC 5737 §3
        ("metrics.address", "Cannot assign requested address", "an address of this machine"),
    ),
    "no directory authority": (
        lambda one: (one.folder / "tls/ca.pem").write_text("x"),
        ("directories[0].authority", "not a PEM certificate"),
    ),
    "a group that is no name": (
        line(r"^group = .*", 'group = "{municipality}"'),
        ("directories[0].roles[0].group", "RFC 4514"),
    ),
    "a base that is no name": (
        line(r"^people_base = .*", 'people_base = "people"'),
        ("directories[0].people_base", "RFC 4514"),
    ),
    "an attribute that is none": (
        line(r'^name = "urad"', 'name = "urad"\nlogin_attributes = ["uid", "u(id"]'),
        ("directories[0].login_attributes[1]", "RFC 4512"),
    ),
    "a bad duration": (line(r'^refresh = "2 s"', 'refresh = "soon"'), ("brana.toml", "facts.refresh", "soon")),
    "no district": (line(r'^district = ".*"', 'district = "nowhere.csv"'), ("nowhere.csv",)),
    "no certificate": (lambda one: (one.folder / "tls/public.pem").unlink(), ("public.certificate", "public.pem")),
    "no PEM": (lambda one: (one.folder / "tls/public.pem").write_text("x"), ("public.certificate", "not a PEM")),
    "a key of another certificate": (of_another, ("public.key", "it is not the key of public.certificate")),
    "a key that others read": (lambda one: (one.folder / "tls/public.key").chmod(0o644), ("public.key", "chmod 600")),
    "a certificate for other hosts": (
        lambda one: ((one.folder / "tls/public.pem").unlink(), certificate(["jinde.cz"], NOW)(one)),
        ("public.certificate", f"login.{DOMAIN}", "jinde.cz"),
    ),
    "an expired certificate": (
        lambda one: (shutil.rmtree(one.folder / "tls"), certificate([f"*.{DOMAIN}"], NOW - timedelta(days=800))(one)),
        ("public.certificate", "expired on"),
    ),
    "a policy that is no Cedar": (policy("permit (everything);"), ("99-new.cedar:1", "policies/region")),
    "a policy that does not validate": (
        policy('@id("x")\npermit (principal, action, resource) when { principal.shoeSize > 42 };'),
        ("99-new.cedar", "shoeSize"),
    ),
    "no folder of policies": (lambda one: shutil.rmtree(one.folder / "policies/region"), ("policies.region",)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_configuration_is_told_and_leaves_no_trace(fresh: Installation, fault: str) -> None:
    damage, words = FAULTS[fault]
    damage(fresh)
    checked = refused(fresh, "config", "check", words=words)
    assert refused(fresh, "serve", words=words) == checked
    assert not fresh.state.exists(), "the state was begun although nothing could start"


def test_a_fault_of_one_stage_hides_none_of_another(fresh: Installation) -> None:
    line(r"^port = .*", "prot = 1")(fresh)
    line(r"^name = \"Úřad", 'nmae = "Úřad')(fresh)
    line(r'^name = "urad"', 'name = "urad"\nconnections = 99')(fresh)
    line(r"^role = .*", 'role = "ucetni"')(fresh)
    (fresh.folder / "directory-password").unlink()
    of_another(fresh)
    policy("permit (everything);")(fresh)
    client('"https://k.cz/"', "short")(fresh)
    words = (
        "brana.toml:6: public.prot: unknown key\n    did you mean `port`?",
        "brana.toml:2: office.nmae: unknown key\n    did you mean `name`?",
        "directories[0].connections: must be a number from 1 to 64, not 99",
        "directories[0].roles[0].role: must be one of mayor, ",
        "directory-password is missing",
        "it is not the key of public.certificate",
        "99-new.cedar:1",
        "oidc_clients[0].secret_file: the secret in",
    )
    assert refused(fresh, "config", "check", words=words) == refused(fresh, "serve", words=words)
    assert not fresh.state.exists()


def test_a_running_control_plane_that_starts_again_tells_a_new_fault_and_does_not_loop(
    kept: Installation,
) -> None:
    client('"https://k.cz/"', "short")(kept)
    sources, accepted = Noting(), kept.state / ACCEPTED
    read(kept.configuration, sources)
    sources.keep(accepted)
    done = subprocess.run(
        [sys.executable, "-m", "gateway.commands.control_plane_process", kept.configuration, accepted],
        cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == WRONG_CONFIGURATION
    assert "oidc_clients[0].secret_file: the secret in" in done.stderr
    assert "Traceback" not in done.stderr
    kept.write()


def test_a_configuration_that_is_right_is_called_so_and_nothing_is_made(fresh: Installation) -> None:
    done = fresh.brana("config", "check")
    assert done.returncode == 0, done.stderr
    assert "fit to start: 46 municipalities" in done.stdout
    assert not fresh.state.exists()


@pytest.mark.parametrize("setting", ["public.port", "metrics.port"])
def test_a_port_in_use_is_named_with_its_setting(kept: Installation, setting: str) -> None:
    before = kept.kept()
    number = kept.port if setting == "public.port" else kept.metrics_port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", number))
        other.listen()
        told = [kept.brana(*command) for command in (SERVE, ("config", "check"))]
    for done in told:
        assert done.returncode == 1
        for word in (setting, f"127.0.0.1:{number}", "Address already in use", "choose another port"):
            assert word in done.stderr
    assert kept.processes() == []
    assert kept.kept() == before


def test_a_state_folder_that_cannot_be_made_is_told(fresh: Installation) -> None:
    fresh.write(state__directory="/proc/brana")
    words = ("state.directory: /proc/brana cannot be made", "name another folder")
    assert refused(fresh, "serve", words=words) == refused(fresh, "config", "check", words=words)


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", 8) as disk:
        fresh = install(tmp_path / "brana", before=disk.enter)
        fresh.write(state__directory=str(disk.folder / "state"))
        words = ("are free in", str(disk.folder), "free at least")
        refused(fresh, "config", "check", words=words)
        refused(fresh, *SERVE, words=words)


def overwrite(file: Path) -> None:
    with file.open("r+b") as database:
        database.write(b"\xff" * 4096)


def cut(file: Path) -> None:
    with file.open("r+b") as database:
        database.truncate(file.stat().st_size // 2 // 4096 * 4096)


def newer(file: Path) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


DAMAGE: dict[str, tuple[str, Callable[[Path], object], tuple[str, ...]]] = {
    "a missing master key, which is never silently made anew": (
        "keys/master.key",
        Path.unlink,
        ("keys/master.key", "it is missing", "restore it from its backup"),
    ),
    "another master key": (
        "keys/master.key",
        lambda file: file.write_bytes(b"\x07" * 32),
        ("cannot be opened", "belong together", "same backup"),
    ),
    "a master key cut short": (
        "keys/master.key",
        lambda file: file.write_bytes(b"short"),
        ("master.key", "it has 5 bytes", "backup"),
    ),
    "a damaged database": (
        "brana.db", overwrite, ("brana.db", "not a database", "restore it from a backup"),
    ),
    "a database cut short": ("brana.db", cut, ("brana.db", "restore it from a backup")),
    "the database of a newer version": (
        "brana.db", newer, ("brana.db", "9999", "install the version that wrote it"),
    ),
}  # fmt: skip


def test_a_damaged_state_is_refused_untouched_and_runs_once_its_file_is_put_back(kept: Installation) -> None:
    for name, (path, damage, words) in DAMAGE.items():
        file = kept.state / path
        good, mode, whole = file.read_bytes(), file.stat().st_mode, kept.kept()
        damage(file)
        before = kept.kept()
        assert before != whole, name
        refused(kept, *SERVE, words=words)
        assert kept.kept() == before, f"a refused start changed the state: {name}"
        file.write_bytes(good)
        file.chmod(mode)
    with kept.serving():
        pass


def test_a_second_product_on_the_same_state_is_refused_and_the_first_goes_on(kept: Installation) -> None:
    with kept.serving() as first:
        second = Installation(kept.folder)  # other ports
        second.write()
        done = second.brana(*SERVE)
        assert done.returncode == 1
        assert "is in use by a product that runs already" in done.stderr
        assert f"process {first.process.pid}" in done.stderr
        assert first.ready()["data_plane"]
        kept.write()


def test_the_state_stays_locked_while_an_orphaned_control_plane_still_writes(kept: Installation) -> None:
    with kept.serving() as running:
        children = psutil.Process(running.process.pid).children()
        control = next(one for one in children if "control_plane_process" in " ".join(one.cmdline()))
        control.send_signal(signal.SIGSTOP)
        running.process.kill()
        running.process.wait()
        done = kept.brana(*SERVE)
        control.send_signal(signal.SIGCONT)
        control.wait(30)
        assert done.returncode == 1
        assert "in use by a product" in done.stderr
    with kept.serving():
        pass


def test_the_demo_says_which_port_is_taken_and_begins_nothing(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "demo", "--directory", str(tmp_path / "demo"),
             "--port", str(number), "--metrics-port", str(free_port())],
            cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"--port: 127.0.0.1:{number} cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "demo").exists()


def test_the_demo_in_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    write_private(tmp_path / "file", b"")
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--directory", str(tmp_path / "file/demo"),
         "--port", str(free_port()), "--metrics-port", str(free_port())],
        cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("brana: ")
    assert str(tmp_path / "file/demo") in done.stderr
    assert "Traceback" not in done.stderr
