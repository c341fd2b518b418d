"""Why a tunnel is not open, in words for its person: what it is, and what to do. For `{contact}` see `contact.py`."""

from config.vocabulary import Language
from gateway.authorize.verdict import Text
from gateway.tunnel_sessions.opened import Why


def _both(cs: str, en: str) -> Text:
    return {Language.CZECH: cs, Language.ENGLISH: en}


_OPEN_AGAIN = _both(
    "Otevřete tunel znovu na portálu, na stránce Tunel.",
    "Open the tunnel again at the portal, on the page Tunnel.",
)
_AGENT = _both(
    "Zkontrolujte, že na zařízení běží agent (brana-agent status), a za několik minut to zkuste znovu.",
    "Check that the agent runs on the device (brana-agent status), and try again in a few minutes.",
)
_ADMINISTRATOR = _both("Aby se to napravilo, {contact}.", "To have it mended, {contact}.")

WORDS: dict[Why, tuple[Text, Text]] = {
    Why.CLOSED_BY_PERSON: (_both("Tunel jste zavřeli", "You closed the tunnel"), _OPEN_AGAIN),
    Why.CLOSED_BY_DEVICE: (_both("Tunel zavřelo zařízení", "The device closed the tunnel"), _OPEN_AGAIN),
    Why.OPENED_ANEW: (
        _both("Tunel tohoto zařízení byl otevřen znovu", "The tunnel of this device was opened anew"),
        _OPEN_AGAIN,
    ),
    Why.TOO_LONG: (
        _both(
            "Doba, na kterou byl tunel otevřen, uplynula", "The time for which the tunnel was opened is over"
        ),
        _OPEN_AGAIN,
    ),
    Why.SESSION_OVER: (
        _both(
            "Přihlášení, ve kterém byl tunel otevřen, skončilo", "The sign-in that opened the tunnel is over"
        ),
        _both(
            "Přihlaste se na portálu a na stránce Tunel ho otevřete znovu.",
            "Sign in at the portal and open it again on the page Tunnel.",
        ),
    ),
    Why.DEVICE_UNKNOWN: (
        _both("Takové zařízení tu není", "There is no such device"),
        _both(
            "Vyřazené nebo ztracené zařízení se musí zapsat znovu. Potřebujete-li to, {contact}.",
            "A device that was retired or lost has to be enrolled anew. If you need that, {contact}.",
        ),
    ),
    Why.DEVICE_NOT_OWN: (
        _both("Zařízení patří někomu jinému", "The device belongs to somebody else"),
        _both(
            "Tunel se otevírá jen pro vlastní zařízení, nebo pro společné zařízení vaší obce.",
            "A tunnel is opened for a device of your own, or a shared one of your municipality.",
        ),
    ),
    Why.DEVICE_NOT_IN_USE: (
        _both("Zařízení se teď nesmí používat", "The device may not be used now"),
        _both(
            "Čeká na schválení, nebo je zablokované. Potřebujete-li ho, {contact}.",
            "It waits for approval, or is blocked. If you need it, {contact}.",
        ),
    ),
    Why.KEY_MISSING: (
        _both("Zařízení ještě neoznámilo klíč tunelu", "The device has not told its key of the tunnel yet"),
        _AGENT,
    ),
    Why.KEY_TAKEN: (
        _both("Stejný klíč tunelu má i jiné zařízení", "Another device has the same key of the tunnel"),
        _both(
            "Jedno z obou zařízení je kopie. Aby se našla, {contact}.",
            "One of the two is a copy. To have it found, {contact}.",
        ),
    ),
    Why.KEY_CHANGED: (
        _both("Zařízení má nový klíč tunelu", "The device has a new key of the tunnel"),
        _OPEN_AGAIN,
    ),
    Why.TWO_FACTORS: (
        _both("Tunel chce vícefaktorové přihlášení", "The tunnel needs a sign-in by two factors"),
        _both(
            "Přihlaste se znovu a zadejte i jednorázový kód, nebo použijte bezpečnostní klíč.",
            "Sign in again and enter a one-time code as well, or use a security key.",
        ),
    ),
    Why.NO_ADDRESS: (
        _both("Všechny adresy tunelu jsou obsazené", "All addresses of the tunnel are in use"),
        _ADMINISTRATOR,
    ),
    Why.NOT_OPENED: (
        _both("Tunel není otevřený", "The tunnel is not open"),
        _both(
            "Přihlaste se na portálu a na stránce Tunel ho otevřete pro toto zařízení.",
            "Sign in at the portal and open it for this device on the page Tunnel.",
        ),
    ),
    Why.AWAY: (
        _both("Tunely teď nefungují", "Tunnels do not work at this moment"),
        _both(
            "Až budou zase fungovat, zařízení s otevřeným tunelem se připojí samo; není-li otevřený, otevřete ho "
            "pak. Trvá-li to, {contact}.",
            "When they do again, a device whose tunnel is open connects by itself; where it is not, open it then. "
            "If it lasts, {contact}.",
        ),
    ),
    Why.TWO_PLACES: (
        _both(
            "Tunel byl používán ještě odjinud než z tohoto zařízení",
            "The tunnel was used from elsewhere than this device too",
        ),
        _both(
            "Klíč tunelu může mít ještě někdo jiný. Než tunel otevřete znovu, {contact}.",
            "Somebody else may have the key of the tunnel. Before you open it again, {contact}.",
        ),
    ),
    Why.DEVICE_SILENT: (
        _both("Zařízení se teď nehlásí", "The device says nothing of itself now"),
        _both(
            "Tunel je otevřený a začne fungovat, jakmile se agent na zařízení ozve. Zapněte ho tam příkazem "
            "brana-agent up, stav ukáže brana-agent status.",
            "The tunnel is open, and works as soon as the agent on the device asks. Switch it on there by "
            "brana-agent up; brana-agent status shows how it is.",
        ),
    ),
    Why.PLACE_UNSETTLED: (
        _both("Zařízení se hlásí pokaždé odjinud", "The device asks from another place each time"),
        _both(
            "Tunel zase začne fungovat, až zařízení zůstane 10 minut v jedné síti. Pokud v jedné síti je, "
            "{contact}.",
            "The tunnel works again when the device has stayed in one network for 10 minutes. If it is in one, "
            "{contact}.",
        ),
    ),
    Why.UNKNOWN_TARGET: (
        _both("Na tuto adresu tunel nevede", "The tunnel does not lead to that address"),
        _ADMINISTRATOR,
    ),
    Why.TOO_MANY: (
        _both(
            "Zařízení navazuje tunelem příliš mnoho spojení", "The device makes too many connections at once"
        ),
        _both(
            "Další spojení projdou, až jich bude méně. Nenavazujete-li je sami, {contact}.",
            "Others pass when there are fewer. If you do not make them yourself, {contact}.",
        ),
    ),
}
