"""What an officer is told whose act about a hold came to nothing, by its named reason."""

from collections.abc import Mapping

from gateway.audit.acts import TEXT
from gateway.audit.holds import Why
from gateway.sessions.officers_act import NotDone
from gateway.web.officer.not_done import REFUSALS as OF_PEOPLE
from gateway.web.refusal import ShownRefusal, both

REFUSALS: Mapping[Why, ShownRefusal] = {
    Why.REASON: ShownRefusal(
        reason=Why.REASON,
        title=both(cs="Chybí důvod", en="A reason is missing"),
        advice=both(
            cs=f"Napište na jeden řádek důvod, nejvýše {TEXT} znaků.",
            en=f"Say why in one line, in {TEXT} characters or less.",
        ),
    ),
    Why.TIMES: ShownRefusal(
        reason=Why.TIMES,
        title=both(cs="Dobu zadržení nelze použít", en="The times of the hold cannot be used"),
        advice=both(
            cs="Vyplňte začátek; konec je po něm, nebo zůstane prázdný.",
            en="Fill in the beginning; the end is behind it, or stays empty.",
        ),
    ),
    Why.OVER: ShownRefusal(
        reason=Why.OVER,
        title=both(cs="Takové zadržení netrvá", en="No such hold stands"),
        advice=both(
            cs="Někdo ho mezitím zrušil. Podívejte se na seznam zadržení.",
            en="Somebody lifted it meanwhile. Look at the list of holds.",
        ),
    ),
    Why.NOT_CONFIRMED: OF_PEOPLE[NotDone.NOT_CONFIRMED],
}
