"""What somebody is told whose sign-in came back from the provider without success: each cause its own words."""

from gateway.sessions.sign_in import Fault
from gateway.web.refusal import SIGN_IN_FAILED, Refusal, both

PROVIDER_UNAVAILABLE = Refusal(
    reason="provider_unavailable",
    title=both(cs="Přihlašování teď nefunguje", en="Sign-in does not work now"),
    advice=both(
        cs="Přihlašovací služba vás teď nemůže ověřit, protože jí něco neodpovídá, například adresář úřadu. "
        "Zkuste to prosím za chvíli znovu; trvá-li potíž, zavolejte podporu.",
        en="The sign-in service cannot verify you now because something does not answer it, for example the "
        "office directory. Please try again in a moment; if the trouble lasts, call support.",
    ),
)
PROVIDER_DENIED = Refusal(
    reason="provider_denied",
    title=both(cs="Přihlášení bylo odmítnuto", en="The sign-in was refused"),
    advice=both(
        cs="Přihlašovací služba vás nepustila dál. Přihlaste se jiným účtem; má-li váš účet přístup mít, "
        "obraťte se na správce a uveďte číslo požadavku.",
        en="The sign-in service did not let you through. Sign in with another account; if yours should have "
        "access, give the administrator the request number.",
    ),
)

FAILURES: dict[Fault, tuple[Refusal, int]] = {
    Fault.PROVIDER_UNAVAILABLE: (PROVIDER_UNAVAILABLE, 503),
    Fault.PROVIDER_DENIED: (PROVIDER_DENIED, 403),
}


def told(reason: Fault) -> tuple[Refusal, int]:
    """The page's refusal and status for a reason; what has no words of its own may just have taken too long."""
    return FAILURES.get(reason, (SIGN_IN_FAILED, 403))
