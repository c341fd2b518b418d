"""People of a Linux machine: who administers it, whether their screens lock, what domain it belongs to.

Names stay here; numbers leave.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from agents.posture.asking import Finding, Machine, NotUnderstood, dns_name, keyed, succeeded
from agents.protocol.facts import FactName

ADMINISTER = frozenset({"sudo", "wheel", "admin"})
"""Groups that the sudoers of Debian, Fedora and older Ubuntu name."""
FIRST_PERSON = 1000
"""Lower numbers are the system's own accounts."""
NOBODY = 65534
LOCKS_WITHIN = 900
"""Seconds."""


def administrators(machine: Machine, _now: datetime) -> Iterator[Finding]:
    accounts = [line.split(":") for line in _lines(machine, "/etc/passwd")]
    groups = [line.split(":") for line in _lines(machine, "/etc/group")]
    ours = {fields[2]: fields[3] for fields in groups if fields[0] in ADMINISTER}
    members = {name for listed in ours.values() for name in listed.split(",") if name}
    members |= {fields[0] for fields in accounts if fields[3] in ours or fields[2] == "0"}
    if _others_named(machine):
        raise NotUnderstood
    yield FactName.LOCAL_ADMINISTRATORS, len(members - {"root"}), "group: sudo, wheel, admin; passwd: uid 0"
    here = {int(name) for name in machine.entries("/run/user") or () if name.isascii() and name.isdigit()}
    people = {f"{uid}" for uid in here if uid >= FIRST_PERSON and uid != NOBODY}
    names = {fields[2]: fields[0] for fields in accounts}
    if people and people <= names.keys():  # an account of the domain stands in no file
        one = any(names[uid] in members for uid in people)
        yield FactName.USER_IS_ADMINISTRATOR, one, "systemd: /run/user; group: sudo, wheel, admin"


def _lines(machine: Machine, path: str) -> list[str]:
    raw = machine.read(path)
    if not raw:
        raise NotUnderstood
    return [line for line in raw.decode("utf-8").splitlines() if line]


GRANT = re.compile(r"(?P<whom>\S+)\s+\S+\s*=")
SETTINGS = ("Defaults", "Cmnd_Alias", "Host_Alias", "Runas_Alias")
INCLUDES = re.compile(r"[@#]include(dir)?\s")
READ_HERE = re.compile(r"[@#]includedir\s+/etc/sudoers\.d/?\Z")
"""What else is included may let anybody, and nobody has read it here."""


def _others_named(machine: Machine) -> bool:
    """Whether sudo lets others than root and these groups: then their number would be too low. Root alone can tell."""
    texts = [machine.read("/etc/sudoers")]
    folder = machine.entries("/etc/sudoers.d") or ()
    # sudo reads no file of that folder with a dot or a tilde.
    texts += [
        machine.read(f"/etc/sudoers.d/{name}") for name in folder if "." not in name and "~" not in name
    ]
    if None in texts:
        if machine.entries("/etc/sudoers.d") is None and machine.run("sudo", "-V") is None:
            return False  # no sudo: the groups are all there is
        raise NotUnderstood
    lines = [line.strip() for text in texts if text for line in text.decode("utf-8").splitlines()]
    if any(INCLUDES.match(line) and not READ_HERE.match(line) for line in lines):
        return True
    lines = [line for line in lines if not INCLUDES.match(line)]
    said = [line for line in lines if line and not line.startswith("#") and not line.startswith(SETTINGS)]
    return any(not _to_ours(line) for line in said)


def _to_ours(line: str) -> bool:
    found = GRANT.match(line)
    return found is not None and (found["whom"] == "root" or found["whom"].removeprefix("%") in ADMINISTER)


def domain(machine: Machine, _now: datetime) -> Iterator[Finding]:
    asked = machine.run("realm", "list", "--name-only")
    sssd = machine.entries("/etc/sssd")
    if asked is not None and asked.code == 0:
        names = asked.text.split()
        if names:
            yield FactName.DOMAIN, dns_name(names[0]), "realmd: realm list"
            yield FactName.MANAGED_BY, "domain", "realmd: realm list"
        elif sssd is not None and "sssd.conf" not in sssd:
            yield FactName.MANAGED_BY, "none", "realmd: realm list"
        return
    raw = machine.read("/etc/sssd/sssd.conf")
    if raw is None:
        raise NotUnderstood
    says = keyed(raw.decode("utf-8"))
    first = dns_name(says["domains"].split(",")[0])
    if says.get("id_provider") not in ("ad", "ipa") or "." not in first:
        raise NotUnderstood
    yield FactName.DOMAIN, first, "sssd: sssd.conf"
    yield FactName.MANAGED_BY, "domain", "sssd: sssd.conf"


