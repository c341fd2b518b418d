"""What somebody is told whose sign-in came back from the provider without success: each cause its own words."""

from dataclasses import dataclass

from gateway.sessions.sign_in import Fault
from gateway.web.refusal import ShownRefusal, Text, both


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    title: Text
    advice: Text
    status: int
    account_may_help: bool = False


NOT_COMPLETED = Words(
    title=both(cs="Přihlášení se nepodařilo dokončit", en="The sign-in could not be completed"),
    advice=both(
        cs="Přihlašovací stránka mohla být otevřená příliš dlouho nebo dvakrát. Zkuste to prosím znovu.",
        en="The sign-in page may have been open for too long, or twice. Please try again.",
    ),
    status=403,
)
"""For what has no words of its own: it may just have taken too long."""

WORDS: dict[Fault, Words] = {
    Fault.PROVIDER_UNAVAILABLE: Words(
        title=both(cs="Přihlašování teď nefunguje", en="Sign-in does not work now"),
        advice=both(
            cs="Přihlašovací služba vás teď nemůže ověřit, protože jí něco neodpovídá, například adresář úřadu. "
            "Zkuste to prosím za chvíli znovu. Trvá-li potíž, {contact}.",
            en="The sign-in service cannot verify you now because something does not answer it, for example "
            "the office directory. Please try again in a moment. If the trouble lasts, {contact}.",
        ),
        status=503,
    ),
    Fault.LEVEL_UNREACHABLE: Words(
        title=both(cs="Je potřeba silnější ověření", en="A stronger proof is needed"),
        advice=both(
            cs="Pro tento přístup je potřeba silnější způsob ověření, než jaký máte, například přístupový nebo "
            "bezpečnostní klíč. Přidáte si ho na stránce Můj účet; ta také řekne, od kdy platí plně. "
            "Potřebujete-li přístup hned, {contact}.",
            en="This access needs a stronger way of authentication than you have, for example a passkey or a "
            "security key. Add one at My account, which also says from when it counts in full. "
            "If you need access at once, {contact}.",
        ),
        status=403,
        account_may_help=True,
    ),
    Fault.PROVIDER_DENIED: Words(
        title=both(cs="Přihlášení bylo odmítnuto", en="The sign-in was refused"),
        advice=both(
            cs="Přihlašovací služba vás nepustila dál. Přihlaste se jiným účtem; má-li váš účet přístup mít, "
            "připravte si číslo požadavku a {contact}.",
            en="The sign-in service did not let you through. Sign in with another account; if yours should "
            "have access, have the request number ready and {contact}.",
        ),
        status=403,
    ),
}


def told(fault: Fault) -> tuple[ShownRefusal, int]:
    """The page's refusal and status; its reason is the fault, as in the entry."""
    words = WORDS.get(fault, NOT_COMPLETED)
    refusal = ShownRefusal(
        reason=fault.value, title=words.title, advice=words.advice, account_may_help=words.account_may_help
    )
    return refusal, words.status
