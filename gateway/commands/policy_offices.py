"""The policy office of this installation, put together: for the running product, and for commands beside it."""

from collections.abc import Awaitable, Callable
from functools import partial

from config.vocabulary import ApplicationId
from gateway.commands.decisions import TITLES, book_to_be
from gateway.commands.policies_in_force import newly_loaded
from gateway.commands.shared_policies import node_of
from gateway.commands.state import State
from gateway.policy_office.activation import Activation
from gateway.policy_office.incidents import Incidents
from gateway.policy_office.office import Checked, Office
from gateway.policy_office.scope import Scope
from gateway.storage.audit import append
from gateway.storage.policy_office import StoredOffice
from policies.load import PoliciesUnusable
from policies.texts import Texts


async def _nothing() -> None:
    """A command tells the running product itself."""


def office_of(
    state: State,
    took: Callable[[], Awaitable[None]] = _nothing,
    arranged: Callable[[], object] = lambda: None,
) -> Office:
    """`took`, `arranged`: as `Office` has them."""
    store = StoredOffice(state.database, state.keys.checkpoint, append, newly_loaded)
    return Office(store, partial(checks, state), took, node_of(state.settings), arranged)


def activation_of(office: Office) -> Activation:
    return Activation(office)


def incidents_of(state: State, office: Office) -> Incidents:
    applications = {ApplicationId(one.id) for one in state.settings.applications} | TITLES.keys()
    return Incidents(office, frozenset(applications), frozenset(state.district))


def checks(state: State, texts: Texts, scope: Scope) -> Checked:
    """All texts as they would be in force. An application that is not configured is a fault of the scope's own texts
    alone: others' may name one that is no more, or not yet here.
    """
    try:
        return Checked(book=book_to_be(state.settings, state.district, texts, scope))
    except PoliciesUnusable as refused:
        return Checked(problems=tuple(str(one) for one in refused.problems))
