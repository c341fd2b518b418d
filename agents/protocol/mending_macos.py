"""How a person mends a Mac, by the names that stand in the settings of macOS 13 and newer."""

from collections.abc import Mapping

from agents.protocol.checks import Check
from config.vocabulary import Language

CS, EN = Language.CZECH, Language.ENGLISH

ON_MACOS: Mapping[Check, Mapping[Language, str]] = {
    Check.DISK_ENCRYPTED: {
        CS: "Otevřete Nastavení systému → Soukromí a zabezpečení → FileVault a zapněte ho. Šifrování běží na "
        "pozadí; než skončí, disk se za zašifrovaný nepočítá.",
        EN: "Open System Settings → Privacy & Security → FileVault and turn it on. It encrypts in the background; "
        "until it is done the disk does not count as encrypted.",
    },
    Check.FIREWALL: {
        CS: "Otevřete Nastavení systému → Síť → Firewall a zapněte ho.",
        EN: "Open System Settings → Network → Firewall and turn it on.",
    },
    Check.UPDATES_INSTALLED: {
        CS: "Otevřete Nastavení systému → Obecné → Aktualizace softwaru a nainstalujte vše, co se nabízí.",
        EN: "Open System Settings → General → Software Update and install all that is offered.",
    },
    Check.PATCH_AGE: {
        CS: "Otevřete Nastavení systému → Obecné → Aktualizace softwaru a u automatických aktualizací zapněte "
        "instalaci aktualizací macOS i bezpečnostních záplat. Na co už Apple aktualizace nevydává, to je "
        "potřeba vyměnit.",
        EN: "Open System Settings → General → Software Update and, among automatic updates, turn on installing "
        "macOS updates and security responses. What Apple brings out no updates for any more has to be "
        "replaced.",
    },
    Check.RESTARTED: {
        CS: "Uložte práci a restartujte počítač: nabídka Apple → Restartovat.",
        EN: "Save your work and restart the computer: Apple menu → Restart.",
    },
    Check.SCREEN_LOCK: {
        CS: "Otevřete Nastavení systému → Zamčená obrazovka, spouštějte spořič nejvýše po 10 minutách nečinnosti "
        "a heslo vyžadujte okamžitě nebo do 5 minut po jeho spuštění.",
        EN: "Open System Settings → Lock Screen, start the screen saver after at most 10 minutes of inactivity, "
        "and require a password immediately or within 5 minutes after it begins.",
    },
    Check.ANTIVIRUS: {
        CS: "Otevřete Nastavení systému → Soukromí a zabezpečení → Zabezpečení a povolte jen aplikace z App Storu "
        "a od známých vývojářů. Antivirový program úřadu zapněte v něm samotném.",
        EN: "Open System Settings → Privacy & Security → Security and allow only applications from the App Store "
        "and known developers. The office's antivirus program is turned on in itself.",
    },
    Check.SECURE_BOOT: {
        CS: "Vypněte Mac a spusťte obnovu macOS (držte zapínací tlačítko, na počítačích s Intelem ⌘R); v nabídce "
        "Utility → Utilita pro zabezpečení startu zvolte Plné zabezpečení.",
        EN: "Shut the Mac down and start macOS Recovery (hold the power button, with Intel ⌘R); choose Full "
        "Security in Utilities → Startup Security Utility.",
    },
    Check.TPM: {
        CS: "Počítače Mac čip TPM nemají, klíče chrání Secure Enclave. Vyžaduje-li se TPM, obraťte se na správce.",
        EN: "Macs have no TPM; the Secure Enclave guards their keys. If a TPM is asked for, turn to the "
        "administrator.",
    },
    Check.NOT_ADMINISTRATOR: {
        CS: "Otevřete Nastavení systému → Uživatelé a skupiny, zřiďte si účet správce jen pro správu a u svého "
        "účtu vypněte oprávnění spravovat tento počítač.",
        EN: "Open System Settings → Users & Groups, make an administrator account for administration alone, and "
        "turn off that your own may administer this computer.",
    },
    Check.MANAGED: {
        CS: "Zařízení nespravuje úřad. Jde-li o zařízení úřadu, požádejte správce o zápis do správy: Nastavení "
        "systému → Obecné → Správa zařízení.",
        EN: "The office does not manage this device. If it belongs to the office, ask the administrator to enrol "
        "it: System Settings → General → Device Management.",
    },
    Check.DISK_SPACE: {
        CS: "Otevřete Nastavení systému → Obecné → Úložiště a smažte, co nepotřebujete; pak vysypte koš.",
        EN: "Open System Settings → General → Storage and delete what you do not need; then empty the bin.",
    },
    Check.DISK_HEALTHY: {
        CS: "Disk hlásí závadu: hned zálohujte svá data (Nastavení systému → Obecné → Time Machine) a požádejte "
        "správce o opravu.",
        EN: "The disk reports a fault: back up your data at once (System Settings → General → Time Machine) and "
        "ask the administrator to have it repaired.",
    },
    Check.CLOCK: {
        CS: "Otevřete Nastavení systému → Obecné → Datum a čas a zapněte Nastavit čas a datum automaticky.",
        EN: "Open System Settings → General → Date & Time and turn on Set time and date automatically.",
    },
}
