"""What the pages need to know and to have done. Implemented by who composes the product."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.settings import Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode, SubjectId
from gateway.access_review.campaign import Opened
from gateway.asks.ask import Ask, AskId
from gateway.asks.refused import Spoken
from gateway.authorize.closed_now import ClosedNow
from gateway.authorize.held_already import Held
from gateway.authorize.opened_by import OpenedBy
from gateway.sessions.officers_act import Officer
from idp.directory.person import Person
from idp.events import Origin


@dataclass(frozen=True, slots=True)
class Askable:
    """An application that people of a municipality may ask for."""

    id: ApplicationId
    title: Title
    actions: frozenset[Action]


class Town(Protocol):
    """Its applications and its people."""

    def askable(self, municipality: MunicipalityCode) -> Sequence[Askable]:
        """In the configuration's order."""
        ...

    def title(self, application: ApplicationId) -> Title | None:
        """Of any that is known; None of one that is gone."""
        ...

    async def gains(self, delegation: Ask) -> Sequence[Opened]:
        """What the deputy may do by it beyond their own roles. Raises DirectoryUnusable."""
        ...

    def held_already(
        self,
        who: Person,
        application: ApplicationId,
        actions: Collection[Action],
        municipality: MunicipalityCode,
        then: datetime,
    ) -> Sequence[Held]:
        """Which of the actions their roles permit at that moment, whatever they ask for."""
        ...

    async def opened_by(self, ask: Ask, holder: Person) -> Sequence[OpenedBy]:
        """Of each of its actions: which rule would open it to the holder once it is approved, or what refuses it."""
        ...

    async def closed_now(self, asks: Sequence[Ask]) -> Mapping[AskId, ClosedNow]:
        """Of those that stand, or would: what an incident closes at the moment, whoever decides about it."""
        ...

    async def idle(self, asks: Sequence[Ask]) -> AbstractSet[AskId]:
        """Delegations among them by which nothing opens to the deputy as the policies are now, and access that runs and
        is certainly closed at the moment. Those of whom nobody knows are none of them.
        """
        ...

    async def kept_out_now(self, ask: Ask, officer: Officer, origin: Origin) -> Spoken | None:
        """What refuses it to its holder where they are now; None: some of it is open, or nobody knows."""
        ...

    async def named(self, login: str) -> Sequence[Person]:
        """Whoever answers to the login. Raises DirectoryUnusable."""
        ...

    async def person(self, subject: SubjectId) -> Person | None:
        """As the directory has them now. Raises DirectoryUnusable."""
        ...
