"""What somebody is told whose act of review came to nothing, by its named reason."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gateway.access_review.campaign import COMMENT_MAX
from gateway.access_review.reviewer import NotDone, ReviewRefused
from gateway.web.desk import Refused
from gateway.web.refusal import ShownRefusal, both
from gateway.web.same_person import by_another_account

T = TypeVar("T")

REFUSALS: Mapping[NotDone, tuple[ShownRefusal, int]] = {
    NotDone.SAME_PERSON: (by_another_account(), 409),
    NotDone.UNKNOWN: (
        ShownRefusal(
            reason=NotDone.UNKNOWN,
            title=both(cs="Takový přezkum tu není", en="There is no such review"),
            advice=both(
                cs="Podívejte se na seznam přezkumů obce, za kterou jednáte. Přezkum jiné obce tu neuvidíte.",
                en="See the reviews of the municipality you act for. Those of others are not shown here.",
            ),
        ),
        404,
    ),
    NotDone.NOT_CENTRE: (
        ShownRefusal(
            reason=NotDone.NOT_CENTRE,
            title=both(
                cs="To náleží úřadu technologického centra", en="This is for the office that runs the centre"
            ),
            advice=both(
                cs="Týká se to všech obcí. Ve své obci můžete zahájit její vlastní přezkum.",
                en="It concerns every municipality. In yours you may begin a review of its own.",
            ),
        ),
        403,
    ),
    NotDone.CLOSED: (
        ShownRefusal(
            reason=NotDone.CLOSED,
            title=both(cs="Přezkum už je uzavřen", en="The review is closed already"),
            advice=both(
                cs="Jeho zpráva se nemění. Odebranou roli lze vrátit pod zprávou; jinak zahajte nový přezkum.",
                en="Its report does not change. A removed role can be given back below the report; for all else "
                "begin a new review.",
            ),
        ),
        409,
    ),
    NotDone.OWN_ACCESS: (
        ShownRefusal(
            reason=NotDone.OWN_ACCESS,
            title=both(
                cs="O vlastním oprávnění rozhodovat nemůžete", en="You cannot decide about your own access"
            ),
            advice=both(
                cs="Požádejte někoho jiného, kdo smí v obci přezkum dělat, například tajemníka.",
                en="Ask somebody else who may review in the municipality, the chief clerk for example.",
            ),
        ),
        403,
    ),
    NotDone.GONE: (
        ShownRefusal(
            reason=NotDone.GONE,
            title=both(cs="Toto oprávnění už mezitím zaniklo", en="This access is no more"),
            advice=both(
                cs="Není o čem rozhodovat. Vraťte se k přezkumu.",
                en="There is nothing to decide. Go back to the review.",
            ),
        ),
        409,
    ),
    NotDone.COMMENT: (
        ShownRefusal(
            reason=NotDone.COMMENT,
            title=both(cs="Chybí vysvětlení", en="An explanation is missing"),
            advice=both(
                cs=f"Vraťte se a napište ho na jeden řádek, nejvýše {COMMENT_MAX} znaků.",
                en=f"Go back and write it on one line, in {COMMENT_MAX} characters or less.",
            ),
        ),
        409,
    ),
    NotDone.FINAL: (
        ShownRefusal(
            reason=NotDone.FINAL,
            title=both(cs="Co přezkum ukončil, nelze vrátit", en="What a review ended cannot come back"),
            advice=both(
                cs="Pokud to osoba potřebuje, povolí manažer bezpečnosti novou výjimku, nebo si osoba požádá znovu.",
                en="If the person needs it, a security officer grants a new exception, or the person asks again.",
            ),
        ),
        409,
    ),
    NotDone.UNDER_WAY: (
        ShownRefusal(
            reason=NotDone.UNDER_WAY,
            title=both(cs="Takový přezkum už v obci probíhá", en="Such a review is under way already"),
            advice=both(
                cs="Dokončete ho v seznamu přezkumů, nebo zvolte jiný rozsah.",
                en="Finish it in the list of reviews, or choose another scope.",
            ),
        ),
        409,
    ),
    NotDone.DEADLINE: (
        ShownRefusal(
            reason=NotDone.DEADLINE,
            title=both(cs="Tento termín zvolit nelze", en="This deadline is not possible"),
            advice=both(
                cs="Zvolte dnešek nebo pozdější den, nejdéle půl roku dopředu.",
                en="Choose today or a later day, half a year ahead at the most.",
            ),
        ),
        409,
    ),
    NotDone.UNFINISHED: (
        ShownRefusal(
            reason=NotDone.UNFINISHED,
            title=both(cs="Přezkum ještě není hotov", en="The review is not finished yet"),
            advice=both(
                cs="Rozhodněte o všech oprávněních. Po termínu lze přezkum uzavřít i tak.",
                en="Decide about every access. After the deadline a review can be closed all the same.",
            ),
        ),
        409,
    ),
    NotDone.NOTHING: (
        ShownRefusal(
            reason=NotDone.NOTHING,
            title=both(
                cs="V tomto rozsahu není co přezkoumat", en="There is nothing to review in this scope"
            ),
            advice=both(cs="Zvolte jiný rozsah.", en="Choose another scope."),
        ),
        409,
    ),
    NotDone.NOT_REMOVED: (
        ShownRefusal(
            reason=NotDone.NOT_REMOVED,
            title=both(cs="Tato role už odebraná není", en="This role is not removed any more"),
            advice=both(cs="Podívejte se znovu na zprávu.", en="Look at the report again."),
        ),
        409,
    ),
}

# What the form itself can mend, and beside which field it is said.
BEGINNING: Mapping[NotDone, str] = {
    NotDone.DEADLINE: "until",
    NotDone.UNDER_WAY: "scope",
    NotDone.NOTHING: "scope",
}
DECIDING: Mapping[NotDone, str] = {NotDone.COMMENT: "comment"}
RESTORING: Mapping[NotDone, str] = {NotDone.COMMENT: "why"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A form that comes once more, with what was filled in."""

    reason: NotDone
    field: str
    form: Mapping[str, str]

    @property
    def refusal(self) -> ShownRefusal:
        return REFUSALS[self.reason][0]


def mendable(refused: ReviewRefused, fields: Mapping[NotDone, str], form: Mapping[str, str]) -> Wrong:
    """Raises Refused where the form cannot mend it."""
    if refused.reason not in fields:
        raise told(refused)
    return Wrong(refused.reason, fields[refused.reason], form)


def told(refused: ReviewRefused) -> Refused:
    """Which account it was is told to whoever it belongs to."""
    shown, status = REFUSALS[refused.reason]
    if refused.reason is NotDone.SAME_PERSON:
        shown = by_another_account(refused.of)
    return Refused(shown, status)


async def done(act: Awaitable[T]) -> T:
    """Raises Refused where it came to nothing."""
    try:
        return await act
    except ReviewRefused as refused:
        raise told(refused) from None
