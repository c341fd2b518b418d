"""Updates of Linux: which wait, when some were last installed, whether they wait for a restart."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from agents.posture.asking import MINUTE, MINUTES, Finding, Machine, NotUnderstood, days_between, succeeded
from agents.protocol.facts import FactName

LISTED_WITHIN = timedelta(days=14)
"""A list of updates that is older says nothing: nobody has looked."""
LISTS = "/var/lib/apt/lists"
SECURITY = re.compile(r"Inst \S+ (?:\[\S+\] )?\([^)]*(?:-security|-Security:)[^)]*\)")
"""Of `apt-get`'s plan: the archive it comes from is named for security, at Debian and at Ubuntu."""
SUMMED_UP = re.compile(r"\d+ upgraded, \d+ newly installed, \d+ to remove and (\d+) not upgraded\.\Z")
"""Without that line the plan is not whole; the number is of those that are held back, of which it says no more."""
UPGRADABLE = re.compile(r"[^\s/]+/(\S+) \S+ \S+ \[upgradable from: \S+\]\Z")
"""One line of `apt list`, with the archives that have it."""
ADVISORY = re.compile(r"\S+-\d{4}[-:]\S+\s+(?:\S+/Sec\.|security)\s+\S+", re.ASCII)
"""One line of `dnf` 4 (`Important/Sec.`) or of `dnf` 5 (type and severity in columns of their own)."""
HEADING = re.compile(r"Name\s+Type\s+Severity\s+Package\s+Issued")


def waiting(machine: Machine, now: datetime) -> Iterator[Finding]:
    for ask in (_apt, _dnf):
        try:
            count, found_by = ask(machine, now)
        except (NotUnderstood, ValueError, TypeError):
            continue
        yield FactName.UPDATES_WAITING, count, found_by
        yield FactName.UPDATES_INSTALLED, count == 0, found_by
        return


def _apt(machine: Machine, now: datetime) -> tuple[int, str]:
    """Simulated: nothing is locked and nothing changed."""
    lists = [name for name in machine.entries(LISTS) or () if re.search(r"-security_(In)?Release\Z", name)]
    ages = [_age_of_list(machine.read(f"{LISTS}/{name}") or b"", now) for name in lists]
    if not ages or max(ages) > LISTED_WITHIN:
        raise NotUnderstood
    plan = ("apt-get", "--simulate", "--quiet", "-o", "Debug::NoLocking=1", "dist-upgrade")
    lines = succeeded(machine.run(*plan, seconds=MINUTE)).text.splitlines()
    held_back = [int(found[1]) for line in lines if (found := SUMMED_UP.match(line))]
    if not held_back:
        raise NotUnderstood
    if held_back[-1]:
        return _apt_listed(machine, held_back[-1]), "apt: apt list --upgradable"
    return sum(1 for line in lines if SECURITY.match(line)), "apt: apt-get --simulate dist-upgrade"


def _apt_listed(machine: Machine, at_least: int) -> int:
    """Also of those that a hold, a pin or something that is missing keeps back."""
    lines = succeeded(machine.run("apt", "list", "--upgradable", seconds=MINUTE)).text.splitlines()
    archives = [found[1] for line in lines if (found := UPGRADABLE.match(line.strip()))]
    if len(archives) < at_least:
        raise NotUnderstood
    return sum(1 for each in archives if any(one.endswith("-security") for one in each.split(",")))


def _age_of_list(release: bytes, now: datetime) -> timedelta:
    dated = re.search(rb"^Date: ([\w,:+ -]{10,40})$", release[:4096], re.MULTILINE)
    if dated is None:
        raise NotUnderstood
    return now - parsedate_to_datetime(dated[1].decode())


def _dnf(machine: Machine, _now: datetime) -> tuple[int, str]:
    """It looks itself whether its list is new enough, and fails where it cannot."""
    asked = succeeded(machine.run("dnf", "--quiet", "updateinfo", "list", "--security", seconds=MINUTES))
    lines = [line.strip() for line in asked.text.splitlines() if line.strip()]
    if any(not ADVISORY.match(line) and not HEADING.match(line) for line in lines):
        raise NotUnderstood
    return sum(1 for line in lines if ADVISORY.match(line)), "dnf: updateinfo list --security"


LOGS = (
    (
        ("/var/log/dpkg.log", "/var/log/dpkg.log.1"),
        re.compile(r"(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d upgrade \S"),
    ),
    (
        ("/var/log/dnf.rpm.log", "/var/log/dnf.rpm.log.1"),
        re.compile(r"(\d{4}-\d\d-\d\d)T\S+ SUBDEBUG Upgraded?: \S"),
    ),
)
"""What packages were replaced by newer ones, the newest last. Installing something new is no update."""


def last_installed(machine: Machine, now: datetime) -> Iterator[Finding]:
    for files, upgrade in LOGS:
        for file in files:
            lines = (machine.read(file, end=True) or b"").decode("utf-8", "replace").splitlines()
            dates = [found[1] for line in lines if (found := upgrade.match(line))]
            if dates:
                # The log is in local time; by the day that is near enough.
                age = days_between(datetime.fromisoformat(dates[-1]).replace(tzinfo=UTC), now)
                if age is not None:
                    yield FactName.PATCH_AGE_DAYS, age, f"{file}: newest upgrade"
                return


ASKED_FOR_BY = frozenset({"unattended-upgrades", "update-notifier"})
"""Hooks of new kernels that leave the mark; without either, no mark says nothing."""
RESTART = {1: True, 0: False}
"""By what `needs-restarting` ends with."""


def restart(machine: Machine, _now: datetime) -> Iterator[Finding]:
    if "reboot-required" in (machine.entries("/run") or ()):
        yield FactName.REBOOT_PENDING, True, "run: reboot-required"
        return
    hooks = machine.entries("/etc/kernel/postinst.d")
    if hooks is not None and ASKED_FOR_BY.intersection(hooks) and machine.entries("/run") is not None:
        yield FactName.REBOOT_PENDING, False, "run: reboot-required"
        return
    asked = machine.run("dnf", "--quiet", "needs-restarting", "--reboothint", seconds=MINUTE)
    if (
        asked is None
        or asked.code not in RESTART
        or (asked.code == 1 and "Reboot is required" not in asked.text)
    ):
        raise NotUnderstood
    yield FactName.REBOOT_PENDING, RESTART[asked.code], "dnf: needs-restarting"
