"""Who tells the register of accounts without a second factor: a running control plane, or a command beside it."""

from gateway.commands.known_people import known_people
from gateway.commands.person import federation_of
from gateway.commands.pushed_roles import replicated_people
from gateway.commands.state import State
from gateway.sessions.without_factor import WithoutFactor


def register_of(state: State) -> WithoutFactor:
    """By the configuration as it is written; the directories themselves are not asked."""
    people = list(replicated_people(state).values())
    known = known_people(state, federation_of(state))
    return WithoutFactor(lambda: people, known.as_they_count, state.identities, known.recovery)
