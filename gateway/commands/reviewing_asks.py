"""What people asked for, as accesses of a review; and how a review ends it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from config.vocabulary import Action, MunicipalityCode
from gateway.access_review import campaign
from gateway.access_review.campaign import Held, Opened
from gateway.access_review.reviewer import Reviewer
from gateway.access_review.reviewing import Over
from gateway.asks.ask import Ask, AskId, Kind, Party, Stage
from gateway.asks.doing import Removal
from gateway.asks.office import AskOffice
from gateway.asks.refused import AskRefused
from gateway.asks.store import AskStore
from idp.events import Origin

REVIEWED: Mapping[Kind, campaign.Kind] = {
    Kind.ACCESS: campaign.Kind.REQUEST,
    Kind.ORDER: campaign.Kind.ORDER,
    Kind.DELEGATION: campaign.Kind.DELEGATION,
}
"""Emergency access has a review of its own, and a purpose lets nobody do more than the person's roles."""


async def standing_in(
    store: AskStore, municipalities: Collection[MunicipalityCode], now: datetime
) -> list[Ask]:
    """What is in force there, now or from a moment on that is agreed already."""
    return [
        one
        for one in await store.counting(now)
        if one.kind in REVIEWED
        and one.stage is Stage.IN_FORCE
        and now < one.until
        and one.municipality in municipalities
    ]


def held_by(ask: Ask, holder: Party) -> Held:
    """`holder`: as the person is called today."""
    opens: tuple[Opened, ...] = ()
    if ask.application is not None:
        opens = (Opened(ask.application, tuple(each for each in Action if each in ask.actions)),)
    return Held(
        kind=REVIEWED[ask.kind],
        subject=holder.subject,
        login=holder.login,
        name=holder.name,
        what=ask.id,
        about=_behind(ask),
        lent=ask.role,
        until=ask.until,
        opens=opens,
    )


def _behind(ask: Ask) -> str:
    """Whoever let it be."""
    if ask.backer is not None:
        return ask.backer.name
    return "; ".join(one.by.name for one in ask.approvals)


async def end_asked(office: AskOffice, held: Held, comment: str, by: Reviewer, now: datetime) -> None:
    """Raises Over."""
    removal = Removal(
        by=Party(by.subject, by.login, by.login),
        note=comment,
        origin=Origin(address=by.address, request_id=by.request_id),
        session=by.session,
        own_municipality=by.own_municipality,
    )
    try:
        await office.end_for(removal, AskId(held.what), now)
    except AskRefused:
        raise Over from None
