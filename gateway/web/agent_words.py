"""What a device is told when a message of its agent is refused: the status, whether to try again, and words for whoever
sits before it. The same reasons as in the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agents.protocol.tunnel import NOT_OFFERED
from gateway.devices import enrolling, reporting

Again = Literal["never", "now", "later"]
UNAVAILABLE = "gateway_unavailable"


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    cs: str
    en: str
    again: Again = "never"


WORDS: Mapping[str, Said] = {
    enrolling.Refusal.CODE: Said(
        403,
        "Kód neplatí: neexistuje, byl použit, nebo vypršel. Vyžádejte si nový.",
        "The code does not serve: it is unknown, was used, or is over. Ask for another one.",
    ),
    enrolling.Refusal.CHALLENGE: Said(
        403,
        "Výzva už neplatí. Spusťte zápis znovu, s novým kódem.",
        "The challenge is over. Begin again, with a new code.",
    ),
    enrolling.Refusal.PROOF: Said(
        403,
        "Zařízení neprokázalo, že má svůj klíč. Spusťte zápis znovu.",
        "The device did not prove that it has its key. Begin again.",
    ),
    enrolling.Refusal.KEY: Said(
        400,
        "Klíč zařízení nebo žádost o certifikát nelze použít. Aktualizujte agenta.",
        "The device's key or its request for a certificate cannot be used. Update the agent.",
    ),
    enrolling.Refusal.KEY_IN_USE: Said(
        403,
        "Tímto klíčem už se zapsalo jiné zařízení. Spusťte brana-agent forget a zápis opakujte.",
        "Another device was enrolled with this key. Run brana-agent forget, then enrol again.",
    ),
    enrolling.Refusal.TUNNEL_KEY_IN_USE: Said(
        409,
        "Klíč tunelu už má jiné zařízení. Není tento počítač kopií jiného?",
        "Another device has this key of the tunnel. Is this computer a copy of another one?",
    ),
    enrolling.Refusal.ASSET: Said(
        403,
        "Kód byl vydán pro zařízení s jiným sériovým číslem.",
        "The code is for a device with another serial number.",
    ),
    enrolling.Refusal.NOT_UNDERSTOOD: Said(
        400, "Zprávě nelze rozumět. Aktualizujte agenta.", "The message is not understood. Update the agent."
    ),
    enrolling.Refusal.TOO_MANY: Said(
        429, "Příliš mnoho pokusů. Zkuste to později.", "Too many attempts. Try again later.", "later"
    ),
    reporting.Refusal.SIGNATURE: Said(
        403,
        "Zprávu nepodepsalo žádné známé zařízení.",
        "No device that is known here signed the message.",
    ),
    reporting.Refusal.GONE: Said(
        403,
        "Zařízení bylo vyřazeno nebo nahlášeno jako ztracené. Zapište je znovu.",
        "The device was retired or said to be lost. Enrol it anew.",
    ),
    reporting.Refusal.NONCE: Said(
        409,
        "Hlášení už jednou přišlo, nebo se hlásí i kopie tohoto zařízení.",
        "The report came before, or a copy of this device reports too.",
        "now",
    ),
    reporting.Refusal.SEQUENCE: Said(
        409,
        "Hlášení má číslo, které už zařízení řeklo. Není tento počítač kopií jiného?",
        "The report has a number that was said before. Is this computer a copy of another one?",
        "now",
    ),
    reporting.Refusal.CLOCK: Said(
        403,
        "Hodiny zařízení jdou špatně. Nastavte je podle internetu.",
        "The device's clock is wrong. Set it by the internet.",
        "later",
    ),
    reporting.Refusal.FACTS: Said(
        400,
        "Údajům o zařízení nelze rozumět. Aktualizujte agenta.",
        "What it says of the device is not understood. Update the agent.",
        "later",
    ),
    enrolling.Refusal.TUNNEL_KEY: Said(
        400,
        "Klíč tunelu nelze použít. Aktualizujte agenta.",
        "The key of the tunnel cannot be used. Update the agent.",
    ),
    NOT_OFFERED: Said(
        404,
        "Úřad tunel nenabízí. Počítač ho přestane chtít po příkazu „sudo brana-agent down“.",
        "The office offers no tunnel. After `sudo brana-agent down` the computer asks for it no more.",
        "later",
    ),
    UNAVAILABLE: Said(
        503, "Brána teď neodpovídá. Zkuste to později.", "The gateway cannot answer now. Try later.", "later"
    ),
}
"""By reason; `reporting`'s of the same name as one of `enrolling` are the same."""
