"""What an officer is told whose act came to nothing, by its named reason."""

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import TypeVar

from gateway.sessions.lost_factors import WHY_MAX
from gateway.sessions.officers_act import ActRefused, NotDone
from gateway.web.desk import Refused
from gateway.web.refusal import ShownRefusal, both
from gateway.web.same_person import by_another_account
from idp.directory.errors import DirectoryUnusable
from idp.login.exception import REASON_MAX
from idp.login.own_authenticators import PROOF_FRESH

T = TypeVar("T")
FRESH = PROOF_FRESH // timedelta(minutes=1)

DIRECTORY_AWAY = ShownRefusal(
    reason="directory_unreachable",
    title=both(cs="Adresář úřadu teď neodpovídá", en="The office directory does not answer now"),
    advice=both(
        cs="Nic jsme neprovedli. Zkuste to za chvíli znovu.", en="Nothing was done. Try again in a moment."
    ),
)
REFUSALS: Mapping[NotDone, ShownRefusal] = {
    NotDone.FOR_ONESELF: ShownRefusal(
        reason=NotDone.FOR_ONESELF,
        title=both(cs="Pro sebe to udělat nemůžete", en="You cannot do this for yourself"),
        advice=both(cs="Požádejte o to jiného správce.", en="Ask another officer to do it."),
    ),
    NotDone.SAME_PERSON: by_another_account(),
    NotDone.NOT_CONFIRMED: ShownRefusal(
        reason=NotDone.NOT_CONFIRMED,
        title=both(cs="Potvrďte, že jste to vy", en="Confirm that it is you"),
        advice=both(
            cs=f"Nic jsme neprovedli. Takový úkon vyžaduje ověření staré nejvýše {FRESH} minut.",
            en=f"Nothing was done. This takes a confirmation that is {FRESH} minutes old at most.",
        ),
    ),
    NotDone.PERSON_UNKNOWN: ShownRefusal(
        reason=NotDone.PERSON_UNKNOWN,
        title=both(cs="Tuto osobu adresář nezná", en="No directory knows this person"),
        advice=both(cs="Vyhledejte ji znovu.", en="Look for the person again."),
    ),
    NotDone.FACTOR_HELD: ShownRefusal(
        reason=NotDone.FACTOR_HELD,
        title=both(cs="Osoba už má způsob ověření", en="The person has a second factor already"),
        advice=both(
            cs="Další si přidá s ním, na stránce Můj účet. Pokud ho ztratila, nejprve ho odeberte.",
            en="Another one is added with it, at My account. If it is lost, remove it first.",
        ),
    ),
    NotDone.NO_FACTOR: ShownRefusal(
        reason=NotDone.NO_FACTOR,
        title=both(cs="Osoba nemá žádný způsob ověření", en="The person has nothing to remove"),
        advice=both(
            cs="Není co odebrat. Vydejte jí kód od správce.",
            en="There is neither an authenticator nor a recovery code. Issue an enrolment code.",
        ),
    ),
    NotDone.FACTOR_UNKNOWN: ShownRefusal(
        reason=NotDone.FACTOR_UNKNOWN,
        title=both(cs="Tento způsob ověření už osoba nemá", en="The person does not have this any more"),
        advice=both(cs="Vyhledejte ji znovu.", en="Look for the person again."),
    ),
    NotDone.ONLY_FACTOR: ShownRefusal(
        reason=NotDone.ONLY_FACTOR,
        title=both(cs="Je to jediný způsob ověření osoby", en="It is the only authenticator of the person"),
        advice=both(
            cs="Odeberte všechny i se záložními kódy a vydejte kód od správce, s nímž si přidá nový.",
            en="Remove all of them with the recovery codes, and issue an enrolment code.",
        ),
    ),
    NotDone.REMOVAL_UNEXPLAINED: ShownRefusal(
        reason=NotDone.REMOVAL_UNEXPLAINED,
        title=both(cs="Chybí důvod odebrání", en="The removal has no reason"),
        advice=both(
            cs=f"Vraťte se a napište důvod, nejvýše {WHY_MAX} znaků.",
            en=f"Go back and say why, in {WHY_MAX} characters or less.",
        ),
    ),
    NotDone.NEVER_EXCEPTED: ShownRefusal(
        reason=NotDone.NEVER_EXCEPTED,
        title=both(
            cs="Správci ani manažerovi bezpečnosti výjimku povolit nelze",
            en="No exception for administrators and security officers",
        ),
        advice=both(cs="Místo toho vydejte kód od správce.", en="Issue an enrolment code instead."),
    ),
    NotDone.WHY_UNUSABLE: ShownRefusal(
        reason=NotDone.WHY_UNUSABLE,
        title=both(cs="Chybí důvod výjimky", en="The exception has no reason"),
        advice=both(
            cs=f"Vraťte se a napište důvod, nejvýše {REASON_MAX} znaků.",
            en=f"Go back and say why, in {REASON_MAX} characters or less.",
        ),
    ),
    NotDone.DAY_OVER: ShownRefusal(
        reason=NotDone.DAY_OVER,
        title=both(cs="Poslední den výjimky už uplynul", en="The last day of the exception is over"),
        advice=both(
            cs="Vraťte se a zvolte dnešek nebo pozdější den.", en="Go back and name today or a later day."
        ),
    ),
    NotDone.TOO_LONG: ShownRefusal(
        reason=NotDone.TOO_LONG,
        title=both(cs="Tak dlouhou výjimku povolit nelze", en="An exception cannot last that long"),
        advice=both(cs="Vraťte se a zvolte dřívější den.", en="Go back and name an earlier day."),
    ),
    NotDone.RUNS_ALREADY: ShownRefusal(
        reason=NotDone.RUNS_ALREADY,
        title=both(cs="Osoba už jednu platnou výjimku má", en="An exception runs for the person already"),
        advice=both(
            cs="Chcete-li ji změnit, nejprve ji ukončete v seznamu výjimek.",
            en="To change it, end it first in the register of exceptions.",
        ),
    ),
    NotDone.ACCOUNT_SHUT: ShownRefusal(
        reason=NotDone.ACCOUNT_SHUT,
        title=both(
            cs="S tímto účtem se nelze přihlásit ani s výjimkou",
            en="Nobody can sign in with this account, not by an exception either",
        ),
        advice=both(
            cs="Nejprve účet opravte v adresáři úřadu.", en="Mend the account in the office directory first."
        ),
    ),
    NotDone.NOT_BLOCKED: ShownRefusal(
        reason=NotDone.NOT_BLOCKED,
        title=both(cs="Není co zrušit", en="There is nothing to lift"),
        advice=both(
            cs="Osoba už zablokovaná není, nebo blokování skončí jen samo. Vyhledejte ji znovu.",
            en="The person is not blocked any more, or by what ends only by itself. Look for the person again.",
        ),
    ),
    NotDone.LIFTING_UNEXPLAINED: ShownRefusal(
        reason=NotDone.LIFTING_UNEXPLAINED,
        title=both(cs="Chybí důvod zrušení", en="The lifting has no reason"),
        advice=both(
            cs=f"Vraťte se a napište důvod, nejvýše {WHY_MAX} znaků.",
            en=f"Go back and say why, in {WHY_MAX} characters or less.",
        ),
    ),
    NotDone.NO_EXCEPTION: ShownRefusal(
        reason=NotDone.NO_EXCEPTION,
        title=both(cs="Osoba už žádnou platnou výjimku nemá", en="No exception runs for the person any more"),
        advice=both(cs="Podívejte se znovu na seznam výjimek.", en="Look at the register again."),
    ),
}


async def done(act: Awaitable[T]) -> T:
    """Raises Refused where it came to nothing."""
    try:
        return await act
    except ActRefused as refused:
        raise Refused(REFUSALS[refused.reason], 409) from None
    except DirectoryUnusable:
        raise Refused(DIRECTORY_AWAY, 503) from None
