"""Preparing the demo's world and running its servers: directory and sample applications.

`prepare` makes everything below one folder and finds it again the next time; `running` starts and stops the
servers. Whatever way this process ends, its children end with it.
"""

import contextlib
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.district import read_district
from config.vocabulary import ApplicationId
from gateway.demo import ldif
from gateway.demo.authority import KeyPair, authority, write_private
from gateway.demo.configuration import BUDGET, MAP, RECORDS
from gateway.demo.people import inhabitants
from gateway.demo.slapd import DirectoryPlan, free_port, load
from gateway.demo.slapd import start as start_slapd
from gateway.demo.world import World, draw_accounts, keep, read

DOMAIN = "brana.localhost"  # RFC 6761 §6.3: browsers take all of .localhost to loopback
DISTRICT = Path(__file__).parents[2] / "config/examples/kromeriz.csv"
MODULES: Mapping[ApplicationId, str] = {
    RECORDS: "gateway.demo.applications.records",
    BUDGET: "gateway.demo.applications.budget",
    MAP: "gateway.demo.applications.map",
}
READY_WITHIN = 15.0  # seconds for all three applications; a loaded machine needs more than the usual 1
ENDS_WITHIN = 5.0  # seconds after SIGTERM


class DemoUnusable(Exception):
    """A sample application does not start; says what it said."""


def prepare(folder: Path, now: datetime) -> World:
    """The world in `folder` (`var/demo`): made within seconds the first time, found the next."""
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = read(folder / "inhabitants.json")
    if known is not None and known.folder == folder and (folder / "slapd/data/data.mdb").exists():
        _certificates(folder, now)
        return known
    for stale in (
        "slapd",
        f"slapd-{ldif.VILLAGE.name}",
        "state",
        "applications",
    ):  # they know people that no longer are
        shutil.rmtree(folder / stale, ignore_errors=True)
    (folder / "applications").mkdir(mode=0o700)
    authority_file, public, _ = _certificates(folder, now)
    district = read_district(DISTRICT)
    password_file = folder / "directory-password"
    write_private(password_file, secrets.token_urlsafe(24).encode())  # 32 characters: decree 409/2025 §19(4)
    world = World(
        folder=folder,
        domain=DOMAIN,
        authority=authority_file,
        certificate=public.certificate,
        key=public.key,
        district=DISTRICT,
        directory_password_file=password_file,
        directory_root_password=secrets.token_urlsafe(24),
        accounts=draw_accounts(inhabitants(sorted(district))),
    )
    titles = {code: district.name(code) for code in district}
    for tree in (ldif.TOWN, ldif.VILLAGE):
        load(plan(world, tree), ldif.directory_text(world.accounts, titles, password_file.read_text(), tree))
    keep(world, folder / "inhabitants.json")  # last: a world that was made halfway is made again
    return world


def plan(world: World, tree: ldif.Tree = ldif.TOWN) -> DirectoryPlan:
    tls = world.folder / "tls"
    return DirectoryPlan(
        folder=world.folder / ("slapd" if tree is ldif.TOWN else f"slapd-{tree.name}"),
        suffix=tree.suffix,
        authority=world.authority,
        pair=KeyPair(tls / "directory.pem", tls / "directory.key"),
        reader=tree.reader,
        root_password=world.directory_root_password,
    )


def _certificates(folder: Path, now: datetime) -> tuple[Path, KeyPair, KeyPair]:
    made = authority(folder / "tls", now, "Brána demo authority")
    public = made.issue("public", [DOMAIN, f"*.{DOMAIN}", "localhost", "127.0.0.1"], now)
    return made.certificate, public, made.issue("directory", ["127.0.0.1"], now)


@dataclass(frozen=True, slots=True)
class Running:
    """Addresses of what runs."""

    directory_url: str
    own_directory_url: str
    """Of the municipality that runs a directory of its own."""
    applications: Mapping[ApplicationId, str]
    """Upstream of each application, `http://127.0.0.1:port`."""


@contextlib.contextmanager
def running(world: World, issuer: str, issuer_keys: Path, portal: str = "") -> Iterator[Running]:
    """Directory and applications, ready; ended when the block is left.

    `issuer`: `iss` of the assertions. `issuer_keys`: JWKS file with the public keys that sign them; it may be
    written later and changed while the applications run. `portal`: address for the pages' link back.
    """
    with contextlib.ExitStack() as stack:
        urls = {}
        for tree in (ldif.TOWN, ldif.VILLAGE):
            server = start_slapd(plan(world, tree))
            stack.callback(server.stop)
            urls[tree] = server.url
        children, upstreams = {}, {}
        options = ["--issuer", issuer, "--issuer-keys", str(issuer_keys), "--portal", portal]
        options += ["--district", str(world.district), "--data", str(world.folder / "applications")]
        for name, module in MODULES.items():
            children[name], upstreams[name] = _start_application(world, name, module, options)
            stack.callback(_stop, children[name])
        until = time.monotonic() + READY_WITHIN
        for name, child in children.items():
            _wait_for(child, upstreams[name], until, _log(world, name))
        yield Running(urls[ldif.TOWN], urls[ldif.VILLAGE], upstreams)


def _start_application(
    world: World, name: ApplicationId, module: str, options: list[str]
) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        module,
        "--port",
        str(port),
        "--audience",
        name,
        "--with-parent",
        *options,
    ]
    with _log(world, name).open("wb") as log:
        child = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,  # closed by the system when we end, and then the application ends too
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us: we end it after the product
        )
    return child, f"http://127.0.0.1:{port}"


def _log(world: World, name: ApplicationId) -> Path:
    return world.folder / "applications" / f"{name}.log"


def _wait_for(child: subprocess.Popen[bytes], upstream: str, until: float, log: Path) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{upstream}/healthz", timeout=2):  # noqa: S310 - our own child
                return
        except (urllib.error.URLError, OSError) as error:
            if child.poll() is not None or time.monotonic() > until:
                said = log.read_text(errors="replace").strip()
                raise DemoUnusable(f"{log.stem} does not start: {said or error}") from error
        time.sleep(0.05)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin:
        child.stdin.close()