DCONF = "/etc/dconf/db"
PROFILE = "/etc/dconf/profile/user"
"""Without it nothing of the system's is asked."""
DECIDED = (
    "/org/gnome/desktop/screensaver/lock-enabled",
    "/org/gnome/desktop/screensaver/lock-delay",
    "/org/gnome/desktop/session/idle-delay",
)


def screen_lock(machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Where the administrator has settled it for everybody; otherwise only a person's own agent sees that person's."""
    locked = _for_everybody(machine)
    if locked is not None:
        yield FactName.SCREEN_LOCK, locked, "dconf: settled for everybody"
        return
    if succeeded(machine.run("id", "-u")).text.strip() == "0":
        raise NotUnderstood  # root would be told root's own settings
    desktop = _desktop(machine)
    if "KDE" in desktop:
        on, minutes = (_kde(machine, key, usual) for key, usual in (("Autolock", "true"), ("Timeout", "5")))
        locks = {"true": True, "false": False}[on] and 0 < int(minutes) * 60 <= LOCKS_WITHIN
        yield FactName.SCREEN_LOCK, locks, "kde: kscreenlockrc"
    elif "GNOME" in desktop:
        on = _gnome(machine, "screensaver", "lock-enabled")
        wait = [_seconds(_gnome(machine, "session", "idle-delay"))]
        wait += [_seconds(_gnome(machine, "screensaver", "lock-delay"))]
        locks = {"true": True, "false": False}[on] and wait[0] > 0 and sum(wait) <= LOCKS_WITHIN
        yield FactName.SCREEN_LOCK, locks, "gnome: gsettings"


def _desktop(machine: Machine) -> list[str]:
    said = (machine.read("/proc/self/environ") or b"").decode("utf-8", "replace").split("\0")
    return keyed("\n".join(said)).get("XDG_CURRENT_DESKTOP", "").split(":")


def _gnome(machine: Machine, schema: str, key: str) -> str:
    return succeeded(machine.run("gsettings", "get", f"org.gnome.desktop.{schema}", key)).text.strip()


def _kde(machine: Machine, key: str, usual: str) -> str:
    for program in ("kreadconfig6", "kreadconfig5"):
        where = ("--file", "kscreenlockrc", "--group", "Daemon", "--key", key, "--default", usual)
        asked = machine.run(program, *where)
        if asked is not None:
            return succeeded(asked).text.strip()
    raise NotUnderstood


def _seconds(said: str) -> int:
    return int(said.removeprefix("uint32 "))


def _for_everybody(machine: Machine) -> bool | None:
    """None: people may change it, or the administrator's word counts for nothing. What one file settles may stand in
    another of the same database.
    """
    for database in reversed(_databases(machine)):  # the last of the profile that settles it has the word
        folder = f"{DCONF}/{database}.d"
        settled = "\n".join(
            _texts(machine, f"{folder}/locks", machine.entries(f"{folder}/locks") or ())
        ).split()
        if not set(DECIDED) <= set(settled):
            continue
        files = machine.entries(folder) or ()
        values = _dconf_values(_texts(machine, folder, [name for name in files if name != "locks"]))
        on, delay, idle = (values.get(key) for key in DECIDED)
        if on is not None and delay is not None and idle is not None:
            return on == "true" and _seconds(idle) > 0 and _seconds(idle) + _seconds(delay) <= LOCKS_WITHIN
    return None


def _databases(machine: Machine) -> list[str]:
    """What people's settings rest on: those that their profile names and `dconf update` has made (dconf(7))."""
    profile = (machine.read(PROFILE) or b"").decode("utf-8")
    named = [line.partition("#")[0].strip().partition(":") for line in profile.splitlines()]
    made = machine.entries(DCONF) or ()
    return [name for kind, _, name in named if kind == "system-db" and name in made]


def _texts(machine: Machine, folder: str, names: "tuple[str, ...] | list[str]") -> list[str]:
    return [(machine.read(f"{folder}/{name}") or b"").decode("utf-8") for name in names]


def _dconf_values(texts: list[str]) -> dict[str, str]:
    values, section = {}, ""
    for line in "\n".join(texts).splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values[f"/{section}/{key.strip()}"] = value.strip()
    return values
