"""The policy office of this installation, put together: for the running product, and for commands beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from config.district import District
from config.problem import Problem
from config.settings import Settings
from config.vocabulary import ApplicationId
from gateway.commands.decisions import TITLES, book_to_be
from gateway.commands.policies_in_force import newly_loaded
from gateway.commands.shared_policies import node_of
from gateway.commands.state import State, now
from gateway.policy_office.activation import Activation
from gateway.policy_office.checked import Checked, objections
from gateway.policy_office.found_before import FoundBefore
from gateway.policy_office.incidents import Incidents
from gateway.policy_office.office import Office
from gateway.policy_office.scope import Scope
from gateway.storage.audit import append
from gateway.storage.policy_office import StoredOffice
from idp.directory.same_person import OtherAccounts
from policies.load import PoliciesUnusable
from policies.texts import Texts

if TYPE_CHECKING:
    from gateway.commands.background_simulation import Simulating


async def nobody_takes() -> None:
    """A command tells the running product itself."""


def office_of(
    state: State,
    others: OtherAccounts,
    took: Callable[[], Awaitable[None]] = nobody_takes,
    arranged: Callable[[], object] = lambda: None,
    turn: asyncio.Lock | None = None,
    before: FoundBefore | None = None,
) -> Office:
    """`took`, `arranged`, `turn`, `before`, `others`: as `Office` has them."""
    store = StoredOffice(state.database, state.log_key, append, newly_loaded)
    checking, node = partial(checks, state), node_of(state.settings)
    return Office(
        store,
        checking,
        state.district,
        took,
        node,
        arranged,
        turn or asyncio.Lock(),
        before or FoundBefore(),
        others=others,
    )


@dataclass(slots=True)
class PolicyDesk:
    """Where the running product's pages and rounds find the office. `take`: decide by what is in force by now; whoever
    serves sets it. `arranged`: something is to come into force at a time. `others`: as the office has it.
    """

    others: OtherAccounts
    take: Callable[[], Awaitable[None]] = nobody_takes
    arranged: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _simulating: "Simulating | None" = None
    _before: FoundBefore = field(default_factory=FoundBefore)
    _found_by: tuple[Settings, District] | None = None

    @property
    def simulating(self) -> "Simulating":
        """Made for who first asks for one."""
        from gateway.commands.background_simulation import Simulating  # noqa: PLC0415 - 0.5 MiB, seldom used

        if self._simulating is None:
            self._simulating = Simulating(now)
        return self._simulating

    async def close(self) -> None:
        if self._simulating is not None:
            await self._simulating.close()

    def office(self, state: State) -> Office:
        """By these settings; to be asked for anew at each request."""
        took = lambda: self.take()  # noqa: E731, PLW0108 - set later
        return office_of(state, self.others, took, self.arranged.set, self.turn, self._found_with(state))

    def _found_with(self, state: State) -> FoundBefore:
        """Problems found with the settings of before a reload are forgotten."""
        known = self._found_by
        if known is None or known[0] is not state.settings or known[1] is not state.district:
            self._found_by, self._before = (state.settings, state.district), FoundBefore()
        return self._before


def activation_of(office: Office) -> Activation:
    return Activation(office)


def incidents_of(state: State, office: Office) -> Incidents:
    applications = {ApplicationId(one.id) for one in state.settings.applications} | TITLES.keys()
    return Incidents(office, frozenset(applications), frozenset(state.district))


def checks(state: State, texts: Texts, scope: Scope, *, known: bool = False) -> Checked:
    """All texts as they would be in force. An application that is not configured is a fault of the scope's own texts
    alone: others' may name one that is no more, or not yet here.
    """
    try:
        untried: list[Problem] = []
        settings, district = state.settings, state.district
        book = book_to_be(settings, district, texts, scope, known=known, untried=untried.extend)
        return Checked(book=book, untried=tuple(one.in_languages() for one in untried))
    except PoliciesUnusable as refused:
        return objections(refused.problems)
