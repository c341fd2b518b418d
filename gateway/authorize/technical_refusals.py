"""What technical accounts are refused by: reasons of certificates, tokens and the accounts themselves."""

from config.vocabulary import Language
from gateway.authorize.verdict import Text


def _both(cs: str, en: str) -> Text:
    return {Language.CZECH: cs, Language.ENGLISH: en}


_ASK = _both(
    "Řekněte to správci technologického centra i s číslem požadavku.",
    "Tell the centre's administrator, with the request number.",
)
_NEW_TOKEN = _both("Vyžádejte si nový token pro tuto aplikaci.", "Ask for a new token for this application.")

TECHNICAL_WORDS: dict[str, tuple[Text, Text]] = {
    "technical_account_unknown": (
        _both("Takový technický účet neexistuje", "There is no such technical account"),
        _ASK,
    ),
    "technical_account_ended": (
        _both("Platnost technického účtu skončila", "The technical account has ended"),
        _both(
            "O prodloužení požádá ten, kdo za účet odpovídá.",
            "Whoever answers for the account asks for more time.",
        ),
    ),
    "technical_address": (
        _both(
            "Technický účet sem z této adresy nesmí", "The technical account may not come from this address"
        ),
        _ASK,
    ),
    "technical_account_no_pages": (
        _both("Tato aplikace není pro technické účty", "This application is not for technical accounts"),
        _both("Otevřou ji jen lidé po přihlášení.", "Only people open it, after signing in."),
    ),
    "technical_municipality_unclear": (
        _both(
            "Není jasné, za kterou obec technický účet jedná",
            "It is not clear for which municipality the account acts",
        ),
        _both(
            "Vyžádejte si token s parametrem municipality.",
            "Ask for a token with the parameter municipality.",
        ),
    ),
    "token_unusable": (_both("Token nelze použít", "The token cannot be used"), _NEW_TOKEN),
    "token_expired": (_both("Platnost tokenu skončila", "The token has expired"), _NEW_TOKEN),
    "token_of_another_application": (
        _both("Token je pro jinou aplikaci", "The token is for another application"),
        _NEW_TOKEN,
    ),
    "token_withdrawn": (_both("Token byl zneplatněn", "The token has been withdrawn"), _NEW_TOKEN),
    "certificate_missing": (
        _both("Chybí klientský certifikát", "No client certificate was shown"),
        _both("Nastavte programu certifikát a klíč.", "Give the program its certificate and key."),
    ),
    "certificate_of_another_authority": (
        _both("Certifikát vydala jiná autorita", "The certificate is of another authority"),
        _ASK,
    ),
    "certificate_expired": (
        _both(
            "Certifikát neplatí: vypršel, nebo ještě nezačal platit",
            "The certificate is not valid now: over, or not begun",
        ),
        _both("Nechte si vydat nový certifikát.", "Have a new certificate issued."),
    ),
    "certificate_revoked": (_both("Certifikát byl zneplatněn", "The certificate is revoked"), _ASK),
    "certificate_of_another_purpose": (
        _both("Certifikát není určen pro klienty", "The certificate is not one for clients"),
        _both(
            "Nechte si vydat certifikát s účelem ověření klienta.",
            "Have one issued for the purpose of client authentication.",
        ),
    ),
    "certificate_unknown": (
        _both("Certifikát nepatří žádnému technickému účtu", "The certificate is no technical account's"),
        _ASK,
    ),
    "certificate_unusable": (_both("Certifikát nelze ověřit", "The certificate cannot be verified"), _ASK),
}
