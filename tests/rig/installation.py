"""The product as an operator installs it: a configuration file, certificates, policies, and `brana` commands."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import psutil

from gateway.demo.authority import authority, write_private
from gateway.demo.slapd import free_port
from tests.rig.warm import PROGRAM, PROJECT, Served, brana, served

EXAMPLES = PROJECT / "config/examples"
DOMAIN = "brana.localhost"
READY_WITHIN = 60.0  # seconds, on a loaded machine
ENDS_WITHIN = 30.0
APPLICATIONS = {
    "records": "spisovka-{municipality}",
    "budget": "rozpocet",
    "map": "mapa",
}  # the policies' own
EPHEMERAL = {"lock", "run"}
"""Names in the state directory that say nothing about what is kept."""


@dataclass
class Installation:
    """`before`: words put before every command, as to enter a namespace."""

    folder: Path
    port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)
    before: Sequence[str] = ()
    upstream: str = "http://127.0.0.1:9"
    program: Sequence[str | Path] = PROGRAM
    """The `brana` command; that of an installed wheel, for one, is started at another place."""
    place: Path = PROJECT

    @property
    def configuration(self) -> Path:
        return self.folder / "brana.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def write(self, **replaced: Any) -> None:
        """The configuration file; `replaced`: `table__key` → another value."""
        tables: dict[str, dict[str, Any]] = {
            "office": {"name": "Úřad", "district": str(EXAMPLES / "kromeriz.csv")},
            "public": {
                "domain": DOMAIN,
                "port": self.port,
                "certificate": "tls/public.pem",
                "key": "tls/public.key",
            },
            "metrics": {"port": self.metrics_port},
            "state": {"directory": str(self.state), "memory": str(self.folder)},
            "directories": {
                "name": "urad",
                "servers": ["ldaps://127.0.0.1:9"],  # discard: nobody listens
                "authority": "tls/ca.pem",
                "bind_dn": "cn=brana,dc=obec,dc=test",
                "bind_password_file": "directory-password",
                "people_base": "ou=people,dc=obec,dc=test",
                "groups_base": "ou=groups,dc=obec,dc=test",
            },
            "facts": {"refresh": "2 s"},
            "policies": {"region": "policies/region", "municipalities": "policies/municipalities"},
        }
        for name, value in replaced.items():
            table, key = name.split("__")
            tables[table][key] = value
        text = "".join(_table(table, values) for table, values in tables.items())
        text += _table(
            "directories.roles",
            {"group": "cn=clerk,ou={municipality},ou=groups,dc=obec,dc=test", "role": "clerk"},
        )
        text += "".join(
            f'[[applications]]\nid = "{name}"\nhost = "{host}.{DOMAIN}"\nupstreams = ["{self.upstream}"]\n'
            f'title = {{ cs = "{name}", en = "{name}" }}\ndescription = {{ cs = "", en = "" }}\n'
            '[[applications.routes]]\naction = "read"\n'
            for name, host in APPLICATIONS.items()
        )
        self.configuration.write_text(text, encoding="utf-8")

    def brana(
        self, *arguments: str, answer: str = "", within: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """`answer`: what is typed."""
        if self._is_usual:
            return brana(arguments, self.environment, typed=answer, within=within)
        return subprocess.run(
            [*self.before, *self.program, *arguments],
            cwd=self.place, env=self.environment, input=answer, capture_output=True, text=True,
            timeout=within, check=False,
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"BRANA_CONFIG": str(self.configuration), "COLUMNS": "200"}

    @property
    def _is_usual(self) -> bool:
        return (self.before, self.program, self.place) == ((), PROGRAM, PROJECT)

    def _served(self, said: IO[bytes]) -> "subprocess.Popen[bytes] | Served":
        if self._is_usual:
            return served(["--without-directory"], said, self.environment)
        return subprocess.Popen(
            [*self.before, *self.program, "serve", "--without-directory"],
            cwd=self.place, env=self.environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip

    def kept(self) -> dict[str, str]:
        """Every file that a start must not lose or change: path → digest."""
        return {
            str(path.relative_to(self.state)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.state.rglob("*"))
            if path.is_file() and path.relative_to(self.state).parts[0] not in EPHEMERAL
        }

    def processes(self) -> list[psutil.Process]:
        """Whatever runs on this installation's folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if any(str(self.folder) in word for word in process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    @contextmanager
    def serving(self) -> Iterator["Serving"]:
        """`brana serve`, ready; SIGTERM at the end, and nothing may be left running."""
        log = self.folder / "brana.log"
        with log.open("ab") as said:
            process = self._served(said)
        running = Serving(self, process, log)
        try:
            running.wait_until(lambda: running.ready().get("data_plane", False), "ready")
            yield running
        finally:
            family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.send_signal(signal.SIGTERM)
            process.wait(ENDS_WITHIN)
            _, left = psutil.wait_procs(family, timeout=5)
            for one in left:
                one.kill()
        assert not left, f"left running: {left}"


@dataclass
class Serving:
    installation: Installation
    process: "subprocess.Popen[bytes] | Served"
    log: Path

    def ready(self) -> dict[str, bool]:
        """What `/readyz` says; empty when nobody answers."""
        try:
            return dict(json.loads(self.local("/readyz")))
        except OSError:
            return {}

    def local(self, path: str) -> str:
        """A page of the metrics address, whatever its status."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.installation.metrics_port}{path}", timeout=5
            ) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def wait_until(self, holds: Any, what: str) -> None:
        until = time.monotonic() + READY_WITHIN
        while not holds():
            assert self.process.poll() is None, f"it ended: {self.said()[-4000:]}"
            assert time.monotonic() < until, f"not {what}: {self.said()[-4000:]}"
            time.sleep(0.1)


def install(folder: Path, before: Sequence[str] = ()) -> Installation:
    """Everything a first start needs, below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = authority(folder / "tls", datetime.now(UTC))
    made.issue("public", [DOMAIN, f"*.{DOMAIN}"], datetime.now(UTC))
    write_private(folder / "directory-password", b"heslo-sluzby")
    shutil.copytree(EXAMPLES / "policies", folder / "policies")
    installation = Installation(folder, before=before)
    installation.write()
    return installation


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _table(name: str, values: dict[str, Any]) -> str:
    heading = f"[[{name}]]" if name.startswith("directories") else f"[{name}]"
    return f"{heading}\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
