"""Who asks for an act on the policies, and how it is found out whether the policies themselves permit it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from config.vocabulary import Action, MunicipalityCode, SubjectId
from gateway.policy_office.actor import Actor, operating
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import OF_REGION, Scope

May = Callable[[Action, SubjectId | None, str], Awaitable[object]]
"""An action with the application `policies` of the municipality acted for, whose proposal it is about, and what it is
about in a word. Raises whatever the caller's own refusal is, recorded already."""


@dataclass(frozen=True, slots=True)
class Asking:
    """`centre`: of the office that runs the centre. What concerns all is for whoever acts for it, whatever policies
    say: a municipality's own could say anything of its own people.
    """

    actor: Actor
    may: May
    centre: MunicipalityCode | None

    async def require(
        self, action: Action, scope: Scope, author: SubjectId | None = None, about: str = ""
    ) -> None:
        """That this person may do it there. Raises ActRefused, and what `may` raises."""
        if self.actor.operates:
            return
        if scope not in (OF_REGION, self.actor.municipality):
            raise ActRefused(Refusal.NOT_YOURS)
        if scope == OF_REGION and (self.centre is None or self.actor.municipality != self.centre):
            raise ActRefused(Refusal.NOT_CENTRE)
        await self.may(action, author, about)
        if scope == OF_REGION and action is not Action.ADMINISTER:
            await self.may(Action.ADMINISTER, author, about)

    @property
    def sees_all(self) -> bool:
        """Whether what concerns other municipalities alone is theirs to know: of the centre, and on this machine."""
        return self.actor.operates or (self.centre is not None and self.actor.municipality == self.centre)

    def reaches(self, scope: Scope) -> bool:
        """Whether the person may hear at all that there is something in that scope."""
        return self.actor.operates or scope in (OF_REGION, self.actor.municipality)


async def nobody_is_asked(_action: Action, _author: SubjectId | None, _about: str) -> None:
    """Of whoever runs commands on this machine: its files and its database are theirs."""


def by_operator(by: str) -> Asking:
    return Asking(operating(by), nobody_is_asked, None)
