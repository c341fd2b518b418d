"""What a device's facts, and the values they have, are called on pages. Checks have their own names
(`agents.protocol.mending`), and what went by one name in a history is shown by it.
"""

from collections.abc import Mapping

from agents.protocol.checks import Check
from agents.protocol.facts import FactName, Value
from agents.protocol.mending import TITLES
from config.settings import Title
from config.vocabulary import Language
from gateway.devices.history import Difference

FACTS: Mapping[str, Title] = {
    FactName.OS: Title(cs="Operační systém", en="Operating system"),
    FactName.OS_VERSION: Title(cs="Hlavní verze systému", en="Main version of the system"),
    FactName.OS_RELEASE: Title(cs="Úplná verze systému", en="Whole version of the system"),
    FactName.KERNEL: Title(cs="Jádro systému", en="Kernel"),
    FactName.UPDATES_INSTALLED: Title(cs="Bezpečnostní aktualizace", en="Security updates"),
    FactName.UPDATES_WAITING: Title(cs="Čekající bezpečnostní aktualizace", en="Security updates that wait"),
    FactName.PATCH_AGE_DAYS: Title(cs="Dní od poslední aktualizace", en="Days since the last update"),
    FactName.REBOOT_PENDING: Title(cs="Aktualizace čeká na restart", en="An update waits for a restart"),
    FactName.DISK_ENCRYPTED: Title(cs="Šifrování disku", en="Disk encryption"),
    FactName.FIREWALL: Title(cs="Brána firewall", en="Firewall"),
    FactName.ANTIVIRUS: Title(cs="Ochrana před škodlivým kódem", en="Malware protection"),
    FactName.SCREEN_LOCK: Title(cs="Zámek obrazovky", en="Screen lock"),
    FactName.SECURE_BOOT: Title(cs="Zabezpečené spouštění", en="Secure boot"),
    FactName.TPM_VERSION: Title(cs="Verze bezpečnostního čipu TPM", en="Version of the security chip TPM"),
    FactName.LOCAL_ADMINISTRATORS: Title(cs="Počet správců počítače", en="Number of administrators"),
    FactName.USER_IS_ADMINISTRATOR: Title(
        cs="Přihlášený uživatel je správcem", en="Whoever is signed in is an administrator"
    ),
    FactName.DOMAIN: Title(cs="Doména", en="Domain"),
    FactName.MANAGED_BY: Title(cs="Kdo zařízení spravuje", en="What manages the device"),
    FactName.DISK_FREE_MIB: Title(cs="Volné místo na disku (MiB)", en="Free on the disk (MiB)"),
    FactName.DISK_FREE_PERCENT: Title(cs="Volné místo na disku (%)", en="Free on the disk (%)"),
    FactName.DISK_HEALTHY: Title(cs="Disk je v pořádku", en="The disk is well"),
    FactName.CLOCK_SYNCHRONISED: Title(cs="Hodiny se seřizují", en="The clock is synchronised"),
    FactName.CLOCK_OFFSET_MS: Title(cs="Odchylka hodin (ms)", en="Offset of the clock (ms)"),
}
VALUES: Mapping[str, Title] = {
    "yes": Title(cs="ano", en="yes"),
    "no": Title(cs="ne", en="no"),
    "": Title(cs="neznámo", en="not known"),
    "none": Title(cs="žádný", en="none"),
    "domain": Title(cs="doména", en="the domain"),
    "mdm": Title(cs="správa mobilních zařízení (MDM)", en="mobile device management (MDM)"),
    "entra": Title(cs="Microsoft Entra", en="Microsoft Entra"),
    "windows": Title(cs="Windows", en="Windows"),
    "macos": Title(cs="macOS", en="macOS"),
    "linux": Title(cs="Linux", en="Linux"),
    "android": Title(cs="Android", en="Android"),
    "ios": Title(cs="iOS", en="iOS"),
}
WORDS = frozenset({FactName.OS, FactName.TPM_VERSION, FactName.MANAGED_BY})
"""Facts whose values are of a closed list; what else a device says is shown as it says it."""
TUNNEL_KEY = Title(cs="Nový klíč tunelu", en="A new key of the tunnel")


def fact_value(name: FactName, value: Value, language: Language) -> str:
    if isinstance(value, bool):
        return VALUES["yes" if value else "no"].in_language(language)
    known = VALUES.get(str(value)) if name in WORDS else None
    return str(value) if known is None else known.in_language(language)


def difference_title(one: Difference, language: Language) -> str:
    fact = FACTS.get(one.of)
    if fact is not None:
        return fact.in_language(language)
    return TITLES[Check(one.of)][language] if one.of in set(Check) else TUNNEL_KEY.in_language(language)


def difference_value(one: Difference, text: str, language: Language) -> str:
    """`text`: before, or after."""
    yes_or_no = text in {"yes", "no", ""} or one.of in WORDS
    known = VALUES.get(text) if yes_or_no else None
    return text if known is None else known.in_language(language)
