"""What each check is called, and how a person mends what it finds, by operating system and language. Czech first."""

from collections.abc import Mapping

from agents.protocol.checks import Check
from agents.protocol.mending_linux import ON_LINUX
from agents.protocol.mending_macos import ON_MACOS
from agents.protocol.mending_windows import ON_WINDOWS
from config.vocabulary import Language

CS, EN = Language.CZECH, Language.ENGLISH
Text = Mapping[Language, str]

TITLES: Mapping[Check, Text] = {
    Check.DISK_ENCRYPTED: {CS: "Šifrování disku", EN: "Disk encryption"},
    Check.FIREWALL: {CS: "Brána firewall", EN: "Firewall"},
    Check.UPDATES_INSTALLED: {CS: "Bezpečnostní aktualizace", EN: "Security updates"},
    Check.PATCH_AGE: {CS: "Stáří poslední aktualizace", EN: "Age of the last update"},
    Check.RESTARTED: {CS: "Restart po aktualizaci", EN: "Restart after an update"},
    Check.SCREEN_LOCK: {CS: "Zámek obrazovky", EN: "Screen lock"},
    Check.ANTIVIRUS: {CS: "Ochrana před škodlivým kódem", EN: "Malware protection"},
    Check.SECURE_BOOT: {CS: "Zabezpečené spouštění", EN: "Secure boot"},
    Check.TPM: {CS: "Bezpečnostní čip TPM 2.0", EN: "Security chip TPM 2.0"},
    Check.NOT_ADMINISTRATOR: {CS: "Práce bez oprávnění správce", EN: "Working without administrator rights"},
    Check.MANAGED: {CS: "Správa zařízení", EN: "Management of the device"},
    Check.DISK_SPACE: {CS: "Volné místo na disku", EN: "Free disk space"},
    Check.DISK_HEALTHY: {CS: "Stav disku", EN: "Disk health"},
    Check.CLOCK: {CS: "Přesnost hodin", EN: "Clock accuracy"},
}

UNKNOWN: Text = {
    CS: "Nepodařilo se to zjistit, a tak to nevyhoví žádnému pravidlu, které to vyžaduje. "
    "Obraťte se na správce zařízení.",
    EN: "This could not be found out, so no rule that needs it is met. Ask whoever looks after the device.",
}
"""Where a check found nothing."""
ELSEWHERE: Text = {
    CS: "Pro tento systém zde návod není. Obraťte se na správce zařízení.",
    EN: "There are no instructions for this system here. Ask whoever looks after the device.",
}

BY_SYSTEM: Mapping[str, Mapping[Check, Text]] = {"windows": ON_WINDOWS, "macos": ON_MACOS, "linux": ON_LINUX}


def how_to_mend(check: Check, os: str | None) -> Text:
    """`os`: value of the fact; None and those without instructions have one sentence for all."""
    return BY_SYSTEM.get(os or "", {}).get(check, ELSEWHERE)
