"""Machines with Windows as they were recorded, cut to what is looked at."""

from collections.abc import Mapping
from typing import Any

from agents.posture.asking import Answer
from agents.posture.windows_answers import POWERSHELL
from agents.posture.windows_questions import QUICK, SLOW, script
from tests.agents.posture.recorded import Recorded, as_powershell

DEFENDER_ID = "{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}"
JANA, LOCAL = "S-1-5-21-111-222-333-1104", "S-1-5-21-444-555-666"
SAVER = {
    "ScreenSaveActive": "1",
    "ScreenSaverIsSecure": "1",
    "ScreenSaveTimeOut": "600",
    "SCRNSAVE.EXE": r"C:\Windows\system32\scrnsave.scr",
}
NO_SAVER = dict.fromkeys(SAVER, "")
SECURITY, DEFINITIONS = "0fa1201d-4330-4fa8-8ae9-b877473b6441", "e0789628-ce08-4437-be74-2495b842f43b"

ANSWERS: Mapping[str, Any] = {
    "system": {"version": "10.0.22631", "build": 22631, "kind": 1, "revision": 5335},
    "bitlocker": {"protection": "On", "volume": "FullyEncrypted"},
    "firewall": {"profiles": [{"on": 1, "inbound": 4}, {"on": 1, "inbound": 4}, {"on": 1, "inbound": 0}]},
    "defender": {"service": True, "on": True, "live": True, "age": 0, "mode": "Normal"},
    "products": {"antivirus": [{"id": DEFENDER_ID, "state": 397568}], "firewall": []},
    "firmware": 2,
    "secure_boot": True,
    "tpm": {"present": True, "versions": ["2.0, 0, 1.59"]},
    "lock": {"inactivity": 900, "people": [NO_SAVER]},
    "administrators": {
        "members": [{"id": f"{LOCAL}-500", "kind": "User"}, {"id": f"{LOCAL}-1001", "kind": "User"}],
        "people": [JANA],
    },
    "joined": {"member": True, "domain": "urad.hulin.test", "mdm": False},
    "restart": False,
    "space": {"size": 254_721_126_400, "free": 63_680_281_600},
    "waiting": {"result": 2, "looked": "2026-05-20T06:11:02Z", "kinds": [DEFINITIONS]},
    "installed": {
        "updates": [
            {
                "at": "2026-05-20T05:01:12Z",
                "title": "Aktualizace bezpečnostních informací … - KB2267602 (verze 1.429)",
            },
            {
                "at": "2026-05-14T03:22:41Z",
                "title": "2026-05 Kumulativní aktualizace pro Windows 11 (KB5058405)",
            },
        ]
    },
    "hotfixes": {"on": ["5/14/2026", "1/2/2025"]},
    "disks": {"disks": [{"bus": 17, "health": 0}, {"bus": 7, "health": 5}]},
}

ENGLISH_CLOCK = """Leap Indicator: 0(no warning)
Stratum: 3 (secondary reference - syncd by (S)NTP)
Precision: -23 (119.209ns per tick)
Root Delay: 0.0312500s
Root Dispersion: 0.0610977s
ReferenceId: 0x0A000A01 (source IP:  10.0.10.1)
Last Successful Sync Time: 20.05.2026 11:04:51
Source: dc1.urad.hulin.test
Poll Interval: 10 (1024s)

Phase Offset: 0.0034567s
ClockRate: 0.0156250s
State Machine: 2 (Sync)
Time Source Flags: 0 (None)
Server Role: 0 (None)
Last Sync Error: 0 (The command completed successfully.)
Time since Last Good Sync Time: 1512.6311042s
"""
CZECH_CLOCK = """Indikátor přestupné sekundy: 0(žádné upozornění)
Vrstva: 3 (sekundární odkaz – synchronizováno protokolem (S)NTP)
Přesnost: -23 (119.209ns na jeden takt)
Kořenové zpoždění: 0.0312500s
Kořenová disperze: 0.0610977s
ID odkazu: 0x0A000A01 (zdrojová adresa IP:  10.0.10.1)
Čas poslední úspěšné synchronizace: 20.05.2026 11:04:51
Zdroj: dc1.urad.hulin.test
Interval dotazování: 10 (1024s)

Posun fáze: -0,0034567s
Takt hodin: 0.0156250s
"""
LOST_CLOCK = """Indikátor přestupné sekundy: 3(není synchronizováno)
Vrstva: 0 (nezadáno)
Přesnost: -23 (119.209ns na jeden takt)
Kořenové zpoždění: 0.0000000s
Kořenová disperze: 0.0000000s
ID odkazu: 0x00000000 (nezadáno)
Čas poslední úspěšné synchronizace: není určeno
Zdroj: Local CMOS Clock
Interval dotazování: 10 (1024s)

Posun fáze: 0.0000000s
"""
DSREGCMD = """
+----------------------------------------------------------------------+
| Device State                                                         |
+----------------------------------------------------------------------+

             AzureAdJoined : YES
          EnterpriseJoined : NO
              DomainJoined : NO
           Virtual Desktop : NOT SET
"""


def windows(
    quick: Mapping[str, Any] | None = None, *without: str, **commands: Answer | str | bytes | None
) -> Recorded:
    """The office's own with other answers to some questions, and without those to others."""
    answers = {name: said for name, said in {**ANSWERS, **(quick or {})}.items() if name not in without}
    return Recorded(
        commands={
            " ".join((*POWERSHELL, script(questions))): as_powershell(
                {name: answers[name] for name in questions if name in answers}
            )
            for questions in (QUICK, SLOW)
        }
        | {"w32tm.exe": CZECH_CLOCK.encode("cp1250"), "dsregcmd.exe": DSREGCMD}
    ).but(commands={name.replace("_exe", ".exe"): said for name, said in commands.items()})
