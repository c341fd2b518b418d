"""A real OpenLDAP server as a child process, without privileges: configuration, loading, start, end.

It speaks TLS 1.2 and later under a given certificate, refuses plain binds, knows `memberOf` and the password
policy overlay, and ends when we end (`setpriv --pdeathsig`). Up in about 0.2 s.
"""

import random
import shutil
import socket
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.demo.authority import KeyPair, write_private
from gateway.demo.work import SCHEMA

READY_WITHIN = 5.0  # seconds; a loaded machine needs more than the usual 0.1
ENDS_WITHIN = 5.0  # seconds after SIGTERM
OWN_PORTS = (20_000, 32_768)
PORT_ATTEMPTS = 3  # another program may take a free port before slapd does
GIVEN: deque[socket.socket] = deque()
"""Marks of the ports that this process gave out last: nobody may listen on one yet, and it is another's already."""
GIVEN_MOST = 200  # each is an open file
SCHEMAS = ("core", "cosine", "inetorgperson", "nis")
MODULES = ("back_mdb", "memberof", "ppolicy", "argon2", "syncprov")


class SlapdUnusable(Exception):
    """OpenLDAP's server is not installed, refuses its data, or does not start; says what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPlan:
    """Everything a server is made of. `folder` must be private and absolute."""

    folder: Path
    suffix: str
    authority: Path
    pair: KeyPair
    reader: str
    """Distinguished name of the one account that may read people and groups."""
    root_password: str = field(repr=False)
    largest: int = 2**28
    """Bytes that its data may grow to."""
    tells_changes: bool = True
    """Whether readers may ask it what changed (RFC 4533)."""
    address: str = "127.0.0.1"
    """Of this machine, where it listens; its certificate is for it."""

    @property
    def root(self) -> str:
        return f"cn=root,{self.suffix}"

    @property
    def policy(self) -> str:
        """Name of the password policy entry that holds for everybody; the data brings it."""
        return f"cn=default,ou=policies,{self.suffix}"


SYNCPROV = """
dn: olcOverlay=syncprov,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcSyncProvConfig
olcOverlay: syncprov
olcSpSessionlog: 10000
"""


def configuration(plan: DirectoryPlan) -> str:
    """LDIF of cn=config. Nobody but `reader` reads anything; people bind by their password, and may change it."""
    modules = "\n".join(f"olcModuleLoad: {each}" for each in MODULES)
    schemas = "\n".join(f"include: file:///etc/ldap/schema/{each}.ldif" for each in SCHEMAS)
    work = "\n".join(SCHEMA)
    return f"""\
dn: cn=config
objectClass: olcGlobal
cn: config
olcTLSCACertificateFile: {plan.authority}
olcTLSCertificateFile: {plan.pair.certificate}
olcTLSCertificateKeyFile: {plan.pair.key}
olcTLSProtocolMin: 3.3
olcSecurity: simple_bind=128
olcToolThreads: 2

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
{modules}

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

{schemas}

{work}

dn: olcDatabase={{-1}}frontend,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {{-1}}frontend
olcSizeLimit: size.soft=1000 size.hard=1000 size.prtotal=unlimited
olcAccess: to attrs=userPassword by self =xw by anonymous auth by * none
olcAccess: to * by dn.exact="{plan.reader}" read by anonymous auth by * none

dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {{1}}mdb
olcSuffix: {plan.suffix}
olcRootDN: {plan.root}
olcRootPW: {plan.root_password}
olcDbDirectory: {plan.folder / "data"}
olcDbMaxSize: {plan.largest}
olcDbNoSync: TRUE
olcDbIndex: objectClass,entryUUID,entryCSN,uid,mail,member,cn,ou eq

dn: olcOverlay=memberof,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcMemberOf
olcOverlay: memberof
olcMemberOfRefInt: TRUE

dn: olcOverlay=ppolicy,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: ppolicy
olcPPolicyDefault: {plan.policy}
olcPPolicyUseLockout: TRUE
olcPPolicyHashCleartext: TRUE
{SYNCPROV if plan.tells_changes else ""}"""


def load(plan: DirectoryPlan, data: str) -> None:
    """Make the server's database anew from `data` (LDIF); it must not be running."""
    for name in ("configuration", "data"):
        shutil.rmtree(plan.folder / name, ignore_errors=True)
        (plan.folder / name).mkdir(mode=0o700, parents=True)
    _add(plan, "configuration.ldif", configuration(plan), "-n", "0")
    _add(plan, "data.ldif", data, "-b", plan.suffix, "-q")


def _add(plan: DirectoryPlan, name: str, text: str, *options: str) -> None:
    path = plan.folder / name
    write_private(path, text.encode())
    command = [_tool("slapadd"), "-F", str(plan.folder / "configuration"), *options, "-l", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SlapdUnusable(f"slapadd refuses {path}: {done.stderr.strip()}")
    path.unlink()  # it holds password hashes, and has served


@dataclass(slots=True)
class Slapd:
    """A running server. `stop` and `start` again keep the ports, as a restarted machine would."""

    plan: DirectoryPlan
    port: int
    tls_port: int
    debug: int = 0
    """What it writes into its log (slapd.conf(5), loglevel): 256 is every operation."""
    _child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ldaps://{self.plan.address}:{self.tls_port}"

    @property
    def plain_url(self) -> str:
        """For StartTLS; binds without it are refused."""
        return f"ldap://{self.plan.address}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child and self._child.poll() is None else None

    def start(self) -> None:
        listen = f"{self.plain_url} {self.url}"
        command = [_tool("setpriv"), "--pdeathsig", "TERM", _tool("slapd"), "-d", str(self.debug)]
        log = (self.plan.folder / "slapd.log").open("wb")
        with log:
            self._child = subprocess.Popen(
                [*command, "-F", str(self.plan.folder / "configuration"), "-h", listen],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us: we end it after the product
            )
        until = time.monotonic() + READY_WITHIN
        while not all(_answers(self.plan.address, port) for port in (self.port, self.tls_port)):
            if self._child.poll() is not None or time.monotonic() > until:
                self.stop()
                said = (self.plan.folder / "slapd.log").read_text(errors="replace").strip()
                raise SlapdUnusable(
                    f"slapd does not start in {self.plan.folder}: {said or 'it says nothing'}"
                )
            time.sleep(0.01)

    def stop(self) -> None:
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = None


def start(plan: DirectoryPlan) -> Slapd:
    """Start a server of loaded data on two free ports of its address."""
    for remaining in reversed(range(PORT_ATTEMPTS)):
        server = Slapd(plan, free_port(), free_port())
        try:
            server.start()
        except SlapdUnusable:
            if not remaining:
                raise
        else:
            return server
    raise AssertionError


def free_port() -> int:
    """One that nobody listens on, and that no process of this machine was given just now. Below those that the system
    hands out (ip_local_port_range, 32768 and above): a connection of somebody else could take one of these before it
    is used.
    """
    while True:
        port = random.randrange(*OWN_PORTS)  # noqa: S311 - no secret
        mark = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe, suppress(OSError):
            # An abstract name (unix(7)): gone with its process, and of this network alone, as ports are.
            mark.bind(f"\0brana-port-{port}")
            probe.bind(("127.0.0.1", port))
            GIVEN.append(mark)
            while len(GIVEN) > GIVEN_MOST:
                GIVEN.popleft().close()
            return port
        mark.close()


def _answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def _tool(name: str) -> str:
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    if path is None:
        raise SlapdUnusable(f"{name} is not installed; on Debian: apt install slapd util-linux")
    return path
