"""What `brana-agent` says to people, Czech first."""

import os
from collections.abc import Mapping

from agents.command.own_terms import in_own_terms
from agents.enrol.enrolment import Ending
from agents.protocol.messages import KeyKind, Standing
from config.vocabulary import Language

CS, EN = Language.CZECH, Language.ENGLISH
Text = Mapping[Language, str]

STANDINGS: Mapping[Standing, Text] = {
    Standing.WAITING: {
        CS: "čeká na schválení správcem: není potřeba dělat nic",
        EN: "waits for an administrator's approval: there is nothing for you to do",
    },
    Standing.ACTIVE: {CS: "v provozu", EN: "in use"},
    Standing.BLOCKED: {
        CS: "zablokováno: obraťte se na správce zařízení",
        EN: "blocked: turn to whoever looks after the device",
    },
    Standing.RETIRED: {
        CS: "vyřazeno: má-li se znovu používat, spusťte brana-agent forget a zaregistrujte ho novým kódem",
        EN: "retired: to use it again, run brana-agent forget and enrol it with a new code",
    },
    Standing.LOST: {
        CS: "nahlášeno jako ztracené: obraťte se na správce zařízení",
        EN: "reported lost: turn to whoever looks after the device",
    },
}
KEYS: Mapping[KeyKind, Text] = {
    KeyKind.TPM: {CS: "v bezpečnostním čipu TPM", EN: "in the security chip (TPM)"},
    KeyKind.SOFTWARE: {CS: "v souboru na disku", EN: "in a file on the disk"},
}
TROUBLES: Mapping[str, Text] = {
    "unreachable": {
        CS: "Brána neodpovídá. Zkontrolujte připojení k síti; agent to zkouší dál sám.",
        EN: "The gateway does not answer. Check the network; the agent keeps trying by itself.",
    },
    "refused": {
        CS: "Brána poslední hlášení odmítla. Trvá-li to, sdělte správci důvod",
        EN: "The gateway refused the last report. If this lasts, tell the administrator the reason",
    },
    "not_kept": {
        CS: "Na disk nelze zapisovat, hlášení se proto neposílají. Uvolněte místo na disku.",
        EN: "The disk cannot be written to, so no reports are sent. Make room on the disk.",
    },
    "key_lost": {
        CS: "Klíč zařízení není k dispozici. Zaregistrujte zařízení znovu, nebo mu vraťte jeho čip TPM.",
        EN: "The device's key is not there. Enrol the device anew, or give it back its TPM.",
    },
    "chip_fails": {
        CS: "Bezpečnostní čip TPM s klíčem zařízení neodpovídá. Agent to zkouší dál sám; trvá-li to, restartujte "
        "počítač.",
        EN: "The security chip (TPM) with the device's key does not answer. The agent keeps trying by itself; if this "
        "lasts, restart the computer.",
    },
}
ENDINGS: Mapping[Ending, Text] = {
    Ending.REFUSED: {CS: "Brána registraci odmítla.", EN: "The gateway refused the enrolment."},
    Ending.UNREACHABLE: {
        CS: "Brána neodpovídá. Zkontrolujte adresu a síť a zkuste to znovu, kód zůstává platný: brana-agent doctor",
        EN: "The gateway does not answer. Check the address and the network and try again, the code is still good: "
        "brana-agent doctor",
    },
    Ending.IN_DOUBT: {
        CS: "Odpověď brány se ztratila a zařízení u ní možná už je. Vyžádejte si nový kód a správci řekněte, ať "
        "předchozí zařízení vyřadí.",
        EN: "The gateway's answer was lost, and the device may stand there already. Ask for a new code, and tell the "
        "administrator to retire the device before it.",
    },
}
_SAYS: Mapping[str, Text] = {
    "enrolled": {CS: "Zařízení je zaregistrované", EN: "The device is enrolled"},
    "device": {CS: "Zařízení", EN: "Device"},
    "gateway": {CS: "Brána", EN: "Gateway"},
    "standing": {CS: "Stav", EN: "Standing"},
    "key": {CS: "Klíč", EN: "Key"},
    "reported": {CS: "Poslední přijaté hlášení", EN: "Last report taken"},
    "certificate": {CS: "Certifikát pro prohlížeče platí do", EN: "Certificate for browsers, good until"},
    "never": {CS: "zatím žádné", EN: "none yet"},
    "none": {CS: "zatím žádný", EN: "none yet"},
    "failing": {CS: "Nevyhovuje", EN: "Fails"},
    "all_well": {CS: "Vše v pořádku.", EN: "All is well."},
    "unknown": {CS: "nezjištěno", EN: "not found out"},
    "unknown_together": {CS: "Nezjištěno (?):", EN: "Not found out (?):"},
    "well": {CS: "v pořádku", EN: "all right"},
    "not_enrolled": {
        CS: "Zařízení není zaregistrované. Vyžádejte si kód a spusťte: sudo brana-agent enrol ADRESA KÓD",
        EN: "This device is not enrolled. Ask for a code and run: sudo brana-agent enrol ADDRESS CODE",
    },
    "already": {
        CS: "Zařízení už zaregistrované je. Má-li se zaregistrovat znovu, nejdřív spusťte: sudo brana-agent forget",
        EN: "This device is enrolled already. To enrol it anew, first run: sudo brana-agent forget",
    },
    "not_running": {
        CS: "Služba brana-agent zatím nic nesdělila. Spusťte ji: sudo systemctl start brana-agent",
        EN: "The service brana-agent has told nothing yet. Start it: sudo systemctl start brana-agent",
    },
    "no_address": {
        CS: "To není adresa brány. Napište ji jako https://devices.example.cz",
        EN: "That is no address of a gateway. Write it as https://devices.example.cz",
    },
    "no_chip": {
        CS: "Není tu čip TPM 2.0, který by agent uměl použít. Klíč proto leží v souboru, a kdo smí číst disk, může ho "
        "zkopírovat.",
        EN: "There is no TPM 2.0 here that the agent can use. So the key lies in a file, and whoever may read the disk "
        "can copy it.",
    },
    "chip_fails": {
        CS: "Bezpečnostní čip TPM tu je, ale nefunguje. Zapněte ho v nastavení firmwaru (UEFI), nebo se volbou "
        "--software-key rozhodněte pro klíč v souboru",
        EN: "There is a security chip (TPM), but it does not work. Switch it on in the firmware's settings (UEFI), or "
        "choose a key in a file by --software-key",
    },
    "key_lost": {
        CS: "Klíč zařízení tu není. Spusťte sudo brana-agent forget a zaregistrujte zařízení znovu, nebo mu vraťte "
        "jeho čip TPM",
        EN: "The device's key is not here. Run sudo brana-agent forget and enrol the device anew, or give it back "
        "its TPM",
    },
    "tunnel_failed": {
        CS: "Tunel se nepodařilo odstranit. Spusťte příkaz jako správce (sudo)",
        EN: "The tunnel could not be taken away. Run this with sudo",
    },
    "key_readable": {
        CS: "zjistí jen správce: sudo brana-agent doctor",
        EN: "an administrator alone can find out: sudo brana-agent doctor",
    },
    "installed": {
        CS: "Agent je nainstalovaný a poběží i po restartu počítače.",
        EN: "The agent is installed, and runs after restarts of the computer too.",
    },
    "installed_here": {
        CS: "Soubory služby jsou na místě, ale systém, který by ji spustil, tu neběží.",
        EN: "The files of the service are in place, but the system that would start it does not run here.",
    },
    "not_installed": {
        CS: "Agent se nepodařilo nainstalovat. Spusťte příkaz jako správce (sudo)",
        EN: "The agent could not be installed. Run this with sudo",
    },
    "uninstalled": {CS: "Agent je odstraněný.", EN: "The agent is taken away."},
    "left": {CS: "Zbývá smazat ručně", EN: "Left to be deleted by hand"},
    "reachable": {CS: "Spojení s bránou", EN: "Connection to the gateway"},
    "untrusted": {
        CS: "Certifikátu brány se nedá věřit. Zkontrolujte adresu a čas v počítači; má-li brána vlastní autoritu, "
        "zadejte ji volbou --trust SOUBOR.",
        EN: "The gateway's certificate cannot be believed. Check the address and this computer's time; where the "
        "gateway has an authority of its own, name it by --trust FILE.",
    },
    "no_rights": {
        CS: "Spusťte příkaz znovu jako správce (sudo), bez jeho práv to nejde. Nic se nezměnilo",
        EN: "Run this again with sudo, it takes the administrator's rights. Nothing was changed",
    },
    "not_ours": {
        CS: "Složka agenta, nebo něco v ní, patří jinému účtu. Zjistěte, kdo ji tam dal, a smažte ji. Nic se nezměnilo",
        EN: "The agent's folder, or something in it, belongs to another account. Find out who put it there, and delete "
        "it. Nothing was changed",
    },
    "not_kept": {
        CS: "Stav agenta nelze číst ani zapisovat. Zkontrolujte disk a volné místo na něm. Nic se nezměnilo",
        EN: "The agent's state cannot be read or written. See to the disk and to the room on it. Nothing was changed",
    },
    "damaged": {
        CS: "Stav agenta je poškozený. Spusťte sudo brana-agent forget a zaregistrujte zařízení znovu",
        EN: "The agent's state is damaged. Run sudo brana-agent forget and enrol the device anew",
    },
    "busy": {
        CS: "Agent právě běží. Nejdřív ho zastavte: sudo systemctl stop brana-agent",
        EN: "The agent is running. Stop it first: sudo systemctl stop brana-agent",
    },
    "trust": {
        CS: "Soubor s autoritami nelze přečíst",
        EN: "The file with authorities cannot be read",
    },
    "gone": {
        CS: "Zařízení už u brány není. Klíče a certifikáty jsou smazané.",
        EN: "The gateway does not have this device any more. Keys and certificates are deleted.",
    },
    "forgotten": {
        CS: "Zařízení je u brány vyřazené, klíče a certifikáty jsou smazané.",
        EN: "The device is retired at the gateway, keys and certificates are deleted.",
    },
    "forgotten_here": {
        CS: "Klíče a certifikáty jsou smazané, ale brána o tom neví: správce má zařízení vyřadit.",
        EN: "Keys and certificates are deleted, but the gateway does not know: ask for it to be retired.",
    },
}
SAYS: Mapping[str, Text] = in_own_terms(_SAYS)


def language(asked: str | None) -> Language:
    """As asked, else by the environment; English where that names neither."""
    if asked is not None:
        return Language(asked)
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return CS if named.lower().startswith(("cs", "sk")) else EN
