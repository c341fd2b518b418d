"""Who tells the register of accounts without a second factor: a running control plane, or a command beside it."""

from gateway.commands.known_people import known_people
from gateway.commands.person import federation_of
from gateway.commands.state import State, now
from gateway.sessions.without_factor import WithoutFactor
from gateway.storage.directory_reading import StoredReading
from idp.directory.replicated import ReplicatedPeople


def register_of(state: State) -> WithoutFactor:
    """By the configuration as it is written; the directories themselves are not asked."""
    settings, reading = state.settings, StoredReading(state.database)
    people = [ReplicatedPeople(one, state.district, reading, now) for one in settings.directories]
    known = known_people(settings, federation_of(state), state.counting)
    return WithoutFactor(lambda: people, known.as_they_count, state.identities, known.recovery)
