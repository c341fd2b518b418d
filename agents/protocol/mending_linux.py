"""How a person mends a Linux machine: Debian, Ubuntu or Fedora with GNOME, by the names that stand in its settings."""

from collections.abc import Mapping

from agents.protocol.checks import Check
from config.vocabulary import Language

CS, EN = Language.CZECH, Language.ENGLISH

ON_LINUX: Mapping[Check, Mapping[Language, str]] = {
    Check.DISK_ENCRYPTED: {
        CS: "Šifrování celého disku (LUKS) se zapíná při instalaci systému: zálohujte data a požádejte správce o "
        "novou instalaci s volbou šifrování. Šifrovaný musí být i odkládací oddíl (swap) a samostatné svazky s daty, "
        "třeba /home a /var.",
        EN: "Encryption of the whole disk (LUKS) is chosen when the system is installed: back up your data and "
        "ask the administrator to install anew with encryption. The swap partition and separate volumes with data, "
        "as /home and /var, have to be encrypted too.",
    },
    Check.FIREWALL: {
        CS: "V terminálu zapněte bránu firewall: na Ubuntu a Debianu „sudo ufw enable“ (balíček ufw), na Fedoře "
        "„sudo systemctl enable --now firewalld“.",
        EN: "Turn the firewall on in a terminal: `sudo ufw enable` on Ubuntu and Debian (package ufw), `sudo "
        "systemctl enable --now firewalld` on Fedora.",
    },
    Check.UPDATES_INSTALLED: {
        CS: "Otevřete Software → Aktualizace a nainstalujte všechny, nebo v terminálu spusťte na Ubuntu a Debianu "
        "„sudo apt update && sudo apt full-upgrade“, na Fedoře „sudo dnf upgrade“.",
        EN: "Open Software → Updates and install all, or run in a terminal `sudo apt update && sudo apt "
        "full-upgrade` on Ubuntu and Debian, `sudo dnf upgrade` on Fedora.",
    },
    Check.PATCH_AGE: {
        CS: "Otevřete Software → Předvolby aktualizací, zapněte automatické aktualizace a nainstalujte, co čeká. "
        "Vydání, pro které už aktualizace nevycházejí, je potřeba povýšit.",
        EN: "Open Software → Update Preferences, turn automatic updates on and install what waits. A release that "
        "gets no updates any more has to be upgraded.",
    },
    Check.RESTARTED: {
        CS: "Uložte práci a restartujte počítač: systémová nabídka vpravo nahoře → Vypnout → Restartovat.",
        EN: "Save your work and restart the computer: system menu at the top right → Power Off → Restart.",
    },
    Check.SCREEN_LOCK: {
        CS: "Otevřete Nastavení → Soukromí a zabezpečení → Zámek obrazovky, zapněte automatické zamykání a "
        "prodlevu zhasnutí i zamčení nastavte dohromady nejvýše na 15 minut. Je-li zámek nastavený všem a nejde "
        "změnit, obraťte se na správce zařízení.",
        EN: "Open Settings → Privacy & Security → Screen Lock, turn on automatic locking and set the delays of "
        "blanking and locking to 15 minutes together at most. Where it is settled for everybody and cannot be "
        "changed, turn to whoever looks after the device.",
    },
    Check.ANTIVIRUS: {
        CS: "Nainstalujte antivirový program úřadu, nebo ClamAV s aktualizací vzorků: na Ubuntu a Debianu balíčky "
        "clamav-daemon a clamav-freshclam, na Fedoře clamd a clamav-freshclam, a spusťte jejich služby.",
        EN: "Install the office's antivirus program, or ClamAV with updates of its signatures: packages "
        "clamav-daemon and clamav-freshclam on Ubuntu and Debian, clamd and clamav-freshclam on Fedora, and "
        "start their services.",
    },
    Check.SECURE_BOOT: {
        CS: "Při spuštění otevřete nastavení firmwaru UEFI (klávesa F2 nebo Del, nebo „systemctl reboot "
        "--firmware-setup“) a zapněte Secure Boot. Stav ukazuje Nastavení → Soukromí a zabezpečení → "
        "Zabezpečení zařízení.",
        EN: "Open the UEFI firmware settings at the start (key F2 or Del, or `systemctl reboot --firmware-setup`) "
        "and turn Secure Boot on. Settings → Privacy & Security → Device Security shows its state.",
    },
    Check.TPM: {
        CS: "Čip bývá jen vypnutý: zapněte ho v nastavení firmwaru UEFI (TPM, PTT nebo fTPM). Kde čip není, "
        "počítač je potřeba vyměnit.",
        EN: "The chip is often merely off: turn it on in the UEFI firmware settings (TPM, PTT or fTPM). Where "
        "there is none, the computer has to be replaced.",
    },
    Check.NOT_ADMINISTRATOR: {
        CS: "Otevřete Nastavení → Systém → Uživatelé, zřiďte si účet správce jen pro správu a u svého účtu "
        "vypněte Správce.",
        EN: "Open Settings → System → Users, make an administrator account for administration alone and turn "
        "Administrator off for your own.",
    },
    Check.MANAGED: {
        CS: "Zařízení nespravuje úřad. Jde-li o zařízení úřadu, požádejte správce, aby ho připojil k doméně "
        "(„sudo realm join“).",
        EN: "The office does not manage this device. If it belongs to the office, ask the administrator to join "
        "it to the domain (`sudo realm join`).",
    },
    Check.DISK_SPACE: {
        CS: "Otevřete aplikaci Analýza využití disku, najděte největší složky a smažte, co nepotřebujete; pak "
        "vysypte koš.",
        EN: "Open Disk Usage Analyzer, find the largest folders and delete what you do not need; then empty the "
        "bin.",
    },
    Check.DISK_HEALTHY: {
        CS: "Disk hlásí závadu: hned zálohujte svá data a požádejte správce o výměnu. Podrobnosti ukazuje "
        "aplikace Disky → nabídka → Data a testy SMART.",
        EN: "A disk reports a fault: back up your data at once and ask the administrator to replace it. Disks → "
        "menu → SMART Data & Self-Tests shows details.",
    },
    Check.CLOCK: {
        CS: "Otevřete Nastavení → Systém → Datum a čas a zapněte Automatické datum a čas, nebo v terminálu „sudo "
        "timedatectl set-ntp true“.",
        EN: "Open Settings → System → Date & Time and turn on Automatic Date & Time, or run `sudo timedatectl "
        "set-ntp true` in a terminal.",
    },
}
