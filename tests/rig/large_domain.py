"""A domain with more of everything than one answer holds, written into its controller's files in one transaction each.

The controller may be running. People are `p0`, `p1`, … and have no passwords; one group has more members than Windows
tells at once.
"""

from collections.abc import Iterable
from pathlib import Path

from tests.rig.samba import GROUPS, PEOPLE
from tests.rig.samba_surgery import run

COUNT = 2_050
MEMBERS = range(50, 1_620)
"""Of the large group; Windows tells 1,500 at once."""
GROUP = f"CN=velká,{GROUPS}"

OPENED = """
import sys, ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
_, folder, people, numbers, *more = sys.argv
parameters = LoadParm(f"{folder}/etc/smb.conf")
database = SamDB(f"tdb://{folder}/private/sam.ldb", session_info=system_session(), lp=parameters)
first, end = map(int, numbers.split("-"))
names = [(f"p{number}", f"CN=p{number},{people}") for number in range(first, end)]
database.transaction_start()
"""
ADD = """
for login, dn in names:
    facts = {"sAMAccountName": login, "displayName": login, "userAccountControl": "512"}
    database.add({"dn": dn, "objectClass": "user"} | facts)
"""
GATHER = """
members = [dn for _, dn in names]
database.add({"dn": more[0], "objectClass": "group", "sAMAccountName": "velka", "member": members})
"""
RENAME = """
for _, dn in names:
    database.modify(ldb.Message.from_dict(database, {"dn": dn, "displayName": more[0]}, ldb.FLAG_MOD_REPLACE))
"""
DELETE = """
for _, dn in names:
    database.delete(dn)
"""


def fill(folder: Path) -> None:
    """About three seconds."""
    _done(folder, ADD, range(COUNT))
    _done(folder, GATHER, MEMBERS, GROUP)


def name_all(folder: Path, numbers: range, name: str) -> None:
    _done(folder, RENAME, numbers, name)


def delete(folder: Path, numbers: range) -> None:
    _done(folder, DELETE, numbers)


def logins(numbers: Iterable[int]) -> set[str]:
    return {f"p{number}" for number in numbers}


def _done(folder: Path, script: str, numbers: range, *more: str) -> None:
    text = OPENED + script + "database.transaction_commit()\n"
    run(text, str(folder), PEOPLE, f"{numbers.start}-{numbers.stop}", *more)
