"""Refusals that no policy speaks: the gateway's own reasons, in both languages.

`{contact}` in an advice is filled where it is shown: `gateway/authorize/contact.py`.
"""

from config.vocabulary import Language, MunicipalityCode
from gateway.authorize.device_refusals import DEVICE_WORDS
from gateway.authorize.technical_refusals import TECHNICAL_WORDS
from gateway.authorize.verdict import Refused, Text

_CS, _EN = Language.CZECH, Language.ENGLISH

WORDS: dict[str, tuple[Text, Text]] = {
    "sign_in_needed": (
        {_CS: "Nejprve se přihlaste", _EN: "Please sign in first"},
        {
            _CS: "Přihlášení skončilo nebo ještě nezačalo. Otevřete aplikaci v prohlížeči a přihlaste se.",
            _EN: "The sign-in has ended or has not begun. Open the application in a browser and sign in.",
        },
    ),
    "gateway_unavailable": (
        {_CS: "Brána teď nemůže rozhodnout", _EN: "The gateway cannot decide now"},
        {
            _CS: "Zkuste to za chvíli znovu. Trvá-li potíž, připravte si číslo požadavku a {contact}.",
            _EN: "Try again in a moment. If the trouble lasts, have the request number ready and {contact}.",
        },
    ),
    "unknown_application": (
        {_CS: "Tuto aplikaci brána nezná", _EN: "The gateway does not know this application"},
        {
            _CS: "Otevřete aplikaci z přehledu na portálu. Pokud odkaz pochází odjinud, je zastaralý.",
            _EN: "Open the application from the portal. If the link came from elsewhere, it is out of date.",
        },
    ),
    "application_differs": (
        {
            _CS: "Nastavení této aplikace se právě mění",
            _EN: "The settings of this application are being changed",
        },
        {
            _CS: "Změna ještě není všude, proto je přístup k aplikaci zavřený. Zkuste to za několik minut. "
            "Trvá-li potíž, {contact}.",
            _EN: "The change is not everywhere yet, so access to the application is closed. Try again in a few "
            "minutes. If the trouble lasts, {contact}.",
        },
    ),
    "no_role": (
        {_CS: "Nemáte roli v žádné obci", _EN: "You have no role in any municipality"},
        {
            _CS: "Adresář úřadu vám žádnou nedává, nebo ji odebral přezkum oprávnění. "
            "Aby vám ji přidělili nebo vrátili, {contact}.",
            _EN: "The office directory gives you none, or an access review has taken it away. "
            "To be given one, or to get it back, {contact}.",
        },
    ),
    "account_suspended": (
        {_CS: "Váš přístup je pozastaven", _EN: "Your access is suspended"},
        {
            _CS: "Prověřuje se bezpečnostní událost. Ptejte se manažera kybernetické bezpečnosti úřadu. "
            "Nezastihnete-li ho, {contact}.",
            _EN: "A security matter is looked into. Ask the cyber security manager of the office. If you do not "
            "reach them, {contact}.",
        },
    ),
    "device_suspended": (
        {_CS: "Toto zařízení je pozastaveno", _EN: "This device is suspended"},
        {
            _CS: "Prověřuje se bezpečnostní událost, z tohoto zařízení proto nikdo nic neotevře. Ptejte se "
            "manažera kybernetické bezpečnosti úřadu. Nezastihnete-li ho, {contact}.",
            _EN: "A security matter is looked into, so nobody opens anything from this device. Ask the cyber "
            "security manager of the office. If you do not reach them, {contact}.",
        },
    ),
    "separation_of_duties": (
        {_CS: "Vaše role se nesmějí sejít u jedné osoby", _EN: "Your roles may not meet in one person"},
        {
            _CS: "Které to jsou, ukazuje portál. Aby vám jednu z nich odebrali, {contact}.",
            _EN: "The portal shows which they are. To have one of them taken away, {contact}.",
        },
    ),
    "application_not_offered": (
        {
            _CS: "Obec {municipality} tuto aplikaci nepoužívá",
            _EN: "{municipality} does not use this application",
        },
        {
            _CS: "Působíte-li ve více obcích, zvolte na portálu tu, za kterou chcete jednat.",
            _EN: "If you work for several municipalities, choose on the portal the one to act for.",
        },
    ),
    "directory_unreachable": (
        {_CS: "Adresář úřadu neodpovídá", _EN: "The office directory does not answer"},
        {
            _CS: "Vaše oprávnění teď nelze ověřit, proto je přístup zavřený. Zkuste to za několik minut. "
            "Trvá-li potíž, {contact}.",
            _EN: "Your permissions cannot be checked now, so access is closed. Try again in a few minutes. "
            "If the trouble lasts, {contact}.",
        },
    ),
    **DEVICE_WORDS,
    **TECHNICAL_WORDS,
}


def refusal(
    reason: str, municipality: MunicipalityCode | None, name: str, policy_version: str, detail: str = ""
) -> Refused:
    """One of the gateway's own refusals; `name` is the municipality's name for people."""
    title, advice = WORDS[reason]
    return Refused(
        reason=reason,
        rule="",
        policy_version=policy_version,
        title={language: text.format(municipality=name) for language, text in title.items()},
        advice=advice,
        municipality=municipality,
        detail=detail,
    )
