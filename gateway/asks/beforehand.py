"""What is found out before something is asked for: whether it would open anything, and whether anybody could decide."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from config.vocabulary import Action, MunicipalityCode, SubjectId
from gateway.asks.ask import Ask, Kind
from gateway.asks.refused import AskRefused, Spoken, Why
from gateway.sessions.officers_act import Officer
from idp.events import Origin


@dataclass(frozen=True, slots=True)
class StillClosed:
    """An action that stays closed however it is decided; `spoken`: what refuses it then, without a rule where nothing
    permits.
    """

    action: Action
    spoken: Spoken


Opens = Callable[[Ask, Officer, Origin], Awaitable[Sequence[StillClosed]]]
"""What the policies would refuse its holder with certainty, were it granted, whatever they do alone; nothing where that
cannot be told. Of emergency access: something only where all of it stays closed.
"""

Deciders = Callable[[MunicipalityCode, SubjectId, int], Awaitable[int | None]]
"""How many people there could approve what that person asks for, as many as are needed at most; None: that is not
known.
"""


async def opens_all(_ask: Ask, _officer: Officer, _origin: Origin) -> Sequence[StillClosed]:
    return ()


async def not_known(_where: MunicipalityCode, _asker: SubjectId, _needed: int) -> int | None:
    return None


async def foreseen(
    ask: Ask, officer: Officer, origin: Origin, opens: Opens, deciders: Deciders
) -> AskRefused | None:
    """Why it would come to nothing. Emergency access waits for no decision, and an order that somebody else placed for
    that of its sponsor, who was looked at already.
    """
    closed = await opens(ask, officer, origin)
    if closed:
        actions = frozenset(one.action for one in closed)
        return AskRefused(Why.OPENS_NOTHING, actions, closed[0].spoken)
    if ask.kind is Kind.ACCESS or (ask.kind is Kind.ORDER and not ask.confirmed_by_sponsor):
        there = await deciders(ask.municipality, ask.asker.subject, ask.needed)
        if there is not None and there < ask.needed:
            return AskRefused(Why.NOBODY_DECIDES)
    return None
