"""Why an act on a connected application was not done, as pages say it: the names are those of the log."""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from config.vocabulary import Language
from gateway.audit.reasons import REASONS
from gateway.clients.refused import ActRefused, Why
from gateway.sessions.officers_act import NotDone
from gateway.web.desk import Refused
from gateway.web.officer.not_done import REFUSALS
from gateway.web.refusal import ShownRefusal, Text, both

T = TypeVar("T")
AGAIN = both(
    cs="Vraťte se na stránku aplikace: ukazuje, jak na tom teď je.",
    en="Go back to the page of the application: it shows how it stands now.",
)
ADVICE: Mapping[Why, Text] = {
    Why.UNKNOWN: both(
        cs="Patří jiné obci, než za kterou jednáte, nebo byla odpojena. Seznam ukazuje ty, které vidíte.",
        en="It is another municipality's than you act for, or was removed. The list shows those that you see.",
    ),
    Why.ID: both(
        cs="Napište nejvýše 48 malých písmen bez diakritiky, číslic a spojovníků.",
        en="Write at most 48 small letters, digits and hyphens.",
    ),
    Why.ID_TAKEN: both(cs="Zvolte jiné označení.", en="Choose another id."),
    Why.DESCRIPTION: both(cs="Opravte označená pole.", en="Mend the fields that are marked."),
    Why.CHANGED_MEANWHILE: both(
        cs="Otevřete formulář znovu: ukáže, co platí teď.", en="Open the form again: it shows what holds now."
    ),
    Why.NO_SECRETS: both(
        cs="Změňte nejprve způsob, kterým se prokazuje.", en="Change first how it proves itself."
    ),
    Why.OVERLAP: both(cs="Zvolte kratší dobu.", en="Choose a shorter time."),
    Why.MOST_SECRETS: both(
        cs="Ukončete nejprve některé z předchozích tajemství.", en="End one of the secrets before first."
    ),
}


def shown(why: Why) -> ShownRefusal:
    if why is Why.NOT_CONFIRMED:
        return REFUSALS[NotDone.NOT_CONFIRMED]
    named = REASONS.name(why)
    assert named is not None  # a test looks at each
    title = {one: _capital(named.in_language(one)) for one in Language}
    return ShownRefusal(reason=why, title=title, advice=ADVICE.get(why, AGAIN))


async def done(act: Awaitable[T]) -> T:
    """Raises Refused."""
    try:
        return await act
    except ActRefused as refused:
        raise Refused(shown(refused.reason), 404 if refused.reason is Why.UNKNOWN else 409) from refused


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
