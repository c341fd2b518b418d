"""What LDAP lets not even an administrator do, done to the files in a controller's `folder`; it may be running."""

import subprocess
from pathlib import Path

from tests.rig.samba_tree import BASE, SYSTEM

CHANGE_PASSWORD = "ab721a53-1e2f-11d0-9819-00aa0040529b"  # [MS-ADTS] 5.1.3.2.1: User-Change-Password

AGE = """
import sys, ldb
database = ldb.Ldb(sys.argv[1])
message = ldb.Message(ldb.Dn(database, sys.argv[2]))
message["pwdLastSet"] = ldb.MessageElement(sys.argv[3], ldb.FLAG_MOD_REPLACE, "pwdLastSet")
database.modify(message)
"""

RESTORED = """
import os, sys, ldb
database = ldb.Ldb(sys.argv[1])
message = ldb.Message(ldb.Dn(database, sys.argv[2]))
message["invocationId"] = ldb.MessageElement(os.urandom(16), ldb.FLAG_MOD_REPLACE, "invocationId")
database.modify(message)
"""

ACCESS = """
import sys
from samba.auth import system_session
from samba.dcerpc import security
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils
database = SamDB(url=sys.argv[1], session_info=system_session(), lp=LoadParm(sys.argv[4]))
controls = ["show_deleted:1", "sd_flags:1:4"]
tool = SDUtils(database)
text = tool.read_sd_on_dn(sys.argv[2], controls).as_sddl(tool.domain_sid)
begin = text.index("(")
changed = security.descriptor.from_sddl(text[:begin] + sys.argv[3] + text[begin:], tool.domain_sid)
tool.modify_sd_on_dn(sys.argv[2], changed, controls)
"""


def age_password(folder: Path, dn: str, ticks: int = 130_000_000_000_000_000) -> None:
    """Let the password have been set in 2012 (100 ns since 1601); only for names in plain ASCII."""
    run(AGE, f"{folder}/private/sam.ldb.d/{BASE.upper()}.ldb", dn, str(ticks))


def forbid_password_change(folder: Path, dn: str) -> None:
    """As the tick "User cannot change password" does."""
    _grant(folder, dn, "".join(f"(OD;;CR;{CHANGE_PASSWORD};;{trustee})" for trustee in ("WD", "PS")))


def let_read_deleted(folder: Path, *, below: bool = True) -> None:
    """As `dsacls "CN=Deleted Objects,…" /I:T /G …:LCRP` does; without `/I:T` where not also what is `below`."""
    _grant(folder, f"CN=Deleted Objects,{BASE}", f"(A;{'CI' if below else ''};LCRP;;;AU)")


def hide(folder: Path, dn: str, whom: str = "AU") -> None:
    """With whatever is below it, from every account, or from the one with this security identifier."""
    _grant(folder, dn, f"(D;CI;LCRPLO;;;{whom})")


def become_another_server(folder: Path) -> None:
    """What restoring a backup does to a controller that is stopped: it counts changes under a new identifier."""
    service = (
        f"CN=NTDS Settings,CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,{BASE}"
    )
    run(RESTORED, f"{folder}/private/sam.ldb.d/CN=CONFIGURATION,{BASE.upper()}.ldb", service)


def _grant(folder: Path, dn: str, entry: str) -> None:
    run(ACCESS, f"tdb://{folder}/private/sam.ldb", dn, entry, f"{folder}/etc/smb.conf")


def run(script: str, *arguments: str) -> None:
    """By Debian's Python, which has Samba's libraries."""
    command = ["/usr/bin/python3", "-c", script, *arguments]
    done = subprocess.run(command, env=SYSTEM, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
