"""How a person mends a Windows 11 machine, by the names that stand in its settings."""

from collections.abc import Mapping

from agents.protocol.checks import Check
from config.vocabulary import Language

CS, EN = Language.CZECH, Language.ENGLISH

ON_WINDOWS: Mapping[Check, Mapping[Language, str]] = {
    Check.DISK_ENCRYPTED: {
        CS: "Otevřete Nastavení → Soukromí a zabezpečení → Šifrování zařízení a zapněte ho; kde tam není, "
        "otevřete Ovládací panely → Systém a zabezpečení → Šifrování jednotky BitLocker. Je-li ochrana "
        "pozastavená, zvolte tam Obnovit ochranu.",
        EN: "Open Settings → Privacy & security → Device encryption and turn it on; where it is missing, open "
        "Control Panel → System and Security → BitLocker Drive Encryption. If protection is suspended, choose "
        "Resume protection there.",
    },
    Check.FIREWALL: {
        CS: "Otevřete Zabezpečení Windows → Brána firewall a ochrana sítě a zapněte bránu pro doménovou, privátní "
        "i veřejnou síť.",
        EN: "Open Windows Security → Firewall & network protection and turn the firewall on for the domain, the "
        "private and the public network.",
    },
    Check.UPDATES_INSTALLED: {
        CS: "Otevřete Nastavení → Windows Update, zvolte Zkontrolovat aktualizace a nainstalujte všechny "
        "nabízené.",
        EN: "Open Settings → Windows Update, choose Check for updates and install all that are offered.",
    },
    Check.PATCH_AGE: {
        CS: "Otevřete Nastavení → Windows Update. Jsou-li aktualizace pozastavené, zvolte Obnovit aktualizace, a "
        "nainstalujte je.",
        EN: "Open Settings → Windows Update. If updates are paused, choose Resume updates, and install them.",
    },
    Check.RESTARTED: {
        CS: "Uložte práci a restartujte počítač: Start → Napájení → Aktualizovat a restartovat.",
        EN: "Save your work and restart the computer: Start → Power → Update and restart.",
    },
    Check.SCREEN_LOCK: {
        CS: "Otevřete Nastavení → Přizpůsobení → Zamykací obrazovka → Spořič obrazovky, vyberte spořič, čekání "
        "nejvýše 15 minut a zaškrtněte Při obnovení zobrazit přihlašovací obrazovku.",
        EN: "Open Settings → Personalization → Lock screen → Screen saver, choose one, a wait of at most 15 "
        "minutes, and tick On resume, display logon screen.",
    },
    Check.ANTIVIRUS: {
        CS: "Otevřete Zabezpečení Windows → Ochrana před viry a hrozbami, zapněte ochranu v reálném čase a zvolte "
        "Vyhledat aktualizace. Jiný antivirový program zapněte a aktualizujte v něm samotném.",
        EN: "Open Windows Security → Virus & threat protection, turn real-time protection on and choose Check for "
        "updates. Another antivirus program is turned on and updated in itself.",
    },
    Check.SECURE_BOOT: {
        CS: "Otevřete Nastavení → Systém → Obnovení → Spuštění s upřesněným nastavením → Restartovat hned, pak "
        "Odstranit potíže → Upřesnit možnosti → Nastavení firmwaru UEFI a tam zapněte Secure Boot. Mějte po "
        "ruce obnovovací klíč BitLocker.",
        EN: "Open Settings → System → Recovery → Advanced startup → Restart now, then Troubleshoot → Advanced "
        "options → UEFI Firmware Settings, and turn Secure Boot on there. Have the BitLocker recovery key at "
        "hand.",
    },
    Check.TPM: {
        CS: "Čip bývá jen vypnutý: zapněte ho v nastavení firmwaru UEFI (TPM, PTT nebo fTPM). Kde čip není, "
        "počítač je potřeba vyměnit.",
        EN: "The chip is often merely off: turn it on in the UEFI firmware settings (TPM, PTT or fTPM). Where "
        "there is none, the computer has to be replaced.",
    },
    Check.NOT_ADMINISTRATOR: {
        CS: "Otevřete Nastavení → Účty → Další uživatelé, zřiďte si účet správce jen pro správu a svůj účet "
        "změňte na Standardní uživatel.",
        EN: "Open Settings → Accounts → Other users, make an administrator account for administration alone and "
        "change your own into a Standard user.",
    },
    Check.MANAGED: {
        CS: "Zařízení nespravuje úřad. Jde-li o zařízení úřadu, požádejte správce, aby ho připojil: Nastavení → "
        "Účty → Přístup do práce nebo do školy.",
        EN: "The office does not manage this device. If it belongs to the office, ask the administrator to "
        "connect it: Settings → Accounts → Access work or school.",
    },
    Check.DISK_SPACE: {
        CS: "Otevřete Nastavení → Systém → Úložiště → Doporučení k vyčištění a smažte, co nepotřebujete.",
        EN: "Open Settings → System → Storage → Cleanup recommendations and delete what you do not need.",
    },
    Check.DISK_HEALTHY: {
        CS: "Disk hlásí závadu: hned zálohujte svá data a požádejte správce o výměnu disku. Podrobnosti: "
        "Nastavení → Systém → Úložiště → Upřesnit nastavení úložiště → Disky a svazky.",
        EN: "A disk reports a fault: back up your data at once and ask the administrator to replace it. Details: "
        "Settings → System → Storage → Advanced storage settings → Disks & volumes.",
    },
    Check.CLOCK: {
        CS: "Otevřete Nastavení → Čas a jazyk → Datum a čas, zapněte Nastavit čas automaticky a zvolte "
        "Synchronizovat.",
        EN: "Open Settings → Time & language → Date & time, turn on Set time automatically and choose Sync now.",
    },
}
