"""What whoever fills in a form is told before it is sent; sent once more with the mark of it, it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.vocabulary import Action, ApplicationId
from gateway.asks.ask import Ask, AskId, Kind, Stage
from gateway.asks.office import AskOffice
from gateway.asks.refused import AskRefused
from gateway.asks.store import Sought
from gateway.asks.wish import WOULD_BE, Rules, Wish, asked
from gateway.authorize.closed_now import ClosedNow
from gateway.authorize.held_already import Held
from gateway.web.identity import Assertion
from gateway.web.requests import forms
from gateway.web.requests.store import Askable, Town

KINDS = frozenset({Kind.ACCESS, Kind.ORDER, Kind.DELEGATION})
"""An emergency that is closed is refused, and a purpose opens nothing by itself."""
A_WHILE = timedelta(hours=1)
MOST_BESIDE = 50  # other requests of theirs


@dataclass(frozen=True, slots=True)
class ToldFirst:
    mark: str
    """What the form says once more: of another application, deputy or closure it is told anew."""
    held: Sequence[Held] = ()
    """What they may do already."""
    closed: ClosedNow | None = None
    """What an incident closes at the moment."""
    idle: bool = False
    """No rule of today opens anything to the deputy by it."""
    without_reading: bool = False
    """What is asked for could be done on no page: to read there is not theirs, and is not asked for with it."""


NOTHING_TOLD = ToldFirst("")


async def told_first(wish: Wish, town: Town, rules: Rules, now: datetime) -> ToldFirst:
    """Nothing of what is wrong in itself: that is said, and recorded, where it is made."""
    if wish.kind not in KINDS:
        return NOTHING_TOLD
    try:
        would_be = asked(wish, (), rules, WOULD_BE, now)
    except AskRefused:
        return NOTHING_TOLD
    closed = (await town.closed_now([would_be])).get(WOULD_BE)
    about = f"{would_be.application or would_be.role} {would_be.holder.login}"
    if closed is not None:
        return ToldFirst(f"{about} {closed.rule}", closed=closed)
    if WOULD_BE in await town.idle([would_be]):
        return ToldFirst(about, idle=True)
    return NOTHING_TOLD


async def without_reading(
    caller: Assertion, entered: Mapping[str, str], office: AskOffice, town: Town, now: datetime
) -> ToldFirst:
    """Of a request for access: whether its pages would stay closed for want of reading."""
    application, actions = forms.application_of(entered), forms.actions_of(entered)
    here = next((one for one in town.askable(caller.municipality) if one.id == application), None)
    if application is None or here is None or Action.READ not in here.actions or not actions - {Action.READ}:
        return NOTHING_TOLD
    since = max(forms.moment_of(entered["since"]) or now, now)
    until = forms.moment_of(entered["until"]) or since
    who, where = forms.person_of(caller), caller.municipality
    if Action.READ in actions or town.held_already(who, application, {Action.READ}, where, since):
        return NOTHING_TOLD
    asked_for = await office.find(
        Sought(
            concerns=caller.subject,
            municipality=where,
            kinds=frozenset({Kind.ACCESS}),
            stages=frozenset({Stage.WAITING, Stage.IN_FORCE}),
            ends_after=since,
            limit=MOST_BESIDE,
        )
    )
    reads = any(
        one.application == application and Action.READ in one.actions and one.until >= until
        for one in asked_for
        if one.holder.subject == caller.subject
    )
    return NOTHING_TOLD if reads else ToldFirst(f"{application} without reading", without_reading=True)


async def closed_to(
    caller: Assertion, askable: Sequence[Askable], town: Town, now: datetime
) -> Mapping[ApplicationId, ClosedNow]:
    """Which of them an incident closes at the moment to whoever fills in the form."""
    them = forms.party_of(caller)
    would_be = [
        Ask(
            id=AskId(one.id),
            kind=Kind.ACCESS,
            stage=Stage.WAITING,
            municipality=caller.municipality,
            application=one.id,
            asker=them,
            holder=them,
            since=now,
            until=now + A_WHILE,
            why="",
            asked_at=now,
        )
        for one in askable
    ]
    return {ApplicationId(name): one for name, one in (await town.closed_now(would_be)).items()}
