"""A real Keycloak server of its own for tests, from Maven's registry: fetched once, kept outside of the tree, checked.

Its database is a file of the test; it serves HTTPS on loopback and ends with the block.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from gateway.demo.authority import Authority
from tests.rig.authority import make_authority, server_pair

VERSION = "26.7.3"
DIGEST = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"  # SHA-256 of the archive
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
GET = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get"
ARCHIVE = f"org/keycloak/keycloak-quarkus-dist/{VERSION}/keycloak-quarkus-dist-{VERSION}.zip"
FETCHED_WITHIN, BUILT_WITHIN, READY_WITHIN = 300.0, 240.0, 120.0  # seconds, on a loaded machine
ENDS_WITHIN = 20.0
ADMINISTRATOR, ADMINISTRATOR_SECRET = "brana-provision", "tajemstvi-spravce-keycloaku"
HEAP = "-Xms128m -Xmx640m"


class KeycloakMissing(Exception):
    """The registry cannot be reached, or what it takes to run the server is not there; says which."""


def cache() -> Path:
    """Outside of the tree, for all checkouts of a machine."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "brana-tests"


def installed() -> Path:
    """Folder of the server, made ready for production use. Raises KeycloakMissing."""
    for program in ("mvn", "java"):
        if shutil.which(program) is None:
            raise KeycloakMissing(f"there is no `{program}` on this machine")
    folder = cache() / f"keycloak-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"keycloak-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / "ready"
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _unpack(_archive(), folder)
            _build(folder)
            ready.touch()
    return folder


def _archive() -> Path:
    """From Maven's own store, where its client puts it; the client knows the registry."""
    words = ["mvn", "-q", "-B", GET, f"-Dartifact={ARTIFACT}", "-Dtransitive=false"]
    store = cache() / "maven"
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            [*words, f"-Dmaven.repo.local={store}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCHED_WITHIN,
        )
        if done.returncode == 0:
            return store / ARCHIVE
        raise KeycloakMissing(f"Maven does not get {ARTIFACT}: {done.stdout[-300:].strip()}")
    raise KeycloakMissing(f"Maven does not get {ARTIFACT} within {FETCHED_WITHIN:.0f} s")


def _unpack(archive: Path, folder: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert digest == DIGEST, f"{archive} is not the archive that was chosen: {digest}"
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with ZipFile(archive) as packed:
        packed.extractall(fresh)
    (fresh / f"keycloak-{VERSION}").rename(folder)
    fresh.rmdir()
    (folder / "bin" / "kc.sh").chmod(0o755)


def _build(folder: Path) -> None:
    words = [str(folder / "bin" / "kc.sh"), "build", "--db=dev-file", "--cache=local"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=BUILT_WITHIN)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    authority: Authority
    log: Path

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority.certificate))


@contextlib.contextmanager
def keycloak(folder: Path, port: int, trusted: Sequence[Path], hosts: Sequence[str] = ()) -> Iterator[Server]:
    """Started. `trusted`: certificates of authorities of directories and of whom it tells of sign-outs; `hosts`: of
    this machine.
    """
    home = installed()
    made = make_authority(folder / "tls", "Keycloak authority")
    pair = server_pair(made, "keycloak")
    server = Server(port, made, folder / "keycloak.log")
    names = folder / "hosts"
    names.write_text("".join(f"127.0.0.1 {name}\n" for name in ("localhost", *hosts)))
    words = [
        str(home / "bin" / "kc.sh"),
        "start",
        "--optimized",
        f"--db-url=jdbc:h2:file:{folder}/keycloak;NON_KEYWORDS=VALUE",
        "--http-host=127.0.0.1",
        f"--https-port={server.port}",
        f"--hostname={server.address}",
        f"--https-certificate-file={pair.certificate}",
        f"--https-certificate-key-file={pair.key}",
        f"--truststore-paths={','.join(map(str, trusted))}",
    ]
    environment = os.environ | {
        "KC_BOOTSTRAP_ADMIN_CLIENT_ID": ADMINISTRATOR,
        "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": ADMINISTRATOR_SECRET,
        "JAVA_OPTS_KC_HEAP": HEAP,
        "JAVA_OPTS_APPEND": f"-Djdk.net.hosts.file={names}",
    }
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *words],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the script and its child, a group of their own
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_WITHIN
    while True:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(
                f"{server.address}/realms/master", context=server.tls(), timeout=5
            ) as answer,
        ):
            if answer.status == 200:
                return
        said = server.log.read_text(errors="replace")[-2000:]
        assert process.poll() is None, f"Keycloak does not start:\n{said}"
        assert time.monotonic() < until, f"Keycloak does not answer:\n{said}"
        time.sleep(0.2)
