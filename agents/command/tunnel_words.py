"""What is said of the tunnel, Czech first."""

from collections.abc import Mapping

from agents.command.own_terms import in_own_terms
from agents.command.words import CS, EN, Text

_TUNNEL: Mapping[str, Text] = {
    "up": {CS: "Tunel do úřadu je otevřený do", EN: "The tunnel into the office is open until"},
    "opened_by": {CS: "Otevřeno účtem", EN: "Opened by the account"},
    "file": {
        CS: "Načtěte tento soubor v programu WireGuard (je v něm klíč tunelu, nikomu ho nedávejte)",
        EN: "Import this file into WireGuard (the tunnel's key is in it, give it to nobody)",
    },
    "filed": {
        CS: "Tunel vytváří program WireGuard. Když se změní, co je dostupné, načtěte v něm soubor znovu "
        "(ukáže ho sudo brana-agent up).",
        EN: "The program WireGuard makes the tunnel. When what is reached changes, import the file there again "
        "(sudo brana-agent up shows it).",
    },
    "down": {CS: "Tunel je zavřený.", EN: "The tunnel is closed."},
    "untold": {
        CS: "Na tomto počítači je tunel zavřený, brána to ale ještě neví a do konce ho má za otevřený. Agent jí to "
        "řekne, jakmile se k ní dostane. Hned ho zavřete na portálu, na stránce Tunel.",
        EN: "The tunnel is closed on this computer, but the gateway does not know yet and holds it open until its end. "
        "The agent tells it as soon as it reaches it. To close it at once use the page Tunnel of the portal.",
    },
    "untold_and_stopped": {
        CS: "Na tomto počítači je tunel zavřený, brána to ale neví a do konce ho má za otevřený: služba agenta neběží. "
        "Až poběží, řekne jí to. Hned ho zavřete na portálu, na stránce Tunel.",
        EN: "The tunnel is closed on this computer, but the gateway does not know and holds it open until its end: the "
        "agent's service does not run. Once it does, it tells. To close it at once use the page Tunnel of the portal.",
    },
    "none": {CS: "Tunel teď není.", EN: "There is no tunnel now."},
    "reached": {CS: "Dostupné", EN: "Reached"},
    "not_reached": {CS: "Nedostupné", EN: "Not reached"},
    "until": {CS: "do", EN: "until"},
    "ports": {CS: "port", EN: "port"},
    "go_to": {CS: "Napravíte to zde", EN: "You mend it here"},
    "open_at": {CS: "Tunel se otevírá a zavírá zde", EN: "The tunnel is opened and closed here"},
    "waits": {
        CS: "Služba zatím neodpověděla. Jak tunel stojí, ukáže za chvíli: brana-agent status",
        EN: "The service has not answered yet. In a moment this shows how the tunnel stands: brana-agent status",
    },
    "not_in_use": {
        CS: "Dokud zařízení není v provozu, tunel nemá. Až v provozu bude, agent si o něj řekne sám.",
        EN: "Until the device is in use it has no tunnel. Once it is, the agent asks for it by itself.",
    },
    "unreachable": {
        CS: "Brána neodpovídá; agent to zkouší dál sám.",
        EN: "The gateway does not answer; the agent keeps trying by itself.",
    },
    "refused": {CS: "Brána tunel odmítla.", EN: "The gateway refused the tunnel."},
    "over": {
        CS: "Co brána dala, podle hodin tohoto počítače už skončilo. Zkontrolujte čas a datum.",
        EN: "What the gateway gave is over already by this computer's clock. Check its time and date.",
    },
    "failed": {
        CS: "Tunel se na tomto počítači nepodařilo vytvořit; agent to zkouší dál sám",
        EN: "The tunnel could not be made on this computer; the agent keeps trying by itself",
    },
    "names": {
        CS: "Jména z úřadu se tunelem nehledají: chybí služba systemd-resolved. Použijte adresy, nebo ji zapněte: "
        "sudo systemctl enable --now systemd-resolved",
        EN: "Names of the office are not asked in the tunnel: systemd-resolved is missing. Use addresses, or switch it "
        "on: sudo systemctl enable --now systemd-resolved",
    },
}
TUNNEL: Mapping[str, Text] = in_own_terms(_TUNNEL)
