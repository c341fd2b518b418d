"""A second controller that has joined a domain, and replication between the two: when it is asked for, never else.

Samba's service for it needs names in DNS and Kerberos. `--local` speaks the same protocol (DRSUAPI, [MS-DRSR]) without
them, and writes into the files of the controller that asks.
"""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gateway.demo.authority import Authority
from tests.rig.samba import Domain, options_of, own_address
from tests.rig.samba_tree import ADMINISTRATOR_PASSWORD, BASE, DOMAIN, REALM, SYSTEM

SITE = "Default-First-Site-Name"


@contextmanager
def joined(domain: Domain, folder: Path) -> Iterator[Domain]:
    """A controller of the same people, DC2, which counts changes for itself; `domain` must replicate."""
    tree = folder / "dc"
    tree.mkdir(mode=0o700)
    settings = tree / "empty.conf"
    settings.write_text("[global]\n")
    options = {"interfaces": "lo", "netbios name": "DC2", "ldb:nosync": "yes"}
    where = [f"--server={domain.address}", f"--site={SITE}", f"--targetdir={tree}", f"--realm={REALM}"]
    _samba_tool(["domain", "join", REALM, "DC", *where, "--dns-backend=NONE"], settings, options)
    address, guard = own_address()
    with guard:
        options = options_of(tree, address, Authority(domain.authority.parent), replicates=True)
        second = Domain(address, tree, domain.authority, domain.bind_password_file, options)
        second.start()
        try:
            yield second
        finally:
            second.stop()


def replicate(source: Domain, to: Domain) -> None:
    """Bring to one controller what changed at the other; both may be running, the source must."""
    asked = ["drs", "replicate", "--local", "-", source.address, BASE]
    _samba_tool(asked, to.folder / "etc/smb.conf", to.options)


def _samba_tool(asked: list[str], settings: Path, options: Mapping[str, str]) -> None:
    administrator = ["-U", f"{DOMAIN}\\Administrator%{ADMINISTRATOR_PASSWORD}", "--use-kerberos=off"]
    command = ["samba-tool", *asked, *administrator, f"--configfile={settings}"]
    command += [f"--option={name}={value}" for name, value in options.items()]
    done = subprocess.run(command, env=SYSTEM, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
