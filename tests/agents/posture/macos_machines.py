"""A Mac as it was recorded, cut to what is looked at."""

import plistlib
from datetime import datetime
from typing import Any

from agents.posture.asking import Answer
from agents.posture.macos import POLICY
from agents.posture.macos_updates import HISTORY, KNOWN
from tests.agents.posture.recorded import Recorded

SW_VERS = "ProductName:\t\tmacOS\nProductVersion:\t\t15.4.1\nBuildVersion:\t\t24E263\n"
BPUTIL = """This utility is not meant for normal users or even sysadmins.

Current local policy:
OS environment:
OS Type                                 : macOS
Volume Group UUID             (vuid):     7C1B2D7F-0000-4C5B-9A0E-000000000000

Security Mode:               Full       (smb0): absent
3rd Party Kexts Status:      Disabled   (smb2): absent
SIP Status:                  Enabled    (sip0): absent
"""
SCREEN = "2026-05-20 11:30:02.123 sysadminctl[812:9041] screenLock delay is 300 seconds\n"
SNTP = "+0.012345 +/- 0.023456 time.apple.com 17.253.14.251\n"
EXTENSIONS = """2 extension(s)
--- com.apple.system_extension.endpoint_security
enabled	active	teamID	bundleID (version)	name	[state]
*	*	UBF8T346G9	com.microsoft.wdav.epsext (101.25042.0002/101.25042.0002)	Microsoft Defender	[activated enabled]
"""


def plist(value: Any, *, binary: bool = False) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)


VOLUME = {
    "APFSContainerFree": 125_000_000_000,
    "APFSContainerSize": 500_000_000_000,
    "SMARTStatus": "Verified",
    "FileVault": True,
    "DeviceNode": "/dev/disk3s1s1",
}
SOFTWARE_UPDATE = {
    "LastSuccessfulDate": datetime(2026, 5, 19, 20, 1, 2),
    "RecommendedUpdates": [],
    "AutomaticCheckEnabled": True,
}
INSTALLED = [
    {"date": datetime(2026, 4, 16, 8, 0, 0), "displayName": "macOS 15.4.1", "processName": "softwareupdated"},
    {
        "date": datetime(2026, 5, 18, 8, 0, 0),
        "displayName": "XProtectPlistConfigData",
        "processName": "softwareupdated",
    },
    {"date": datetime(2026, 5, 19, 8, 0, 0), "displayName": "Pages", "processName": "appstoreagent"},
]
ADMIN = {
    "dsAttrTypeStandard:GroupMembership": ["root", "spravce"],
    "dsAttrTypeStandard:RecordName": ["admin", "BUILTIN\\Administrators"],
}
BOUND = {"General Info": {"Active Directory Domain": "urad.hulin.test", "Computer Account": "mac01$"}}

MAC = Recorded(
    files={KNOWN: plist(SOFTWARE_UPDATE, binary=True), HISTORY: plist(INSTALLED)},
    commands={
        "sw_vers": SW_VERS,
        "uname": "24.4.0\n",
        "fdesetup": "FileVault is On.\n",
        "diskutil": plist(VOLUME),
        "socketfilterfw": "Firewall is enabled. (State = 1)\n",
        "bputil": BPUTIL,
        f"nvram {POLICY}": Answer(1, b"", b"nvram: Error getting variable\n"),
        "id": "501\n",
        "sysadminctl": Answer(0, b"", SCREEN.encode()),
        "defaults": plist({"idleTime": 600, "moduleDict": {"moduleName": "Flurry"}}),
        "dscl": plist(ADMIN),
        "stat": "jana\n",
        "profiles": "Enrolled via DEP: No\nMDM enrollment: Yes (User Approved)\nMDM server: https://mdm.urad.test/x\n",
        "dsconfigad": b"",
        "systemextensionsctl": "0 extension(s)\n",
        "spctl": "assessments enabled\n",
        "xprotect status": "XProtect launch scans: enabled\nXProtect background scans: enabled\n",
        "xprotect version": "Version: 5346 Installed: 2026-05-11 08:53:39 +0000\n",
        "systemsetup": "Network Time: On\n",
        "sntp": SNTP,
    },
)
"""A Mac with a chip of Apple's, managed by an MDM server, seen by the agent of the person who is signed in."""
