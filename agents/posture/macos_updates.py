"""Updates of macOS, and its protection against malware, which comes with them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, days_between, succeeded
from agents.posture.macos_lists import listed
from agents.protocol.facts import FactName

LISTED_WITHIN = timedelta(days=14)
"""A list of updates that is older says nothing: nobody has looked."""
KNOWN = "/Library/Preferences/com.apple.SoftwareUpdate.plist"
HISTORY = "/Library/Receipts/InstallHistory.plist"


class _Known(msgspec.Struct):
    looked: datetime = msgspec.field(name="LastSuccessfulDate")
    recommended: list[dict[str, Any]] = msgspec.field(name="RecommendedUpdates")


def waiting(machine: Machine, now: datetime) -> Iterator[Finding]:
    """By the list that macOS keeps of its last look. Property lists give times without their zone, which is UTC."""
    says = listed(machine.read(KNOWN), _Known)
    if not timedelta(days=-1) <= now - says.looked.replace(tzinfo=UTC) <= LISTED_WITHIN:
        raise NotUnderstood
    count = len(says.recommended)
    yield FactName.UPDATES_WAITING, count, "software update: RecommendedUpdates"
    yield FactName.UPDATES_INSTALLED, count == 0, "software update: RecommendedUpdates"


class _Installed(msgspec.Struct):
    date: datetime
    name: str = msgspec.field(name="displayName", default="")


OF_THE_SYSTEM = re.compile(
    r"(macOS|Security Update|Rapid Security Response|Background Security Improvement)\b"
)
"""Names of updates of the system itself; applications, and data of XProtect, come on other days."""


def last_installed(machine: Machine, now: datetime) -> Iterator[Finding]:
    history = listed(machine.read(HISTORY), list[_Installed])
    dates = [one.date.replace(tzinfo=UTC) for one in history if OF_THE_SYSTEM.match(one.name)]
    age = days_between(max(dates), now)
    if age is not None:
        yield FactName.PATCH_AGE_DAYS, age, "installer: InstallHistory"


EXTENSION = re.compile(r"^\*\s+\*\s+\S+\s+(\S+) \(.*\[activated enabled\]\s*$", re.MULTILINE)
PRODUCTS = {
    "com.microsoft.wdav.epsext": "Microsoft Defender",
    "com.eset.endpoint": "ESET",
    "com.crowdstrike.falcon.Agent": "CrowdStrike",
    "com.sentinelone.extensions-wrapper": "SentinelOne",
    "com.sophos.endpoint.scanextension": "Sophos",
    "com.bitdefender.epsecurity.BDLDaemonApp": "Bitdefender",
}
"""Extensions of the system that look at files as they are opened."""


SCANS = re.compile(r"^XProtect (launch|background) scans: (enabled|disabled)$", re.MULTILINE)
ALL_SCANS = {"launch": "enabled", "background": "enabled"}
INSTALLED = re.compile(r"^Version: \d+ Installed: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \+0000$", re.MULTILINE)
NEW_FOR = 30  # days; there is new data every one to three weeks


def antivirus(machine: Machine, now: datetime) -> Iterator[Finding]:
    """Another maker's that looks at files, or macOS's own: Gatekeeper stops what is not known, XProtect scans the rest,
    by data that is new. Before macOS 15 nothing says how XProtect is: then there is no fact.
    """
    listed_ones = machine.run("systemextensionsctl", "list")
    if listed_ones is not None and listed_ones.code == 0:
        for name in EXTENSION.findall(listed_ones.text):
            if name in PRODUCTS:
                yield FactName.ANTIVIRUS, True, f"system extensions: {PRODUCTS[name]}"
    assesses = machine.run("spctl", "--status")
    said = (assesses.out + assesses.err).decode("utf-8", "replace").strip() if assesses else ""
    if not ASSESSES[said]:
        yield FactName.ANTIVIRUS, False, "gatekeeper: spctl --status"
    scans = dict(SCANS.findall(succeeded(machine.run("xprotect", "status")).text))
    if scans.keys() != ALL_SCANS.keys():
        raise NotUnderstood
    if scans != ALL_SCANS:
        yield FactName.ANTIVIRUS, False, "xprotect: status"
    (installed,) = INSTALLED.findall(succeeded(machine.run("xprotect", "version")).text)
    age = days_between(datetime.fromisoformat(f"{installed}+00:00"), now)
    if age is not None:
        yield FactName.ANTIVIRUS, age <= NEW_FOR, "xprotect: status, version"


ASSESSES = {"assessments enabled": True, "assessments disabled": False}
"""It ends with 1 where it is turned off, so it is read whatever it ends with."""
